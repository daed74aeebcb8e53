"""Each statement sees what those before it have changed, by whatever name."""

import random

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    Synapses,
    linked_var,
    ms,
    prefs,
    run,
)

MODEL = """v : 1
k : integer
flag : boolean
s : 1 (shared)
half = v/2 : 1
lower = half - s : 1"""
#: Variables of synapses, and subexpressions by their names in the code of synapses
OF_SYNAPSES = {"double": "2*v_post", "both": "v_pre + 3*v_post"}
OF_NEURONS = {"half": "v{0}/2", "lower": "half{0} - s{0}"}
VALUES = {
    "v": [3.0, 5, 7],
    "k": [4, 5, 6],
    "flag": [True, False, True],
    "s": [2.0],
}


class Names(dict):
    """What names in the code of a synapse stand for, looked up when they are used."""

    def __init__(self, before, after, i, j):
        self.places, self.expressions = {}, dict(OF_SYNAPSES)
        for ending, arrays, index in (("_pre", before, i), ("_post", after, j)):
            for name, array in arrays.items():
                self.places[name + ending] = array, min(index, len(array) - 1)
            for name, text in OF_NEURONS.items():
                self.expressions[name + ending] = text.format(ending)
        for name in [*VALUES, *OF_NEURONS]:
            found = self.places if name in VALUES else self.expressions
            found[name] = found[f"{name}_post"]

    def __getitem__(self, name):
        if name in self.places:
            array, index = self.places[name]
            return array[index]
        if name in self.expressions:
            return eval(self.expressions[name], {}, self)
        return super().__getitem__(name)

    def __setitem__(self, name, value):
        if name in self.places:
            array, index = self.places[name]
            array[index] = value
        else:
            super().__setitem__(name, value)


def by_python(code, pairs, is_one_group):
    """Return what Python makes of the code, one synapse after the other."""
    before = {name: np.array(values) for name, values in VALUES.items()}
    after = before if is_one_group else {n: a.copy() for n, a in before.items()}
    weights = np.zeros(len(pairs))
    for number, (i, j) in enumerate(pairs):
        names = Names(before, after, i, j)
        names.places["w"] = weights, number
        exec(code, {}, names)
    return [before, after, weights]


def by_target(target, code, pairs, is_one_group, *, by_spike=False):
    """Return what a target makes of the code."""
    prefs.codegen.target = target
    before = NeuronGroup(3, MODEL, threshold="t < dt", name="before")
    after = before if is_one_group else NeuronGroup(3, MODEL, name="after")
    for group in {before, after}:
        group.set_states(VALUES)
    equations = [f"{name} = {text} : 1" for name, text in OF_SYNAPSES.items()]
    synapses = Synapses(
        before,
        after,
        "\n".join(["w : 1", *equations]),
        on_pre=code if by_spike else None,
        name="synapses",
    )
    synapses.connect(i=[i for i, _ in pairs], j=[j for _, j in pairs])
    if not by_spike:
        synapses.run_regularly(code)
    Network({before, after}, synapses).run(0.1 * ms)
    states = [g.get_states(list(VALUES)) for g in (before, after)]
    return [*states, synapses.w[:].copy()]


def assert_equal(result, expected):
    for states, others in zip(result[:2], expected[:2], strict=True):
        for name in VALUES:
            np.testing.assert_allclose(states[name], np.squeeze(others[name]))
    np.testing.assert_allclose(result[2], expected[2])


ONE_ELEMENT = [
    "v += 1; w = v_post",
    "v_post += 1; w = v",
    "v = 5; w = v_post",
    "v += 1; v_post += 1",
    "v += 1; v_post = 2*v_post",
    "v_post = v; v_post += v",
    "v_post -= v; w = v",
    "v += 1; w = half_post",
    "v += 1; w = lower_post",
    "w = half; v_post += 1; w += half_post",
    "v += 1; w = double",
    "k += 1; k_post = 2*k; w = k_post",
    "a = v; v_post += 1; w = a + v",
    "v += 2**s; w = v_post*2**s_post",
    "above = v > 2; v_post += 1; w = int(above) + v",
]
TWO_INDICES = [
    "v_pre += 1; v_post += 1",
    "v_pre += 1; w = v_post",
    "v_post += 1; w = half_pre",
]
#: Where numpy's code reads all values before the first statement
FAR_FROM_NUMPY = [
    "w = half_post; v += 1; w += half_post",
    "w = double; v_post += 1; w += double",
    "flag = not flag; w = int(flag_post)",
    "w = int(flag); flag_post = not flag_post; w += int(flag)",
    "v_pre += 1; w = v_post; v_post *= 2; w += v_pre",
    "v_pre = v_post + 1; v_post = v_pre + 1",
    "v_pre += v_post; v_post += v_pre",
    "w = half_pre; v_post += 1; w += half_pre",
    "w = both; v_post += 1; w += both; v_pre += 1; w += both",
    "v_pre = 3; v_post = 4; v_pre = 5; w = v_post",
    "v_pre = 3; v_post = 4; w = 1",
    "v_post = 4; v_pre = 3; w = 1",
    "k_pre += 1; w = k; k += 2; k_pre *= 2; w += k_post",
]


@pytest.mark.parametrize("pair", [(0, 0), (0, 1)])
@pytest.mark.parametrize("is_one_group", [True, False])
@pytest.mark.parametrize("code", ONE_ELEMENT + TWO_INDICES)
def test_a_single_synapse_is_as_with_numpy(code, is_one_group, pair):
    expected = by_target("numpy", code, [pair], is_one_group)
    assert_equal(by_target("numba", code, [pair], is_one_group), expected)
    assert_equal(by_python(code, [pair], is_one_group), expected)


@pytest.mark.parametrize("is_one_group", [True, False])
@pytest.mark.parametrize("code", ONE_ELEMENT + TWO_INDICES + FAR_FROM_NUMPY)
def test_synapses_one_after_the_other(code, is_one_group):
    pairs = [(i, j) for i in range(3) for j in range(3) if i != 1 or j != 2]
    result = by_target("numba", code, pairs, is_one_group)
    assert_equal(result, by_python(code, pairs, is_one_group))


@pytest.mark.parametrize("code", ["v += 1; w = v_post", "v_pre += 1; w = v_post"])
def test_spikes(code):
    expected = by_target("numpy", code, [(0, 0)], True, by_spike=True)
    result = by_target("numba", code, [(0, 0)], True, by_spike=True)
    assert_equal(result, expected)
