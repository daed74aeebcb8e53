"""
How many points of a sweep are done in a second: ``python -m benchmarks.sweeps``.

A point is a network of 400 neurons with 32 000 synapses, 0.1 s. Compared are

- ``brian2numba.sweep`` with its processes started anew (*first call*), and with those
  of an earlier call (*next call*);
- a plain loop that runs each point in a process of its own, with the Cython target and
  with numba, as many at a time as the sweep has processes;
- the bare function in one process, beside a sweep with one process;
- a sweep of a function that does nothing: what a sweep itself needs for a point.

What is compiled was compiled before. All are measured by turns, several times.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.compare import ROOT, machine, what_lacks
from benchmarks.reports import markdown_table, write_page

DOCS = ROOT / "docs" / "performance"
#: What is measured, and what the tables call it
KINDS = {
    "first call": "sweep, processes started anew",
    "next call": "sweep, processes of an earlier call",
    "cython": "Cython, a process for each point",
    "numba": "numba, a process for each point",
    "bare": "bare function, one process",
    "sweep of one": "sweep, one process, of an earlier call",
    "nothing": "sweep of a function that does nothing, one process",
}

type Measurements = dict[str, list[float]]


def point(drive):
    """Run a network of neurons with random synapses; return how often they fired."""
    from brian2 import (  # noqa: PLC0415 (the process that measures needs none of it)
        NeuronGroup,
        SpikeMonitor,
        Synapses,
        ms,
        run,
    )

    neurons = NeuronGroup(
        400,
        "dv/dt = (drive*mV - v)/(20*ms) + g/ms : volt\ndg/dt = -g/(5*ms) : volt",
        threshold="v > 15*mV",
        reset="v = 0*mV",
        refractory=2 * ms,
        method="exact",
    )
    neurons.v = "rand()*15*mV"
    synapses = Synapses(neurons, neurons, on_pre="g_post += 0.01*mV")
    synapses.connect(p=0.2)
    spikes = SpikeMonitor(neurons, record=False)
    run(100 * ms)
    return spikes.num_spikes


def nothing(drive):
    """Return at once."""
    return drive


def parameters(n_points):
    """Return the points."""
    return {"drive": [14 + 6 * k / n_points for k in range(n_points)]}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, print it and write it to files."""
    options = parse(arguments)
    if options.measure:
        print(json.dumps(measured(options.measure, options)))
        return 0
    kinds = [kind for kind in KINDS if kind != "cython" or is_there()]
    found: Measurements = {kind: [] for kind in kinds}
    for repetition in range(options.repeat + 1):
        for kind, seconds in turn(kinds, options).items():
            if repetition:  # the first one compiles
                found[kind].append(seconds)
    results = {
        "machine": machine(),
        "points": options.points,
        "workers": options.workers,
        "seconds": found,
    }
    options.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=1) + "\n"
    (options.output / "sweeps.json").write_text(text, encoding="utf-8")
    parts = report(found, options)
    print("\n\n".join(parts))
    for folder in (options.output, *([DOCS] if options.docs else [])):
        write_page(folder / "sweeps.md", ["# Parameter sweeps", *parts])
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sweeps",
        description="Measure points a second of parameter sweeps.",
    )
    add = parser.add_argument
    add("--points", type=int, default=40)
    add("--workers", type=int, default=2)
    add("--repeat", type=int, default=5, help="measurements of each")
    add("--output", type=Path, default=ROOT / "benchmarks" / "output")
    add("--docs", action="store_true", help="write to docs/performance, too")
    measurable = ["sweep", "sweep of one", "nothing", "bare", "cython", "numba"]
    add("--measure", choices=measurable)
    return parser.parse_args(arguments)


def is_there() -> bool:
    """Tell whether the Cython target can be used; say why not."""
    lacking = what_lacks("cython")
    if lacking:
        print(f"The Cython target is left out: {lacking}.")
    return lacking is None


def turn(kinds: Sequence[str], options: argparse.Namespace) -> dict[str, float]:
    """Measure each kind once: seconds a point."""
    first, following = in_a_process("sweep", options)
    found = {"first call": first, "next call": following}
    for kind in ("bare", "sweep of one", "nothing"):
        (found[kind],) = in_a_process(kind, options)
    for target in ("cython", "numba"):
        if target in kinds:
            found[target] = processes(target, options)
    return found


def in_a_process(kind: str, options: argparse.Namespace) -> list[float]:
    """Let a process measure seconds a point."""
    line = [sys.executable, "-m", "benchmarks.sweeps", "--measure", kind]
    line += ["--points", str(options.points), "--workers", str(options.workers)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"The measurement of '{kind}' failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def processes(target: str, options: argparse.Namespace) -> float:
    """Return the seconds a point of a loop that starts a process for each."""
    start = time.perf_counter()
    with ThreadPoolExecutor(options.workers) as pool:
        list(pool.map(lambda _: in_a_process(target, options), range(options.points)))
    return (time.perf_counter() - start) / options.points


def measured(kind: str, options: argparse.Namespace) -> list[float]:
    """Measure in this process."""
    from brian2 import prefs, seed  # noqa: PLC0415 (see `point`)

    if kind != "cython":
        import brian2numba  # noqa: PLC0415 (Cython's process does without)
    prefs.codegen.target = "cython" if kind == "cython" else "numba"
    points = parameters(options.points)
    if kind in ("cython", "numba"):
        seed(1)
        point(points["drive"][0])
        return []
    if kind == "bare":
        for drive in points["drive"][:2]:
            point(drive)
        start = time.perf_counter()
        for drive in points["drive"]:
            seed(1)
            point(drive)
        return [(time.perf_counter() - start) / options.points]
    workers = options.workers if kind == "sweep" else 1
    function = nothing if kind == "nothing" else point
    times = []
    for _ in range(2):
        start = time.perf_counter()
        brian2numba.sweep(function, points, workers=workers, errors="raise")
        times.append((time.perf_counter() - start) / options.points)
    return times if kind == "sweep" else times[1:]


def report(found: Mapping[str, Sequence[float]], options: Any) -> list[str]:
    """Return the results in words."""
    middle = {kind: statistics.median(seconds) for kind, seconds in found.items()}
    rows = [
        [KINDS[kind], _number(1 / seconds), _number(1000 * seconds)]
        for kind, seconds in middle.items()
    ]
    parts = [
        f"{options.points} points, networks of 400 neurons with 32 000 synapses and "
        f"0.1 s, {options.workers} processes at a time on {os.cpu_count()} processors; "
        f"medians of {options.repeat}. Written by `python -m benchmarks.sweeps`.",
        markdown_table(("", "points a second", "ms a point"), rows),
        f"A sweep itself needs {1000 * middle['nothing']:.1f} ms for a point. It saves "
        "more: before each `run`, Brian looks twice for garbage among all objects of "
        "the process; in those of a sweep, among the objects of the point.",
    ]
    if "cython" in middle:
        ratio = middle["cython"] / middle["first call"]
        parts.append(
            f"The sweep's first call is {ratio:.1f} times as fast as processes with "
            "the Cython target."
        )
    return parts


def _number(value: float) -> str:
    """Return three digits or, of large numbers, all."""
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


if __name__ == "__main__":
    sys.exit(main())
