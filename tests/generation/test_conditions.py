"""A refractory neuron's variables stay as they are, and no other neuron's."""

import numpy as np
import pytest
from brian2 import NeuronGroup, Synapses, linked_var, ms, run

CONSTANT = "dv/dt = 0/ms : 1 (unless refractory)"


def neurons(values, name):
    """Return neurons of which those above 1 spike once and are then refractory."""
    group = NeuronGroup(
        len(values),
        CONSTANT,
        threshold="v > 1",
        reset="",
        refractory=50 * ms,
        method="euler",
        name=name,
    )
    group.v = values
    return group


@pytest.mark.parametrize(
    "code",
    [
        "v_post += 0.25",
        "v_post += 0.125*v_pre",
        "v_post = v_post + 0.125*v_pre",
        "v_pre += 1; v_post += 0.25",
        "v_pre += v_post; v_post += 0.25",
    ],
)
@pytest.mark.parametrize("groups", [1, 2])
def test_refractoriness_of_two_sides(code, groups):
    # Neuron 1 spikes, and is refractory when its spike arrives at neuron 0
    first = neurons([0.5, 2], "first")
    second = first if groups == 1 else neurons([0.5, 0.5], "second")
    synapses = Synapses(first, second, "w : 1", on_pre=code)
    synapses.connect(i=1, j=0)
    run(0.5 * ms)
    assert second.v[0] == 0.75
    assert first.v[1] == 2


@pytest.mark.parametrize("groups", [1, 2])
def test_code_of_the_presynaptic_side_alone(groups):
    first = neurons([0.5, 2], "first")
    second = first if groups == 1 else neurons([0.5, 0.5], "second")
    synapses = Synapses(first, second, "w : 1", on_pre="v_pre += 1 + w")
    synapses.connect(i=1, j=0)
    run(0.5 * ms)
    assert first.v[:].tolist() == [0.5, 2]


def test_refractoriness_of_a_presynaptic_neuron():
    first, second = neurons([0.5], "first"), neurons([2], "second")
    synapses = Synapses(first, second, "w : 1", on_post="v_pre += 0.125*v_post")
    synapses.connect()
    run(0.5 * ms)
    assert first.v[0] == 0.75
    assert second.v[0] == 2


@pytest.mark.parametrize("index", [None, [0, 0, 0], [7, 7, 7]])
def test_refractoriness_and_linked_variables(index):
    # Brian would look for its own refractoriness where it looks for the drive
    drive = neurons([2] if index is None else [2] * 8, "drive")
    group = NeuronGroup(
        3,
        "dv/dt = z/(1*ms) : 1 (unless refractory)\nz : 1 (linked)",
        threshold="v > 1 and i == 1",
        reset="v = 0",
        refractory=0.5 * ms,
        method="euler",
    )
    group.z = linked_var(drive, "v", **({} if index is None else {"index": index}))
    run(1 * ms)
    free = 0.2 * np.arange(1, 11)
    assert group.v[0] == group.v[2] == pytest.approx(free[-1])
    # It spikes at the sixth step, and is refractory for the four that are left
    assert group.v[1] == 0
