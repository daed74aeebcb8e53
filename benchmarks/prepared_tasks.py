"""
What `benchmarks.prepared_runs` measures: each task in a process of its own.

It is started as a script, so that the package ``brian2numba`` can be that of another
folder, which is in ``PYTHONPATH``. The last line that it prints has the seconds of each
repetition, by what was measured, as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import brian2 as b2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
SEED = 4000
N_SWEEP_WORKERS = 2
#: Repetitions that do not count: a run is like the ones before from the third on
N_FIRST = 3

type Seconds = dict[str, list[float]]


def _times(action: Callable[[], Any], n_times: int, n_first: int = N_FIRST) -> Any:
    """Return how long an action takes each time, after the first times."""
    times = []
    for _ in range(n_first + n_times):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return times[n_first:]


def small_lif(options: argparse.Namespace) -> Seconds:
    """Measure runs of independent neurons, and assignments to them."""
    from benchmarks.networks import build_small_lif  # noqa: PLC0415 (see `main`)

    network = build_small_lif()
    found = _short_runs(network, np.linspace(0, 1, 2000), options.runs)
    neurons = network["neurons"]

    def assign() -> None:
        neurons.v = "rand()"

    # Brian leaves strings to numpy unless it is told otherwise
    found["expression by numpy"] = _times(assign, options.runs)
    b2.prefs.codegen.string_expression_target = options.target
    return {**found, "expression": _times(assign, options.runs)}


def cuba(options: argparse.Namespace) -> Seconds:
    """Measure runs of the network CUBA."""
    from examples import cuba as example  # noqa: PLC0415 (see `main`)

    values = np.linspace(-60, -50, 4000) * b2.mV
    return _short_runs(example.build(), values, options.runs)


def _short_runs(network: b2.Network, values: Any, n_runs: int) -> Seconds:
    """Measure runs of one time step, and trials of 10 ms."""
    network.run(0 * b2.ms)
    network.store()
    neurons, spikes = network["neurons"], network["spikes"]
    seeds = iter(range(n_runs + N_FIRST))

    def one_step() -> None:
        network.run(b2.defaultclock.dt)

    def trial() -> Any:
        network.restore()
        b2.seed(next(seeds))
        neurons.v = values
        network.run(10 * b2.ms)
        return spikes.i[:], spikes.t[:]

    return {"one step": _times(one_step, n_runs), "trial": _times(trial, n_runs)}


def pathways(options: argparse.Namespace) -> Seconds:
    """Measure runs of one time step of 8 groups, each connected to each."""
    namespace = {"tau": 10 * b2.ms}
    groups = [
        b2.NeuronGroup(
            50,
            "dv/dt = (1.1 - v)/tau : 1",
            threshold="v > 1",
            reset="v = 0",
            method="exact",
            namespace=namespace,
        )
        for _ in range(8)
    ]
    pathways = []
    for source in groups:
        for target in groups:
            synapses = b2.Synapses(
                source, target, "w : 1", on_pre="v_post += w*0.01", delay=1 * b2.ms
            )
            synapses.connect(p=0.1)
            pathways.append(synapses)
    monitors = [b2.SpikeMonitor(group) for group in groups]
    network = b2.Network(groups, pathways, monitors)

    def one_step() -> None:
        network.run(b2.defaultclock.dt)

    return {"one step": _times(one_step, options.runs)}


def second(options: argparse.Namespace) -> Seconds:
    """Measure runs of a model as a whole, and of what their time steps take."""
    from benchmarks.models import MODELS  # noqa: PLC0415 (see `main`)

    model, device = MODELS[options.model], b2.get_device()
    network = model.build()
    steps = []

    def run() -> None:
        network.run(model.duration * b2.second)
        steps.append(float(device._last_run_time))

    whole = _times(run, options.runs, n_first=1)
    return {"whole": whole, "time steps": steps[1:]}


def standalone(options: argparse.Namespace) -> Seconds:
    """Compile the C++ program that runs a model twice, unless it is there."""
    from benchmarks.models import MODELS  # noqa: PLC0415 (see `main`)

    b2.set_device("cpp_standalone", build_on_run=False)
    b2.seed(SEED)
    model = MODELS[options.model]
    network = model.build()
    for _ in range(2):
        network.run(model.duration * b2.second)
    b2.device.build(directory=str(options.cache), compile=True, run=False)
    return {}


def again(options: argparse.Namespace) -> Seconds:
    """Measure how long CUBA takes from its first line to its first time step."""
    from examples.cuba import EQUATIONS, PARAMETERS  # noqa: PLC0415 (see `main`)

    names = PARAMETERS | {"n_excitatory": 3200}
    objects: list[float] = []

    def build() -> None:
        start = time.perf_counter()
        neurons = b2.NeuronGroup(
            4000,
            EQUATIONS,
            threshold="v > v_threshold",
            reset="v = v_reset",
            refractory=5 * b2.ms,
            method="exact",
            namespace=names,
        )
        parts = [
            b2.Synapses(neurons, neurons, on_pre=code, namespace=names)
            for code in ("g_e += w_e", "g_i += w_i")
        ]
        network = b2.Network(neurons, parts, b2.SpikeMonitor(neurons))
        objects.append(time.perf_counter() - start)
        if options.target == "numpy":
            return
        neurons.v = "v_reset + rand() * (v_threshold - v_reset)"
        parts[0].connect("i < n_excitatory", p=0.02)
        parts[1].connect("i >= n_excitatory", p=0.02)
        network.run(b2.defaultclock.dt)

    whole = _times(build, options.runs)
    found = {} if options.target == "numpy" else {"whole": whole}
    return {**found, "objects": objects[N_FIRST:]}


def built() -> dict[str, Any]:
    """Build the network of the sweep."""
    from brian2 import (  # noqa: PLC0415 (in the processes of the sweep)
        Network,
        NeuronGroup,
        SpikeMonitor,
        Synapses,
        ms,
    )

    neurons = NeuronGroup(
        400,
        """dv/dt = (drive*mV - v)/(20*ms) + g/ms : volt
           dg/dt = -g/(5*ms) : volt
           drive : 1 (constant)""",
        threshold="v > 15*mV",
        reset="v = 0*mV",
        refractory=2 * ms,
        method="exact",
    )
    neurons.v = "rand()*15*mV"
    synapses = Synapses(neurons, neurons, on_pre="g_post += 0.01*mV")
    synapses.connect(p=0.2)
    spikes = SpikeMonitor(neurons)
    network = Network(neurons, synapses, spikes)
    return {"network": network, "neurons": neurons, "spikes": spikes}


def point(model: dict[str, Any], strength: float) -> int:
    """Run 10 ms; return how many spikes there were."""
    from brian2 import ms  # noqa: PLC0415 (see above)

    model["neurons"].drive = strength
    model["network"].run(10 * ms)
    return int(model["spikes"].num_spikes)


def sweep(options: argparse.Namespace) -> Seconds:
    """Measure the seconds that a point of a sweep takes, building included."""
    import brian2numba  # noqa: PLC0415 (of the folder that is measured)

    def swept(n_points: int) -> None:
        parameters = {"strength": [14 + 6 * k / n_points for k in range(n_points)]}
        brian2numba.sweep(
            point, parameters, build=built, workers=N_SWEEP_WORKERS, errors="raise"
        )

    # The processes are there then, and what is compiled
    swept(4 * N_SWEEP_WORKERS)
    start = time.perf_counter()
    swept(options.points)
    return {"a point": [(time.perf_counter() - start) / options.points]}


TASKS: dict[str, Callable[[argparse.Namespace], Seconds]] = {
    task.__name__: task
    for task in (small_lif, cuba, pathways, second, standalone, again, sweep)
}


def main() -> None:
    """Do the task of the command line."""
    parser = argparse.ArgumentParser(description="Do one task of a measurement.")
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("target", choices=("numba", "cython", "numpy", "standalone"))
    parser.add_argument("--model", help="of `benchmarks.models`")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--cache", type=Path, help="folder of the C++ program")
    options = parser.parse_args()
    if options.target == "numba":
        import brian2numba  # noqa: F401, PLC0415 (of the folder that is measured)
    else:
        # The other targets as they are without this package
        sys.modules["brian2numba"] = ModuleType("brian2numba")
    if options.task != "sweep":
        # Models are this folder's, whatever package is measured. The processes of a
        # sweep look for the package in the same places as this one
        sys.path.insert(0, str(ROOT))
    if options.target != "standalone":
        b2.prefs.codegen.target = options.target
        b2.seed(SEED)
    print(json.dumps(TASKS[options.task](options)))


if __name__ == "__main__":
    main()
