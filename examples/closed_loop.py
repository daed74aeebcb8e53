# %% [markdown]
"""
# A controller in the loop

A Python function watches a population of neurons while it runs, and steers it: every
10 ms it counts the new spikes and sets the current that all neurons receive, so that
the population fires at the rate that is asked for. Such a function can do anything
Python can: read a sensor, a joystick or a file, and move a robot. Between its calls the
network runs compiled.

The controller adds up the error of the rate, and reacts to the error as it is
("proportional and integral"). After a while the task gets harder: inhibition sets in,
which the controller isn't told of.

Åström KJ, Murray RM (2008). Feedback systems: an introduction for scientists and
engineers. Princeton University Press (chapter 10).
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

prefs.codegen.target = "numba"
seed(2008)

# %% tags=["parameters"]
n_neurons = 500
duration = 4 * second

# %%
tau = 20 * ms
inhibition = TimedArray([0, 0, 0, 0, 0, 8, 8, 8] * mV, dt=0.5 * second)

neurons = NeuronGroup(
    n_neurons,
    """
    dv/dt = (control - inhibition(t) - v)/tau + 5*mV*xi*sqrt(2/tau) : volt
    control : volt (shared)
    """,
    threshold="v > 20*mV",
    reset="v = 0*mV",
    method="euler",
)
spikes = SpikeMonitor(neurons)
control = StateMonitor(neurons, "control", record=0, dt=10 * ms)


# %% [markdown]
"""
The target is a rate that changes in steps. The function remembers the sum of the
errors; what the monitor has recorded since the last call, a reader tells it.
"""

# %%
target = TimedArray([10, 10, 30, 20, 20, 20, 20, 20] * Hz, dt=0.5 * second)
memory = {"sum of errors": 0.0, "calls": 0}
new_spikes = brian2numba.NewRows(spikes)


@network_operation(dt=10 * ms)
def controller(t):
    new = new_spikes.read()
    error = target(t) - len(new.i) / n_neurons / (10 * ms)
    memory["sum of errors"] += error * 10 * ms
    memory["calls"] += 1
    neurons.control = 0.05 * mV / Hz * error + 6 * mV * memory["sum of errors"]


run(duration)
print(f"{spikes.num_spikes} spikes; the controller was called {memory['calls']} times")

# %%
figure, (rate, steering) = plt.subplots(
    2, sharex=True, figsize=(7, 5), height_ratios=(3, 2)
)
bins = np.arange(0, duration / second + 0.01, 0.02)
counts, _ = np.histogram(spikes.t / second, bins)
starts = bins[:-1]
rate.step(starts, counts / n_neurons / 0.02, where="post", label="Population")
rate.step(starts, target(starts * second) / Hz, where="post", label="Target", lw=2)
rate.set(ylabel="Rate (1/s)", ylim=(0, None))
rate.legend(ncols=2, loc="upper right")

steering.plot(control.t / second, control.control[0] / mV, label="Control")
steering.step(
    starts, inhibition(starts * second) / mV, where="post", label="Inhibition", lw=2
)
steering.set(xlabel="Time (s)", ylabel="Input (mV)", xlim=(0, duration / second))
steering.legend(ncols=2)

figure.savefig("closed_loop.png")
plt.show()
