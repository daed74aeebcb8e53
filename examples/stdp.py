# %% [markdown]
"""
# Competition between synapses that learn by the timing of spikes

1000 inputs fire independently, as Poisson processes, onto one neuron. A synapse grows
when its input fires shortly before the neuron, and shrinks when it fires shortly after.
Though all inputs are alike, their weights drift to the two ends of the range, and the
neuron's rate settles where its firing is irregular.

Song S, Miller KD, Abbott LF (2000). Competitive Hebbian learning through
spike-timing-dependent synaptic plasticity. Nat Neurosci 3(9):919-926.
<https://doi.org/10.1038/78829>
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

# %% tags=["parameters"]
n_synapses = 1000
duration = 100 * second

# %%
LARGEST_WEIGHT = 0.01
GROWTH = 0.01  # of the largest weight, for one pair of spikes

PARAMETERS = {
    "tau_m": 10 * ms,
    "tau_e": 5 * ms,
    "tau_pre": 20 * ms,
    "tau_post": 20 * ms,
    "E_e": 0 * mV,
    "E_L": -74 * mV,
    "v_threshold": -54 * mV,
    "v_reset": -60 * mV,
    "w_max": LARGEST_WEIGHT,
    "d_pre": GROWTH * LARGEST_WEIGHT,
    # Shrinking is a little stronger than growing: without that, all weights grow.
    "d_post": -1.05 * GROWTH * LARGEST_WEIGHT,
}

NEURON = """
dv/dt = (g_e*(E_e - v) + E_L - v) / tau_m : volt
dg_e/dt = -g_e / tau_e : 1
"""

# %% [markdown]
"""
The traces that remember recent spikes are needed at spikes only: "event-driven" lets
Brian work out their decay since the last one.
"""

# %%
SYNAPSE = """
w : 1
dpre/dt = -pre / tau_pre : 1 (event-driven)
dpost/dt = -post / tau_post : 1 (event-driven)
"""
ON_INPUT_SPIKE = """
g_e += w
pre += d_pre
w = clip(w + post, 0, w_max)
"""
ON_OUTPUT_SPIKE = """
post += d_post
w = clip(w + pre, 0, w_max)
"""


def build(n_synapses=n_synapses):
    """Make the network; record all spikes, and the weights of two synapses."""
    inputs = PoissonGroup(n_synapses, rates=15 * Hz, name="inputs")
    neuron = NeuronGroup(
        1,
        NEURON,
        threshold="v > v_threshold",
        reset="v = v_reset",
        method="euler",
        namespace=PARAMETERS,
        name="neuron",
    )
    neuron.v = "v_reset"
    synapses = Synapses(
        inputs,
        neuron,
        SYNAPSE,
        on_pre=ON_INPUT_SPIKE,
        on_post=ON_OUTPUT_SPIKE,
        namespace=PARAMETERS,
        name="synapses",
    )
    synapses.connect()
    synapses.w = "rand() * w_max"

    weights = StateMonitor(synapses, "w", record=[0, 1], name="weights")
    spikes = SpikeMonitor(neuron, name="spikes")
    input_spikes = SpikeMonitor(inputs, name="input_spikes")
    return Network(inputs, neuron, synapses, weights, spikes, input_spikes)


# %%
if __name__ == "__main__":  # the benchmarks import the model only
    prefs.codegen.target = "numba"
    seed(1)
    network = build()
    first_weights = network["synapses"].w[:] / LARGEST_WEIGHT
    network.run(duration)

    last_weights = network["synapses"].w[:] / LARGEST_WEIGHT
    spikes, weights = network["spikes"], network["weights"]
    print(f"The neuron fired {spikes.num_spikes} times")
    at_the_ends = np.mean((last_weights < 0.2) | (last_weights > 0.8))
    print(
        f"{at_the_ends:.0%} of the weights are within a fifth of the range of its ends"
    )

# %%
if __name__ == "__main__":
    figure, axes = plt.subplot_mosaic(
        [["rate", "weights"], ["course", "weights"]], figsize=(8, 4.5)
    )
    edges = np.linspace(0, duration / second, 101)
    counts, _ = np.histogram(spikes.t / second, edges)
    axes["rate"].stairs(counts / np.diff(edges), edges, fill=True, color="0.5")
    axes["rate"].set(ylabel="Output rate (1/s)", xlim=(0, duration / second))

    axes["course"].plot(weights.t / second, weights.w.T / LARGEST_WEIGHT)
    axes["course"].set(xlabel="Time (s)", ylabel="Two weights (of largest)")
    axes["course"].set(ylim=(0, 1), xlim=(0, duration / second))

    bins = np.linspace(0, 1, 26)
    axes["weights"].hist(last_weights, bins, color="C0", label="At the end")
    axes["weights"].hist(
        first_weights, bins, color="0.3", histtype="step", label="At the start"
    )
    axes["weights"].set(xlabel="Weight (of largest)", ylabel="Synapses", xlim=(0, 1))
    axes["weights"].legend()

    figure.savefig("stdp.png")
    plt.show()
