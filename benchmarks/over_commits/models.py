"""Networks: their set-up, with and without compiled code in the store, and their steps.

The models are those of `benchmarks.models`; each measurement of a start is a process.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.compare import measure  # noqa: E402

MODELS = ["small_lif", "cuba", "cobahh", "stdp", "cable", "noisy", "delays"]


class Starts:
    """How long a script takes until its first time step, in seconds."""

    params = (["forum", "small_lif", "cuba", "cobahh"], ["empty", "filled"])
    param_names = ("model", "store")
    unit = "s"
    timeout = 300

    def track_start(self, model: str, store: str) -> float:
        """Measure a new process."""
        with tempfile.TemporaryDirectory() as folder:
            cache = Path(folder)
            if store == "filled":
                measure(model, "numba", cache)
            found = measure(model, "numba", cache, "--once")
        run = (found["run_call"] or 0.0) - (found["run_loop"] or 0.0)
        return (found["setup"] or 0.0) + run


class Runs:
    """How long the time steps take, and the most memory that the process had."""

    params = MODELS
    param_names = ("model",)
    timeout = 300

    def track_steps(self, model: str) -> float | None:
        """Measure the time steps, the best of three processes."""
        with tempfile.TemporaryDirectory() as folder:
            found = [measure(model, "numba", Path(folder)) for _ in range(3)]
        return min(value["run_loop"] or 0.0 for value in found)

    def track_peak_memory(self, model: str) -> float | None:
        """Measure the most memory that the process had."""
        with tempfile.TemporaryDirectory() as folder:
            return measure(model, "numba", Path(folder))["peak_memory"]


Runs.track_steps.unit = "s"  # type: ignore[attr-defined]
Runs.track_peak_memory.unit = "bytes"  # type: ignore[attr-defined]
