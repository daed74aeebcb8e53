"""Many processes that begin at the same time, with one store that is empty."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reliability.children import RIGHT, fork, outcome
from reliability.store.files import entries, is_whole, unfinished
from reliability.store.processes import model_results

__all__ = ["all_at_once"]

_SECONDS = 3000


def all_at_once(n: int, folder: Path) -> Counter[str]:
    """Run a model in forked processes at the same time; count how these ended.

    Parameters
    ----------
    n : int
        How many processes.
    folder : Path
        An empty one. All processes share a store in it; one that ran alone before them
        had its own.
    """
    alone, shared, results = folder / "alone", folder / "shared", folder / "results"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as context:
        context.setenv("BRIAN2NUMBA_CACHE_DIR", str(alone))
        assert outcome(fork(lambda: bool(_write(model_results(), results)))) == RIGHT
        expected = json.loads(results.read_text(encoding="utf-8"))
        context.setenv("BRIAN2NUMBA_CACHE_DIR", str(shared))
        reading, writing = os.pipe()

        def run_with_others() -> bool:
            os.close(writing)
            # Nothing comes; all go on when the parent closes its end
            os.read(reading, 1)
            return _same(model_results(), expected)

        children = [fork(run_with_others, _SECONDS) for _ in range(n)]
        os.close(reading)
        os.close(writing)
        ends = Counter(outcome(child) for child in children)
    ends["damaged entries"] = sum(not is_whole(path) for path in entries(shared))
    ends["differing entries"] = len(_contents(alone) ^ _contents(shared))
    ends["unfinished files"] = len(unfinished(shared))
    return ends


def _contents(folder: Path) -> set[tuple[str, bytes]]:
    return {(path.name, path.read_bytes()) for path in entries(folder)}


def _write(results: dict[str, Any], file: Path) -> int:
    return file.write_text(json.dumps(results), encoding="utf-8")


def _same(found: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Tell whether results are the same, and nothing was refused by the store."""
    counts = found["statistics"]
    n_needed = counts["n_loaded"] + counts["n_missed"]
    return (
        (found["n_spikes"], found["v"]) == (expected["n_spikes"], expected["v"])
        and n_needed == expected["statistics"]["n_missed"]
        and counts["n_refused"] == 0
    )
