# %% [markdown]
"""
# The brain of a fly

A model of all 138 639 neurons of a fruit fly's brain, with 15 million connections. All
neurons are alike; what they do follows from the connections alone. Here 21 neurons that
taste sugar get random input, and the activity spreads to some hundred others. The
published model was written with Brian, and predicts which neurons make the fly put out
its proboscis.

The connectome of the publication is a table of 15 million rows. This one is drawn at
random, with the same size. The connections of a neuron, and the synapses of a
connection, have lognormal distributions, whose long tails are those found in the fly;
most connections are within one of 78 parts. Other neurons would fire in a fly, but
about as many.

Shiu PK, Sterne GR, Spiller N, et al. (2024). A Drosophila computational brain model
reveals sensorimotor processing. Nature 634:210-219.
<https://doi.org/10.1038/s41586-024-07763-9>

Dorkenwald S, Matsliah A, Sterling AR, et al. (2024). Neuronal wiring diagram of an
adult brain. Nature 634:124-138. <https://doi.org/10.1038/s41586-024-07558-y>
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

prefs.codegen.target = "numba"
seed(2024)

# %% tags=["parameters"]
n_neurons = 138_639
n_parts = 78
duration = 1 * second

# %% [markdown]
"""
Each connection begins and ends at a neuron that is drawn by its attraction; seven of
ten end in the part where they begin. Some are drawn twice and count once, so more are
drawn than there are to be.
"""

# %%
generator = np.random.default_rng(783)
common = generator.standard_normal(n_neurons)
outputs, inputs = (
    np.exp(1.2 * (0.84 * common + 0.55 * generator.standard_normal(n_neurons)))
    for _ in range(2)
)


def drawn(attraction, n):
    """Return n of the neurons, sorted, each as often as it attracts connections."""
    numbers = generator.multinomial(n, attraction / attraction.sum())
    return np.repeat(np.arange(len(attraction)), numbers)


pre = drawn(outputs, 126 * n_neurons)
post = generator.permutation(drawn(inputs, len(pre)))
for part in np.array_split(np.arange(n_neurons), n_parts):
    begin, end = np.searchsorted(pre, (part[0], part[-1] + 1))
    within = begin + np.flatnonzero(generator.random(end - begin) < 0.7)
    own = part[0] + drawn(inputs[part], len(within))
    post[within] = generator.permutation(own)

pairs = np.sort(pre * n_neurons + post)
pairs = pairs[np.diff(pairs, prepend=-1) > 0]
pre, post = np.divmod(pairs, n_neurons)
n_synapses = np.ceil(generator.lognormal(0.01, 1.5, len(pairs)))
signs = np.where(generator.random(n_neurons) < 0.6, 1, -1)
n_taste = 21
signs[:n_taste] = 1

# %% [markdown]
"""
The neurons and their input as in the publication. A neuron that gets an input fires at
once, since it counts as much as 250 synapses.
"""

# %%
rest = -52 * mV
weight = 0.275 * mV

neurons = NeuronGroup(
    n_neurons,
    """
    dv/dt = (rest - v + g)/(20*ms) : volt (unless refractory)
    dg/dt = -g/(5*ms) : volt (unless refractory)
    period : second
    """,
    threshold="v > -45*mV",
    reset="v = rest; g = 0*mV",
    refractory="period",
    method="exact",
)
neurons.v = rest
neurons.period = 2.2 * ms
taste = neurons[:n_taste]
taste.period = 0 * ms
sugar = PoissonInput(taste, "v", N=1, rate=150 * Hz, weight=250 * weight)

synapses = Synapses(
    neurons, neurons, "w : volt (constant)", on_pre="g_post += w", delay=1.8 * ms
)
synapses.connect(i=pre, j=post)
synapses.w = n_synapses * signs[pre] * weight

# %%
spikes = SpikeMonitor(neurons)
run(duration)

active = np.flatnonzero(spikes.count)
print(
    f"{n_neurons} neurons, {len(synapses)} connections, {n_synapses.sum():.3g} synapses"
)
print(f"{len(active)} neurons fired, {spikes.num_spikes} times")

# %%
figure, (raster, degrees) = plt.subplots(1, 2, width_ratios=(2, 1), figsize=(8, 4.2))
rows = np.searchsorted(active, spikes.i)
tasted = spikes.i[:] < n_taste
raster.plot(spikes.t[tasted] / ms, rows[tasted], ".", ms=1.5, color="C1")
raster.plot(spikes.t[~tasted] / ms, rows[~tasted], ".", ms=1.5, color="C0")
raster.set(xlabel="Time (ms)", ylabel="Neurons that fire")
raster.set_title("Neurons that taste (red), and others that fire")

bins = np.geomspace(4, 8000, 28)
for numbers, label in (
    (synapses.N_outgoing_pre, "outputs"),
    (synapses.N_incoming_post, "inputs"),
):
    degrees.hist(numbers[:], bins, histtype="step", label=label)
degrees.set(xscale="log", yscale="log", xlabel="Connections", ylabel="Neurons")
degrees.set_title("Degrees")
degrees.legend()

figure.savefig("fly_brain.png")
plt.show()
