# %% [markdown]
"""
# Spiral waves in a sheet of neurons

Ten thousand excitable cells lie in a square grid; gap junctions connect each with its
four neighbours. A cell that is excited excites its neighbours and then needs to
recover, so that excitation travels as a wave. A wave that is broken off curls up at its
end: a spiral turns around its centre and sends out waves for as long as nothing
disturbs it. Such spirals were seen in slices of the cortex whose inhibition was
blocked.

FitzHugh R (1961). Impulses and physiological states in theoretical models of nerve
membrane. Biophys J 1(6):445-466. <https://doi.org/10.1016/S0006-3495(61)86902-6>

Huang X, Troy WC, Yang Q, Ma H, Laing CR, Schiff SJ, Wu JY (2004). Spiral waves in
disinhibited mammalian neocortex. J Neurosci 24(44):9897-9902.
<https://doi.org/10.1523/JNEUROSCI.2705-04.2004>
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

prefs.codegen.target = "numba"

# %% tags=["parameters"]
size = 100  # cells along an edge
duration = 400 * ms

# %% [markdown]
"""
Of FitzHugh's two variables, `v` stands for the potential and `w` for the recovery. The
current through the gap junctions is a summed variable of the synapses.
"""

# %%
cells = NeuronGroup(
    size**2,
    """
    dv/dt = (v - v**3/3 - w + current)/ms : 1
    dw/dt = 0.08*(v + 0.6 - 0.5*w)/ms : 1
    current : 1
    row = i // size : integer
    column = i % size : integer
    """,
    method="euler",
)
junctions = Synapses(cells, cells, "current_post = 0.6*(v_pre - v_post) : 1 (summed)")

number = np.arange(size**2).reshape(size, size)
for one, other in ((number[1:], number[:-1]), (number[:, 1:], number[:, :-1])):
    junctions.connect(i=one.ravel(), j=other.ravel())
    junctions.connect(i=other.ravel(), j=one.ravel())
print(f"{len(cells)} cells, {len(junctions)} halves of gap junctions")

# %% [markdown]
"""
At the start all cells rest but for a strip that is excited, from one edge to the
middle. On one side of it cells are still recovering, so that the wave can't go there;
and in the middle it has a free end.
"""

# %%
cells.v, cells.w = -0.93, -0.66
cells.v["row < 0.5*size and 0.4*size <= column and column < 0.5*size"] = 1.5
cells.w["row < 0.5*size and column < 0.4*size"] = 0.3

trace = StateMonitor(cells, "v", record=True, dt=5 * ms)
run(duration)

# %%
figure, axes = plt.subplots(2, 3, figsize=(6.5, 4.5))
moments = np.linspace(0.05, 1, 6) * (len(trace.t) - 1)
for place, moment in zip(axes.flat, moments.astype(int), strict=True):
    picture = place.imshow(
        trace.v[:, moment].reshape(size, size), cmap="magma", vmin=-2, vmax=2
    )
    place.set_title(f"{trace.t[moment] / ms:.0f} ms")
    place.set_axis_off()
figure.colorbar(picture, ax=axes, label="v", shrink=0.6)

figure.savefig("spiral_waves.png")
plt.show()
