"""The page of `benchmarks.recordings`."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.recordings.titles import MODELS, WAYS
from benchmarks.reports import markdown_table, write_page

__all__ = ["MODELS", "WAYS", "write"]

MB = 1e6

Found = Mapping[str, Any]


def write(found: Found, folder: Path) -> None:
    """Write the page."""
    parts = [introduction(found), disk(found)]
    for model, (title, _) in MODELS.items():
        if f"{model}, memory" in found["runs"]:
            parts += [f"## {title}", table(found["runs"], model)]
    parts.append(READING)
    write_page(folder / "recordings.md", parts)


def introduction(found: Found) -> str:
    """Return what the page says of the measurements."""
    facts = found["machine"]
    n_runs = max(map(len, found["runs"].values()))
    return f"""# Recordings to disk

How long networks take whose membrane potentials are recorded
[to disk](../recordings.md), or in memory, in medians of {n_runs} processes, which were
run in turns; and the most anonymous memory that such a process had. "Over memory" is
the time over that of a recording in memory by the same target. Times are of a second
run, up to when all is written.

Measured on {facts["processor"]} ({facts["processors"]} processors,
{facts["platform"]}) with Python {facts["python"]}, brian2 {facts["brian2"]}, numpy
{facts["numpy"]}. Written by `python -m benchmarks.recordings --docs`."""


def disk(found: Found) -> str:
    """Return what the page says of the disk."""
    taken = statistics.median(speeds["taken"] for speeds in found["disk"])
    kept = statistics.median(speeds["kept"] for speeds in found["disk"])
    return f"""The disk: the system takes a plain file of 537 MB, which is written in
the same run in pieces of 8 MB, at {taken / MB:.0f} MB/s, and it is on the disk at
{kept / MB:.0f} MB/s (medians). A network that records faster has to wait for it."""


def table(runs: Found, model: str) -> str:
    """Return the table of a model."""
    base = _median(runs, model, "memory", "seconds")
    rows = []
    for way, title in WAYS.items():
        if f"{model}, {way}" not in runs:
            continue
        seconds = _median(runs, model, way, "seconds")
        recorded = _median(runs, model, way, "bytes")
        written = _median(runs, model, way, "bytes_on_disk")
        memory = _median(runs, model, way, "memory")
        rows.append(
            (
                title,
                f"{seconds:.3g}",
                "-" if way in ("cython", "nothing") else f"{seconds / base:.2f}",
                f"{recorded / MB:.0f}" if recorded else "-",
                f"{recorded / seconds / MB:.0f}" if recorded else "-",
                f"{written / MB:.0f}" if written else "-",
                f"{memory / MB:.0f}" if memory else "-",
            )
        )
    return markdown_table(HEAD, rows)


def _median(runs: Found, model: str, way: str, name: str) -> float:
    return float(statistics.median(run[name] for run in runs[f"{model}, {way}"]))


HEAD = (
    "recorded",
    "s",
    "over memory",
    "MB recorded",
    "MB/s",
    "MB on disk",
    "MB of memory",
)

READING = """## What it means

A network that records slower than the disk writes hardly notices it: another thread
compresses and writes, and compiled code goes on. One that records faster takes as long
as the disk. Noisy potentials don't compress well: their last digits are noise."""
