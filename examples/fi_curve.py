# %% [markdown]
"""
# How the rate of a neuron depends on its input, with and without noise

A leaky integrate-and-fire neuron fires from a threshold current on. With noise, it
fires below the threshold, too, and the curve gets smooth. Each point of the picture is
a simulation of its own; `brian2numba.sweep` runs them in several processes.

Burkitt AN (2006). A review of the integrate-and-fire neuron model: I. Homogeneous
synaptic input. Biol Cybern 95(1):1-19. <https://doi.org/10.1007/s00422-006-0068-6>
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba

prefs.codegen.target = "numba"

# %% tags=["parameters"]
n_neurons = 100
n_currents = 17
duration = 1 * second

# %% [markdown]
"""
The function builds and runs the model for one point. Its neurons all get the same
current, and noise of their own.
"""

# %%
tau = 20 * ms
resistance = 100 * Mohm
v_threshold = 15 * mV
t_refractory = 3 * ms


def mean_rate(current, noise, n_neurons, duration):
    neurons = NeuronGroup(
        n_neurons,
        "dv/dt = (resistance*current - v)/tau + noise*xi*sqrt(2/tau) : volt "
        "(unless refractory)",
        threshold="v > v_threshold",
        reset="v = 0*mV",
        refractory=t_refractory,
        method="euler",
    )
    spikes = SpikeMonitor(neurons, record=False)
    run(duration)
    return {"rate": spikes.num_spikes / n_neurons / duration}


# %% [markdown]
"""
A parameter with several values is an axis of the grid of points. With
`folder="results"`, finished points are kept there, and another start computes what is
missing. Processes that a script starts import it: so it has to say what only the first
one does.
"""

# %%
if __name__ == "__main__":
    result = brian2numba.sweep(
        mean_rate,
        {
            "current": np.linspace(80, 240, n_currents) * pA,
            "noise": [0, 1, 3, 6] * mV,
            "n_neurons": n_neurons,
            "duration": duration,
        },
        workers=2,
        errors="raise",
    )
    rates = result.to_dataset().rate.squeeze(["n_neurons", "duration"])

# %% [markdown]
"""
Without noise, there is a formula (dashed): the neuron is refractory, and then takes
$\\tau \\ln(RI / (RI - v_{threshold}))$ to the threshold.
"""

# %%
if __name__ == "__main__":
    fig, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
    colours = plt.cm.viridis(np.linspace(0, 0.85, len(rates.noise)))
    for noise, colour in zip(rates.noise.values, colours, strict=True):
        label = f"noise of {noise * 1e3:g} mV"
        curve = rates.sel(noise=noise)
        ax.plot(curve.current * 1e12, curve, "o-", ms=4, color=colour, label=label)

    currents = np.linspace(151, 240, 300) * pA
    drive = resistance * currents
    expected = 1 / (t_refractory + tau * log(drive / (drive - v_threshold)))
    ax.plot(currents / pA, expected / Hz, "k--", lw=1, label="formula, no noise")
    ax.set(xlabel="Current (pA)", ylabel="Rate (Hz)", ylim=(0, None))
    ax.legend(frameon=False)
    fig.savefig("fi_curve.png")
    plt.show()
