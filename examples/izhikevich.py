# %% [markdown]
"""
# Rhythms in a network of Izhikevich neurons

A thousand neurons, 800 excitatory and 200 inhibitory, each connected to all others with
random weights, receive noise. Nothing in the network oscillates by itself, and yet the
spikes line up in rhythms: slow ones of about 10 Hz, which look like vertical bands, and
in between faster ones. The neurons differ a little from each other, from regular
spiking to bursting (excitatory) and from low-threshold to fast spiking (inhibitory).

Izhikevich EM (2003). Simple model of spiking neurons. IEEE Trans Neural Netw
14(6):1569-1572. <https://doi.org/10.1109/TNN.2003.820440>
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

prefs.codegen.target = "numba"
seed(2003)

# %% tags=["parameters"]
n_neurons = 1000
duration = 1 * second

# %% [markdown]
"""
The model has no units but the millisecond: `v` stands for a potential in millivolts,
`u` for a current that recovers slowly. As in the paper, the potential takes steps of
half a millisecond, and the noise changes every millisecond.
"""

# %%
defaultclock.dt = 0.5 * ms

neurons = NeuronGroup(
    n_neurons,
    """
    dv/dt = (0.04*v**2 + 5*v + 140 - u + noise)/ms : 1
    du/dt = a*(b*v - u)/ms : 1
    noise : 1
    noise_size : 1 (constant)
    a : 1 (constant)
    b : 1 (constant)
    c : 1 (constant)
    d : 1 (constant)
    """,
    threshold="v >= 30",
    reset="v = c; u += d",
    method="euler",
)
neurons.run_regularly("noise = noise_size*randn()", dt=1 * ms)

n_excitatory = int(0.8 * n_neurons)
excitatory = neurons[:n_excitatory]
inhibitory = neurons[n_excitatory:]

# %% [markdown]
"""
One random number makes a neuron: squared for the excitatory ones, so that most are of
the regular kind.
"""

# %%
variety = rand(n_neurons)
exc, inh = variety[:n_excitatory] ** 2, variety[n_excitatory:]

excitatory.a, excitatory.b = 0.02, 0.2
excitatory.c, excitatory.d = -65 + 15 * exc, 8 - 6 * exc
excitatory.noise_size = 5

inhibitory.a, inhibitory.b = 0.02 + 0.08 * inh, 0.25 - 0.05 * inh
inhibitory.c, inhibitory.d = -65, 2
inhibitory.noise_size = 2

neurons.v = -65
neurons.u = "b*v"

# %% [markdown]
"""
A spike moves the potentials of all others by a weight of its own for each. In a network
of another size than the paper's, the weights are scaled to keep their sum.
"""

# %%
synapses = Synapses(neurons, neurons, "w : 1 (constant)", on_pre="v_post += w")
synapses.connect()
synapses.w["i < n_excitatory"] = "0.5*rand() * 1000/n_neurons"
synapses.w["i >= n_excitatory"] = "-rand() * 1000/n_neurons"

spikes = SpikeMonitor(neurons)
run(duration)

print(f"{len(synapses)} synapses")
for name, group in ("excitatory", excitatory), ("inhibitory", inhibitory):
    count = np.isin(spikes.i, group.i[:] + group.start).sum()
    print(f"{name}: {count / len(group) / (duration / second):.1f} spikes/s a neuron")

# %% [markdown]
"""
The raster plot has a dot for each spike. Below it is the rate of the whole population,
in bins of 2 ms.
"""

# %%
figure, (raster, rate) = plt.subplots(
    2, sharex=True, figsize=(7, 5), height_ratios=(3, 1)
)
of_excitatory = spikes.i < n_excitatory
for chosen, colour in ((of_excitatory, "C0"), (~of_excitatory, "C1")):
    raster.plot(
        spikes.t[chosen] / ms, spikes.i[chosen], ".", color=colour, ms=2.5, mew=0
    )
raster.set(ylabel="Neuron", ylim=(0, n_neurons))
raster.set_title("Excitatory spikes", color="C0")
raster.set_title("Inhibitory spikes", color="C1", loc="right")

bins = np.arange(0, duration / ms + 1, 2)
counts, _ = np.histogram(spikes.t / ms, bins)
rate.stairs(counts / n_neurons / 0.002, bins, fill=True, color="0.5")
rate.set(xlabel="Time (ms)", ylabel="Rate (1/s)", xlim=(0, duration / ms))

figure.savefig("izhikevich.png")
plt.show()
