"""
Networks of any size, to measure what a neuron-step and a synaptic event cost.

Some have neurons only; in the others next to nothing but synapses takes time.
"""

from __future__ import annotations

from collections.abc import Callable

from brian2 import *

import brian2numba  # noqa: F401  (as in every script that uses the target)
from examples import cobahh, cuba

__all__ = [
    "build_cobahh_neurons",
    "build_cuba_neurons",
    "build_events",
    "in_single_precision",
]

#: Synapses of a neuron in networks that measure events, as in CUBA
SYNAPSES_PER_NEURON = 80


def build_cuba_neurons(n_neurons: int) -> Network:
    """Make CUBA's neurons, which its drive makes fire without synapses."""
    neurons = NeuronGroup(
        n_neurons,
        cuba.EQUATIONS,
        threshold="v > v_threshold",
        reset="v = v_reset",
        refractory=5 * ms,
        method="exact",
        namespace=cuba.PARAMETERS,
        name="neurons",
    )
    neurons.v = "v_reset + rand() * (v_threshold - v_reset)"
    neurons.g_e = 1 * mV
    neurons.g_i = -1 * mV
    return Network(neurons)


def build_cobahh_neurons(n_neurons: int) -> Network:
    """Make COBAHH's neurons."""
    neurons = NeuronGroup(
        n_neurons,
        cobahh.EQUATIONS,
        threshold="v > -20*mV",
        refractory=3 * ms,
        method="exponential_euler",
        namespace=cobahh.PARAMETERS,
        name="neurons",
    )
    neurons.v = "E_L + (5*randn() - 5)*mV"
    neurons.g_e = "(1.5*randn() + 4)*10*nS"
    neurons.g_i = "(12*randn() + 20)*10*nS"
    return Network(neurons)


def in_single_precision(build: Callable[..., Network]) -> Callable[..., Network]:
    """Return what makes the same network with variables of single precision.

    Afterwards, the preference is another one: each measurement has its process.
    """

    def build_it(*arguments: int) -> Network:
        prefs.core.default_float_dtype = np.float32
        return build(*arguments)

    return build_it


def build_events(n_neurons: int, weighted: bool) -> Network:
    """
    Make neurons that fire regularly, at 50 Hz, into synapses that change nothing else.

    Parameters
    ----------
    n_neurons : int
        How many neurons; each has 80 synapses on average, to random targets.
    weighted : bool
        Whether each synapse has a weight of its own, or all the same.
    """
    neurons = NeuronGroup(
        n_neurons,
        "dx/dt = 50*Hz : 1\ng : 1",
        threshold="x > 1",
        reset="x -= 1",
        method="euler",
        name="neurons",
    )
    neurons.x = "rand()"
    neurons.g = 1
    synapses = Synapses(
        neurons,
        neurons,
        "w : 1 (constant)" if weighted else "",
        on_pre="g += w" if weighted else "g += 0.001",
        name="synapses",
    )
    synapses.connect(p=min(1.0, SYNAPSES_PER_NEURON / n_neurons))
    if weighted:
        synapses.w = "0.001 * rand()"
    return Network(neurons, synapses, SpikeMonitor(neurons, name="spikes"))
