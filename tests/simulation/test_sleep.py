"""Neurons that sleep until an event arrives: the same spikes, and none finds out."""

import numpy as np
import pytest
from brian2 import (
    EventMonitor,
    Network,
    NetworkOperation,
    NeuronGroup,
    PoissonInput,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    prefs,
    second,
)
from numpy.testing import assert_allclose, assert_array_equal

import brian2numba
from brian2numba.kernels.sleep import AWAKE
from brian2numba.simulation import linear_neurons, sleep
from tests.comparison import assert_same, simulate

EQUATIONS = """
dv/dt = (g - v)/(20*ms) : 1 (unless refractory)
dg/dt = -g/(5*ms) : 1 (unless refractory)
"""


@pytest.fixture
def asleep(monkeypatch):
    """Return the shares of the nests that sleep each time that Python may look."""
    shares = []
    wake_all = sleep.Sleeper.wake_all

    def noted(sleeper):
        doings = sleeper._alive[0][: sleeper._record.n_nests]
        shares.append(np.mean(doings < AWAKE))
        wake_all(sleeper)

    monkeypatch.setattr(sleep.Sleeper, "wake_all", noted)
    return shares


def neurons(equations=EQUATIONS, n=203, **keywords):
    """Return neurons that spike if they get enough input."""
    keywords = {
        "threshold": "v > 1",
        "reset": "v = 0; g = 0",
        "refractory": 2 * ms,
        "method": "exact",
        "name": "neurons",
        **keywords,
    }
    return NeuronGroup(n, equations, **keywords)


def driven(group, target="g", delay="(1 + i % 3)*ms", weights=(8, 3), more=()):
    """Return a network in which some neurons get events, and send them to others."""
    times = np.arange(40)
    source = SpikeGeneratorGroup(
        5, times % 5, (0.5 + times * 0.7 + times % 3) * ms, name="source"
    )
    inputs = Synapses(
        source, group, on_pre=f"{target}_post += {weights[0]}", name="inputs"
    )
    inputs.connect("j % 11 == 2*i")
    inputs.delay = "0.1*ms*(1 + j % 7)"
    lateral = Synapses(
        group, group, "w : 1", on_pre=f"{target}_post += w", name="lateral"
    )
    lateral.connect("(7*i + 3) % N_post == j or (5*i + 1) % N_post == j")
    lateral.w = f"{weights[1]} * (1.0 - 2*int(j % 4 == 0))"
    lateral.delay = delay
    monitor = SpikeMonitor(group, name="spikes")
    return Network(group, source, inputs, lateral, monitor, *more)


def with_poisson_input():
    group = neurons()
    stimulated = group[30:41]
    drive = PoissonInput(stimulated, "v", N=3, rate=100 / second, weight=0.6)
    return driven(group, more=[drive])


def recorded():
    group = neurons()
    monitor = StateMonitor(group, ["v", "g"], record=[3, 100, 202], name="recorded")
    return driven(group, more=[monitor])


def recorded_at_spikes():
    group = neurons()
    monitor = EventMonitor(group, "spike", variables=["g", "v"], name="recorded")
    return driven(group, more=[monitor])


def own_periods():
    group = neurons(EQUATIONS + "period : second (constant)", refractory="period")
    group.period = "0.3*ms*(i % 5)"
    return driven(group)


def with_resting_potential():
    equations = """
    dv/dt = (rest - v + g)/tau : 1 (unless refractory)
    dg/dt = -g/(5*ms) : 1
    """
    names = {"rest": -52, "tau": 20 * ms, "level": -45}
    group = neurons(equations, threshold="v > level", reset="v = rest", namespace=names)
    group.v = "-52 + 0.01*i"
    return driven(group, weights=(60, 3))


def subgroups():
    group = neurons()
    source = SpikeGeneratorGroup(2, [0, 1, 0, 1], [1, 2, 15, 16] * ms)
    synapses = Synapses(source, group[50:90], on_pre="g_post += 20", delay=0.1 * ms)
    synapses.connect()
    return driven(group, more=[source, synapses])


MODELS = {
    "two variables": lambda: driven(neurons()),
    "one variable": lambda: driven(
        neurons("dv/dt = -v/(9*ms) : 1", reset="v = 0"),
        "v",
        weights=(1.2, 0.4),
    ),
    "three variables": lambda: driven(
        neurons(EQUATIONS.replace("-g/", "(3*h - g)/") + "dh/dt = -h/(3*ms) : 1"), "h"
    ),
    "an oscillation": lambda: driven(
        neurons(
            "dv/dt = -v/(9*ms) - g/ms : 1\ndg/dt = v/ms - g/(9*ms) : 1", method="rk4"
        ),
        "v",
        weights=(1.2, 0.2),
    ),
    "euler": lambda: driven(neurons(method="euler")),
    "rk4": lambda: driven(neurons(method="rk4")),
    "no refractoriness": lambda: driven(
        neurons(EQUATIONS.replace("(unless refractory)", ""), refractory=False)
    ),
    "16 neurons": lambda: driven(neurons(n=16)),
    "3 neurons": lambda: driven(neurons(n=3)),
    "1200 neurons": lambda: driven(neurons(n=1200)),
    "one delay": lambda: driven(neurons(), delay="0.1*ms"),
    "a time step of its own": lambda: driven(neurons(), delay="2*ms"),
    "a Poisson input": with_poisson_input,
    "recorded": recorded,
    "recorded at spikes": recorded_at_spikes,
    "own periods": own_periods,
    "a resting potential": with_resting_potential,
    "subgroups": subgroups,
}


