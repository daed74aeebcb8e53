"""
What surrounds a run: ``python -m benchmarks.around_runs``.

- ``values``: single values of variables, read and written in Python.
- ``decisions``: a network whose network operation goes through neurons one by one.
- ``magic``: a magic run of one time step, nothing changed.
- ``trials``: a network made anew, run for a second, its spikes read.
- ``queues``: a run of one time step with few and with many synapses, nothing changed.

Each target is measured in processes of its own, in turn. With ``--before FOLDER``, the
package in that folder (another commit, checked out) is measured as well.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from brian2 import (
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    PoissonInput,
    SpikeMonitor,
    Synapses,
    defaultclock,
    ms,
    mV,
    network_operation,
    prefs,
    run,
    second,
    seed,
)

ROOT = Path(__file__).resolve().parent.parent
N_CALLS = 5000


def _seconds(action: Callable[[], Any], number: int = 1) -> float:
    """Return how long an action takes, of several in a row."""
    start = time.perf_counter()
    for _ in range(number):
        action()
    return (time.perf_counter() - start) / number


def values() -> dict[str, float]:
    """Return the seconds that it takes to read and to write a single value."""
    group = NeuronGroup(100, "v : volt\nx : 1")
    synapses = Synapses(group, group, "w : 1")
    synapses.connect(p=0.1)
    part, value = group[20:40], 3 * mV
    actions: dict[str, Callable[[], Any]] = {
        "group.v[3]": lambda: group.v[3],
        "group.x[3]": lambda: group.x[3],
        "subgroup.v[3]": lambda: part.v[3],
        "synapses.w[3]": lambda: synapses.w[3],
        "group.v[3] = 3*mV": lambda: group.v.__setitem__(3, value),
        "group.x[3] = 1.5": lambda: group.x.__setitem__(3, 1.5),
        "synapses.w[3] = 2.0": lambda: synapses.w.__setitem__(3, 2.0),
    }
    for action in actions.values():
        action()
    return {name: _seconds(action, N_CALLS) for name, action in actions.items()}


def decisions() -> dict[str, float]:
    """Return the seconds of a run whose operation looks at a subgroup each ms."""
    seed(1)
    group = NeuronGroup(
        2000,
        "dv/dt = (1.1 - v)/(20*ms) : 1\nactivity : 1",
        threshold="v > 1",
        reset="v = 0; activity += 1",
        method="exact",
    )
    group.v = np.linspace(0, 1, 2000)
    chosen = group[:240]
    inputs = PoissonGroup(100, rates=10 * Hz)
    synapses = Synapses(inputs, group, on_pre="v_post += 0.02")
    synapses.connect(p=0.1)

    @network_operation(dt=1 * ms)
    def decide() -> None:
        total = 0.0
        for k in range(240):
            total += chosen.activity[k]
        inputs.rates = (10 + total % 7) * Hz

    network = Network(group, inputs, synapses, decide)
    network.run(1 * ms)
    return {"0.5 s of time": _seconds(lambda: network.run(0.5 * second))}


def magic() -> dict[str, float]:
    """Return the seconds of a magic run of one time step."""
    group = NeuronGroup(2000, "dv/dt = -v/(10*ms) : 1", method="exact")

    def one_step() -> None:
        run(0.1 * ms)

    one_step()
    one_step()
    assert len(group) == 2000
    return {"run(0.1*ms)": _seconds(one_step, 10)}


def trials() -> dict[str, float]:
    """Return the seconds of the second and later trials with a network made anew."""
    random = np.random.default_rng(1)
    sources, targets = random.integers(0, 5000, (2, 200_000))
    weights = random.random(200_000) * 0.3

    def trial() -> int:
        group = NeuronGroup(
            5000,
            """dv/dt = (-52*mV - v + g)/(20*ms) : volt (unless refractory)
               dg/dt = -g/(5*ms) : volt (unless refractory)
               period : second""",
            method="linear",
            threshold="v > -45*mV",
            reset="v = -52*mV; g = 0*mV",
            refractory="period",
        )
        group.v, group.period = -52 * mV, 2.2 * ms
        synapses = Synapses(group, group, "w : volt", on_pre="g += w", delay=1.8 * ms)
        synapses.connect(i=sources, j=targets)
        synapses.w = weights * mV
        inputs = [
            PoissonInput(group[k : k + 1], "v", 1, 150 * Hz, weight=68.75 * mV)
            for k in range(22)
        ]
        monitor = SpikeMonitor(group)
        network = Network(group, synapses, monitor, *inputs)
        network.run(1 * second)
        return sum(len(train) for train in monitor.spike_trains().values())

    assert trial() > 0
    return {"a trial": statistics.median(_seconds(trial) for _ in range(4))}


def queues() -> dict[str, float]:
    """Return the seconds of runs of one time step, by the number of synapses."""
    found = {}
    for n_synapses in (10_000, 10_000_000):
        group = NeuronGroup(10_000, "v : 1", threshold="v > 1", reset="v = 0")
        synapses = Synapses(group, group, "w : 1", on_pre="v_post += w")
        random = np.random.default_rng(1)
        indices = random.integers(0, 10_000, (2, n_synapses), np.int32)
        synapses.connect(i=indices[0], j=indices[1])
        synapses.delay = random.random(n_synapses) * 5 * ms
        network = Network(group, synapses)

        def one_step(network: Network = network) -> None:
            network.run(0.1 * ms)

        one_step()
        one_step()
        found[f"{n_synapses} synapses"] = _seconds(one_step, 5)
    return found


#: By name: what is measured, and with which targets
MEASURED: dict[str, tuple[Callable[[], dict[str, float]], tuple[str, ...]]] = {
    "values": (values, ("numba", "numpy")),
    "decisions": (decisions, ("numba", "cython")),
    "magic": (magic, ("numba", "cython")),
    "trials": (trials, ("numba", "cython")),
    "queues": (queues, ("numba",)),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *MEASURED], default=[])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--before", metavar="FOLDER", help="another commit's package")
    parser.add_argument("--one", metavar="TARGET", help="in this process")
    options = parser.parse_args(arguments)
    if options.one:
        print(json.dumps(_measured_here(options.names[0], options.one)))
        return 0
    for name in options.names or MEASURED:
        _print(name, options.repeats, options.before)
    return 0


def _measured_here(name: str, target: str) -> dict[str, float]:
    if target == "numba":
        import brian2numba  # noqa: F401, PLC0415 (other targets do without)
    prefs.codegen.target = target
    defaultclock.dt = 0.1 * ms
    return MEASURED[name][0]()


def _print(name: str, repeats: int, before: str | None) -> None:
    folders = {"numba": ROOT, **({"before": Path(before)} if before else {})}
    ways = [*folders, *(t for t in MEASURED[name][1] if t != "numba")]
    times: dict[str, dict[str, list[float]]] = {way: {} for way in ways}
    for _ in range(repeats):
        for way in ways:
            target = "numba" if way in folders else way
            found = _measured(name, target, folders.get(way, ROOT))
            for what, seconds in found.items():
                times[way].setdefault(what, []).append(seconds)
    for what in times["numba"]:
        medians = {way: statistics.median(times[way][what]) for way in ways}
        ours = medians.pop("numba")
        others = "".join(
            f"; {way} {_milliseconds(seconds)}, {seconds / ours:.1f} times"
            for way, seconds in medians.items()
        )
        print(f"{name}, {what}: {_milliseconds(ours)}{others}", flush=True)


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.4g} ms"


def _measured(name: str, target: str, folder: Path) -> dict[str, float]:
    """Return what a process of its own measures with the package of a folder."""
    command = [sys.executable, str(Path(__file__)), name, "--one", target]
    finished = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{finished.stderr}")
    seconds: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return seconds


if __name__ == "__main__":
    sys.exit(main())
