"""Models that are integrated by steps that adapt: options, objects, several runs."""

import math

import numpy as np
import pytest
from brian2 import (
    BrianObjectException,
    Cylinder,
    Network,
    NeuronGroup,
    Soma,
    SpatialNeuron,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    defaultclock,
    linked_var,
    ms,
    mV,
    nA,
    prefs,
    second,
    um,
    volt,
)
from brian2.core.functions import implementation
from brian2.stateupdaters.base import UnsupportedEquationsException
from brian2.units import DimensionMismatchError, check_units, cm, ohm, uF

from brian2numba.simulation.threads import Sharing
from tests.adaptive_models import COUNTED, METHODS, MODELS

FITZHUGH_NAGUMO = """dv/dt = (v - v**3/3 - w + 0.2*(i % 5))/ms : 1
    dw/dt = 0.08*(v + 0.7 - 0.8*w)/ms : 1"""


def oscillators(n=5, method="gsl_rkf45", dt=2 * ms, equations=FITZHUGH_NAGUMO, **kwds):
    options = COUNTED | kwds.pop("options", {})
    return NeuronGroup(
        n, equations, method=method, method_options=options, dt=dt, **kwds
    )


def state(group, names=("v", "w", "_last_timestep", "_step_count", "_failed_steps")):
    return {n: np.array(group.variables[n].get_value()) for n in names}


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, array in found.items():
        np.testing.assert_array_equal(array, expected[name], name)


def after(duration=20 * ms, **keywords):
    group = oscillators(**keywords)
    Network(group).run(duration)
    return state(group)


def cause_of(run):
    """Return what an exception about an object was raised for."""
    with pytest.raises(BrianObjectException) as caught:
        run()
    return caught.value.__cause__


# Options


def test_smaller_errors_take_more_steps():
    steps, distances = [], []
    exact = after(options={"absolute_error": 1e-13, "max_steps": 0})
    for error in (1e-2, 1e-5, 1e-8):
        found = after(options={"absolute_error": error})
        steps.append(found["_step_count"].sum())
        distances.append(np.abs(found["v"] - exact["v"]).max())
    assert steps == sorted(steps)
    assert steps[-1] > 5 * steps[0] / 2
    assert distances[1] < distances[0] / 50
    assert distances[2] < distances[1] / 50


def test_errors_of_variables():
    loose = {"absolute_error": 1e-2}
    tight = loose | {"absolute_error_per_variable": {"w": 1e-9}}
    both = loose | {"absolute_error_per_variable": {"w": 1e-9, "v": 1e-2}}
    found = [after(options=options) for options in (loose, tight, both)]
    assert found[1]["_step_count"].sum() > found[0]["_step_count"].sum()
    assert_same(found[1], found[2])


def test_errors_have_units():
    equations = "dv/dt = (10*mV*sin(i*v/mV) - v)/ms : volt"
    counts = []
    for error in (1e-3 * mV, 1e-6 * mV, 1e-9 * volt):
        group = oscillators(
            equations=equations, options={"absolute_error_per_variable": {"v": error}}
        )
        group.v = 3 * mV
        Network(group).run(4 * ms)
        counts.append(np.array(group._step_count).sum())
    assert counts[0] < counts[1] == counts[2]


def test_steps_that_do_not_adapt():
    options = {"adaptable_timestep": False, "absolute_error": 50.0}
    found = after(options=options, dt=0.5 * ms)
    assert (found["_step_count"] == 1).all()
    assert (found["_failed_steps"] == 0).all()
    assert (found["_last_timestep"] == 0.0005).all()
    # One step of the method, whatever the next one would be
    group = oscillators(method="gsl_rk2", options=options, dt=0.5 * ms)
    group.v, group.w = "0.3*i", 0.3
    Network(group).run(0.5 * ms)

    def slopes(v, w):
        drive = 0.2 * np.arange(5)
        return np.array([v - v**3 / 3 - w + drive, 0.08 * (v + 0.7 - 0.8 * w)])

    start, h = np.array([0.3 * np.arange(5), np.full(5, 0.3)]), 0.5
    k1 = slopes(*start)
    k2 = slopes(*(start + h / 2 * k1))
    k3 = slopes(*(start + h * (2 * k2 - k1)))
    expected = start + h * (k1 + 4 * k2 + k3) / 6
    np.testing.assert_allclose([group.v[:], group.w[:]], expected, rtol=1e-13)


