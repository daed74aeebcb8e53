# %% [markdown]
"""
# Four states of a balanced network

Excitatory and inhibitory neurons, connected at random and driven by noise, settle in
one of several states. Which one depends on two numbers: `g`, how much stronger
inhibition is than excitation, and `drive`, the rate of external spikes in relation to
the one that would just make a neuron fire. The neurons may fire regularly or
irregularly, and in synchrony or not. The delay of the synapses is what makes
the rhythms: inhibition comes too late to prevent a common wave of spikes.

Brunel N (2000). Dynamics of sparsely connected networks of excitatory and inhibitory
spiking neurons. J Comput Neurosci 8(3):183-208.
<https://doi.org/10.1023/A:1008925309027> (the four states are those of figure 8)
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

prefs.codegen.target = "numba"
seed(2000)

# %% tags=["parameters"]
n_excitatory = 10000
duration = 0.3 * second
shown = 0.2 * second  # the end of the run, in the picture

# %% [markdown]
"""
The constants are the paper's. Each neuron receives synapses from one in ten of the
others, 15 million in all, and as many external ones as there are excitatory ones; each
of these moves its potential by 0.1 mV. (Smaller networks have stronger synapses here,
so that the sum is the same.)
"""

# %%
tau = 20 * ms
threshold = 20 * mV
n_inputs = n_excitatory // 10
weight = 100 * mV / n_inputs

neurons = NeuronGroup(
    n_excitatory + n_excitatory // 4,
    """
    dv/dt = -v/tau : volt (unless refractory)
    g : 1 (shared)
    drive : 1 (shared)
    """,
    threshold="v > threshold",
    reset="v = 10*mV",
    refractory=2 * ms,
    method="exact",
)
# A drive of 1 would bring the mean potential to the threshold
neurons.run_regularly("v += weight*poisson(drive*threshold/weight*dt/tau)")

excitatory, inhibitory = neurons[:n_excitatory], neurons[n_excitatory:]
excitation = Synapses(excitatory, neurons, on_pre="v += weight", delay=1.5 * ms)
inhibition = Synapses(inhibitory, neurons, on_pre="v -= g_post*weight", delay=1.5 * ms)
excitation.connect(p=0.1)
inhibition.connect(p=0.1)
neurons.v = "rand()*threshold"

# %% [markdown]
"""
The network is built once. Its state is stored, and restored before each run, where only
the two numbers differ.
"""

# %%
spikes = SpikeMonitor(neurons[:50])
rate = PopulationRateMonitor(neurons)
store()

states = {
    "Synchronous, regular": (3, 2),
    "Synchronous, irregular, fast": (6, 4),
    "Asynchronous, irregular": (5, 2),
    "Synchronous, irregular, slow": (4.5, 0.9),
}
results = []
for name, numbers in states.items():
    restore()
    neurons.g, neurons.drive = numbers
    run(duration)
    late = rate.t >= duration - shown
    print(f"{name:30} {np.mean(rate.rate[late]) / Hz:6.1f} spikes/s a neuron")
    results.append((spikes.t[:], spikes.i[:], rate.t[:], rate.rate[:]))

# %% [markdown]
"""
For each state, the spikes of 50 neurons, and the rate of all. When neurons fire
regularly their refractory period limits them, at some hundred spikes per second. In the
other states they fire at low rates, more slowly than the rhythm of the population.
"""

# %%
figure, axes = plt.subplots(
    4, 2, sharex=True, figsize=(8, 6), height_ratios=(3, 2, 3, 2)
)
places = [(axes[row, k], axes[row + 1, k]) for row in (0, 2) for k in (0, 1)]
start = (duration - shown) / ms
for (raster, course), (name, (g, drive)), (times, indices, bins, rates) in zip(
    places, states.items(), results, strict=True
):
    raster.plot(times / ms - start, indices, "|", ms=3, color="C0")
    raster.set(ylabel="Neuron", ylim=(-1, 50), yticks=(0, 50))
    raster.set_title(f"{name}\ng = {g}, drive = {drive}", fontsize="medium")
    course.plot(bins / ms - start, rates / Hz, color="0.4", lw=0.8)
    course.set(ylabel="Rate (1/s)", xlim=(0, shown / ms))
    course.set_ylim(bottom=0)
for course in axes[-1]:
    course.set_xlabel("Time (ms)")
figure.align_ylabels()

figure.savefig("brunel.png")
plt.show()
