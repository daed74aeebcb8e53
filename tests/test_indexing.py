"""Elements of variables that users name by index, as with numpy's arrays."""

import numpy as np
import pytest
from brian2 import NeuronGroup, Synapses


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