def test_last_steps_are_where_the_next_ones_begin():
    keeping = after(options={"use_last_timestep": True})
    group = oscillators(options={"use_last_timestep": False})
    Network(group).run(20 * ms)
    assert "_last_timestep" not in group.variables
    # The first step is as long as the time step again, and fails more often
    assert np.array(group._failed_steps).sum() > keeping["_failed_steps"].sum()
    np.testing.assert_allclose(group.v[:], keeping["v"], atol=1e-4)


@pytest.mark.parametrize("name", ["save_failed_steps", "save_step_count"])
def test_nothing_is_counted_unless_asked_for(name):
    variable = name.removeprefix("save") if "failed" in name else "_step_count"
    for is_asked in (False, True):
        group = NeuronGroup(
            3, "dv/dt = -v/ms : 1", method="gsl", method_options={name: is_asked}
        )
        Network(group).run(0.1 * ms)
        assert (variable in group.variables) == is_asked


def test_gsl_is_rkf45():
    assert_same(after(method="gsl"), after(method="gsl_rkf45"))


def test_methods_differ():
    counts = {m: after(method=m)["_step_count"].sum() for m in METHODS}
    assert len(set(counts.values())) == len(METHODS)
    assert counts["gsl_rk8pd"] < counts["gsl_rk4"] < counts["gsl_rk2"]


# Options that can't be


@pytest.mark.parametrize("error", [1, "1e-6", None, 1 * mV])
def test_type_of_absolute_error(error):
    group = oscillators(options={"absolute_error": error})
    cause = cause_of(lambda: Network(group).run(1 * ms))
    assert isinstance(cause, TypeError)
    assert "'absolute_error' has to be a number such as 1e-6" in str(cause)
    assert repr(error) in str(cause)


@pytest.mark.parametrize("number", [None, math.nan, math.inf, "many", [3]])
def test_type_of_max_steps(number):
    group = oscillators(options={"max_steps": number})
    cause = cause_of(lambda: Network(group).run(1 * ms))
    assert isinstance(cause, TypeError)
    assert "'max_steps' has to be a whole number, or 0 for any number" in str(cause)
    assert repr(number) in str(cause)


@pytest.mark.parametrize("number", [0, -1, 2**70, 1e300, 99.5, np.int16(200)])
def test_numbers_of_steps_that_are_enough(number):
    found = after(4 * ms, options={"max_steps": number})
    assert_same(found, after(4 * ms))


@pytest.mark.parametrize("errors", [1e-6, ["v"], "v"])
def test_type_of_errors_per_variable(errors):
    group = oscillators(options={"absolute_error_per_variable": errors})
    cause = cause_of(lambda: Network(group).run(1 * ms))
    assert isinstance(cause, TypeError)
    assert "'absolute_error_per_variable' has to be a dictionary" in str(cause)


@pytest.mark.parametrize(
    ("name", "what"), [("q", "does not exist"), ("p", "is not integrated")]
)
def test_errors_of_other_variables(name, what):
    group = oscillators(
        equations="dv/dt = -v/ms : 1\np : 1",
        options={"absolute_error_per_variable": {name: 1e-6}},
    )
    cause = cause_of(lambda: Network(group).run(1 * ms))
    assert isinstance(cause, KeyError)
    assert f"has an error for '{name}', which {what}" in str(cause)
    assert "It can have errors for: v." in str(cause)


def test_errors_in_other_units():
    group = oscillators(
        equations="dv/dt = -v/ms : volt",
        options={"absolute_error_per_variable": {"v": 1e-6}},
    )
    cause = cause_of(lambda: Network(group).run(1 * ms))
    assert isinstance(cause, DimensionMismatchError)
    assert "has not the units of that variable" in str(cause)


