# %% [markdown]
"""
# CUBA, a network with current-based synapses

4000 leaky integrate-and-fire neurons, 80 % of them excitatory, are connected at random
with a probability of 2 %. A constant drive takes each above threshold; the balance of
excitation and inhibition keeps the activity low and irregular. It is one of the
benchmarks by which simulators are compared.

The network runs compiled (the numba target), then again with Brian's numpy target, and
the times are compared.

Vogels TP, Abbott LF (2005). Signal propagation and logic gating in networks of
integrate-and-fire neurons. J Neurosci 25(46):10786-10795.
<https://doi.org/10.1523/JNEUROSCI.3508-05.2005>

Brette R, Rudolph M, Carnevale T, et al. (2007). Simulation of networks of spiking
neurons: a review of tools and strategies. J Comput Neurosci 23(3):349-398 (benchmark
2). <https://doi.org/10.1007/s10827-007-0038-6>
"""

# %%
import time

import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

# %% tags=["parameters"]
n_neurons = 4000
duration = 1 * second

# %%
PARAMETERS = {
    "tau_m": 20 * ms,  # membrane
    "tau_e": 5 * ms,  # excitatory synapses
    "tau_i": 10 * ms,  # inhibitory synapses
    "E_L": -49 * mV,  # where the membrane rests: above threshold, so neurons fire
    "v_threshold": -50 * mV,
    "v_reset": -60 * mV,
    "w_e": 60 * 0.27 / 10 * mV,
    "w_i": -20 * 4.5 / 10 * mV,
}

EQUATIONS = """
dv/dt = (g_e + g_i - (v - E_L)) / tau_m : volt (unless refractory)
dg_e/dt = -g_e / tau_e : volt
dg_i/dt = -g_i / tau_i : volt
"""

# Connections a neuron receives on average, whatever the network's size
SYNAPSES_PER_NEURON = 80


def build(n_neurons=n_neurons):
    """Make the network, with a recording of all spikes."""
    namespace = PARAMETERS | {"n_excitatory": int(0.8 * n_neurons)}
    probability = min(1.0, SYNAPSES_PER_NEURON / n_neurons)

    neurons = NeuronGroup(
        n_neurons,
        EQUATIONS,
        threshold="v > v_threshold",
        reset="v = v_reset",
        refractory=5 * ms,
        method="exact",
        namespace=namespace,
        name="neurons",
    )
    neurons.v = "v_reset + rand() * (v_threshold - v_reset)"

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


# %% [markdown]
"""
A run of no duration generates and compiles all code, so that the times of set-up and
run are told apart.
"""


# %%
def simulate(target, n_neurons, duration):
    """Build and run the network with one of Brian's code generation targets.

    Returns
    -------
    network : Network
        The network, after the run.
    setup_time, run_time : float
        Seconds that it took to build and compile the network, and to run it.
    """
    prefs.codegen.target = target
    seed(2002)
    start = time.perf_counter()
    network = build(n_neurons)
    network.run(0 * ms)  # generates and compiles all code
    ready = time.perf_counter()
    network.run(duration)
    return network, ready - start, time.perf_counter() - ready


# %%
if __name__ == "__main__":  # the benchmarks import the model only
    print(f"CUBA, {n_neurons} neurons, {duration / second:g} s of biological time")
    network, *times = simulate("numba", n_neurons, duration)
    print(brian2numba.explain(network).summary, end="\n\n")
    of_numpy, *times_of_numpy = simulate("numpy", n_neurons, duration)

# %% [markdown]
"""
The targets draw random numbers in another order: from one seed come two networks of one
kind. From seed to seed, the number of spikes varies by some percent, whichever the
target; with the same connections and first potentials, it is the same for both. numpy's
set-up is short as sympy remembers how it solved the equations; so is that of numba when
the script is started again, since what was compiled is stored.
"""

# %%
if __name__ == "__main__":
    print(f"{'target':8}{'set-up':>10}{'run':>10}{'spikes':>10}")
    for target, its_network, (setup, run_time) in (
        ("numba", network, times),
        ("numpy", of_numpy, times_of_numpy),
    ):
        count = its_network["spikes"].num_spikes
        print(f"{target:8}{setup:8.2f} s{run_time:8.2f} s{count:10}")
    print("The counts differ as each target draws other connections and potentials.")
    ratio = times_of_numpy[1] / times[1]
    print(f"\nThe run was {ratio:.1f} times as fast as with numpy.")

# %%
if __name__ == "__main__":
    spikes, n_excitatory = network["spikes"], int(0.8 * n_neurons)
    figure, (raster, rate) = plt.subplots(
        2, sharex=True, figsize=(7, 5), height_ratios=(3, 1)
    )
    excitatory = spikes.i < n_excitatory
    for chosen, colour in ((excitatory, "C0"), (~excitatory, "C1")):
        times_ms = spikes.t[chosen] / ms
        raster.plot(times_ms, spikes.i[chosen], ".", ms=2, mew=0, color=colour)
    raster.set(ylabel="Neuron", ylim=(0, n_neurons))
    raster.set_title("Excitatory spikes", color="C0")
    raster.set_title("Inhibitory spikes", color="C1", loc="right")

    bins = np.arange(0, duration / ms + 1, 2)
    counts, _ = np.histogram(spikes.t / ms, bins)
    rate.stairs(counts / n_neurons / 0.002, bins, fill=True, color="0.5")
    rate.set(xlabel="Time (ms)", ylabel="Rate (1/s)", xlim=(0, duration / ms))

    figure.savefig("cuba.png")
    print("Raster plot: cuba.png")
    plt.show()
