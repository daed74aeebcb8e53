# %% [markdown]
"""
# A ring of neurons that remembers a direction

Neurons are arranged in a ring by the direction that they prefer. They excite those that
prefer similar directions and inhibit the rest. A short cue raises a bump of activity,
and the bump stays when the cue is over: the network remembers the direction. Noise
makes it wander, so that the memory fades. A second cue, stronger than the inhibition,
makes a new bump, which ends the first.

Ben-Yishai R, Bar-Or RL, Sompolinsky H (1995). Theory of orientation tuning in visual
cortex. Proc Natl Acad Sci USA 92(9):3844-3848. <https://doi.org/10.1073/pnas.92.9.3844>

Compte A, Brunel N, Goldman-Rakic PS, Wang XJ (2000). Synaptic mechanisms and network
dynamics underlying spatial working memory in a cortical network model. Cereb Cortex
10(9):910-923. <https://doi.org/10.1093/cercor/10.9.910>
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

prefs.codegen.target = "numba"
seed(1995)

# %% tags=["parameters"]
n_neurons = 128
duration = 5 * second

# %% [markdown]
"""
The rate of a neuron is a function of its input, with three branches: none, a square,
and a root that limits it. This is a plain Python function, which is compiled with the
equations.

Brunel N (2003). Dynamics and plasticity of stimulus-selective persistent activity in
cortical network models. Cereb Cortex 13(11):1151-1161.
<https://doi.org/10.1093/cercor/bhg096>
"""


# %%
@check_units(x=1, result=1)
def activation(x):
    if x < 0:
        return 0.0
    if x < 1:
        return x**2
    return 2 * sqrt(x - 0.75)


# %% [markdown]
"""
The recurrent input is a summed variable: in every time step, each synapse gives its
weight times the rate of the neuron before it. The weights depend on the distance along
the ring only.
"""

# %%
tau = 20 * ms
noise = 0.3
cues = TimedArray([0, 1, 0, 0, 0, 0, 8, 0], dt=0.5 * second)
places = TimedArray(np.deg2rad([0, 90, 0, 0, 0, 0, 250, 0]), dt=0.5 * second)

neurons = NeuronGroup(
    n_neurons,
    """
    drate/dt = (activation(recurrent + cue + 0.1) - rate)/tau + noise*xi/sqrt(tau) : 1
    cue = cues(t)*clip(cos(angle - places(t)), 0, 1)**4 : 1
    recurrent : 1
    angle : 1 (constant)
    """,
    method="euler",
    dt=0.5 * ms,
)
neurons.angle = "2*pi*i/N"

synapses = Synapses(
    neurons,
    neurons,
    """
    w : 1 (constant)
    recurrent_post = w*rate_pre : 1 (summed)
    """,
)
synapses.connect()
synapses.w = "(-4 + 9*cos(angle_pre - angle_post))/N_pre"

# %%
trace = StateMonitor(neurons, "rate", record=True, dt=20 * ms)
run(duration)

# %% [markdown]
"""
The sum of the neurons' directions, weighted by their rates, tells what is remembered.
"""

# %%
remembered = np.angle(np.exp(1j * neurons.angle[:]) @ trace.rate, deg=True) % 360
for time in (0.9, 1.1, 3, 3.4, 3.9, 4.9):
    number = min(int(time * second / (20 * ms)), len(trace.t) - 1)
    print(f"{trace.t[number] / second:.1f} s: {remembered[number]:.0f} degrees")

# %%
figure, axes = plt.subplots()
picture = axes.imshow(
    trace.rate,
    aspect="auto",
    origin="lower",
    extent=(0, duration / second, 0, 360),
    cmap="magma",
    interpolation="nearest",
    vmin=0,
    vmax=5,
)
figure.colorbar(picture, label="Rate (relative)", extend="max")
for number, place in enumerate(places.values):
    if cues.values[number]:
        axes.plot(
            [0.5 * number, 0.5 * number + 0.5], [np.rad2deg(place)] * 2, "C5", lw=3
        )
axes.set(xlabel="Time (s)", ylabel="Preferred direction (degrees)")
axes.set(yticks=range(0, 361, 90), xlim=(0, duration / second))
axes.set_title("The bump stays where the cue (blue) was")

figure.savefig("ring_attractor.png")
plt.show()