def test_stochastic_equations():
    group = oscillators(equations="dv/dt = -v/ms + xi*ms**-0.5 : 1")
    cause = cause_of(lambda: Network(group).run(1 * ms))
    assert isinstance(cause, UnsupportedEquationsException)
    assert "Cannot solve stochastic equations" in str(cause)


def test_unknown_option():
    group = oscillators(options={"absolute_eror": 1e-6})
    cause = cause_of(lambda: Network(group).run(1 * ms))
    assert isinstance(cause, KeyError)
    assert "'absolute_eror'" in str(cause)


# What equations may have


def test_time_within_a_step():
    # Differs between elements: the time is that of each stage
    group = oscillators(
        3, equations="dv/dt = sin((t + i*ms)/ms)/ms : 1", dt=3 * ms, options={}
    )
    Network(group).run(3 * ms)
    begins = np.arange(3)
    np.testing.assert_allclose(
        group.v[:], np.cos(begins) - np.cos(begins + 3), atol=1e-5
    )


def test_timed_array_within_a_step():
    steps = TimedArray([1.0, -2.0, 4.0], dt=1 * ms)
    group = oscillators(
        2,
        equations="dv/dt = steps(t - 0.25*i*ms)/ms : 1",
        dt=3 * ms,
        namespace={"steps": steps},
    )
    Network(group).run(3 * ms)
    # Brian shifts the arrays by half of a quarter of their step, where theirs is longer
    shift = 0.125
    expected = [
        1 - shift - 2 + 4 * (1 + shift),
        1 - 2 + 4 * (0.75 + shift) + 0.25 - shift,
    ]
    np.testing.assert_allclose(group.v[:], expected, atol=1e-4)


def test_user_function():
    @implementation("numba", "def hump(x):\n    return exp(-x*x) + x\n")
    @check_units(x=1, result=1)
    def hump(x):
        raise AssertionError

    @check_units(x=1, result=1)
    def python_hump(x):
        return np.exp(-x * x) + x

    found = []
    for function in (hump, python_hump):
        group = oscillators(
            equations="dv/dt = (f(v - i) - 2*v)/ms : 1", namespace={"f": function}
        )
        Network(group).run(4 * ms)
        found.append(group.v[:])
    np.testing.assert_allclose(found[0], found[1], rtol=1e-14)
    plain = oscillators(equations="dv/dt = (exp(-(v - i)**2) - v - i)/ms : 1")
    Network(plain).run(4 * ms)
    np.testing.assert_allclose(found[0], plain.v[:], atol=1e-5)


def test_names_that_the_library_has():
    equations = """df/dt = (params - f + t1 - y)/ms : 1
    dy/dt = (f - y)/ms : 1
    params : 1
    t1 : 1"""
    group = oscillators(equations=equations)
    group.params, group.t1 = "i", 1
    others = oscillators(
        equations=equations.replace("f", "a").replace("params", "b").replace("t1", "c")
    )
    others.b, others.c = "i", 1
    Network(group, others).run(6 * ms)
    np.testing.assert_array_equal(group.y[:], others.y[:])


def test_shared_and_linked_variables():
    source = NeuronGroup(5, "dx/dt = -x/(7*ms) : 1\nz : 1 (shared)", method="exact")
    source.x, source.z = "i", 3
    group = oscillators(
        equations="""dv/dt = (x + z - v + g)/ms : 1
        x : 1 (linked)
        z : 1 (linked)
        g : 1 (shared)""",
        dt=0.1 * ms,
    )
    group.x, group.z, group.g = linked_var(source, "x"), linked_var(source, "z"), 0.5
    plain = NeuronGroup(
        5, "dv/dt = (x + 3.5 - v)/ms : 1\ndx/dt = -x/(7*ms) : 1", method="gsl"
    )
    plain.x = "i"
    Network(source, group, plain).run(10 * ms)
    # One has x within the time step, one at its begin
    np.testing.assert_allclose(group.v[:], plain.v[:], rtol=0.02)


