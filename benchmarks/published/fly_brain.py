"""
The model of a whole fly's brain by Shiu et al. (2024), for Brian.

Shiu PK, Sterne GR, Spiller N, et al. (2024). A Drosophila computational brain model
reveals sensorimotor processing. Nature 634:210-219.
<https://doi.org/10.1038/s41586-024-07763-9>
"""

from __future__ import annotations

from brian2 import *

from benchmarks.published.connectome import N_SENSORY, Connectome, synthetic

__all__ = ["build"]

EQUATIONS = """
dv/dt = (v_0 - v + g)/t_membrane : volt (unless refractory)
dg/dt = -g/t_synapse : volt (unless refractory)
period : second
"""
NAMESPACE = {
    "v_0": -52 * mV,
    "v_reset": -52 * mV,
    "v_threshold": -45 * mV,
    "t_membrane": 20 * ms,
    "t_synapse": 5 * ms,
}
REFRACTORY = 2.2 * ms
DELAY = 1.8 * ms
WEIGHT = 0.275 * mV  # of one synapse
RATE = 150 * Hz
#: An input makes the neuron fire: it is as strong as so many synapses, at once
STRENGTH = 250


def build(
    connectome: Connectome | None = None, n_stimulated: int = N_SENSORY
) -> Network:
    """
    Make the network: ``neurons``, ``synapses``, ``spikes`` and the input.

    Parameters
    ----------
    connectome : Connectome, optional
        The neurons and their connections; the first neurons are those that get input.
        A synthetic one unless given.
    n_stimulated : int
        How many get input.
    """
    found = connectome or synthetic()
    neurons = NeuronGroup(
        found.n_neurons,
        EQUATIONS,
        threshold="v > v_threshold",
        reset="v = v_reset; g = 0*mV",
        refractory="period",
        method="exact",
        namespace=NAMESPACE,
        name="neurons",
    )
    neurons.v = NAMESPACE["v_0"]
    neurons.period = REFRACTORY
    stimulated = neurons[:n_stimulated]
    stimulated.period = 0 * ms
    synapses = Synapses(
        neurons,
        neurons,
        "w : volt (constant)",
        on_pre="g_post += w",
        delay=DELAY,
        name="synapses",
    )
    synapses.connect(i=found.sources, j=found.targets)
    synapses.w = found.counts * WEIGHT
    spikes = SpikeMonitor(neurons, name="spikes")
    sugar = PoissonInput(stimulated, "v", N=1, rate=RATE, weight=WEIGHT * STRENGTH)
    return Network(neurons, synapses, spikes, sugar)
