"""
Small models that cover Brian's features, built anew for each target.

A model is a function that returns a network. Those in `DETERMINISTIC` draw no random
numbers, so that all targets have to agree on every value; those in `RANDOM` do.
"""

import brian2 as b2
import numpy as np
from brian2 import Network, NeuronGroup, StateMonitor, Synapses, ms, mV

DETERMINISTIC = {}
RANDOM = {}


def deterministic(model):
    DETERMINISTIC[model.__name__] = model
    return model


def random(model):
    RANDOM[model.__name__] = model
    return model


@deterministic
def leaky_integrators():
    group = NeuronGroup(
        20,
        "dv/dt = (i_ext - v)/(10*ms) : 1\ni_ext : 1",
        threshold="v > 1",
        reset="v = 0",
        refractory="2*ms + i*0.1*ms",
        method="exact",
    )
    group.i_ext = "0.8 + i*0.05"
    trace = StateMonitor(group, ["v", "not_refractory"], record=[0, 7, 19])
    spikes = b2.SpikeMonitor(group, variables="i_ext")
    part = b2.SpikeMonitor(group[5:12])
    rate = b2.PopulationRateMonitor(group[3:])
    return Network(group, trace, spikes, part, rate)


@deterministic
def integration_methods():
    methods = "euler", "rk2", "rk4", "exponential_euler", "heun"
    groups = []
    for method in methods:
        group = NeuronGroup(
            5,
            "dx/dt = (sin(x) - x)/(5*ms) + y/ms : 1\ndy/dt = -y/ms : 1",
            method=method,
        )
        group.x, group.y = "i + 1", "cos(i)"
        groups.append(group)
    return Network(groups, [StateMonitor(g, True, record=True) for g in groups])


@deterministic
def functions_and_operators():
    group = NeuronGroup(
        9,
        """x : 1
        k : integer
        flag : boolean
        a = sin(x) + cos(x) + tan(x) + sinh(x) + cosh(x) + tanh(x) : 1
        b = exp(-x**2) + expm1(x) + exprel(x) + log(1 + x**2) + log10(6 + x) : 1
        c = log1p(abs(x)) + sqrt(abs(x)) + arctan(x) + arcsin(x/9) + arccos(x/9) : 1
        d = clip(x, -1, 1) + sign(x) + int(flag) + int(x) + ceil(x) + floor(x) : 1
        h = x % 3 + (-x) % 3 + x // 2 + 2**k + k % 4 + k // 3 + (k - 5) % 3 : 1
        f = int(x > 0 and flag or not flag) + (k - 5) // 3 : integer
        g = timestep(x*ms, 0.3*ms) : integer""",
    )
    group.x, group.k, group.flag = "i - 4.3", "i", "i % 2 == 0"
    return Network(group, StateMonitor(group, list("abcdfgh"), record=True))


@deterministic
def refractoriness():
    common = {"threshold": "v > 1", "reset": "v = 0", "method": "euler"}
    equations = "dv/dt = 2/(1*ms) : 1 (unless refractory)\nw : 1"
    groups = [
        NeuronGroup(3, equations, refractory=refractory, **common)
        for refractory in (1 * ms, "(1 + i)*ms", "v < 0.3", "timestep(t, dt) % 7 < 3")
    ]
    for group in groups:
        group.v = "i*0.2"
        group.run_regularly("v += 0.05; w = int(not_refractory)", dt=0.3 * ms)
    return Network(groups, [StateMonitor(g, ["v", "w"], record=True) for g in groups])


@deterministic
def plastic_synapses():
    source = b2.SpikeGeneratorGroup(
        4, [0, 1, 2, 3, 0, 2], [0.3, 0.5, 0.5, 1.1, 2.0, 2.2] * ms, period=3 * ms
    )
    target = NeuronGroup(
        3, "dv/dt = -v/(3*ms) : 1", threshold="v > 1", reset="v = 0", method="exact"
    )
    synapses = Synapses(
        source,
        target,
        """w : 1
        dapre/dt = -apre/(2*ms) : 1 (event-driven)
        dapost/dt = -apost/(2*ms) : 1 (event-driven)""",
        on_pre={
            "pre": "v_post += w; apre += 0.1; w = clip(w + apost, 0, 2)",
            "late": "v_post -= 0.01*w",
        },
        on_post="apost -= 0.05; w = clip(w + apre, 0, 2)",
        delay={"late": 0.7 * ms},
        method="exact",
    )
    synapses.connect(j="k for k in range(3)")
    synapses.w = "0.3 + 0.1*i + 0.05*j"
    synapses.pre.delay = "(i + j)*0.2*ms"
    return Network(
        source,
        target,
        synapses,
        StateMonitor(synapses, ["w", "apre"], record=True),
        b2.SpikeMonitor(target),
    )


