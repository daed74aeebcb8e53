# %% [markdown]
"""
# An action potential travels along the squid's giant axon

A current is injected for 3 ms at one end of a cable of 10 cm, whose membrane has
Hodgkin and Huxley's sodium and potassium channels. The picture shows the membrane
potential along time and space: the slope of the wave is the speed of conduction.
(Potentials are relative to rest, and the temperature is 6.3 degrees, as in the paper.)

Hodgkin AL, Huxley AF (1952). A quantitative description of membrane current and its
application to conduction and excitation in nerve. J Physiol 117(4):500-544.
<https://doi.org/10.1113/jphysiol.1952.sp004764>
"""

# %%
import matplotlib.pyplot as plt
from brian2 import *

import brian2numba  # gives Brian the target "numba"

# %% tags=["parameters"]
n_compartments = 1000
duration = 12 * ms

# %%
LENGTH = 10 * cm
DIAMETER = 2 * 238 * um

PARAMETERS = {
    "E_L": 10.613 * mV,
    "E_Na": 115 * mV,
    "E_K": -12 * mV,
    "g_L": 0.3 * msiemens / cm**2,
    "g_Na": 120 * msiemens / cm**2,
    "g_K": 36 * msiemens / cm**2,
}

EQUATIONS = """
Im = g_L*(E_L - v) + g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) : amp/meter**2
I = injected*int(t < 3*ms) : amp (point current)
injected : amp (constant)
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
alpha_m = 1/exprel(2.5 - 0.1*v/mV)/ms : Hz
beta_m = 4*exp(-v/(18*mV))/ms : Hz
alpha_h = 0.07*exp(-v/(20*mV))/ms : Hz
beta_h = 1/(exp(3 - 0.1*v/mV) + 1)/ms : Hz
alpha_n = 0.1/exprel(1 - 0.1*v/mV)/ms : Hz
beta_n = 0.125*exp(-v/(80*mV))/ms : Hz
"""


def build(n_compartments=n_compartments):
    """Make the axon, with a recording of the potential everywhere."""
    axon = SpatialNeuron(
        Cylinder(length=LENGTH, diameter=DIAMETER, n=n_compartments, type="axon"),
        EQUATIONS,
        method="exponential_euler",
        Cm=1 * uF / cm**2,
        Ri=35.4 * ohm * cm,
        namespace=PARAMETERS,
        dt=0.01 * ms,
        name="axon",
    )
    axon.injected[0] = 3 * uA  # at the left end; 0 elsewhere
    # The gates at rest
    axon.v = 0 * mV
    axon.m = "alpha_m / (alpha_m + beta_m)"
    axon.n = "alpha_n / (alpha_n + beta_n)"
    axon.h = "alpha_h / (alpha_h + beta_h)"
    trace = StateMonitor(axon, "v", record=True, dt=0.1 * ms, name="trace")
    return Network(axon, trace)


# %% [markdown]
"""
The speed, between a quarter and three quarters of the cable, is measured by when the
potential is highest.
"""

# %%
if __name__ == "__main__":  # the benchmarks import the model only
    prefs.codegen.target = "numba"
    network = build()
    network.run(duration)

    trace = network["trace"]
    places = [round(part * (n_compartments - 1)) for part in (0, 0.25, 0.5, 0.75, 1)]
    peaks = trace.t[trace.v[places].argmax(axis=1)]
    print(f"Speed: {LENGTH / 2 / (peaks[3] - peaks[1]) / (meter / second):.1f} m/s")

# %%
if __name__ == "__main__":
    figure, (space, time) = plt.subplots(
        2, sharex=True, figsize=(7, 5.5), height_ratios=(3, 2)
    )
    picture = space.imshow(
        trace.v / mV,
        aspect="auto",
        origin="lower",
        extent=(0, duration / ms, 0, LENGTH / cm),
        cmap="magma",
    )
    figure.colorbar(picture, ax=space, label="Potential (mV)")
    space.set(ylabel="Place (cm)")

    colours = plt.cm.viridis(np.linspace(0, 0.9, len(places)))
    for place, peak, colour in zip(places, peaks / ms, colours, strict=True):
        time.plot(trace.t / ms, trace.v[place] / mV, color=colour)
        label = f"{place / (n_compartments - 1) * LENGTH / cm:.1f} cm"
        time.text(peak, 112, label, color=colour, ha="center")
    time.set(xlabel="Time (ms)", ylabel="Potential (mV)", ylim=(-20, 130))

    figure.savefig("cable.png")
    plt.show()
