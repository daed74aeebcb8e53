"""Functions for sweeps in tests, which other processes import or get."""

import os
import signal
from pathlib import Path

from brian2 import (
    Network,
    NeuronGroup,
    PoissonGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    mV,
    nA,
    prefs,
    run,
)

GRID = {"current": [1, 2, 3] * nA, "noise": [0.5, 1.0] * mV}


def simulate(current, noise):
    """Return results with and without units, of objects with names Brian chose."""
    inputs = PoissonGroup(5, rates="(i + 1)*400*Hz")
    group = NeuronGroup(
        3,
        "dv/dt = (current*Mohm*10 - v)/(5*ms) + noise*xi*(5*ms)**-0.5 : volt",
        threshold="v > 12*mV",
        reset="v = 0*mV",
        method="euler",
    )
    synapses = Synapses(inputs, group, on_pre="v += 1*mV")
    synapses.connect(p=0.5)
    spikes = SpikeMonitor(group)
    run(4 * ms)
    return {"n": spikes.num_spikes, "v": group.v, "synapses": len(synapses)}


def build():
    """Build the network of `simulate` with random synapses."""
    group = NeuronGroup(
        3,
        """
        dv/dt = (current*Mohm*10 - v)/(5*ms) + noise*xi*(5*ms)**-0.5 : volt
        current : amp (shared)
        noise : volt (shared)
        """,
        threshold="v > 12*mV",
        reset="v = 0*mV",
        method="euler",
        name="group",
    )
    group.v = "rand()*mV"
    synapses = Synapses(group, group, "w : volt", on_pre="v_post += w", delay=1 * ms)
    synapses.connect(p=0.5)
    synapses.w = "rand()*mV"
    trace = StateMonitor(group, "v", record=True, name="trace")
    return Network(group, synapses, trace)


def run_built(network, current, noise):
    """Run what `build` returned."""
    group = network["group"]
    group.current, group.noise = current, noise
    group.v[0] += 1 * mV
    network.run(4 * ms)
    return {"v": network["trace"].v, "t": float(network.t_)}


def with_build(current, noise):
    """Do the same with a network of its own."""
    return run_built(build(), current, noise)


def preferences():
    """Return what holds where a point is computed, and change it."""
    found = {
        "target": str(prefs.codegen.target),
        "random": prefs.codegen.runtime.numba.random,
        "loop": prefs.codegen.runtime.numba.native_loop,
        "dt": defaultclock.dt,
    }
    prefs.codegen.target = "numpy"
    prefs.codegen.runtime.numba.random = "numpy"
    defaultclock.dt = 1 * ms
    return found


def noted(a, folder, bad=(), sleep=0.0):
    """Leave a note of each call; fail for some."""
    import time  # noqa: PLC0415 (this function may travel alone)

    with open(Path(folder) / f"{a}", "a") as notes:
        notes.write(f"{os.getpid()}\n")
    time.sleep(sleep)
    if str(a) in str(bad).split():
        raise ValueError(f"{a} is bad")
    return {"double": 2 * a}


def dies(a, folder, always=True):
    """End the process, always or the first time, for a = 2."""
    note = Path(folder) / "died"
    if a == 2 and (always or not note.exists()):
        note.touch()
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return a * 2