@deterministic
def connection_patterns():
    group = NeuronGroup(10, "v : 1\nw = v + i : 1")
    group.v = "i"
    patterns = [
        {},
        {"condition": "i != j"},
        {"condition": "abs(i - j) < 3 and v_pre > 2", "n": 2},
        {"j": "i"},
        {"j": "k for k in range(i - 2, i + 3) if k != i", "skip_if_invalid": True},
        {"j": "(i + k) % 10 for k in range(0, 10, 3)"},
        {"i": "k for k in range(9, 1, -2) if k > j"},
        {"i": [0, 1, 1, 9], "j": [3, 3, 3, 0]},
        {"i": np.arange(10), "j": (np.arange(10) + 1) % 10, "n": 3},
    ]
    groups = []
    for pattern in patterns:
        synapses = Synapses(group, group, "s : 1", multisynaptic_index="number")
        synapses.connect(**pattern)
        synapses.s = "v_pre*10 + w_post + number + N_incoming"
        groups.append(synapses)
    within = Synapses(group[2:6], group[5:], "s : 1")
    within.connect(condition="i < j")
    within.connect(i=3, j=[0, 4])
    within.s = "i*10 + j"
    return Network(group, groups, within)


@deterministic
def summed_and_linked_variables():
    group = NeuronGroup(6, "dx/dt = (total - x)/(4*ms) : 1\ntotal : 1", method="euler")
    group.x = "sin(i)"
    synapses = Synapses(
        group, group, "w : 1\ntotal_post = w*x_pre : 1 (summed)", method="euler"
    )
    synapses.connect(condition="i != j")
    synapses.w = "(i - j)*0.1"
    listener = NeuronGroup(6, "y : 1 (linked)\ndz/dt = y/ms : 1", method="euler")
    listener.y = b2.linked_var(group, "x", index=np.array([5, 4, 3, 2, 1, 0]))
    gaps = Synapses(group, listener, "q : 1\ns = x_pre - z_post : 1")
    gaps.connect(j="i")
    gaps.run_regularly("q = s**2", dt=0.5 * ms)
    return Network(
        group, synapses, listener, gaps, StateMonitor(listener, "z", record=0)
    )


@deterministic
def events_clocks_and_schedules():
    group = NeuronGroup(
        5,
        """dv/dt = 1/(3*ms) : 1
        count : integer
        scaled = 2*v : 1 (constant over dt)
        shared_count : integer (shared)""",
        threshold="v > 1 + i*0.1",
        reset="v = 0",
        events={"half": "v > 0.5 and v < 0.6"},
        method="euler",
    )
    group.run_on_event("half", "count += 1")
    group.run_regularly("shared_count += 1", dt=0.5 * ms)
    group.run_regularly("v += 0.001", when="end", order=2)
    group.run_at("v += 0.02", times=[1, 2.5, 4] * ms)
    half = b2.EventMonitor(group, "half", variables="v")
    coarse = StateMonitor(group, ["v", "scaled"], record=True, dt=0.25 * ms)
    slow = NeuronGroup(2, "dx/dt = -x/(9*ms) : 1", dt=0.3 * ms, method="exact")
    slow.x = 1
    return Network(group, half, coarse, slow, StateMonitor(slow, "x", record=True))