def test_refractoriness():
    group = oscillators(
        4,
        equations="dv/dt = 1/ms : 1 (unless refractory)\ndw/dt = 1/ms : 1",
        threshold="v > 1",
        reset="v = 0",
        refractory=2 * ms,
        dt=0.1 * ms,
    )
    group.v = "0.25*i"
    spikes = SpikeMonitor(group)
    Network(group, spikes).run(9 * ms)
    np.testing.assert_allclose(group.w[:], 9, rtol=1e-12)
    for i in range(4):
        intervals = np.diff(spikes.t[spikes.i == i] / ms)
        assert len(intervals) >= 2
        np.testing.assert_allclose(intervals, 3, atol=0.11)


# Brian looks for values above 1e50, also where there can't be any
@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
def test_single_precision_is_integrated_in_double():
    groups = [
        oscillators(dtype={"v": kind, "w": kind}) for kind in (np.float32, np.float64)
    ]
    for group in groups:
        group.v = 0.5
    Network(groups).run(2 * ms)
    assert groups[0].v[:].dtype == np.float32
    np.testing.assert_array_equal(groups[0].v[:], groups[1].v[:].astype(np.float32))
    np.testing.assert_array_equal(groups[0]._step_count, groups[1]._step_count)


# Objects


@pytest.mark.parametrize("n", [1, 7, 8, 9, 24, 100])
def test_elements_are_by_themselves(n):
    found, ten = after(n=n), after(n=10)
    for name, array in found.items():
        assert array.tolist() == np.resize(ten[name][:5], n).tolist()


def test_synapses_count_steps():
    group = NeuronGroup(3, "")
    paths = Synapses(
        group,
        group,
        FITZHUGH_NAGUMO.replace("/ms : 1", "/ms : 1 (clock-driven)"),
        method="gsl",
        method_options=COUNTED,
        dt=2 * ms,
    )
    paths.connect()
    network = Network(group, paths)
    network.run(20 * ms)
    expected = after(n=3)
    assert len(paths._step_count[:]) == 9
    for name, array in state(paths).items():
        assert array.tolist() == np.repeat(expected[name], 3).tolist()


def test_synapses_that_come_later():
    def paths_of(n):
        group = NeuronGroup(40, "")
        paths = Synapses(
            group,
            group,
            FITZHUGH_NAGUMO.replace("/ms : 1", "/ms : 1 (clock-driven)"),
            method="gsl",
            method_options=COUNTED,
            dt=2 * ms,
        )
        paths.connect(j="i")
        return Network(group, paths), paths

    network, paths = paths_of(40)
    network.run(4 * ms)
    paths.connect(condition="i != j")
    assert len(paths) == 1600
    network.run(8 * ms)
    found = state(paths)
    assert all(len(array) == 1600 for array in found.values())
    np.testing.assert_array_equal(found["v"][:40], np.resize(after(12 * ms)["v"], 40))
    # They begin at another time, which is rounded in another way
    others = after(8 * ms)["v"][paths.i[40:] % 5]
    np.testing.assert_allclose(found["v"][40:], others, rtol=1e-12)


def test_no_synapses_at_first():
    group = NeuronGroup(3, "")
    paths = Synapses(
        group, group, "dx/dt = (1 - x)/ms : 1 (clock-driven)", method="gsl"
    )
    paths.connect(condition="False")
    network = Network(group, paths)
    network.run(1 * ms)
    assert len(paths) == 0
    paths.connect(j="i")
    network.run(1 * ms)
    np.testing.assert_allclose(paths.x[:], 1 - math.exp(-1), atol=1e-6)


def test_spatial_neuron():
    morphology = Soma(30 * um)
    morphology.axon = Cylinder(diameter=1 * um, length=200 * um, n=12)
    found = []
    for method in ("gsl_rk4", "rk4"):
        neuron = SpatialNeuron(
            morphology,
            """Im = 1e-4*siemens/cm**2*(1 + m)*(-70*mV - v) : amp/meter**2
            dm/dt = (1/(1 + exp((-60*mV - v)/(5*mV))) - m)/(2*ms) : 1
            I : amp (point current)""",
            Cm=1 * uF / cm**2,
            Ri=100 * ohm * cm,
            method=method,
            method_options=COUNTED if method != "rk4" else None,
        )
        neuron.v, neuron.I[0] = -65 * mV, 0.1 * nA
        Network(neuron).run(5 * ms)
        found.append((neuron.v[:] / mV, neuron.m[:]))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5)


