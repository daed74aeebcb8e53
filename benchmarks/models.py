"""
The models that are measured.

Most are the examples'; each is a function that builds a network, and a duration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from brian2 import *

import brian2numba  # noqa: F401  (as in every script that uses the target)
from examples import cable, cobahh, cuba, forum_example, stdp

__all__ = ["MODELS", "Model"]


@dataclass(frozen=True)
class Model:
    """What is run in a measurement.

    Attributes
    ----------
    build : callable
        Builds the network, from a seed that is set before.
    duration : float
        How long to run it, in seconds of biological time.
    n_runs : int
        How many runs to make, each of this duration.
    profile : bool
        Whether to ask for the time that each object takes.
    """

    build: Callable[[], Network]
    duration: float
    n_runs: int = 1
    profile: bool = False


def build_small_lif() -> Network:
    """Make 2000 unconnected integrate-and-fire neurons with constant input."""
    neurons = NeuronGroup(
        2000,
        "dv/dt = (drive - v) / (10*ms) : 1\ndrive : 1 (constant)",
        threshold="v > 1",
        reset="v = 0",
        refractory=2 * ms,
        method="exact",
        name="neurons",
    )
    neurons.v = "rand()"
    neurons.drive = "0.8 + 0.4 * i / N"  # half of them fire
    return Network(neurons, SpikeMonitor(neurons, name="spikes"))


def build_with_operation(dt: Quantity) -> Network:
    """Make the small network with an operation in Python every `dt`."""
    return Network(build_small_lif(), NetworkOperation(lambda: None, dt=dt))


def build_single() -> Network:
    """Make one neuron and record its membrane potential."""
    neuron = NeuronGroup(
        1,
        "dv/dt = (1.5 - v) / (10*ms) : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name="neuron",
    )
    return Network(
        neuron,
        SpikeMonitor(neuron, name="spikes"),
        StateMonitor(neuron, "v", record=True, name="trace"),
    )


COBA_PARAMETERS = {
    "tau_m": 20 * ms,
    "tau_e": 5 * ms,
    "tau_i": 10 * ms,
    "g_L": 10 * nS,
    "E_L": -60 * mV,
    "E_e": 0 * mV,
    "E_i": -80 * mV,
    "v_threshold": -50 * mV,
    "v_reset": -60 * mV,
    "w_e": 6 * nS,
    "w_i": 67 * nS,
}

COBA_EQUATIONS = """
dv/dt = (E_L - v + (g_e*(E_e - v) + g_i*(E_i - v)) / g_L) / tau_m
        : volt (unless refractory)
dg_e/dt = -g_e / tau_e : siemens
dg_i/dt = -g_i / tau_i : siemens
"""


def build_coba(n_neurons: int = 4000) -> Network:
    """Make the network of neurons with conductance-based synapses.

    It is benchmark 1 of Brette et al. (2007), after Vogels and Abbott (2005); see
    `examples/cuba.py` for the papers.
    """
    namespace = COBA_PARAMETERS | {"n_excitatory": int(0.8 * n_neurons)}
    probability = min(1.0, cuba.SYNAPSES_PER_NEURON / n_neurons)
    neurons = NeuronGroup(
        n_neurons,
        COBA_EQUATIONS,
        threshold="v > v_threshold",
        reset="v = v_reset",
        refractory=5 * ms,
        method="exponential_euler",
        namespace=namespace,
        name="neurons",
    )
    neurons.v = "E_L + (5*randn() - 5)*mV"
    neurons.g_e = "(1.5*randn() + 4)*10*nS"
    neurons.g_i = "(12*randn() + 20)*10*nS"
    excitation = Synapses(
        neurons, neurons, on_pre="g_e += w_e", namespace=namespace, name="excitation"
    )
    excitation.connect("i < n_excitatory", p=probability)
    inhibition = Synapses(
        neurons, neurons, on_pre="g_i += w_i", namespace=namespace, name="inhibition"
    )
    inhibition.connect("i >= n_excitatory", p=probability)
    spikes = SpikeMonitor(neurons, name="spikes")
    return Network(neurons, excitation, inhibition, spikes)


#: The models by name. The names are those that `compare` knows.
MODELS = {
    "forum": Model(forum_example.build, 0.1),
    "small_lif": Model(build_small_lif, 0.2),
    "lif_profiled": Model(build_small_lif, 0.2, profile=True),
    "lif_op_1ms": Model(lambda: build_with_operation(1 * ms), 0.2),
    "lif_op_step": Model(lambda: build_with_operation(0.1 * ms), 0.2),
    "short_runs": Model(build_small_lif, 0.001, n_runs=10_000),
    "single": Model(build_single, 1.0),
    "cuba": Model(cuba.build, 1.0),
    "coba": Model(build_coba, 1.0),
    "cobahh": Model(cobahh.build, 1.0),
    "stdp": Model(stdp.build, 5.0),
    "cable": Model(cable.build, 0.025),
}
