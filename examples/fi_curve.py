"""
How the rate of a neuron depends on its input, with and without noise.

A leaky integrate-and-fire neuron fires from a threshold current on. With noise, it
fires below the threshold, too, and the curve gets smooth. Each point of the picture is
a simulation of its own; `brian2numba.sweep` runs them in several processes. If a folder
is given, it keeps their results there, and another start computes what is missing.

The line without noise has a formula, with which the picture compares (dashed):
rate = 1 / (t_ref + tau ln(RI / (RI - v_threshold))).

Burkitt AN (2006). A review of the integrate-and-fire neuron model: I. Homogeneous
synaptic input. Biol Cybern 95(1):1-19. https://doi.org/10.1007/s00422-006-0068-6
"""

import argparse

import matplotlib.pyplot as plt
from brian2 import *

import brian2numba

TAU = 20 * ms
RESISTANCE = 100 * Mohm
THRESHOLD = 15 * mV
REFRACTORY = 3 * ms

EQUATIONS = """
dv/dt = (RESISTANCE*current - v)/TAU + noise*xi*(2/TAU)**0.5 : volt (unless refractory)
"""


def mean_rate(current, noise, n_neurons, duration):
    """Return the rate of neurons that all get this current, with noise of their own."""
    neurons = NeuronGroup(
        n_neurons,
        EQUATIONS,
        threshold="v > THRESHOLD",
        reset="v = 0*mV",
        refractory=REFRACTORY,
        method="euler",
    )
    spikes = SpikeMonitor(neurons, record=False)
    run(duration)
    return {"rate": spikes.num_spikes / n_neurons / duration}


def rate_without_noise(current):
    """Return the rate by the formula."""
    drive = RESISTANCE * current
    if drive <= THRESHOLD:
        return 0 * Hz
    return 1 / (REFRACTORY + TAU * log(drive / (drive - THRESHOLD)))


def plot(rates, output):
    """Save a picture of the rates, an `xarray.Dataset`."""
    figure, axes = plt.subplots(figsize=(7, 5), layout="constrained")
    for number, noise in enumerate(rates.noise.values):
        colour = plt.cm.viridis(0.8 * number / (len(rates.noise) - 1))
        curve = rates.rate.sel(noise=noise).mean(["n_neurons", "duration"])
        label = f"noise of {noise * 1e3:g} mV"
        axes.plot(curve.current * 1e12, curve, "o-", ms=4, color=colour, label=label)
    currents = np.linspace(rates.current.min().item(), rates.current.max().item(), 300)
    expected = [rate_without_noise(current * amp) / Hz for current in currents]
    axes.plot(currents * 1e12, expected, "k--", lw=1, label="formula, no noise")
    axes.set(xlabel="Current (pA)", ylabel="Rate (Hz)", title="f-I curves")
    axes.legend()
    figure.savefig(output, dpi=150)
    print(f"Picture: {output}")
    if plt.get_backend().lower() != "agg":  # there is a screen to show it on
        plt.show()


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--neurons", type=int, default=100)
    parser.add_argument("--duration", type=float, default=1.0, help="seconds")
    parser.add_argument("--currents", type=int, default=17, help="how many")
    parser.add_argument("--workers", type=int, help="processes; one a processor")
    parser.add_argument("--folder", help="where the results of points are kept")
    parser.add_argument("--output", default="fi_curve.png")
    options = parser.parse_args()

    prefs.codegen.target = "numba"
    parameters = {
        "current": np.linspace(80, 240, options.currents) * pA,
        "noise": [0, 1, 3, 6] * mV,
        "n_neurons": options.neurons,
        "duration": options.duration * second,
    }
    result = brian2numba.sweep(
        mean_rate,
        parameters,
        workers=options.workers,
        folder=options.folder,
        errors="raise",
        progress=True,
    )
    print(result.report)
    plot(result.to_dataset(), options.output)


if __name__ == "__main__":
    main()