def both(build, duration=60 * ms):
    """Return what a model leaves without sleep and with it."""
    awake = simulate(build, "numba", duration)
    prefs.codegen.runtime.numba.sleep = True
    prefs._backup()
    return awake, simulate(build, "numba", duration)


def assert_close(found, reference):
    """Compare spikes exactly, and the state up to rounding."""
    assert found.keys() == reference.keys()
    n_spikes = 0
    for (owner, name), values in reference.items():
        if values.dtype.kind == "f" and name in ("v", "g", "h"):
            assert_allclose(found[owner, name], values, rtol=1e-9, atol=1e-12)
        else:
            assert_array_equal(found[owner, name], values, err_msg=name)
        n_spikes += values.sum() if name == "count" else 0
    assert n_spikes > 0


@pytest.mark.parametrize("name", MODELS)
def test_same_spikes(name, asleep):
    awake, slept = both(MODELS[name])
    assert_close(slept, awake)
    assert len(asleep) > 0
    if name not in ("3 neurons", "16 neurons"):
        assert max(asleep) > 0


def test_long_sleep(monkeypatch, asleep):
    monkeypatch.setattr(linear_neurons, "_N_POWERS", 64)
    linear_neurons._powers.cache_clear()
    awake, slept = both(lambda: driven(neurons()), 150 * ms)
    linear_neurons._powers.cache_clear()
    assert_close(slept, awake)
    assert max(asleep) > 0.5


def often_reached(weight):
    """Return neurons that get two events in each step, by two pathways."""
    group = neurons(n=30)
    group.v[12] = 1.5
    steps = np.arange(2, 300)
    source = SpikeGeneratorGroup(1, np.zeros(len(steps), int), steps * 0.1 * ms)
    pathways = []
    for k in (1, 2):
        pathway = Synapses(source, group, on_pre=f"g_post += {weight}*(1 + j % 5)")
        pathway.connect("j != 12")
        pathway.delay = f"0.1*ms*(1 + {k}*(j % 3))"
        pathways.append(pathway)
    return Network(group, source, *pathways, SpikeMonitor(group))


def test_neurons_that_events_arrive_at_sleep_on(asleep):
    awake, slept = both(lambda: often_reached(0.001))
    assert_close(slept, awake)
    assert asleep[-1] == 1


def test_neurons_that_events_bring_to_the_threshold_wake_up(asleep):
    awake, slept = both(lambda: often_reached(0.004))
    assert_close(slept, awake)
    counts = [value for (_, name), value in slept.items() if name == "count"]
    # Those of five that get most spike, and others of their nests do not
    assert 0 < np.count_nonzero(counts[0]) < 25


def looking(looks):
    group = neurons()
    source = SpikeGeneratorGroup(1, [0, 0], [1, 20] * ms)
    synapses = Synapses(source, group, on_pre="g_post += 1 + 0.05*j", delay=0.1 * ms)
    synapses.connect()

    def look():
        looks.append((group.v[:].copy(), group.g[:].copy()))
        group.g[7] += 0.5
        group.v[50:60] = 0.9

    operation = NetworkOperation(look, dt=3 * ms)
    return Network(group, source, synapses, SpikeMonitor(group), operation)


def test_network_operations(asleep):
    looks = []
    awake, slept = both(lambda: looking(looks))
    assert_close(slept, awake)
    half = len(looks) // 2
    assert_allclose(looks[half:], looks[:half], rtol=1e-9, atol=1e-12)
    assert max(asleep) > 0.5


def test_changes_between_runs(asleep):
    def build():
        network = driven(neurons())
        network.store()
        network.run(7.3 * ms, namespace={})
        network["neurons"].g[20:60] = 6
        network.run(9 * ms, namespace={})
        network["lateral"].delay = 0.2 * ms
        defaultclock.dt = 0.05 * ms
        network.run(9 * ms, namespace={})
        network.restore()
        return network

    awake, slept = both(build, 20 * ms)
    assert_close(slept, awake)
    assert asleep


