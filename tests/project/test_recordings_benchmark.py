"""The benchmark of recordings measures, and its page shows what was measured."""

import json
import sys

import pytest

from benchmarks.recordings import __main__ as command
from benchmarks.recordings import page


def measured(seconds, n_bytes):
    return {"seconds": seconds, "bytes": n_bytes, "bytes_on_disk": 0, "memory": 5e6}


def test_page_compares_with_memory(tmp_path):
    runs = {f"population, {way}": [measured(1.0, 8e6)] * 3 for way in page.WAYS}
    runs["population, disk"] = [measured(s, 8e6) for s in (1.0, 1.5, 9.0)]
    machine = dict.fromkeys(
        ("platform", "processor", "processors", "python", "brian2", "numpy"), "x"
    )
    disk = [{"taken": 1e9, "kept": 2e8}]
    page.write({"machine": machine, "runs": runs, "disk": disk}, tmp_path)
    text = (tmp_path / "recordings.md").read_text(encoding="utf-8")
    (row,) = [line for line in text.splitlines() if line.startswith("| to disk  ")]
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    assert cells == ["to disk", "1.5", "1.50", "8", "5", "-", "5"]
    assert "1000 MB/s" in text
    assert "200 MB/s" in text


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured on Linux only")
def test_a_short_measurement(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "WRITTEN", command.PIECE)
    monkeypatch.setattr(page, "WAYS", {"memory": "in memory", "disk": "to disk"})
    options = ["--models", "every ms", "--seconds", "0.02", "--repeat", "1"]
    folders = ["--output", str(tmp_path), "--folder", str(tmp_path)]
    assert command.main([*options, *folders]) == 0
    found = json.loads((tmp_path / "recordings.json").read_text(encoding="utf-8"))
    (in_memory,) = found["runs"]["every ms, memory"]
    (on_disk,) = found["runs"]["every ms, disk"]
    assert on_disk["last"] == in_memory["last"]
    assert on_disk["bytes"] == in_memory["bytes"] == 30 * 501 * 8
    assert on_disk["bytes_on_disk"] > 0
    assert on_disk["memory"] > 50_000_000
