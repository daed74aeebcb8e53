"""State updates and thresholds in one pass: when it is done, and that none can tell."""

import brian2
import numpy as np
import pytest
from brian2 import (
    Cylinder,
    EventMonitor,
    Network,
    NetworkOperation,
    NeuronGroup,
    SpatialNeuron,
    SpikeMonitor,
    StateMonitor,
    cm,
    linked_var,
    ms,
    ohm,
    prefs,
    uF,
    um,
)
from brian2.core.base import BrianObjectException
from numpy.testing import assert_array_equal

from brian2numba.simulation import schedule
from tests.comparison import assert_same, simulate


@pytest.fixture
def fused(monkeypatch):
    """Return the list of the names of what was fused, as schedules are made."""
    names = []
    fusions = schedule.fusions

    def noted(*arguments):
        for fusion in fusions(*arguments):
            names.append(fusion.code_object.name)
            yield fusion

    monkeypatch.setattr(schedule, "fusions", noted)
    return names


EQUATIONS = "dv/dt = (1.1 + 0.02*i - v) / (3*ms) : 1 (unless refractory)"


def neurons(equations=EQUATIONS, n=30, **keywords):
    """Return neurons that fire."""
    keywords = {
        "threshold": "v > 1",
        "reset": "v = 0",
        "refractory": 1 * ms,
        "method": "euler",
        **keywords,
    }
    return NeuronGroup(n, equations, **keywords)


def assert_same_as_brians_loop(build, dtype=np.float64):
    """Compare all that two runs leave behind, bit by bit."""
    prefs.core.default_float_dtype = dtype
    prefs._backup()
    native = simulate(lambda: Network(build()), "numba", 20 * ms)
    prefs.codegen.runtime.numba.native_loop = False
    prefs._backup()
    brian = simulate(lambda: Network(build()), "numba", 20 * ms)
    assert_same(native, brian, rtol=0)
    assert any(name == "count" and counts.sum() for (_, name), counts in brian.items())


def with_monitor(*groups):
    """Return groups with monitors of their spikes."""
    return [*groups, *(SpikeMonitor(group) for group in groups)]


def shared_threshold():
    group = neurons(
        "dv/dt = (2 - v)/(3*ms) : 1\ntheta : 1 (shared)",
        threshold="v > theta + 0.01*i",
    )
    group.theta = 1
    return with_monitor(group)


def subexpression():
    equations = "dv/dt = drive/ms : 1\ndrive = 1 + 0.1*i - v : 1"
    return with_monitor(neurons(equations, threshold="drive < 0.2"))


FUSED = {
    "refractory": lambda: with_monitor(neurons()),
    "not refractory": lambda: with_monitor(neurons(refractory=False)),
    "condition": lambda: with_monitor(neurons(refractory="v < 0.1 + 0.01*i")),
    "noise": lambda: with_monitor(
        neurons("dv/dt = (1.2 - v)/(3*ms) + 0.5*xi*ms**-0.5 : 1")
    ),
    "exact": lambda: with_monitor(
        neurons("dv/dt = (2 - v)/(3*ms) : 1", method="exact")
    ),
    "shared variable": shared_threshold,
    "subexpression": subexpression,
    "600 neurons": lambda: with_monitor(neurons(n=600)),
    "513 neurons": lambda: with_monitor(neurons(n=513)),
    "1 neuron": lambda: with_monitor(neurons(n=1)),
    "recorded before and after": lambda: [
        *with_monitor(group := neurons()),
        StateMonitor(group, ["v", "not_refractory", "lastspike"], record=True),
        StateMonitor(group, ["v", "not_refractory"], record=True, when="end"),
    ],
}


# Brian looks for values above 1e50, which single precision can't hold
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", FUSED)
def test_no_difference(name, dtype, fused):
    assert_same_as_brians_loop(FUSED[name], dtype)
    assert len(fused) == 1


