"""
What the checks of computed indices and refractory periods cost.

The same models run with and without the checks that kernels make in normal mode, in one
process, in turns: ``python -m benchmarks.checks [--repeat 21]``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from unittest import mock

import brian2 as b2

import brian2numba  # noqa: F401 (registers the target)
from benchmarks.reports import markdown_table
from brian2numba.generation.generator import NumbaCodeGenerator

N = 20_000
STEPS = 200


def linked() -> b2.Network:
    """Return neurons that read others by an index that they can change."""
    source = b2.NeuronGroup(N, "x : 1", name="source")
    neurons = b2.NeuronGroup(
        N,
        """dv/dt = (x - v) / (10*ms) : 1
        x : 1 (linked)
        k : integer""",
        method="euler",
    )
    neurons.x = b2.linked_var(source, "x", index="k")
    source.x, neurons.k = "i", "(i * 7919) % N"
    return b2.Network(source, neurons)


def refractory() -> b2.Network:
    """Return neurons with a refractory period that is computed."""
    neurons = b2.NeuronGroup(
        N,
        "dv/dt = (2 - v) / (10*ms) : 1 (unless refractory)\nperiod : second",
        threshold="v > 1",
        reset="v = 0",
        refractory="period * (1 + v)",
        method="exact",
    )
    neurons.period, neurons.v = "(2 + i % 3)*ms", "i / (1.0 * N)"
    return b2.Network(neurons)


MODELS = {"linked variable": linked, "computed refractory period": refractory}


def prepared(model: Callable[[], b2.Network], has_checks: bool) -> b2.Network:
    """Return a network that has run for a step, so that it is compiled."""
    network = model()
    if has_checks:
        network.run(0.1 * b2.ms)
        return network
    with (
        mock.patch.object(NumbaCodeGenerator, "_check_indices", return_value=[]),
        mock.patch.object(NumbaCodeGenerator, "_period_check", return_value="pass"),
    ):
        network.run(0.1 * b2.ms)
    return network


def measure(model: Callable[[], b2.Network], repeat: int) -> tuple[float, float]:
    """Return the median times, in seconds, without and with checks."""
    times: tuple[list[float], list[float]] = [], []
    networks = [prepared(model, has_checks) for has_checks in (False, True)]
    for _ in range(repeat):
        for network, seconds in zip(networks, times, strict=True):
            kernels = [
                code.kernel
                for obj in network.sorted_objects
                for code in getattr(obj, "code_objects", [])
            ]
            start = time.perf_counter()
            for _ in range(STEPS):
                for kernel in kernels:
                    kernel()
            seconds.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def main() -> int:
    """Measure all models and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checks")
    parser.add_argument("--repeat", type=int, default=21)
    repeat = parser.parse_args().repeat
    b2.prefs.codegen.target = "numba"
    rows = []
    for name, model in MODELS.items():
        without, with_checks = measure(model, repeat)
        cost = f"{100 * (with_checks / without - 1):+.1f} %"
        rows.append((name, f"{without * 1e3:.2f}", f"{with_checks * 1e3:.2f}", cost))
    print(markdown_table(("model", "without (ms)", "with (ms)", "cost"), rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
