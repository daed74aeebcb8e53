"""
Competition between synapses that learn by the timing of spikes.

1000 inputs fire independently, as Poisson processes, onto one neuron. A synapse grows
when its input fires shortly before the neuron, and shrinks when it fires shortly after.
Though all inputs are alike, their weights drift to the two ends of the range, and the
neuron's rate settles where its firing is irregular.

Song S, Miller KD, Abbott LF (2000). Competitive Hebbian learning through
spike-timing-dependent synaptic plasticity. Nat Neurosci 3(9):919-926.
https://doi.org/10.1038/78829

The competition takes minutes of biological time (--duration 100 shows it well).
"""

import argparse

import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # noqa: F401  (gives Brian the target "numba")

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

# The traces that remember recent spikes are needed at spikes only: "event-driven" lets
# Brian work out their decay since the last one.
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


def build(n_synapses=1000):
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


def plot(network, first_weights, output):
    """Save a picture: weights before and after, in time, and the neuron's rate."""
    weights, spikes = network["weights"], network["spikes"]
    last_weights = network["synapses"].w[:]
    figure, (distribution, course, rate) = plt.subplots(
        3, figsize=(8, 8), layout="constrained"
    )
    bins = np.linspace(0, 1, 21)
    for values, label in ((first_weights, "start"), (last_weights, "end")):
        distribution.hist(values / LARGEST_WEIGHT, bins, alpha=0.6, label=label)
    distribution.set(xlabel="Weight / largest weight", ylabel="Synapses")
    distribution.legend()

    course.plot(weights.t / second, weights.w.T / LARGEST_WEIGHT)
    course.set(ylabel="Weight / largest weight", ylim=(-0.05, 1.05))

    edges = np.linspace(0, network.t / second, 51)
    counts, _ = np.histogram(spikes.t / second, edges)
    rate.stairs(counts / np.diff(edges), edges, fill=True, color="0.5")
    rate.set(xlabel="Time (s)", ylabel="Output rate (Hz)")
    rate.sharex(course)
    rate.set_xlim(0, network.t / second)
    figure.savefig(output, dpi=150)
    print(f"Picture: {output}")
    if plt.get_backend().lower() != "agg":  # there is a screen to show it on
        plt.show()


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--synapses", type=int, default=1000)
    parser.add_argument("--duration", type=float, default=20.0, help="seconds")
    parser.add_argument("--output", default="stdp.png")
    options = parser.parse_args()

    prefs.codegen.target = "numba"
    seed(2000)
    network = build(options.synapses)
    first_weights = np.array(network["synapses"].w)
    network.run(options.duration * second, report="text")

    print(f"The neuron fired {network['spikes'].num_spikes} times")
    plot(network, first_weights, options.output)


if __name__ == "__main__":
    main()
