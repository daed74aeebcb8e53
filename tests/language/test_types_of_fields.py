"""Type checkers know which fields a record has, and of which types they are."""

import sys
from pathlib import Path
from subprocess import run

import pytest

pytest.importorskip("mypy")

SOURCE = """
from brian2numba.language import Pointer, Record, float64, int64


class Counter(Record):
    n_events: int64
    limits: Pointer[float64]


counter = Counter()
counter.n_evnts = 3
counter.n_events = counter.n_evnts
counter.n_events = "many"
counter.n_events += int(counter.limits[0])
"""


def test_mypy_finds_misspelled_fields(tmp_path):
    (tmp_path / "counter.py").write_text(SOURCE)
    command = [sys.executable, "-m", "mypy", str(tmp_path / "counter.py")]
    repository = Path(__file__).parents[2]
    found = run(command, cwd=repository, capture_output=True, text=True, check=False)
    errors = [line for line in found.stdout.splitlines() if "error:" in line]
    assert [line.rpartition("[")[2] for line in errors] == [
        "attr-defined]",
        "attr-defined]",
        "assignment]",
    ]
