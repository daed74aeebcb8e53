"""The networks of `benchmarks.ingredients`, each with one ingredient that costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from brian2 import *

from benchmarks.networks import build_synapse_heavy
from examples import cobahh, cuba

__all__ = ["NETWORKS", "STEP", "Sized"]

#: In seconds
STEP = 0.0001
#: With a smaller share of a network, at least so many neurons and time steps
LEAST_NEURONS, LEAST_STEPS = 20, 20


def build_poisson_input(n_neurons: int) -> Network:
    """Make neurons that do nothing but to get 1.6 spikes a step."""
    neurons = NeuronGroup(n_neurons, "v : 1", name="neurons")
    drive = PoissonInput(neurons, "v", N=2000, rate=8 * Hz, weight=0.1)
    return Network(neurons, drive)


def build_lif(n_neurons: int, refractory: Any = False) -> Network:
    """Make integrate-and-fire neurons that fire at 10 Hz, out of step.

    Parameters
    ----------
    n_neurons : int
        How many.
    refractory : Quantity, str or False
        As `NeuronGroup` takes it. The name of a parameter is ``"period"``.
    """
    flag = "" if refractory is False else " (unless refractory)"
    neurons = NeuronGroup(
        n_neurons,
        f"""
        dv/dt = (1.00678 - v) / (20*ms) : 1{flag}
        period : second (constant)
        """,
        threshold="v > 1",
        reset="v = 0",
        refractory=refractory,
        method="exact",
        name="neurons",
    )
    # As far as neurons are after some part of their interval
    neurons.v = "1.00678 * (1 - exp(-5*rand()))"
    neurons.period = "(4 + 2*rand()) * ms"
    return Network(neurons, SpikeMonitor(neurons, name="spikes"))


def build_cuba_neurons(n_neurons: int, is_refractory: bool = True) -> Network:
    """Make CUBA's neurons without their synapses, which fire as often as with them.

    That is 5.7 Hz; of themselves they would fire at 20 Hz, but for another resting
    potential.
    """
    equations = cuba.EQUATIONS
    if not is_refractory:
        equations = equations.replace(" (unless refractory)", "")
    neurons = NeuronGroup(
        n_neurons,
        equations,
        threshold="v > v_threshold",
        reset="v = v_reset",
        refractory=5 * ms if is_refractory else False,
        method="exact",
        namespace={**cuba.PARAMETERS, "E_L": -49.998 * mV},
        name="neurons",
    )
    neurons.v = "v_reset + rand() * (v_threshold - v_reset)"
    neurons.g_e = 1 * mV
    neurons.g_i = -1 * mV
    return Network(neurons, SpikeMonitor(neurons, name="spikes"))


def build_connected(
    n_neurons: int, pattern: dict[str, Any], rate: float = 50, weighted: bool = False
) -> Network:
    """Make neurons that fire whatever they get, and connect them by a pattern.

    Parameters
    ----------
    n_neurons : int
        How many.
    pattern : dict
        What `Synapses.connect` is given.
    rate : float
        At which each fires, in Hz.
    weighted : bool
        Whether synapses have weights of their own.
    """
    neurons = NeuronGroup(
        n_neurons,
        f"dx/dt = {rate}*Hz : 1\ntotal : 1",
        threshold="x > 1",
        reset="x -= 1",
        method="euler",
        name="neurons",
    )
    neurons.x = "rand()"
    synapses = Synapses(
        neurons,
        neurons,
        "w : 1 (constant)" if weighted else "",
        on_pre=f"total_post += {'w' if weighted else 0.001}",
        name="synapses",
    )
    synapses.connect(**pattern)
    if weighted:
        synapses.w = "0.001 * rand()"
    # Recording this many spikes would cost as much as delivering them
    counts = SpikeMonitor(neurons, record=False, name="counts")
    return Network(neurons, synapses, counts)


def build_summed(n_neurons: int) -> Network:
    """Make neurons each of which gets the mean of all, in each step."""
    neurons = NeuronGroup(
        n_neurons,
        "dx/dt = (total/N - x) / (10*ms) : 1\ntotal : 1",
        method="euler",
        name="neurons",
    )
    neurons.x = "rand()"
    synapses = Synapses(
        neurons, neurons, "total_post = x_pre : 1 (summed)", name="synapses"
    )
    synapses.connect()
    return Network(neurons, synapses)


@dataclass(frozen=True)
class Sized:
    """A network, how large it is, and for how long it runs.

    Attributes
    ----------
    build : callable
        Makes it of a number of neurons.
    n_neurons, n_steps : int
        So that the steps of the numba target take some tenths of a second.
    single : bool
        Whether state is of single precision.
    """

    build: Callable[[int], Network]
    n_neurons: int
    n_steps: int
    single: bool = False

    def share(self, share: float) -> tuple[int, int]:
        """Return how many neurons and time steps a share of it has."""
        n_neurons = max(round(share * self.n_neurons), LEAST_NEURONS)
        return n_neurons, max(round(share * self.n_steps), LEAST_STEPS)


_AROUND = {"j": "k for k in range(i - 50, i + 51)", "skip_if_invalid": True}

NETWORKS = {
    "poisson_input": Sized(build_poisson_input, 5000, 10_000),
    "lif": Sized(build_lif, 10_000, 80_000),
    "lif_refractory": Sized(partial(build_lif, refractory=5 * ms), 10_000, 80_000),
    "lif_period": Sized(partial(build_lif, refractory="period"), 10_000, 80_000),
    "cuba_neurons": Sized(
        partial(build_cuba_neurons, is_refractory=False), 10_000, 30_000
    ),
    "cuba_neurons_refractory": Sized(build_cuba_neurons, 10_000, 30_000),
    "delays": Sized(build_synapse_heavy, 10_000, 8000),
    "all_to_all": Sized(partial(build_connected, pattern={}), 2000, 20_000),
    "all_to_all_weighted": Sized(
        partial(build_connected, pattern={}, weighted=True), 2000, 20_000
    ),
    "one_to_one": Sized(
        partial(build_connected, pattern={"j": "i"}, rate=2000), 10_000, 20_000
    ),
    "neighbourhood": Sized(partial(build_connected, pattern=_AROUND), 10_000, 20_000),
    "summed": Sized(build_summed, 1000, 200),
    "cuba": Sized(cuba.build, 4000, 20_000),
    "cuba_40000": Sized(cuba.build, 40_000, 10_000),
    "cobahh": Sized(cobahh.build, 4000, 4000),
    "cobahh_single": Sized(cobahh.build, 4000, 4000, single=True),
}
