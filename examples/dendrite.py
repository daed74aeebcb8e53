# %% [markdown]
"""
# What a synapse far out on a dendrite tells the soma

A neuron with a soma and a branching dendrite receives the same small current, like that
of an excitatory synapse, at one place after the other. The farther away the place, the
later, lower and broader is what arrives at the soma, though at the thin tip the local
response is the largest. The membrane is passive: the cable equation does all of this.

Rall W (1967). Distinguishing theoretical synaptic potentials computed for different
soma-dendritic distributions of synaptic input. J Neurophysiol 30(5):1138-1168.
<https://doi.org/10.1152/jn.1967.30.5.1138>
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

prefs.codegen.target = "numba"

# %% tags=["parameters"]
n_compartments = 30  # of each branch
duration = 40 * ms

# %% [markdown]
"""
The dendrite forks twice. At each fork the diameters keep to Rall's rule: raised to the
power of 3/2, those of the branches sum up to that of the stem.
"""

# %%
thick, middle, thin = 4 * um, 4 * um / 2 ** (2 / 3), 4 * um / 2 ** (4 / 3)

morphology = Soma(diameter=20 * um)
morphology.trunk = Cylinder(length=150 * um, diameter=thick, n=n_compartments)
for side in ("left", "right"):
    branch = Cylinder(length=150 * um, diameter=middle, n=n_compartments)
    morphology.trunk[side] = branch
    for tip in ("inner", "outer"):
        branch[tip] = Cylinder(length=200 * um, diameter=thin, n=n_compartments)

neuron = SpatialNeuron(
    morphology,
    """
    Im = -v/(20000*ohm*cm**2) : amp/meter**2
    I = size*(t/tau)*exp(1 - t/tau) : amp (point current)
    size : amp
    """,
    Cm=1 * uF / cm**2,
    Ri=150 * ohm * cm,
    method="exponential_euler",
    dt=0.025 * ms,
)
tau = 0.5 * ms
print(f"{len(neuron)} compartments")

# %% [markdown]
"""
One run for each place. The potential is relative to rest. For each we keep the course
everywhere.
"""

# %%
half = n_compartments // 2
trunk, left = morphology.trunk, morphology.trunk.left
places = {
    "Soma": 0,
    "Trunk": trunk.indices[half],
    "Branch": left.indices[half],
    "Tip": left.outer.indices[n_compartments - 1],
}
trace = StateMonitor(neuron, "v", record=True)
store()
courses = {}
for name, place in places.items():
    restore()
    neuron.size = 0 * amp
    neuron.size[place] = 50 * pA
    run(duration)
    courses[name] = trace.v / mV
    peak, local = courses[name][0].max(), courses[name][place].max()
    when = trace.t[courses[name][0].argmax()] / ms
    print(
        f"{name:6} {local:5.2f} mV there, {peak:4.2f} mV at the soma at {when:4.1f} ms"
    )

# %% [markdown]
"""
Left, the neuron, coloured by the highest potential of each place when the input is at
the tip (marked); right, what arrives at the soma.
"""

# %%
# Where to draw a branch: from (x, y), and by how much x and y grow along it
drawing = {
    (0, 0, 0, 150): trunk,
    (0, 150, -90, 120): left,
    (0, 150, 90, 120): trunk.right,
    (-90, 270, -100, 173): left.outer,
    (-90, 270, 30, 198): left.inner,
    (90, 270, -30, 198): trunk.right.inner,
    (90, 270, 100, 173): trunk.right.outer,
}
highest = courses["Tip"].max(axis=1)
scale = {"norm": "log", "vmin": 0.3, "vmax": 6}
along = (np.arange(n_compartments) + 0.5) / n_compartments

figure, (tree, course) = plt.subplots(1, 2, figsize=(8, 4.4), width_ratios=(2, 3))
tree.scatter(0, -10, s=350, c=highest[0], **scale)
for (x, y, dx, dy), section in drawing.items():
    sizes = (section.diameter / um * 2.4) ** 2
    points = tree.scatter(
        x + dx * along, y + dy * along, sizes, highest[section.indices[:]], **scale
    )
places_drawn = {
    "Soma": (0, -10),
    "Trunk": (0, 75),
    "Branch": (-45, 210),
    "Tip": (-190, 443),
}
for number, (name, (x, y)) in enumerate(places_drawn.items()):
    tree.annotate(
        name, (x, y), (x - 25, y), va="center", ha="right", color=f"C{number}"
    )
    course.plot(trace.t / ms, courses[name][0], color=f"C{number}", label=name)
tree.set(aspect="equal", xlim=(-290, 220), ylim=(-50, 490))
tree.set_axis_off()
ticks = (0.3, 0.5, 1, 2, 5)
bar = figure.colorbar(points, ax=tree, location="left", shrink=0.7, ticks=ticks)
bar.set_ticks(ticks, labels=ticks)
bar.set_ticks([], minor=True)
bar.set_label("Highest potential (mV)")
course.set(xlabel="Time (ms)", ylabel="Potential at the soma (mV)")
course.set(xlim=(0, duration / ms), ylim=(0, None))
course.legend(title="Input at")

figure.savefig("dendrite.png")
plt.show()
