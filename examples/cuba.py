"""
CUBA: a network of integrate-and-fire neurons with current-based synapses.

4000 leaky integrate-and-fire neurons, 80 % of them excitatory, are connected at random
with a probability of 2 %. A constant drive takes each above threshold; the balance of
excitation and inhibition keeps the activity low and irregular. It is one of the
benchmarks by which simulators are compared.

The script runs the network compiled (the numba target) and prints what was compiled,
then runs it again with Brian's numpy target, and compares the times.

Vogels TP, Abbott LF (2005). Signal propagation and logic gating in networks of
integrate-and-fire neurons. J Neurosci 25(46):10786-10795.
https://doi.org/10.1523/JNEUROSCI.3508-05.2005

Brette R, Rudolph M, Carnevale T, et al. (2007). Simulation of networks of spiking
neurons: a review of tools and strategies. J Comput Neurosci 23(3):349-398 (benchmark
2). https://doi.org/10.1007/s10827-007-0038-6
"""

import argparse
import time

import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # noqa: F401  (gives Brian the target "numba")

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


def build(n_neurons=4000):
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
    seed(2005)
    start = time.perf_counter()
    network = build(n_neurons)
    network.run(0 * ms)  # generates and compiles all code
    ready = time.perf_counter()
    network.run(duration)
    return network, ready - start, time.perf_counter() - ready


def print_code_objects(network):
    """Show what of a network was compiled."""
    for thing in network.sorted_objects:
        for code_object in thing.code_objects:
            print(f"  {code_object.name:42} {code_object.template_name}")


def plot(network, output):
    """Save a raster plot of every neuron's spikes, and the population's rate below."""
    spikes, n_neurons = network["spikes"], len(network["neurons"])
    figure, (raster, rate) = plt.subplots(
        2, sharex=True, figsize=(9, 6), height_ratios=(3, 1), layout="constrained"
    )
    inhibitory = spikes.i >= int(0.8 * n_neurons)
    for chosen, colour in ((~inhibitory, "tab:blue"), (inhibitory, "tab:red")):
        raster.plot(
            spikes.t[chosen] / ms, spikes.i[chosen], ".", markersize=1, color=colour
        )
    raster.set(
        ylabel="Neuron",
        title="CUBA network: excitatory (blue) and inhibitory (red) spikes",
    )
    bins = np.arange(0, network.t / ms + 1, 1)  # of 1 ms
    counts, _ = np.histogram(spikes.t / ms, bins)
    rate.step(bins[:-1], counts / n_neurons * 1000, color="0.3", where="post")
    rate.set(xlabel="Time (ms)", ylabel="Rate (Hz)", xlim=(0, network.t / ms))
    figure.savefig(output, dpi=150)
    print(f"\nRaster plot: {output}")
    if plt.get_backend().lower() != "agg":  # there is a screen to show it on
        plt.show()


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--neurons", type=int, default=4000)
    parser.add_argument("--duration", type=float, default=1.0, help="seconds")
    parser.add_argument("--output", default="cuba.png")
    options = parser.parse_args()
    size = options.neurons, options.duration * second

    print(f"CUBA, {options.neurons} neurons, {options.duration:g} s of biological time")
    network, setup, compiled = simulate("numba", *size)
    print("\nCompiled with numba (code object, template):")
    print_code_objects(network)
    of_numpy, setup_of_numpy, interpreted = simulate("numpy", *size)

    # The counts are close, not equal: the targets draw their random numbers in another
    # order. numpy's set-up is short as sympy remembers how it solved the equations.
    print(f"\n{'target':8}{'set-up':>10}{'run':>10}{'spikes':>10}")
    for target, net, before, run in (
        ("numba", network, setup, compiled),
        ("numpy", of_numpy, setup_of_numpy, interpreted),
    ):
        count = net["spikes"].num_spikes
        print(f"{target:8}{before:8.2f} s{run:8.2f} s{count:10}")
    print(f"\nThe run was {interpreted / compiled:.1f} times as fast as with numpy.")
    plot(network, options.output)


if __name__ == "__main__":
    main()
