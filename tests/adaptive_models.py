"""
Small models that are integrated by steps that adapt, the same for every target.

A model is a function of the method that returns a group, or the objects of a network
whose last one is the group to look at. ``MODELS`` has them by their names, with what
is to be compared of each.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2 import (
    Cylinder,
    Network,
    NeuronGroup,
    Soma,
    SpatialNeuron,
    SpikeGeneratorGroup,
    StateMonitor,
    Synapses,
    TimedArray,
    linked_var,
    ms,
    mV,
    pF,
    prefs,
    second,
    um,
)
from brian2.units import cm, msiemens, nA, nS, ohm, uF, volt

METHODS = ["gsl_rk2", "gsl_rk4", "gsl_rkf45", "gsl_rkck", "gsl_rk8pd"]
COUNTED = {"save_failed_steps": True, "save_step_count": True, "max_steps": 5000}
MODELS: dict[str, "Model"] = {}


@dataclass(frozen=True)
class Model:
    """A model and what to compare of it.

    Attributes
    ----------
    make : callable
        Makes the objects, for a method and keywords of the group with that method.
    duration : Quantity
        How long it runs.
    variables : list of str
        What it computes.
    tolerance : float
        How much values may differ, relative to the largest one of the same element.
    miscounted : float
        How much the numbers of steps may differ, relative to them.
    prefs : dict
        Preferences that belong to it.
    has_counts : bool
        Whether Brian's other targets can count steps.
    """

    make: Any
    duration: Any
    variables: list[str]
    tolerance: float = 1e-12
    miscounted: float = 0.0
    prefs: dict[str, Any] = field(default_factory=dict)
    has_counts: bool = True


def compared(duration, variables, **more):
    """Let a function that makes objects be one of the models."""

    def noted(function):
        MODELS[function.__name__] = Model(function, duration, variables.split(), **more)
        return function

    return noted


def traces(name, method):
    """Run a model; return what it computes, and numbers of steps, for each time step.

    Returns
    -------
    dict
        Arrays of the shape (elements, time steps). Counts are integers.
    """
    model = MODELS[name]
    prefs.prefs.update(model.prefs)
    options = dict(COUNTED, save_step_count=model.has_counts)
    made = model.make(method=method, method_options=options)
    objects = made if isinstance(made, list) else [made]
    group, network = objects[-1], Network(objects)
    # Counts are variables from the first run on
    network.run(0 * second)
    counts = ["_failed_steps", *(["_step_count"] if model.has_counts else [])]
    monitor = StateMonitor(
        group, [*model.variables, *counts], True, when="end", dt=group.clock.dt
    )
    network.add(monitor)
    network.run(model.duration)
    found = {v: np.array(getattr(monitor, v + "_"), float) for v in model.variables}
    return found | {v: np.array(getattr(monitor, v), int) for v in counts}


@compared(30 * ms, "v")
def leaky(**keywords):
    group = NeuronGroup(7, "dv/dt = (i - 2.5 - v)/(10*ms) : 1", dt=1 * ms, **keywords)
    group.v = "0.1*i"
    return group


@compared(40 * ms, "v g not_refractory")
def refractory_integrators(**keywords):
    group = NeuronGroup(
        10,
        """dv/dt = (0.8 + 0.2*i + g - v)/(10*ms) : 1 (unless refractory)
        dg/dt = -g/(5*ms) : 1""",
        threshold="v > 1",
        reset="v = 0; g += 0.3",
        refractory=2 * ms,
        **keywords,
    )
    group.v = "0.05*i"
    return group


@compared(40 * ms, "v w not_refractory")
def periods_of_their_own(**keywords):
    group = NeuronGroup(
        6,
        """dv/dt = (1.1 + 0.3*i - v)/(10*ms) : 1
        dw/dt = (v - w)/(30*ms) : 1 (unless refractory)
        period : second""",
        threshold="v > 1",
        reset="v = 0",
        refractory="period",
        dt=0.5 * ms,
        **keywords,
    )
    group.period = "1*ms + 0.7*i*ms"
    return group


#: Spikes amplify last digits; this is short enough for the first one
@compared(8 * ms, "v m n h not_refractory")
def hodgkin_huxley(**keywords):
    group = NeuronGroup(
        5,
        """dv/dt = (g_leak*(E_leak - v) + g_sodium*m**3*h*(50*mV - v)
            + g_potassium*n**4*(-90*mV - v) + drive)/C : volt
        dm/dt = 1.28/exprel((-50*mV - v)/(4*mV))/ms*(1 - m)
            - 1.4/exprel((v + 23*mV)/(5*mV))/ms*m : 1
        dn/dt = 0.16/exprel((-48*mV - v)/(5*mV))/ms*(1 - n)
            - 0.5*exp((-53*mV - v)/(40*mV))/ms*n : 1
        dh/dt = 0.128*exp((-46*mV - v)/(18*mV))/ms*(1 - h)
            - 4/(1 + exp((-23*mV - v)/(5*mV)))/ms*h : 1
        drive : amp/meter**2""",
        threshold="v > -40*mV",
        # A condition, which is looked at where a step leads
        refractory="v > -40*mV",
        namespace={
            "C": 1 * uF / cm**2,
            "g_leak": 0.05 * msiemens / cm**2,
            "g_sodium": 100 * msiemens / cm**2,
            "g_potassium": 30 * msiemens / cm**2,
            "E_leak": -65 * mV,
        },
        **keywords,
    )
    group.v, group.drive = -65 * mV, "(2 + i)*uA/cm**2"
    return group


@compared(60 * ms, "v w")
def morris_lecar(**keywords):
    group = NeuronGroup(
        6,
        """dv/dt = (I - 2*nS*(v + 60*mV) - 8*nS*w*(v + 84*mV)
            - 4.4*nS*0.5*(1 + tanh((v + 1.2*mV)/(18*mV)))*(v - 120*mV))/C : volt
        dw/dt = 0.04*(limit - w)*cosh((v - 2*mV)/(60*mV))/ms : 1
        limit = 0.5*(1 + tanh((v - 2*mV)/(30*mV))) : 1
        I : amp""",
        dt=0.5 * ms,
        namespace={"C": 20 * pF, "nS": nS},
        **keywords,
    )
    group.v, group.I = "-60*mV + 10*mV*i", "80*pA + 4*pA*i"
    return group


FITZHUGH_NAGUMO = """dv/dt = (v - v**3/3 - w + 0.2*i)/ms : 1
    dw/dt = 0.08*(v + 0.7 - 0.8*w)/ms : 1"""


@compared(50 * ms, "v w")
def fitzhugh_nagumo(**keywords):
    return NeuronGroup(5, FITZHUGH_NAGUMO, dt=2 * ms, **keywords)


@compared(50 * ms, "v w", prefs={"codegen.loop_invariant_optimisations": False})
def nothing_hoisted(**keywords):
    return NeuronGroup(5, FITZHUGH_NAGUMO, dt=1 * ms, **keywords)


@compared(20 * ms, "v w")
def steps_that_do_not_adapt(method_options, **keywords):
    options = method_options | {"adaptable_timestep": False, "absolute_error": 1e-2}
    return NeuronGroup(5, FITZHUGH_NAGUMO, method_options=options, **keywords)


@compared(40 * ms, "v w")
def any_number_of_steps(method_options, **keywords):
    options = method_options | {"max_steps": 0, "absolute_error": 1e-8}
    group = NeuronGroup(
        5, FITZHUGH_NAGUMO, dt=4 * ms, method_options=options, **keywords
    )
    group.v = 0.5
    return group


@compared(40 * ms, "v u")
def izhikevich(**keywords):
    group = NeuronGroup(
        6,
        """dv/dt = (0.04/mV*v**2 + 5*v + 140*mV - u*mV + (4 + 2*i)*mV)/ms : volt
        du/dt = (0.02 + 0.01*i)*(0.2*v/mV - u)/ms : 1""",
        threshold="v >= 30*mV",
        reset="v = -65*mV; u += 8",
        **keywords,
    )
    group.v, group.u = -65 * mV, -13
    return group


@compared(40 * ms, "v w not_refractory")
def adaptive_exponential(**keywords):
    group = NeuronGroup(
        6,
        """dv/dt = (30*nS*(E - v + 2*mV*exp(clip((v + 50.4*mV)/(2*mV), -100, 7)))
            + 0.6*nA + 0.2*nA*i - w)/(281*pF) : volt (unless refractory)
        dw/dt = (4*nS*(v - E) - w)/(144*ms) : amp""",
        threshold="v > -40*mV",
        reset="v = E; w += 0.0805*nA",
        refractory=1.3 * ms,
        namespace={"E": -70.6 * mV},
        **keywords,
    )
    group.v = -70.6 * mV
    return group


@compared(30 * ms, "v")
def time_at_the_begin_of_steps(**keywords):
    # Brian computes what is the same for all elements once, with the clock's time
    group = NeuronGroup(
        4, "dv/dt = (sin(2*pi*100*Hz*t) - v)/(3*ms) : 1", dt=1 * ms, **keywords
    )
    group.v = "0.3*i"
    return group


@compared(30 * ms, "v")
def time_within_steps(**keywords):
    # What differs between elements is computed with the time of a stage
    return NeuronGroup(
        6,
        """dv/dt = (sin((t - 0.3*i*ms)/(2*ms)) + sin(2*pi*t*50*Hz*(i + 1)) - v)
            /(3*ms) : 1""",
        dt=1 * ms,
        **keywords,
    )


@compared(20 * ms, "v", prefs={"codegen.loop_invariant_optimisations": False})
def time_within_all_steps(**keywords):
    # Equations of its own: Brian knows statements without looking at the preference
    return NeuronGroup(
        4, "dv/dt = (sin(2*pi*90*Hz*t) - v)/(3*ms) : 1", dt=1 * ms, **keywords
    )


#: Steps close in on jumps: where they end is decided by last digits of many errors
@compared(15 * ms, "v w", tolerance=1e-8)
def timed_arrays(**keywords):
    table = TimedArray(np.arange(20).reshape(5, 4) % 7 / 3.0, 2.3 * ms, "table")
    row = TimedArray([0.0, 1, -0.5, 2, 0.7], 3 * ms, "row")
    return NeuronGroup(
        4,
        """dv/dt = (row(t) + table(t, i) - v)/(3*ms) : 1
        dw/dt = (row(t - 0.4*i*ms) - w)/(4*ms) : 1""",
        dt=1 * ms,
        namespace={"table": table, "row": row},
        **keywords,
    )


@compared(20 * ms, "v z")
def shared_and_linked(**keywords):
    source = NeuronGroup(
        4, "dx/dt = -x/(7*ms) : 1\ndrive : 1 (shared)", method="exact", name="source"
    )
    source.x, source.drive = "1 + i", 0.7
    group = NeuronGroup(
        4,
        """dv/dt = (gain*x - v + drive + k*int(on))/tau : 1
        dz/dt = (half - z)/tau : 1
        half = v/2 : 1 (constant over dt)
        x : 1 (linked)
        drive : 1 (linked)
        gain : 1 (shared)
        tau : second (constant)
        k : integer
        on : boolean""",
        **keywords,
    )
    group.x, group.drive = linked_var(source, "x"), linked_var(source, "drive")
    group.gain, group.tau, group.k, group.on = 1.5, "2*ms + i*ms", "i", "i % 2 == 0"
    return [source, group]


@compared(15 * ms, "v u")
def functions_of_brian(**keywords):
    group = NeuronGroup(
        6,
        """dv/dt = (clip(u, -1, 1) - v + abs(u - v)*0.1 + sqrt(1 + v**2) + exprel(-v)
            + (i % 4)/3.0 + 2**(-0.5*i))/(5*ms) : 1
        du/dt = (log(1 + exp(v)) - u + arctan(0.5*i*v))/(8*ms) : 1""",
        dt=0.5 * ms,
        **keywords,
    )
    group.v = "-1 + 0.5*i"
    return group


# Brian's Cython target can't count steps of synapses: it wants their number as an array
@compared(30 * ms, "g x", has_counts=False)
def synapses(**keywords):
    source = SpikeGeneratorGroup(
        3, np.tile([0, 1, 2], 10), np.arange(30) * 1.3 * ms, name="source"
    )
    target = NeuronGroup(2, "s : 1", name="target")
    paths = Synapses(
        source,
        target,
        """dg/dt = x*(1 - g)/ms - g/(8*ms) : 1 (clock-driven)
        dx/dt = -x/(2*ms) : 1 (clock-driven)
        s_post = g : 1 (summed)""",
        on_pre="x += 1 + 0.2*j",
        **keywords,
    )
    paths.connect()
    return [source, target, paths]


#: The diffusion of the voltage is not what is compared: each target has its solver, and
#: a spike amplifies what differs
@compared(6 * ms, "m n h v", tolerance=1e-7)
def spatial_neuron(**keywords):
    morphology = Soma(30 * um)
    morphology.axon = Cylinder(diameter=1 * um, length=200 * um, n=9)
    neuron = SpatialNeuron(
        morphology,
        """Im = 0.3*mS*(10.6*mV - v) + 120*mS*m**3*h*(115*mV - v)
            + 36*mS*n**4*(-12*mV - v) : amp/meter**2
        I : amp (point current)
        dm/dt = (1/exprel((25*mV - v)/(10*mV))*(1 - m) - 4*exp(-v/(18*mV))*m)/ms : 1
        dn/dt = (0.1/exprel((10*mV - v)/(10*mV))*(1 - n)
            - 0.125*exp(-v/(80*mV))*n)/ms : 1
        dh/dt = (0.07*exp(-v/(20*mV))*(1 - h) - h/(exp((30*mV - v)/(10*mV)) + 1))/ms
            : 1""",
        Cm=1 * uF / cm**2,
        Ri=35.4 * ohm * cm,
        namespace={"mS": msiemens / cm**2},
        **keywords,
    )
    neuron.h, neuron.n, neuron.I[0] = 1, 0.5, 0.5 * nA
    return neuron


@compared(10 * ms, "v zeta B")
def errors_per_variable(method_options, **keywords):
    errors = {"v": 1e-9 * volt, "zeta": 1e-9}
    options = {"absolute_error": 1e-4, "absolute_error_per_variable": errors}
    return NeuronGroup(
        4,
        """dzeta/dt = (v/mV - zeta)/(3*ms) : 1
        dv/dt = ((10 + i)*mV*sin(2*pi*100*Hz*(1 + i)*t) - v)/(5*ms) : volt
        dB/dt = (zeta - B)/(2*ms) : 1""",
        dt=2 * ms,
        method_options=method_options | options,
        **keywords,
    )


#: A last digit may change how a number is rounded to single precision
@compared(20 * ms, "v w", tolerance=3e-7)
def single_precision(**keywords):
    group = NeuronGroup(
        4,
        """dv/dt = (a*w - v)/(3*ms) : 1
        dw/dt = (v**2 - w)/(7*ms) : 1
        a : 1""",
        dtype={"v": np.float32, "a": np.float32},
        dt=0.5 * ms,
        **keywords,
    )
    group.v, group.w, group.a = "0.1 + 0.1*i", 0.7, "1.1 - 0.1*i"
    return group


#: Steps are as long as stability allows: their error, which decides on the next one, is
#: what rounding makes of nothing, and two builds of the library differ as much
@compared(10 * ms, "c b", tolerance=1e-2, miscounted=0.2)
def fast_buffer(**keywords):
    group = NeuronGroup(
        3,
        """dc/dt = (0.01 + 0.02*i - 50*c*(0.5*(1 + i) - b) + 5*b - 0.2*c)/ms : 1
        db/dt = (50*c*(0.5*(1 + i) - b) - 5*b)/ms : 1""",
        dt=0.2 * ms,
        **keywords,
    )
    group.c = 0.3
    return group


@compared(20 * ms, "x y", tolerance=1e-3, miscounted=0.1)
def van_der_pol(**keywords):
    group = NeuronGroup(
        3,
        """dx/dt = y/ms : 1
        dy/dt = (4**(i + 0.5)*(1 - x**2)*y - x)/ms : 1""",
        dt=0.5 * ms,
        **keywords,
    )
    group.x = 2
    return group
