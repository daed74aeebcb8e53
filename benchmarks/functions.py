"""
What functions of users cost: ``python -m benchmarks.functions``.

- The check of indices: a lookup in a table, with the check and with code that only
  knows what negative indices mean, in turn in one process.
- The start of a process whose model has a function that numba compiled in another one,
  beside one whose function was translated, in turn.
- The memory of models that each have a function of their own, beside models without,
  in processes of their own.
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from brian2 import Function, Network, NeuronGroup, ms, prefs

import brian2numba
from brian2numba.compilation import compiler
from brian2numba.language.kinds import INT64
from brian2numba.language.users_arrays import length_of
from brian2numba.language.values import Value
from brian2numba.lowering import words

ROOT = Path(__file__).resolve().parent.parent
N_NEURONS = 100_000
N_STEPS = 200
#: By name: the size of the table, and the form of the function
LOOKUPS = {"small table": 16, "large table": 1_000_000}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--models", type=int, default=300)
    parser.add_argument("--one", nargs=2, metavar=("WHAT", "N"), help="in this process")
    options = parser.parse_args(arguments)
    if options.one:
        what, n = options.one
        measure = start if what.startswith("start") else memory
        print(json.dumps(measure(what, int(n))))
        return 0
    for name, size in LOOKUPS.items():
        checked, unchecked = checks(size, options.repeats)
        ratio = statistics.median(
            c / u for c, u in zip(checked, unchecked, strict=True)
        )
        print(
            f"{name}: {_nanoseconds(checked)} ns a lookup, {_nanoseconds(unchecked)} "
            f"without the check: {ratio:.3f} times"
        )
    _print_starts(options.repeats)
    _print_memory(options.models)
    return 0


# The check of indices


def checks(size: int, repeats: int) -> tuple[list[float], list[float]]:
    """Return the seconds of runs with and without the check, in turn."""
    prefs.codegen.target = "numba"
    checked = _lookup(size)
    with _without_checks():
        compiler._compiled.clear()
        unchecked = _lookup(size)
    compiler._compiled.clear()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for run, taken in zip((checked, unchecked), times, strict=True):
            begin = time.perf_counter()
            run()
            taken.append(time.perf_counter() - begin)
    return times


def _lookup(size: int) -> Callable[[], None]:
    """Return what runs the kernel of a lookup so many times."""
    table = np.random.default_rng(1).random(size)

    def looked_up(k):
        return table[k]

    function = Function(looked_up, arg_units=[1], arg_types=["integer"], return_unit=1)
    group = NeuronGroup(N_NEURONS, "x : 1\nk : integer", namespace={"f": function})
    group.k = np.random.default_rng(2).integers(0, size, N_NEURONS)
    group.run_regularly("x = f(k)")
    network = Network(group)
    network.run(0.1 * ms)
    kernel = group.contained_objects[-1].code_objects[0].kernel

    def run() -> None:
        for _ in range(N_STEPS):
            kernel()
        assert group.x[0] == table[group.k[0]]
        assert network.objects

    return run


@contextmanager
def _without_checks() -> Iterator[None]:
    """Let kernels be compiled, and not stored, without the check."""

    def element(code: Any, value: Value, index: Value) -> tuple[Value, Value]:
        is_negative = code.emit(f"icmp slt i64 {index.ref}, 0")
        from_end = code.emit(f"add i64 {index.ref}, {length_of(value).ref}")
        ref = code.emit(f"select i1 {is_negative}, i64 {from_end}, i64 {index.ref}")
        return value.parts[0], Value(ref, INT64)

    before = words.element
    with tempfile.TemporaryDirectory() as folder:
        prefs.codegen.runtime.numba.cache_dir = folder
        words.element = element
        try:
            yield
        finally:
            prefs.codegen.runtime.numba.cache_dir = None
            words.element = before


def _nanoseconds(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds) / N_STEPS / N_NEURONS * 1e9:.3f}"


# Starts


def translated(x):
    return 2 * x + 1


def of_numba(x):
    total = 0.0
    for y in [x, 2 * x]:
        total += y
    return total


def start(what: str, number: int) -> dict[str, float]:
    """Return how long a model takes from its creation to the end of its first run."""
    prefs.codegen.target = "numba"
    function = of_numba if what == "start-numba" else translated
    described = Function(function, arg_units=[1], return_unit=1)
    begin = time.perf_counter()
    group = NeuronGroup(10, "x : 1", namespace={"f": described})
    group.run_regularly("x = f(i)")
    Network(group).run(0.1 * ms)
    return {
        "seconds": time.perf_counter() - begin,
        "numba was imported": float("numba" in sys.modules),
    }


def _print_starts(repeats: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kinds = ("start-numba", "start-translated")
        for kind in kinds:
            _in_process(kind, 0, folder)
        times: dict[str, list[float]] = {kind: [] for kind in kinds}
        for _ in range(repeats):
            for kind in kinds:
                found = _in_process(kind, 0, folder)
                assert not found["numba was imported"]
                times[kind].append(found["seconds"])
    ours, others = (statistics.median(times[kind]) for kind in kinds)
    print(
        f"second process, function by numba: {ours * 1e3:.0f} ms to the end of its "
        f"first run, {others * 1e3:.0f} ms with a translated one"
    )


# Memory


def memory(what: str, number: int) -> dict[str, float]:
    """Return by how many bytes the process grows for so many models."""
    prefs.codegen.target = "numba"
    prefs.logging.warn_for_unused_objects = False
    # As many as are kept for the next model, and some more
    for k in range(400):
        _model(what, k)
    before = psutil.Process().memory_info().rss
    for k in range(400, 400 + number):
        _model(what, k)
    grown = psutil.Process().memory_info().rss - before
    return {"bytes": grown / number}


def _model(what: str, number: int) -> None:
    namespace: dict[str, Any] = {}
    equation = f"x = x*{number} + i"
    if what == "memory-numba":
        source = (
            f"def f(x):\n    total = {number}.0\n    for y in [x, 2*x]:\n"
            "        total += y\n    return total\n"
        )
        function = Function(lambda x: x, arg_units=[1], return_unit=1)
        function.implementations.add_implementation("numba", source)
        namespace = {"f": function}
        equation = "x = f(x)"
    group = NeuronGroup(2, "x : 1", namespace=namespace)
    # Each has code of its own
    group.run_regularly(f"{equation} + {number}*x**{number % 60 + 3}")
    Network(group).run(0.1 * ms)


def _print_memory(n_models: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        grown = [
            _in_process(what, n_models, folder)["bytes"] / 1e3
            for what in ("memory-numba", "memory-none")
        ]
    print(
        f"{n_models} models with a function of their own that numba compiled: "
        f"{grown[0]:.0f} kB each; without: {grown[1]:.0f} kB each"
    )


def _in_process(what: str, number: int, folder: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.functions", "--one", what, str(number)]
    environment = {**os.environ, "BRIAN2NUMBA_CACHE_DIR": folder}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    assert brian2numba.__version__
    sys.exit(main())
