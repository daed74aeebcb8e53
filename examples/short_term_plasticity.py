# %% [markdown]
"""
# Synapses that tire, and synapses that warm up

A synapse has a limited store of transmitter, and releases a fraction of it at each
spike. If the store recovers slowly, later spikes have less effect: the synapse is
depressed. If the fraction itself is small and grows with each spike, later spikes have
more effect: the synapse is facilitated. The first kind tells the start of a train of
spikes from the rest, the second one lets only fast trains through.

Tsodyks M, Pawelzik K, Markram H (1998). Neural networks with dynamic synapses. Neural
Comput 10(4):821-835. <https://doi.org/10.1162/089976698300017502>
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

prefs.codegen.target = "numba"

# %% tags=["parameters"]
duration = 2.1 * second

# %% [markdown]
"""
Inputs fire regularly, each at its own rate, for a while and once more after a pause.
Each goes to two neurons: to one through a depressed synapse, to the other through a
facilitated one. The synapses' variables decay between spikes in a way that is known,
so they are computed when a spike arrives only ("event-driven").
"""

# %%
rates = np.array([3, 5, 10, 20, 30, 50, 70, 100])
trains = [np.append(np.arange(0.1, 1.6, 1 / rate), 2) for rate in rates]
inputs = SpikeGeneratorGroup(
    len(rates),
    np.repeat(np.arange(len(rates)), [len(train) for train in trains]),
    np.concatenate(trains) * second,
)
neurons = NeuronGroup(
    2 * len(rates),
    "dv/dt = (current - v)/(20*ms) : 1\ndcurrent/dt = -current/(3*ms) : 1",
    method="exact",
)
synapses = Synapses(
    inputs,
    neurons,
    """
    dx/dt = (1 - x)/tau_d : 1 (event-driven)
    du/dt = -u/tau_f : 1 (event-driven)
    U : 1 (constant)
    tau_d : second (constant)
    tau_f : second (constant)
    released : 1
    """,
    on_pre="""
    u += U*(1 - u)
    released = u*x
    x -= released
    current_post += released
    """,
)
synapses.connect(j="i + k*N_pre for k in range(2)")

depressed, facilitated = "j < N_pre", "j >= N_pre"
synapses.U[depressed], synapses.U[facilitated] = 0.5, 0.05
synapses.tau_d[depressed], synapses.tau_d[facilitated] = 800 * ms, 100 * ms
synapses.tau_f[depressed], synapses.tau_f[facilitated] = 1 * ms, 500 * ms
synapses.x = 1

# %%
trace = StateMonitor(neurons, "v", record=True)
releases = StateMonitor(synapses, "released", record=True, dt=1 * ms)
run(duration)

# %% [markdown]
"""
In a long train both variables settle: `u` just after a spike at `U/(1 - (1 - U)*f)`
with `f = exp(-1/(rate*tau_f))`, `x` just before one at `(1 - d)/(1 - (1 - u)*d)` with
`d = exp(-1/(rate*tau_d))`. The facilitated synapse is best at one frequency: below, it
doesn't warm up; above, it tires as well.
"""


# %%
def settled(rate, U, tau_d, tau_f):
    """Return what a spike releases in a long train of this rate (in Hz and seconds)."""
    f, d = np.exp(-1 / (rate * tau_f)), np.exp(-1 / (rate * tau_d))
    u = U / (1 - (1 - U) * f)
    return u * (1 - d) / (1 - (1 - u) * d)


kinds = {"Depressed": (0.5, 0.8, 0.001), "Facilitated": (0.05, 0.1, 0.5)}
before_pause = int(1.7 * second / (1 * ms))
figure, axes = plt.subplots(2, 2, figsize=(8, 5), width_ratios=(3, 2))
shown = list(rates).index(20)
for row, (course, steady), (name, numbers) in zip(
    (0, 1), axes, kinds.items(), strict=True
):
    number = row * len(rates) + shown
    course.plot(trace.t / second, trace.v[number], color=f"C{row}")
    course.eventplot(trains[shown], lineoffsets=-0.006, linelengths=0.004, color="0.4")
    course.set(ylabel="Potential (relative)", xlim=(0, duration / second))
    course.set(ylim=(-0.01, 0.06), yticks=(0, 0.02, 0.04, 0.06))
    course.set_title(f"{name} synapse, 20 spikes per second")

    of_kind = synapses.j[:] // len(rates) == row
    last = releases.released[of_kind, before_pause]
    fine = np.geomspace(1, 100, 200)
    steady.plot(fine, settled(fine, *numbers), color="0.6", lw=2, label="Settled")
    steady.plot(rates, last, "o", color=f"C{row}", label="Last spike of the train")
    steady.set(
        xscale="log",
        xticks=(1, 10, 100),
        xticklabels=(1, 10, 100),
        ylabel="Released",
        ylim=(0, 0.4),
        xlim=(1, 120),
    )
    steady.legend()
    print(name, "release:", " ".join(f"{value:.3f}" for value in last))
axes[1, 0].set_xlabel("Time (s)")
axes[1, 1].set_xlabel("Rate of the input (1/s)")

figure.savefig("short_term_plasticity.png")
plt.show()
