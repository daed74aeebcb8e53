"""
One tool in a process of its own.

``python -m benchmarks.tools_compared.measure TOOL CACHE N_NEURONS...`` prints a JSON
object as its last line. With ``--start`` it has only what a start costs.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import brian2  # noqa: F401 (in a simulation it is there before, whatever the tool)
import numpy as np

from benchmarks.memory import peak_memory
from benchmarks.tools_compared import job
from benchmarks.tools_compared.catalogue import TOOLS

REPEAT = 7
#: Neurons and steps of the runs that are checked
N_CHECKED, STEPS_CHECKED = 1000, 200


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the command line asks for, and print it."""
    parser = argparse.ArgumentParser(description="Measure one tool.")
    parser.add_argument("tool", choices=TOOLS)
    parser.add_argument("cache", type=Path)
    parser.add_argument("sizes", type=int, nargs="+", help="numbers of neurons")
    parser.add_argument("--start", action="store_true", help="only what a start costs")
    options = parser.parse_args(arguments)
    print(json.dumps(measured(options)))


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Measure a tool; times are in seconds, memory in bytes."""
    options.cache.mkdir(parents=True, exist_ok=True)
    compiles = not any(options.cache.iterdir())
    before = peak_memory()
    tool, kernels, found = _start(options.tool, options.cache)
    if not options.start:
        found |= _containers(tool, max(options.sizes))
        found |= _calls(tool, kernels["lif"], min(10_000, max(options.sizes)))
    after = peak_memory()
    if before is not None and after is not None:
        found["memory"] = after - before
        is_apart = TOOLS[options.tool].needs == "compiler" and compiles
        found["memory_of_compiler"] = peak_memory(children=True) if is_apart else None
    for name, kernel in kernels.items():
        _check(tool, name, kernel)
    if not options.start:
        for n in options.sizes:
            for name in ("lif", "lif_exp"):
                found[f"{name}_{n}"] = _throughput(tool, kernels[name], n)
    return found


def _start(name: str, cache: Path) -> tuple[job.Tool, dict[str, Any], dict[str, Any]]:
    """Compile the kernels, and take the time until each was called once."""
    begin = time.perf_counter()
    module = importlib.import_module(f"benchmarks.tools_compared.{TOOLS[name].module}")
    tool = module.TOOL(cache)
    imported = time.perf_counter()
    kernels, times = {}, [imported]
    for update in job.UPDATES:
        kernels[update] = tool.kernel(update)
        tool.caller(kernels[update], job.new_state(10))()
        times.append(time.perf_counter())
    found = {
        "import": imported - begin,
        "first_call": times[1] - begin,
        "next_kernel": statistics.mean(np.diff(times[1:]).tolist()),
    }
    return tool, kernels, found


def _containers(tool: job.Tool, n: int) -> dict[str, float]:
    """Measure an append, and a spike that goes through the queue; check both."""
    begin = time.perf_counter()
    fill, values = tool.appender()
    push = tool.queue()
    fill(0)
    spikes = np.arange(0, 4000, 100, dtype=np.int32)
    n_steps = max(n // len(spikes), 2 * job.DELAY)
    first = push(spikes, n_steps)
    ready = time.perf_counter() - begin
    if first != job.expected_events(spikes, n_steps):
        raise job.WrongResultError(f"The queue's spikes add up to {first}")
    begin = time.perf_counter()
    fill(n)
    append = time.perf_counter() - begin
    if not np.array_equal(values(), np.arange(n)):
        raise job.WrongResultError(f"The array has other numbers: {values()}")
    seconds = _best(lambda: push(spikes, n_steps))
    return {
        "containers": ready,
        "append": append / n,
        "spike": seconds / (n_steps * len(spikes)),
    }


def _calls(tool: job.Tool, kernel: Any, n_calls: int) -> dict[str, float]:
    """Measure what a call costs, with one neuron that hardly costs anything."""
    call = tool.caller(kernel, job.new_state(1))

    def calls() -> None:
        for _ in range(n_calls):
            call()

    begin = time.perf_counter()
    loop = tool.loop(kernel, job.new_state(1))
    loop(1)
    return {
        "loop": time.perf_counter() - begin,
        "call": _best(calls) / n_calls,
        "inner_call": _best(lambda: loop(100 * n_calls)) / (100 * n_calls),
    }


def _check(tool: job.Tool, name: str, kernel: Any) -> None:
    """Refuse a tool whose results are others."""
    state = job.new_state(N_CHECKED)
    loop = tool.loop(kernel, state)
    n_spikes, v = job.expected_state(name, N_CHECKED, STEPS_CHECKED)
    found = loop(STEPS_CHECKED)
    if found != n_spikes or not np.allclose(state.v, v, rtol=1e-9):
        raise job.WrongResultError(
            f"{name} has {found} spikes, not {n_spikes}, or another v"
        )


def _throughput(tool: job.Tool, kernel: Any, n: int) -> float:
    """Measure a time step of a neuron."""
    loop = tool.loop(kernel, job.new_state(n))
    n_steps = min(max(4_000_000 // n, 4), 1000)
    return _best(lambda: loop(n_steps)) / (n * n_steps)


def _best(function: Callable[[], Any]) -> float:
    """Return the shortest time of several calls, after one that counts for none."""
    times = []
    for _ in range(REPEAT + 1):
        begin = time.perf_counter()
        function()
        times.append(time.perf_counter() - begin)
    return min(times[1:])


if __name__ == "__main__":
    main()