# Several runs


def halves(change=None, then=10 * ms, dt=2 * ms):
    """Run twice with a change in between, and once more what the second run is."""
    group = oscillators(dt=dt)
    network = Network(group)
    network.run(10 * ms)
    middle = state(group)
    if change is not None:
        change(group)
    network.run(then)
    return middle, state(group)


def from_middle(middle, duration=10 * ms, **keywords):
    """Go on where a first run ended."""
    group = oscillators(**keywords)
    network = Network(group)
    # At the same time: another one may be rounded in another way
    network.run(10 * ms)
    for name in ("v", "w", "_last_timestep"):
        group.variables[name].set_value(middle[name])
    network.run(duration)
    return state(group)


def test_two_runs_are_one():
    assert_same(halves()[1], after(20 * ms))


@pytest.mark.parametrize("dt", [0.5, 5])
def test_another_time_step(dt):
    def change(group):
        group.clock.dt = dt * ms

    middle, found = halves(change, then=30 * ms)
    assert_same(found, from_middle(middle, 30 * ms, dt=dt * ms))
    assert (found["_last_timestep"] <= dt * 1e-3 * (1 + 1e-15)).all()


def test_another_time_step_of_the_default_clock():
    group = NeuronGroup(
        5, FITZHUGH_NAGUMO, method="gsl", method_options=COUNTED, name="cells"
    )
    network = Network(group)
    defaultclock.dt = 2 * ms
    network.run(10 * ms)
    middle = state(group)
    defaultclock.dt = 5 * ms
    network.run(20 * ms)
    assert_same(state(group), from_middle(middle, 20 * ms, dt=5 * ms))


@pytest.mark.parametrize(
    "options",
    [
        {"absolute_error": 1e-9},
        {"absolute_error_per_variable": {"v": 1e-9}},
        {"adaptable_timestep": False, "absolute_error": 1e4},
    ],
)
def test_options_that_change_between_runs(options):
    def change(group):
        # In place it would change what Brian remembers of other groups
        group.state_updater.method_options = COUNTED | options

    middle, found = halves(change, dt=0.5 * ms)
    assert_same(found, from_middle(middle, dt=0.5 * ms, options=options))


def test_fewer_steps_from_the_second_run_on():
    group = oscillators()
    network = Network(group)
    network.run(4 * ms)
    group.state_updater.method_options = {"max_steps": 1}
    cause = cause_of(lambda: network.run(10 * ms))
    assert "more than 1 steps are not enough" in str(cause)


def test_counting_from_the_second_run_on():
    group = NeuronGroup(5, FITZHUGH_NAGUMO, method="gsl", dt=2 * ms)
    network = Network(group)
    network.run(10 * ms)
    assert "_step_count" not in group.variables
    group.state_updater.method_options = COUNTED
    network.run(10 * ms)
    assert_same(state(group), after(20 * ms))


def test_state_that_is_restored():
    group = oscillators()
    network = Network(group)
    network.run(6 * ms)
    network.store()
    network.run(10 * ms)
    first = state(group)
    network.restore()
    network.run(10 * ms)
    assert_same(state(group), first)


def test_state_that_is_stored_before_the_first_run():
    group = oscillators()
    network = Network(group)
    network.store()
    network.run(10 * ms)
    first = state(group)
    network.restore()
    assert group.v[:].tolist() == [0] * 5
    network.run(10 * ms)
    assert_same(state(group), first)


def test_several_clocks():
    groups = [oscillators(dt=dt) for dt in (1 * ms, 0.7 * ms, 4 * ms)]
    Network(groups).run(28 * ms)
    for group, dt in zip(groups, (1 * ms, 0.7 * ms, 4 * ms), strict=True):
        assert_same(state(group), after(28 * ms, dt=dt))


