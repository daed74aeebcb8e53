# %% [markdown]
"""
# Oscillators that fall into step

Two thousand oscillators turn at frequencies of their own. Each is drawn towards the
phases of the others. When the coupling is weak, all go on by themselves; above a
critical strength more and more of them join a common rhythm. The order, which is 0
without and 1 with perfect synchrony, then grows as Kuramoto found: with frequencies
from a Lorentz distribution of width γ, as √(1 - 2γ/K), K being the coupling.

Strogatz SH (2000). From Kuramoto to Crawford: exploring the onset of synchronization in
populations of coupled oscillators. Physica D 143(1-4):1-20.
<https://doi.org/10.1016/S0167-2789(00)00094-4>
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

prefs.codegen.target = "numba"
seed(2000)

# %% tags=["parameters"]
n_oscillators = 2000
duration = 16 * second
strengths = np.array([0.5, 1, 1.5, 1.8, 2, 2.2, 2.5, 3, 4, 5, 6, 8])  # K / γ

# %% [markdown]
"""
All-to-all coupling needs no four million synapses, as the others act through their mean
only. It has a group of its own, with one element: summed variables collect the mean,
and linked variables bring it back.
"""

# %%
width = 2 * Hz
defaultclock.dt = 4 * ms

mean_field = NeuronGroup(1, "x : 1\ny : 1\nsize = sqrt(x**2 + y**2) : 1")
oscillators = NeuronGroup(
    n_oscillators,
    """
    dphase/dt = frequency + coupling*(y*cos(phase) - x*sin(phase)) : 1
    frequency : Hz (constant)
    coupling : Hz (shared)
    x : 1 (linked)
    y : 1 (linked)
    """,
    method="rk2",
)
oscillators.x = linked_var(mean_field, "x")
oscillators.y = linked_var(mean_field, "y")
to_mean = Synapses(
    oscillators,
    mean_field,
    """
    x_post = cos(phase_pre)/N_incoming : 1 (summed)
    y_post = sin(phase_pre)/N_incoming : 1 (summed)
    """,
)
to_mean.connect()

# Frequencies that represent the distribution evenly
oscillators.frequency = "width*tan(pi*((i + 0.5)/N - 0.5))"
oscillators.phase = "2*pi*rand()"

# %% [markdown]
"""
The state at the start is stored, and restored before each run: the runs differ in the
coupling only.
"""

# %%
trace = StateMonitor(mean_field, "size", record=True)
store()

courses = []
for strength in strengths:
    restore()
    oscillators.coupling = strength * width
    run(duration)
    courses.append(trace.size[0])

orders = np.array([course[len(course) // 2 :].mean() for course in courses])
theory = np.sqrt(np.maximum(1 - 2 / strengths, 0))
print("coupling/width   order   of infinitely many")
for row in zip(strengths, orders, theory, strict=True):
    print("{:14.1f}{:8.2f}{:21.2f}".format(*row))

# %%
figure, (left, right) = plt.subplots(1, 2, sharey=True, figsize=(8, 3.8))
for strength, course in zip(strengths, courses, strict=True):
    if strength in (1, 2.5, 5):
        left.plot(trace.t / second, course, label=f"K = {strength:g} γ")
left.set(xlabel="Time (s)", ylabel="Order", ylim=(0, 1), xlim=(0, duration / second))
left.legend()

fine = np.linspace(0.01, 8, 400)
right.plot(
    fine, np.sqrt(np.maximum(1 - 2 / fine, 0)), color="0.6", label="√(1 - 2γ/K)", lw=2
)
right.plot(strengths, orders, "o", color="C0", label="Simulated")
right.set(xlabel="Coupling K / γ", xlim=(0, 8.2))
right.legend()

figure.savefig("kuramoto.png")
plt.show()