@deterministic
def timed_arrays():
    current = b2.TimedArray([0, 1, 3, -1], dt=0.7 * ms)
    pattern = b2.TimedArray(np.arange(12.0).reshape(4, 3), dt=1 * ms)
    namespace = {"current": current, "pattern": pattern}
    group = NeuronGroup(
        4,
        "dv/dt = (current(t) - v)/ms : 1\nw = pattern(t, i % 3) : 1",
        method="euler",
        namespace=namespace,
    )
    return Network(group, StateMonitor(group, ["v", "w"], record=True))


@deterministic
def branched_neuron():
    morphology = b2.Soma(diameter=30 * b2.um)
    morphology.axon = b2.Cylinder(length=100 * b2.um, diameter=1 * b2.um, n=10)
    morphology.dendrite = b2.Cylinder(length=50 * b2.um, diameter=2 * b2.um, n=5)
    morphology.dendrite.left = b2.Cylinder(length=30 * b2.um, diameter=1 * b2.um, n=3)
    morphology.dendrite.right = b2.Section(
        length=[15, 15] * b2.um, diameter=[2, 1, 0.5] * b2.um, n=2
    )
    neuron = b2.SpatialNeuron(
        morphology=morphology,
        model="""Im = g*(-70*mV - v) : amp/meter**2
        g : siemens/meter**2
        I : amp (point current)""",
        Cm=1 * b2.uF / b2.cm**2,
        Ri=150 * b2.ohm * b2.cm,
        method="exponential_euler",
    )
    neuron.v = -65 * mV
    neuron.g = 1e-4 * b2.siemens / b2.cm**2
    neuron.dendrite.g = 3e-4 * b2.siemens / b2.cm**2
    neuron.I[0] = 0.1 * b2.nA
    return Network(neuron, StateMonitor(neuron, ["v", "Ic"], record=True))


@deterministic
def synapses_onto_synapses():
    source = b2.SpikeGeneratorGroup(3, [0, 1, 2, 0], [0.2, 0.4, 0.6, 1.5] * ms)
    target = NeuronGroup(2, "v : 1")
    first = Synapses(source, target, "w : 1", on_pre="v_post += w", delay=0.3 * ms)
    first.connect()
    first.w = "1 + i + 10*j"
    second = Synapses(source, first, on_pre="w_post *= 0.9")
    second.connect(condition="i == 0")
    return Network(source, target, first, second, StateMonitor(first, "w", record=True))


@random
def noisy_neurons():
    group = NeuronGroup(
        500,
        "dv/dt = (1.1 - v)/(10*ms) + 0.4*xi*(5*ms)**-0.5 : 1",
        threshold="v > 1",
        reset="v = 0.2*rand()",
        method="euler",
    )
    group.v = "rand()"
    return Network(group, b2.SpikeMonitor(group))


@random
def random_connections():
    group = NeuronGroup(300, "v : 1\nn : integer")
    group.v, group.n = "randn()", "poisson(i/10.0)"
    patterns = [
        {"p": 0.03},
        {"p": 0.6, "condition": "i != j"},
        {"p": "0.1 + 0.5*(i < j)"},
        {"j": "k for k in sample(N_post, size=5)"},
        {"j": "k for k in sample(0, N_post, 2, size=60)"},
        {"i": "k for k in sample(N_pre, p=0.3) if rand() < 0.5"},
        {"j": "k for k in sample(100, 0, -1, p=0.1)"},
    ]
    groups = []
    for pattern in patterns:
        synapses = Synapses(group, group, "w : 1")
        synapses.connect(**pattern)
        synapses.w = "rand()"
        groups.append(synapses)
    return Network(group, groups)


@random
def random_input():
    poisson = b2.PoissonGroup(50, rates="10*Hz*i")
    few = b2.BinomialFunction(6, 0.3, approximate=False)
    many = b2.BinomialFunction(100, 0.3)
    target = NeuronGroup(
        40,
        "dv/dt = -v/(5*ms) : 1\na : 1\nb : 1",
        method="exact",
        namespace={"few": few, "many": many},
    )
    target.run_regularly("a = few(); b = many()")
    background = b2.PoissonInput(target, "v", 20, 50 * b2.Hz, weight=0.1)
    synapses = Synapses(poisson, target, on_pre="v_post += 0.1*randn()")
    synapses.connect(p=0.2)
    return Network(poisson, target, background, synapses, b2.SpikeMonitor(poisson))
