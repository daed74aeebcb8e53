"""
Break the store in all ways, and leave the figures.

::

    python -m reliability.store --processes 256
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from brian2 import prefs

import brian2numba  # noqa: F401 (registers the target)
from reliability import results
from reliability.children import RIGHT
from reliability.store import sweeps
from reliability.store.at_once import all_at_once
from reliability.store.interleavings import PAIRS, orders, two_processes

Ends = Iterator[tuple[str, Counter[str]]]


def damage(entry: bytes) -> Ends:
    """Yield how trials with damaged entries end."""
    yield "one bit of an entry flipped", sweeps.counted(sweeps.flipped_bits(entry))
    yield "an entry truncated", sweeps.counted(sweeps.truncations(entry))


def faults(folder: Path, entry: bytes) -> Ends:
    """Yield how trials with faults of the file system end."""
    killed, failed = Counter[str](), Counter[str]()
    for phase in sweeps.PHASES:
        trials = sweeps.kills(phase, folder / f"killed {phase}", entry)
        killed += sweeps.counted(trials)
    yield "a process killed at an event", killed
    for phase, way in itertools.product(sweeps.PHASES, sweeps.WAYS):
        with sweeps.compiled_once():
            trials = sweeps.errors(phase, way, folder / "errors", entry)
            failed += sweeps.counted(trials)
    yield "an error at an event", failed


def interleaved(folder: Path) -> Ends:
    """Yield how pairs of processes end, in each order of their steps."""
    ends = Counter[str]()
    with two_processes() as turns:
        for pair in PAIRS:
            for _, is_right in orders(pair, folder / "orders", turns):
                ends[RIGHT if is_right else "wrong"] += 1
    yield "an order of the steps of two processes", ends


def main() -> None:
    """Try all, and leave the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=256)
    n = parser.parse_args().processes
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["BRIAN2NUMBA_CACHE_DIR"] = str(folder / "operations")
        # First, as long as this process has compiled nothing
        for end, count in all_at_once(n, folder / "at once").items():
            figures[f"of {n} processes at once with an empty store: {end}"] = count
        prefs.codegen.max_cache_dir_size = 1
        entry = sweeps.real_entry(folder)
        for part in (damage(entry), faults(folder, entry), interleaved(folder)):
            for what, counts in part:
                figures[f"tried: {what}"] = counts.total()
                figures[f"ended right: {what}"] = counts[RIGHT]
                # What was counted is kept whatever comes after
                file = results.write("store", f"--processes {n}", figures)
    print(file.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
