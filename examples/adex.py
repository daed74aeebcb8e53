# %% [markdown]
"""
# Firing patterns of the adaptive exponential neuron

Two equations make many kinds of neurons. The potential `v` rises exponentially into a
spike; the current `w` counteracts, grows with each spike by `b` and follows the
potential with the strength `a`. Eight neurons receive the same kind of stimulus, a
current that is switched on, and answer in eight ways.

Brette R, Gerstner W (2005). Adaptive exponential integrate-and-fire model as an
effective description of neuronal activity. J Neurophysiol 94(5):3637-3642.
<https://doi.org/10.1152/jn.00686.2005>

Naud R, Marcille N, Clopath C, Gerstner W (2008). Firing patterns in the adaptive
exponential integrate-and-fire model. Biol Cybern 99(4-5):335-347.
<https://doi.org/10.1007/s00422-008-0264-7>
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

prefs.codegen.target = "numba"

# %% tags=["parameters"]
duration = 600 * ms

# %% [markdown]
"""
All neurons are one group: what differs between them is a variable, what they share is a
constant. The values are the second paper's, with those changes of P. Müller's by which
they match its figure 4, and which Brian's own example has too. A row has the
capacitance (pF), the leak conductance (nS), the resting potential (mV), `a` (nS), the
time constant of `w` (ms), `b` (pA), the potential after a spike (mV), and the current
that is injected (pA).
"""

# %%
patterns = {
    "Tonic": (200, 10, -70, 2, 30, 0, -58, 500),
    "Adapting": (200, 12, -70, 2, 300, 60, -58, 500),
    "Initial burst": (130, 18, -58, 4, 150, 120, -50, 400),
    "Regular\nbursting": (200, 10, -58, 2, 120, 100, -46, 210),
    "Delayed,\naccelerating": (200, 12, -70, -10, 300, 0, -58, 300),
    "Delayed\nbursting": (100, 10, -65, -10, 90, 30, -47, 110),
    "Transient": (100, 10, -65, 10, 90, 100, -47, 180),
    "Irregular": (100, 12, -60, -11, 130, 30, -48, 160),
}
V_T = -50 * mV  # where a spike starts to rise
sharpness = 2 * mV
onset = 50 * ms

neurons = NeuronGroup(
    len(patterns),
    """
    dv/dt = (g_L*(E_L - v) + g_L*sharpness*exp((v - V_T)/sharpness)
             + stimulus - w)/C : volt
    dw/dt = (a*(v - E_L) - w)/tau_w : amp
    stimulus = current*int(t >= onset) : amp
    C : farad (constant)
    g_L : siemens (constant)
    E_L : volt (constant)
    a : siemens (constant)
    tau_w : second (constant)
    b : amp (constant)
    v_reset : volt (constant)
    current : amp (constant)
    """,
    threshold="v > 0*mV",
    reset="v = v_reset; w += b",
    method="euler",
    dt=0.02 * ms,
)
names = ("C", "g_L", "E_L", "a", "tau_w", "b", "v_reset", "current")
units = (pF, nS, mV, nS, ms, pA, mV, pA)
columns = np.transpose(list(patterns.values()))
for name, column, unit in zip(names, columns, units, strict=True):
    setattr(neurons, name, column * unit)
neurons.v = "E_L"

# %%
trace = StateMonitor(neurons, "v", record=True, dt=0.1 * ms)
spikes = SpikeMonitor(neurons)
run(duration)

for name, times in zip(patterns, spikes.spike_trains().values(), strict=True):
    intervals = " ".join(f"{interval:.0f}" for interval in np.diff(times / ms)[:8])
    label = " ".join(name.split())
    print(f"{label:22} spikes: {len(times):2}   intervals (ms): {intervals}")

# %% [markdown]
"""
A spike rises within less than a time step, so the recording hardly ever has its top: a
line is drawn up to 0 mV where a neuron spiked. The orange line shows when the current
is on.
"""

# %%
figure, axes = plt.subplots(len(patterns), sharex=True, figsize=(7, 6.5))
for number, (row, name) in enumerate(zip(axes, patterns, strict=True)):
    row.plot(trace.t / ms, np.minimum(trace.v[number] / mV, 0), lw=0.9)
    v_reset = neurons.v_reset[number] / mV
    row.vlines(spikes.t[spikes.i == number] / ms, v_reset, 0, lw=0.9)
    row.plot([onset / ms, duration / ms], [-85, -85], color="C1", lw=2)
    row.text(1.01, 0.5, name, transform=row.transAxes, va="center")
    row.set(ylim=(-86, 4), yticks=(-70, 0), xlim=(0, duration / ms))
    row.spines["bottom"].set_visible(False)
    row.tick_params(bottom=row is axes[-1])
figure.supylabel("Potential (mV)", fontsize="medium")
axes[-1].set_xlabel("Time (ms)")

figure.savefig("adex.png")
plt.show()
