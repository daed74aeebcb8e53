"""
Break the store in all ways, and leave the figures.

::

    python -m reliability.store --processes 256
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from pathlib import Path

from brian2 import prefs

import brian2numba  # noqa: F401 (registers the target)
from reliability import results
from reliability.children import RIGHT
from reliability.store import sweeps
from reliability.store.at_once import all_at_once
from reliability.store.interleavings import PAIRS, orders


def damage(entry: bytes) -> dict[str, Counter[str]]:
    """Return how trials with damaged entries end."""
    return {
        "one bit of an entry flipped": sweeps.counted(sweeps.flipped_bits(entry)),
        "an entry truncated": sweeps.counted(sweeps.truncations(entry)),
    }


def faults(folder: Path, entry: bytes) -> dict[str, Counter[str]]:
    """Return how trials with faults of the file system end."""
    killed, failed = Counter[str](), Counter[str]()
    for phase in sweeps.PHASES:
        trials = sweeps.kills(phase, folder / f"killed {phase}", entry)
        killed += sweeps.counted(trials)
        for way in sweeps.WAYS:
            with sweeps.compiled_once():
                trials = sweeps.errors(phase, way, folder / "errors", entry)
                failed += sweeps.counted(trials)
    return {"killed at an event": killed, "an error at an event": failed}


def interleaved(folder: Path) -> dict[str, Counter[str]]:
    """Return how pairs of processes end, in each order of their steps."""
    return {
        f"orders of two processes' steps: {pair}": Counter(
            RIGHT if is_right else "wrong" for _, is_right in orders(pair, folder)
        )
        for pair in PAIRS
    }


def main() -> None:
    """Try all, and leave the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=256)
    n = parser.parse_args().processes
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["BRIAN2NUMBA_CACHE_DIR"] = str(folder / "operations")
        # Before anything is compiled
        (folder / "at once").mkdir()
        for end, count in all_at_once(n, folder / "at once").items():
            figures[f"of {n} processes at once with an empty store: {end}"] = count
        prefs.codegen.max_cache_dir_size = 1
        entry = sweeps.real_entry(folder)
        ends = damage(entry) | faults(folder, entry) | interleaved(folder / "orders")
    for what, counts in ends.items():
        figures[f"tried: {what}"] = counts.total()
        figures[f"ended right: {what}"] = counts[RIGHT]
    print(results.write("store", f"--processes {n}", figures).read_text("utf-8"))


if __name__ == "__main__":
    main()
