"""Elements of variables that users name by index, as with numpy's arrays."""

import numpy as np
import pytest
from brian2 import BrianObjectException, NeuronGroup, Synapses, prefs


def group():
    """Return three neurons; s is computed when it is looked at."""
    neurons = NeuronGroup(3, "v : 1\ns = 2*v : 1", name="neurons")
    neurons.v = [1, 2, 3]
    return neurons


@pytest.mark.parametrize("item", [-1, [-1, 0], [2, -3], slice(-2, None)])
def test_negative_indices_count_from_the_end(item):
    neurons = group()
    expected = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(neurons.s[item], 2 * expected[item])
    neurons.v[item] = "v + 10"
    expected[item] += 10
    np.testing.assert_array_equal(neurons.v[:], expected)


@pytest.mark.parametrize("item", [3, -4, [0, 7]])
def test_indices_out_of_bounds_are_refused(item):
    neurons = group()
    index = item if isinstance(item, int) else 7
    message = f"Index {index} is out of range: there are 3 elements, from 0 to 2."
    with pytest.raises(IndexError, match=message):
        neurons.s[item]
    with pytest.raises(IndexError, match=message):
        neurons.v[item] = "i + 10"
    assert neurons.v[:].tolist() == [1, 2, 3]


def test_indices_of_subgroups():
    neurons = group()
    part = neurons[1:]
    assert part.s[-1] == 6
    part.v[:] = "10 + i"
    assert neurons.v[:].tolist() == [1, 10, 11]


def test_indices_of_synapses():
    neurons = group()
    synapses = Synapses(neurons, neurons, "w : 1\nd = w + v_post : 1", name="synapses")
    synapses.connect(j="i")
    assert synapses.d[-1] == 3
    with pytest.raises(IndexError):
        synapses.d[3]


def test_chosen_elements_of_subgroups_are_within_their_indices():
    """Brian counts these from the start of the whole group, once too often."""
    prefs.codegen.string_expression_target = "numba"
    group = NeuronGroup(6, "x : 1")
    part = group[2:5]
    with pytest.raises(BrianObjectException) as caught:
        part.x[2] = "7"
    assert isinstance(caught.value.__cause__, IndexError)
    assert group.x[:].tolist() == [0] * 6


def test_expressions_are_guarded_where_numba_has_only_them():
    prefs.codegen.target = "numpy"
    prefs.codegen.string_expression_target = "numba"
    group = NeuronGroup(6, "x : 1\nhalf = x/2 : 1")
    with pytest.raises(IndexError, match="out of range"):
        group.half[6]