def test_several_groups_are_each_fused(fused):
    def build():
        return with_monitor(neurons(), neurons("dv/dt = 1/ms : 1"), neurons(n=3))

    assert_same_as_brians_loop(build)
    assert len(fused) == 3


def operation_between():
    group = neurons()

    def kick():
        group.v[::7] += 0.3

    return [*with_monitor(group), NetworkOperation(kick, when="thresholds", order=-1)]


def recorded_between():
    group = neurons()
    names = ["v", "not_refractory", "lastspike"]
    between = StateMonitor(group, names, record=True, when="thresholds", order=-1)
    return [*with_monitor(group), between]


def changed_between():
    group = neurons()
    group.run_regularly("v += 0.1", when="thresholds", order=-1)
    return with_monitor(group)


def linked_to_others():
    group = neurons(
        "dv/dt = (1.1 + 0.02*i - v) / (3*ms) : 1\nneighbour : 1 (linked)",
        threshold="v + 0.1*neighbour > 1",
    )
    group.neighbour = linked_var(group, "v", index=np.roll(np.arange(30), 1))
    return with_monitor(group)


def of_another_group():
    source = NeuronGroup(30, "dx/dt = 1/(5*ms) : 1", name="zz_source", method="euler")
    group = neurons(
        "dv/dt = (1.1 - v) / (3*ms) : 1\nx : 1 (linked)", threshold="v + x > 1"
    )
    group.x = linked_var(source, "x")
    return [source, *with_monitor(group)]


NOT_FUSED = {
    "operation between": operation_between,
    "recorded between": recorded_between,
    "changed between": changed_between,
    "linked to others": linked_to_others,
    "linked to another group": of_another_group,
    "random threshold": lambda: with_monitor(neurons(threshold="v > 0.5 + rand()")),
}


@pytest.mark.parametrize("name", NOT_FUSED)
def test_what_could_tell_the_difference_is_not_fused(name, fused):
    assert_same_as_brians_loop(NOT_FUSED[name])
    assert not fused


def test_an_event_of_a_refractory_group(fused):
    def build():
        group = neurons(events={"high": "v > 0.8"})
        return [*with_monitor(group), EventMonitor(group, "high", variables="v")]

    assert_same_as_brians_loop(build)
    assert len(fused) == 1


def test_a_cable_is_updated_before_its_threshold(fused):
    def build():
        cable = SpatialNeuron(
            Cylinder(length=100 * um, diameter=2 * um, n=5),
            "Im = 20*siemens/metre**2 * (10*mV - v) : amp/metre**2",
            Cm=1 * uF / cm**2,
            Ri=100 * ohm * cm,
            threshold="v > 5*mV",
            threshold_location=2,
            refractory=1 * ms,
            method="exponential_euler",
        )
        return with_monitor(cable)

    assert_same_as_brians_loop(build)
    assert not fused


def test_a_profile_has_both(fused):
    group = neurons(n=2000)
    network = Network(with_monitor(group))
    network.run(50 * ms, profile=True)
    times = dict(network.profiling_info)
    assert fused
    for part in (group.state_updater, group.thresholder["spike"]):
        assert times[part.name] > 0 * ms


def test_an_exception_between_the_two_repeats_nothing(fused):
    @brian2.check_units(x=1, result=1)
    def picky(x):
        if x > 2.5:
            raise ValueError("too large")
        return x + 0.5

    def build():
        group = neurons(name="aa_neurons")
        other = NeuronGroup(1, "x : 1", name="zz_other", namespace={"picky": picky})
        other.run_regularly("x = picky(x)", when="groups", order=1)
        return with_monitor(group), other

    (group, monitor), other = build()
    network = Network(group, monitor, other)
    for _ in range(200):
        try:
            network.run(20 * ms - network.t)
        except BrianObjectException:
            other.x = 0
        if network.t >= 20 * ms:
            break
    (group, expected), _ = build()
    Network(group, expected).run(20 * ms)
    assert len(fused) > 30
    assert_array_equal(monitor.i, expected.i)
    assert_array_equal(monitor.t, expected.t)
