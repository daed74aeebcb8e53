# %% [markdown]
"""
# The cortical microcircuit

What is under a square millimetre of cortex: four layers, each with a population of
excitatory and one of inhibitory neurons, and synapses between them in the numbers that
anatomists and physiologists have found. Driven by random spikes from outside, each
population finds a rate of its own, near those that are measured in awake animals.
Simulators are compared by this model: it has 77 169 neurons and 300 million synapses.

Here it has a tenth of the neurons, and each has a tenth of the synapses. Weights are
larger, by the square root of ten, so that the input of a neuron varies as much as at
full size; a constant current keeps its mean. Neurons are more correlated in a small
network, and fire less.

Potjans TC, Diesmann M (2014). The cell-type specific cortical microcircuit: relating
structure and activity in a full-scale spiking network model. Cereb Cortex
24(3):785-806. <https://doi.org/10.1093/cercor/bhs358>

van Albada SJ, Helias M, Diesmann M (2015). Scalability of asynchronous networks is
limited by one-to-one mapping between effective connectivity and correlations. PLoS
Comput Biol 11(9):e1004490. <https://doi.org/10.1371/journal.pcbi.1004490>
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

prefs.codegen.target = "numba"
seed(2014)

# %% tags=["parameters"]
scale = 0.1
duration = 1 * second

# %% [markdown]
"""
The article's numbers: neurons, how likely two of them are connected (a row for each
target), spikes from outside, and the rates at full size, which only the constant
current is computed from.
"""

# %%
names = ["L2/3e", "L2/3i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i"]
full_sizes = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
probabilities = np.array(
    [
        [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0],
        [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
        [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0],
        [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
        [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0],
        [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0],
        [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
        [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
    ]
)
n_external = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
external_rate = 8 * Hz
full_rates = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829]) * Hz

weight = 87.8 * pA
relative = np.tile([1.0, -4.0], (8, 4))  # inhibition is four times as strong
relative[0, 2] = 2  # from L4e to L2/3e
tau_synapse = 0.5 * ms

# %% [markdown]
"""
Scaling: how many neurons and synapses there are, and the current for what the mean
input lacks.
"""

# %%
sizes = np.rint(full_sizes * scale).astype(int)
full_synapses = np.log1p(-probabilities) / np.log1p(
    -1 / np.outer(full_sizes, full_sizes)
)
n_synapses = np.rint(full_synapses * scale**2).astype(int)
scaled_weight = weight / np.sqrt(scale)

recurrent = (relative * full_synapses / full_sizes[:, np.newaxis]) @ full_rates
mean_input = tau_synapse * weight * (recurrent + n_external * external_rate)
compensation = (1 - np.sqrt(scale)) * mean_input

# %%
first = np.concatenate(([0], np.cumsum(sizes)))
neurons = NeuronGroup(
    sizes.sum(),
    """
    dv/dt = (-65*mV - v)/(10*ms) + (I + constant)/(250*pF) : volt (unless refractory)
    dI/dt = -I/tau_synapse : amp
    constant : amp (constant)
    """,
    threshold="v > -50*mV",
    reset="v = -65*mV",
    refractory=2 * ms,
    method="exact",
)
neurons.v = "(-65 + 5*randn())*mV"
neurons.constant = np.repeat(compensation, sizes)
populations = [neurons[first[k] : first[k + 1]] for k in range(8)]
inputs = [
    PoissonInput(population, "I", round(scale * n), external_rate, scaled_weight)
    for population, n in zip(populations, n_external, strict=True)
]

# %% [markdown]
"""
The number of synapses from one population to another is fixed. The neurons of each are
drawn at random, so two neurons may have several. Weights and delays are normally
distributed; inhibition is faster.
"""

# %%
generator = np.random.default_rng(2014)
places = [(t, s) for t in range(8) for s in range(8)]
pre, post = np.concatenate(
    [
        generator.integers(
            [[first[s]], [first[t]]],
            [[first[s + 1]], [first[t + 1]]],
            (2, n_synapses[t, s]),
        )
        for t, s in places
    ],
    axis=1,
)
numbers = [n_synapses[place] for place in places]
mean_weight = np.repeat([relative[place] for place in places], numbers)
mean_delay = np.repeat([0.75 if s % 2 else 1.5 for _, s in places], numbers) * ms
order = np.argsort(pre, kind="stable")

synapses = Synapses(neurons, neurons, "w : amp (constant)", on_pre="I_post += w")
synapses.connect(i=pre[order], j=post[order])
noise = 1 + 0.1 * generator.standard_normal(len(order))
synapses.w = scaled_weight * mean_weight[order] * noise
noise = 1 + 0.5 * generator.standard_normal(len(order))
synapses.delay = np.maximum(mean_delay[order] * noise, defaultclock.dt)

# %%
spikes = SpikeMonitor(neurons)
network = Network(collect(), inputs)  # Brian does not look into lists by itself
network.run(duration)

# %% [markdown]
"""
The rates of the populations, after a first tenth in which they settle.
"""

# %%
late = spikes.t > 0.1 * duration
counts = np.histogram(spikes.i[late], first)[0]
rates = counts / sizes / (0.9 * duration)
print(f"{sizes.sum()} neurons, {len(synapses)} synapses")
for name, rate, full_rate in zip(names, rates, full_rates, strict=True):
    print(f"{name:6} {rate / Hz:5.2f} Hz, at full size {full_rate / Hz:.2f} Hz")

# %%
figure, (raster, bars) = plt.subplots(1, 2, width_ratios=(2, 1), figsize=(8, 4.6))
shown = spikes.t > 0.6 * duration
times, indices = spikes.t[shown] / ms, spikes.i[shown]
for k in range(8):
    own = (indices >= first[k]) & (indices < first[k + 1])
    raster.plot(times[own], indices[own], ".", ms=1, color=f"C{k % 2}")
raster.set(xlabel="Time (ms)", ylabel="Population", ylim=(first[-1], 0))
raster.set_yticks((first[:-1] + first[1:]) / 2, names)
raster.set_title("Spikes: excitatory (blue), inhibitory")

bars.barh(names, rates / Hz, color=["C0", "C1"] * 4)
bars.plot(full_rates / Hz, names, "k|", ms=14, label="full size")
bars.set(xlabel="Rate (Hz)", ylim=(7.5, -0.5), title="Rates")
bars.legend()

figure.savefig("microcircuit.png")
plt.show()
