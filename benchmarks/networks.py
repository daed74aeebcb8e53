"""Networks that are measured, beside those of the examples."""

from __future__ import annotations

from brian2 import *

import brian2numba  # noqa: F401  (as in every script that uses the target)
from examples import cuba

__all__ = [
    "build_coba",
    "build_delays",
    "build_noisy",
    "build_single",
    "build_small_lif",
    "build_synapse_heavy",
    "build_with_operation",
]


def build_small_lif(n_neurons: int = 2000) -> Network:
    """Make unconnected integrate-and-fire neurons with constant input."""
    neurons = NeuronGroup(
        n_neurons,
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


def build_noisy(n_neurons: int = 10_000, n_synapses: int = 1000) -> Network:
    """
    Make integrate-and-fire neurons with noise that inhibit each other.

    Parameters
    ----------
    n_neurons : int
        How many neurons.
    n_synapses : int
        How many synapses a neuron has on average.
    """
    namespace = {"tau": 20 * ms, "sigma": 0.3, "drive": 0.6, "w": -0.1 / n_synapses}
    neurons = NeuronGroup(
        n_neurons,
        "dv/dt = (drive - v)/tau + sigma*sqrt(2/tau)*xi : 1 (unless refractory)",
        threshold="v > 1",
        reset="v = 0",
        refractory=5 * ms,
        method="euler",
        namespace=namespace,
        name="neurons",
    )
    neurons.v = "0.9 * rand()"
    inhibition = Synapses(
        neurons,
        neurons,
        on_pre="v += w",
        delay=1.5 * ms,
        namespace=namespace,
        name="inhibition",
    )
    inhibition.connect(p=min(1.0, n_synapses / n_neurons))
    return Network(neurons, inhibition, SpikeMonitor(neurons, name="spikes"))


def build_delays(n_neurons: int = 4000) -> Network:
    """Make CUBA with a delay of its own for each synapse."""
    network = cuba.build(n_neurons)
    for name in ("excitation", "inhibition"):
        network[name].delay = "5*ms * rand()"
    return network


def build_synapse_heavy(n_neurons: int = 10_000, n_synapses: int = 500) -> Network:
    """Make a network whose many synapses have weights and delays, for its memory."""
    neurons = NeuronGroup(
        n_neurons,
        "dv/dt = (1.05 - v) / (20*ms) : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name="neurons",
    )
    neurons.v = "rand()"
    synapses = Synapses(neurons, neurons, "w : 1", on_pre="v += w", name="synapses")
    synapses.connect(p=min(1.0, n_synapses / n_neurons))
    synapses.w = "1e-4 * (rand() - 0.5)"
    synapses.delay = "5*ms * rand()"
    return Network(neurons, synapses, SpikeMonitor(neurons, name="spikes"))
