# %% [markdown]
"""
# COBAHH, a network of Hodgkin-Huxley neurons

4000 neurons with the sodium and potassium channels of Traub and Miles, 80 % of them
excitatory, are connected at random with a probability of 2 %, by synapses that change
conductances. Six differential equations with many exponentials per neuron make this the
heaviest of the classical simulator benchmarks.

Brette R, Rudolph M, Carnevale T, et al. (2007). Simulation of networks of spiking
neurons: a review of tools and strategies. J Comput Neurosci 23(3):349-398 (benchmark
3). <https://doi.org/10.1007/s10827-007-0038-6>

Traub RD, Miles R (1991). Neuronal networks of the hippocampus. Cambridge University
Press.
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

# %% tags=["parameters"]
n_neurons = 4000
duration = 0.5 * second

# %%
AREA = 20000 * umetre**2
PARAMETERS = {
    "C_m": 1 * ufarad * cm**-2 * AREA,
    "g_L": 5e-5 * siemens * cm**-2 * AREA,
    "E_L": -60 * mV,
    "E_K": -90 * mV,
    "E_Na": 50 * mV,
    "g_Na": 100 * msiemens * cm**-2 * AREA,
    "g_K": 30 * msiemens * cm**-2 * AREA,
    "V_T": -63 * mV,
    "tau_e": 5 * ms,
    "tau_i": 10 * ms,
    "E_e": 0 * mV,
    "E_i": -80 * mV,
    "w_e": 6 * nS,
    "w_i": 67 * nS,
}

# %% [markdown]
"""
The function `exprel(x)`, which is `(exp(x) - 1)/x`, is well defined at 0, where the
usual form of `alpha_m` and `alpha_n` divides 0 by 0.
"""

# %%
EQUATIONS = """
dv/dt = (g_L*(E_L - v) + g_e*(E_e - v) + g_i*(E_i - v)
         - g_Na*m**3*h*(v - E_Na) - g_K*n**4*(v - E_K)) / C_m : volt
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dg_e/dt = -g_e / tau_e : siemens
dg_i/dt = -g_i / tau_i : siemens
alpha_m = 0.32*4/exprel((13*mV - v + V_T)/(4*mV))/ms : Hz
beta_m = 0.28*5/exprel((v - V_T - 40*mV)/(5*mV))/ms : Hz
alpha_h = 0.128*exp((17*mV - v + V_T)/(18*mV))/ms : Hz
beta_h = 4/(1 + exp((40*mV - v + V_T)/(5*mV)))/ms : Hz
alpha_n = 0.032*5/exprel((15*mV - v + V_T)/(5*mV))/ms : Hz
beta_n = 0.5*exp((10*mV - v + V_T)/(40*mV))/ms : Hz
"""

# Connections a neuron receives on average, whatever the network's size
SYNAPSES_PER_NEURON = 80


def build(n_neurons=n_neurons):
    """Make the network; record all spikes, and the potential of three neurons."""
    namespace = PARAMETERS | {"n_excitatory": int(0.8 * n_neurons)}
    probability = min(1.0, SYNAPSES_PER_NEURON / n_neurons)

    neurons = NeuronGroup(
        n_neurons,
        EQUATIONS,
        threshold="v > -20*mV",
        # No reset: the equations repolarise the membrane. Being refractory keeps one
        # action potential from counting as many.
        refractory=3 * ms,
        method="exponential_euler",
        namespace=namespace,
        name="neurons",
    )
    # Start amid activity, so that it sustains itself
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
    trace = StateMonitor(neurons, "v", record=[0, 1, 2], name="trace")
    return Network(neurons, excitation, inhibition, spikes, trace)


# %%
if __name__ == "__main__":  # the benchmarks import the model only
    prefs.codegen.target = "numba"
    seed(2007)
    network = build()
    network.run(duration)

    spikes, trace = network["spikes"], network["trace"]
    mean_rate = spikes.num_spikes / n_neurons / duration
    print(f"{mean_rate / Hz:.1f} spikes a second and neuron")

# %% [markdown]
"""
The raster plot shows every eighth neuron. The three below are excitatory ones.
"""

# %%
if __name__ == "__main__":
    figure, (raster, *rows) = plt.subplots(
        4, sharex=True, figsize=(7, 6), height_ratios=(4, 1, 1, 1)
    )
    excitatory = spikes.i < int(0.8 * n_neurons)
    some = spikes.i % 8 == 0
    for kind, colour in ((excitatory, "C0"), (~excitatory, "C1")):
        chosen = kind & some
        times = spikes.t[chosen] / ms
        raster.plot(times, spikes.i[chosen], ".", ms=2, mew=0, color=colour)
    raster.set(ylabel="Neuron", ylim=(0, n_neurons))
    raster.set_title("Excitatory spikes", color="C0")
    raster.set_title("Inhibitory spikes", color="C1", loc="right")
    for axes, potential in zip(rows, trace.v, strict=True):
        axes.plot(trace.t / ms, potential / mV, linewidth=0.7)
        axes.set(ylim=(-90, 60), yticks=(-60, 0))
    rows[1].set(ylabel="Potentials of three (mV)")
    rows[-1].set(xlabel="Time (ms)", xlim=(0, duration / ms))

    figure.savefig("cobahh.png")
    plt.show()
