"""
What it costs to create synapses, target by target: ``python -m benchmarks.creation``.

Every measurement is a process of its own. It creates some synapses first, so that
compiled code is there, then those that are measured: the time, and how much the
process's peak of memory rose. What a copy of the result alone takes is told beside.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent

#: By name: how many neurons there are, and what connect is given
CASES: dict[str, tuple[int, dict[str, Any]]] = {
    "all to all": (3000, {}),
    "all but itself": (3000, {"condition": "i != j"}),
    "p = 0.02": (20_000, {"p": 0.02}),
    "p = 0.02, i != j": (20_000, {"condition": "i != j", "p": 0.02}),
    "p = 0.5": (4000, {"p": 0.5}),
    "abs(i - j) < 50": (8000, {"condition": "abs(i - j) < 50"}),
    "i // 50 == j // 50": (8000, {"condition": "i // 50 == j // 50"}),
    "one to one": (5_000_000, {"j": "i"}),
    "range": (
        1_000_000,
        {"j": "k for k in range(i - 3, i + 4) if i != k", "skip_if_invalid": True},
    ),
    "range of all": (3000, {"j": "k for k in range(N_post)"}),
    "sample, size": (20_000, {"j": "k for k in sample(N_post, size=N_post // 60)"}),
    "sample, p": (20_000, {"j": "k for k in sample(N_post, p=0.02)"}),
    "arrays": (20_000, {"size": 8_000_000}),
}
TARGETS = ("numba", "cython", "numpy")
#: Bytes of a synapse: the indices of two neurons
_BYTES = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, and print a table."""
    options = _parse(arguments)
    if options.one:
        print(json.dumps(measured(*options.one)))
        return 0
    print(f"{'case':20} {'target':8} {'synapses':>9} {'s':>8} {'ns':>7} {'bytes':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for case in options.cases:
            for target in options.targets:
                print(_row(case, target, options.repeat, Path(folder)), flush=True)
    print(f"A copy takes {copy_time() * _BYTES * 1e9:.2f} ns a synapse.")
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.creation",
        description="Measure the time and memory that creating synapses takes.",
    )
    add = parser.add_argument
    add("--cases", nargs="+", choices=CASES, default=tuple(CASES))
    add("--targets", nargs="+", choices=TARGETS, default=TARGETS)
    add("--repeat", type=int, default=3)
    add("--one", nargs=3, metavar=("CASE", "TARGET", "CACHE"), help="measure here")
    return parser.parse_args(arguments)


def _row(case: str, target: str, repeat: int, folder: Path) -> str:
    """Return a row of the table: medians of processes."""
    command = [sys.executable, "-m", "benchmarks.creation", "--one"]
    command += [case, target, str(folder / target)]
    environment = {**os.environ, "BRIAN2NUMBA_CACHE_DIR": str(folder / "numba")}
    found = []
    for _ in range(repeat):
        printed = subprocess.run(
            command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
        ).stdout
        found.append(json.loads(printed.splitlines()[-1]))
    n_synapses, seconds, n_bytes = (
        statistics.median(measurement[name] for measurement in found)
        for name in ("synapses", "seconds", "bytes")
    )
    return (
        f"{case:20} {target:8} {n_synapses:9.0f} {seconds:8.4f} "
        f"{seconds / n_synapses * 1e9:7.2f} {n_bytes / n_synapses:7.2f}"
    )


def measured(case: str, target: str, cache: str) -> dict[str, float]:
    """Measure one case in this process.

    Parameters
    ----------
    case, target : str
        What is measured.
    cache : str
        The folder for Cython's compiled code.

    Returns
    -------
    dict
        The number of synapses, the seconds of the call of connect, and by how many
        bytes it raised the peak of the process's memory.
    """
    if target != "numba":
        # The other targets as they are without this package
        sys.modules["brian2numba"] = ModuleType("brian2numba")
    import brian2 as b2  # noqa: PLC0415 (each target is imported as it needs)

    import brian2numba  # noqa: F401, PLC0415

    b2.prefs.codegen.target = target
    # The groups are never run, which Brian warns of
    b2.prefs.logging.console_log_level = "ERROR"
    b2.prefs.codegen.runtime.cython.cache_dir = cache
    n_neurons, arguments = CASES[case]
    _created(b2, 100, arguments)
    b2.seed(1)
    before = _peak_memory()
    seconds, synapses = _created(b2, n_neurons, arguments)
    return {
        "synapses": len(synapses),
        "seconds": seconds,
        "bytes": _peak_memory() - before,
    }


def _created(b2: Any, n_neurons: int, arguments: dict[str, Any]) -> tuple[float, Any]:
    """Create synapses; return how long it took, and them."""
    neurons = b2.NeuronGroup(n_neurons, "x : 1")
    synapses = b2.Synapses(neurons, neurons)
    if "size" in arguments:
        size = arguments["size"] * n_neurons // 20_000
        random = np.random.default_rng(1)
        i, j = random.integers(0, n_neurons, (2, size), dtype=np.int32)
        arguments = {"i": np.sort(i), "j": j}
    start = time.perf_counter()
    synapses.connect(**arguments)
    return time.perf_counter() - start, synapses


def _peak_memory() -> int:
    """Return the most memory that this process has had, in bytes."""
    import resource  # noqa: PLC0415 (Windows does not have it)

    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def copy_time(n_bytes: int = 2**26) -> float:
    """Return how long it takes to copy a byte, in seconds, to memory that is there."""
    source = np.ones(n_bytes, np.uint8)
    target = source.copy()
    times = []
    for _ in range(10):
        start = time.perf_counter()
        np.copyto(target, source)
        times.append(time.perf_counter() - start)
    return statistics.median(times) / n_bytes


if __name__ == "__main__":
    sys.exit(main())