def test_other_constants(asleep):
    found = []
    for may_sleep in (False, True):
        prefs.codegen.target = "numba"
        prefs.codegen.runtime.numba.sleep = may_sleep
        group = neurons(EQUATIONS.replace("20*ms", "tau"), name="neurons*")
        group.g = "0.05*i"
        network = Network(group, monitor := SpikeMonitor(group))
        for tau in (20, 4, 0.5):
            network.run(4 * ms, namespace={"tau": tau * ms})
            group.g = "0.05*i"
        found.append((monitor.i[:].copy(), monitor.t[:] / ms, group.v[:].copy()))
        assert len(monitor.i) > 0
    for one, other in zip(*found, strict=True):
        assert_allclose(one, other, rtol=1e-9, atol=1e-12)
    assert max(asleep) > 0


def test_threads(asleep):
    awake = simulate(lambda: driven(neurons(n=1500)), "numba", 40 * ms)
    prefs.codegen.runtime.numba.sleep = True
    prefs.codegen.runtime.numba.threads = 2
    prefs._backup()
    assert_close(simulate(lambda: driven(neurons(n=1500)), "numba", 40 * ms), awake)
    assert max(asleep) > 0


def notes(network):
    """Return what is said of the sleep of a network's neurons."""
    prefs.codegen.runtime.numba.sleep = True
    rows = brian2numba.explain(network, {}).rows
    return [row.sleep for row in rows if row.sleep]


def summed():
    group = neurons(EQUATIONS.replace("g - v", "g + x - v") + "x : 1")
    return driven(group)


def gap_junctions():
    group = neurons()
    synapses = Synapses(group, on_pre="g_post += 0.1*v_pre")
    synapses.connect("i == j + 1")
    synapses.delay = 1 * ms
    return driven(group, more=[synapses])


def run_regularly():
    group = neurons()
    group.run_regularly("v += 0.01", dt=1 * ms)
    return driven(group)


def second_event():
    group = neurons(events={"high": "v > 0.5"})
    return driven(group, more=[EventMonitor(group, "high")])


OBSTACLES = {
    "in its equations, 'x' is no constant": summed,
    "'v ** 2' is not linear": lambda: driven(
        neurons("dv/dt = v**2/ms : 1\ndg/dt = -g/ms : 1", method="euler")
    ),
    "'randn()' is not linear": lambda: driven(
        neurons(EQUATIONS.replace("/(5*ms)", "/(5*ms) + xi/ms**0.5"), method="euler")
    ),
    "lateral_pre has no delay": lambda: driven(neurons(), delay="0*ms"),
    "uses variables of neurons that are no targets": gap_junctions,
    "run_regularly uses its variables": run_regularly,
    "_high_thresholder uses its variables": second_event,
    "its refractoriness is more than a constant period": lambda: driven(
        neurons(refractory="v < -1")
    ),
    "in its threshold, 'i' is no constant": lambda: driven(
        neurons(threshold="v > 1 + 0.01*i")
    ),
    "its threshold is not that a variable exceeds a constant": lambda: driven(
        neurons(threshold="v > 1 or g > 9")
    ),
    "its neurons reach the threshold without input": lambda: driven(
        neurons(EQUATIONS.replace("g - v", "2 + g - v"))
    ),
    "its equations have no state of rest": lambda: driven(
        neurons("dv/dt = g/ms : 1\ndg/dt = -g/ms : 1", method="euler")
    ),
    "all its neurons get input, or are recorded": lambda: driven(
        group := neurons(), more=[StateMonitor(group, "v", record=True)]
    ),
}


@pytest.mark.parametrize("reason", OBSTACLES)
def test_obstacles(reason):
    prefs.codegen.target = "numba"
    network = OBSTACLES[reason]()
    (note,) = notes(network)
    assert note.startswith("no neuron sleeps: ")
    assert reason in note.replace("neurons_run_regularly", "run_regularly")


@pytest.mark.parametrize("reason", OBSTACLES)
def test_obstacles_leave_all_as_it_is(reason, asleep):
    awake, slept = both(OBSTACLES[reason], 20 * ms)
    assert_same(slept, awake, rtol=0)
    assert not asleep


def test_what_is_said_of_sleep():
    prefs.codegen.target = "numba"
    network = driven(neurons())
    assert notes(network) == ["neurons may sleep"]
    assert "  neurons may sleep\n" in str(brian2numba.explain(network, {}))
    prefs.codegen.runtime.numba.sleep = False
    assert not any(row.sleep for row in brian2numba.explain(network, {}).rows)


def test_what_becomes_possible_between_runs(asleep):
    prefs.codegen.target = "numba"
    prefs.codegen.runtime.numba.sleep = True
    network = driven(neurons(), delay="0*ms")
    network.run(10 * ms, namespace={})
    assert not asleep
    network["lateral"].delay = 1 * ms
    network.run(10 * ms, namespace={})
    assert asleep
