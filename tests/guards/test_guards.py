"""Guards check what Brian's methods are given, and change nothing else about them."""

import inspect

import pytest
from brian2 import (
    BinomialFunction,
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    PoissonInput,
    SpikeGeneratorGroup,
    StateMonitor,
    Synapses,
    TimedArray,
    ms,
    prefs,
    second,
)

from tests.causes import cause_of


def test_a_guarded_method_looks_as_before():
    parameters = inspect.signature(Synapses.connect).parameters
    assert list(parameters)[:4] == ["self", "condition", "i", "j"]
    assert Synapses.connect.__name__ == "connect"
    assert "Add synapses." in Synapses.connect.__doc__


def test_an_error_of_brian_tells_what_was_given():
    with pytest.raises(ValueError, match="at least 1, was 0") as caught:
        NeuronGroup(0, "v : 1", name="cells")
    assert caught.value.__notes__ == [
        "In NeuronGroup(N=0, model='v : 1', name='cells')."
    ]


def test_an_argument_that_there_is_not_is_for_brian_to_refuse():
    group = NeuronGroup(2, "v : 1", name="cells")
    with pytest.raises(
        TypeError, match=r"__init__\(\) got an unexpected .* 'name'"
    ) as e:
        PoissonInput(group, "v", 20, 400 * Hz, weight=1, name="drive")
    assert e.value.__notes__ == ["In PoissonInput(...)."]
    assert e.value.__context__ is None


def test_other_targets_are_left_alone():
    prefs.codegen.target = "numpy"
    group = NeuronGroup(5, "x : 1")
    monitor = StateMonitor(group, "x", record=[1.5])
    assert monitor.record.tolist() == [1]


def test_names_are_found_where_the_user_has_them():
    group = NeuronGroup(3, "x : 1")
    local_value = 7
    group.x = "local_value + i"
    group.x["i > local_value - 6"] = "local_value"
    assert group.x[:].tolist() == [local_value, local_value + 1, local_value]
    synapses = Synapses(group, group)
    synapses.connect(condition="i > local_value - 6")
    assert len(synapses) == 3


def test_names_are_found_where_the_level_says_given_by_position():
    group = NeuronGroup(1, "dx/dt = local_value/second : 1", method="euler")
    network = Network(group)

    def run_for_caller():
        network.run(1 * ms, None, 10 * second, None, False, 1)

    local_value = 1000
    run_for_caller()
    assert group.x[0] == pytest.approx(local_value * 0.001)


def test_what_has_no_number_yet_and_the_least_numbers_are_accepted():
    assert len(PoissonGroup(3, rates="i*Hz")) == 3
    BinomialFunction(0, 0.0)
    BinomialFunction(1, 1.0)


def test_unsorted_spikes_are_numbered_as_they_were_given():
    with pytest.raises(ValueError, match=r"but spike 2 \(of neuron 0, at 0.001 s\) c"):
        SpikeGeneratorGroup(2, [0, 1, 0], [0, 2, 1] * ms, sorted=True)


def test_the_place_where_an_object_was_made_is_the_users():
    group = NeuronGroup(3, "x : 1")
    assert "test_guards.py" in group._creation_stack


def test_spikes_too_late_to_be_counted():
    late = SpikeGeneratorGroup(2, [0], [3000] * second, dt=0.001 * ms, name="late")
    network = Network(late)
    cause = cause_of(lambda: network.run(0.001 * ms), "late")
    assert type(cause) is OverflowError
    assert "is at 3000.0 s, which is later than 2147483647 time steps" in str(cause)
    late.set_spikes([0], [0] * ms)
    network.run(0.001 * ms)


def test_an_infinite_time_of_a_timed_array_is_the_last():
    prefs.codegen.string_expression_target = "numba"
    timed = TimedArray([1, 2, 3], dt=1 * ms)  # noqa: F841 (the strings call it)
    group = NeuronGroup(2, "x : 1")
    group.x = "timed(inf*ms)"
    assert group.x[:].tolist() == [3, 3]
    group.x = "timed(-inf*ms)"
    assert group.x[:].tolist() == [1, 1]


@pytest.mark.parametrize("period", ["long", "long + i*0*ms"])
def test_refractory_periods_that_become_wrong_in_a_run(period):
    group = NeuronGroup(
        3, "v : 1\nlong : second", threshold="v > 1", refractory=period, name="cells"
    )
    group.long = 1 * ms
    group.run_regularly("long *= 1e200")
    network = Network(group)
    cause = cause_of(lambda: network.run(1 * ms), "cells")
    assert type(cause) is ValueError
    assert str(cause).startswith("The refractory period of a neuron of the NeuronGroup")


def two_events(first, second):
    group = NeuronGroup(
        3,
        "x : 1\nv : 1",
        events={"kick": "v > 0", "push": "v > 0"},
        name="cells",
    )
    group.v = 1
    group.run_on_event("kick", "x += 1", order=first)
    group.run_on_event("push", "x *= 2", order=second)
    return group


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("b", "a", 7), ("a", "b", 14), (0.5, 1, 14), (1, 0.5, 7), (True, 0, 7)],
)
def test_orders_are_compared_with_each_other(first, second, expected):
    for target in ("numpy", "numba"):
        prefs.codegen.target = target
        group = two_events(first, second)
        Network(group).run(0.3 * ms)
        assert group.x[:].tolist() == [expected] * 3
        del group


def test_a_name_as_the_only_order_of_a_slot():
    group = NeuronGroup(3, "x : 1\nv : 1", events={"kick": "v > 0"})
    group.v = 1
    group.run_on_event("kick", "x += 1", order="before_groups")
    Network(group).run(0.3 * ms)
    assert group.x[:].tolist() == [3, 3, 3]


@pytest.mark.parametrize(("first", "second"), [("a", 1), (0, "b")])
def test_orders_that_can_not_be_compared(first, second):
    group = two_events(first, second)
    message = (
        f"The order of the Resetter 'cells_push_resetter' is {second!r} and that of "
        f"the Resetter 'cells_kick_resetter' is {first!r}"
    )
    with pytest.raises(TypeError, match=message) as caught:
        Network(group).run(0.3 * ms)
    assert "in the slot 'after_resets'" in str(caught.value)