def test_another_group_in_the_network():
    group, other = oscillators(), NeuronGroup(5, "x : 1", threshold="x > 2")
    other.run_regularly("x += 1", dt=2 * ms)
    pushes = Synapses(other, group, on_pre="v_post -= 0.5; x_pre = 0")
    pushes.connect(j="i")
    monitor = StateMonitor(group, "v", record=True, when="end")
    Network(group, other, pushes, monitor).run(20 * ms)
    steps = np.abs(np.diff(monitor.v[0]))
    assert steps.max() > 0.4
    assert not np.allclose(group.v[:], after(20 * ms)["v"])


def test_last_steps_that_somebody_has_given():
    for length in (0.0, math.nan, -1.0, 1e9):
        group = oscillators()
        network = Network(group)
        network.run(0 * second)
        group.variables["_last_timestep"].set_value(np.full(5, length))
        network.run(20 * ms)
        assert_same(state(group), after(20 * ms))


def test_method_that_changes():
    # A list of methods: the first that can is taken
    group = NeuronGroup(
        5,
        FITZHUGH_NAGUMO,
        method=["exact", "gsl_rk8pd"],
        method_options=None,
        dt=2 * ms,
    )
    Network(group).run(20 * ms)
    np.testing.assert_array_equal(group.v[:], after(method="gsl_rk8pd")["v"])


# Ways to run


@pytest.mark.parametrize("name", ["refractory_integrators", "time_within_steps"])
@pytest.mark.parametrize(
    "preferences",
    [
        {"checked": True},
        {"jit": False},
        {"compiler": "numba"},
        {"native_loop": False},
        {"threads": 2},
        {"prepare": "always"},
    ],
    ids=lambda chosen: next(iter(chosen)) + "_" + str(next(iter(chosen.values()))),
)
def test_all_ways_give_the_same(name, preferences, monkeypatch):
    def found():
        made = MODELS[name].make(method="gsl_rkck", method_options=COUNTED)
        network = Network(made)
        for _ in range(3):
            network.run(3 * ms)
        return state(made, [*MODELS[name].variables, "_step_count", "_failed_steps"])

    expected = found()
    for key, value in preferences.items():
        prefs[f"codegen.runtime.numba.{key}"] = value
    monkeypatch.setattr(Sharing, "is_eager", True)
    if "jit" in preferences:
        # Python's elementary functions may have another last digit
        for variable, array in found().items():
            np.testing.assert_allclose(array, expected[variable], rtol=1e-12)
    else:
        assert_same(found(), expected)


# Brian looks for values above 1e50, also where there can't be any
@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
@pytest.mark.parametrize("is_compiled", [True, False])
def test_parameters_in_single_precision(is_compiled):
    prefs.codegen.runtime.numba.jit = is_compiled
    group = oscillators(
        equations="dv/dt = (a - v)/ms : 1\na : 1\nb : boolean\nk : integer",
        dtype={"a": np.float32},
    )
    group.a = "0.1*i"
    Network(group).run(40 * ms)
    np.testing.assert_allclose(group.v[:], np.float32(0.1) * np.arange(5), rtol=1e-6)


def test_lanes_without_an_element_have_a_time():
    steps = TimedArray(np.arange(5.0), dt=1 * ms)
    group = oscillators(
        3, equations="dv/dt = steps(t - i*ms)/ms : 1", namespace={"steps": steps}
    )
    Network(group).run(4 * ms)
    # What is read at a time that means nothing may be anywhere
    before = group.state_updater.codeobj.source.text.split("while")[0]
    assert "_lanes.t[_k] = _begin" in before


def test_threads_share_elements(monkeypatch):
    expected = after(n=1000)
    monkeypatch.setattr(Sharing, "is_eager", True)
    prefs.codegen.runtime.numba.threads = 2
    assert_same(after(n=1000), expected)


def test_refractoriness_is_brians_for_other_targets():
    # Their integration methods take no other statements than those that Brian makes
    prefs.codegen.target = "numpy"
    group = NeuronGroup(
        2, "v : 1\nperiod : second", threshold="v > 1", refractory="period"
    )
    Network(group).run(0.1 * ms)
    assert "not_refractory" in group.state_updater.abstract_code
    assert "_refractory_period" not in group.state_updater.abstract_code
