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


def clip(x, low, high):
    return min(max(x, low), high)


def by_python(code, pairs, is_one_group):
    """Return what Python makes of the code, one synapse after the other."""
    before = {name: np.array(values) for name, values in VALUES.items()}
    after = before if is_one_group else {n: a.copy() for n, a in before.items()}
    weights = np.zeros(len(pairs))
    for number, (i, j) in enumerate(pairs):
        names = Names(before, after, i, j)
        names.places["w"] = weights, number
        exec(code, {"clip": clip}, names)
    return [before, after, weights]


def by_target(target, codes, pairs, is_one_group, *, by_spike=False):
    """Return what a target makes of each code, run in synapses of its own."""
    prefs.codegen.target = target
    models = [synapses_with(code, pairs, is_one_group, by_spike) for code in codes]
    Network(models).run(0.1 * ms)
    results = []
    for groups in models:
        before, after, synapses = groups[0], groups[-2], groups[-1]
        states = [group.get_states(list(VALUES)) for group in (before, after)]
        results.append([*states, synapses.w[:].copy()])
    return results


def synapses_with(code, pairs, is_one_group, by_spike):
    """Return synapses that run code once, after their neurons."""
    threshold = "t < dt" if by_spike else None
    n_groups = 1 if is_one_group else 2
    groups = [NeuronGroup(3, MODEL, threshold=threshold) for _ in range(n_groups)]
    for group in groups:
        group.set_states(VALUES)
    equations = [f"{name} = {text} : 1" for name, text in OF_SYNAPSES.items()]
    on_pre = code if by_spike else None
    model = "\n".join(["w : 1", *equations])
    synapses = Synapses(groups[0], groups[-1], model, on_pre=on_pre)
    synapses.connect(i=[i for i, _ in pairs], j=[j for _, j in pairs])
    if not by_spike:
        synapses.run_regularly(code)
    return [*groups, synapses]


def assert_equal(code, result, expected):
    for states, others in zip(result[:2], expected[:2], strict=True):
        for name in VALUES:
            np.testing.assert_allclose(
                states[name], np.squeeze(others[name]), err_msg=f"{name} after {code}"
            )
    np.testing.assert_allclose(result[2], expected[2], err_msg=f"w after {code}")


def assert_as_by_python(codes, pairs, is_one_group):
    results = by_target("numba", codes, pairs, is_one_group)
    for code, result in zip(codes, results, strict=True):
        assert_equal(code, result, by_python(code, pairs, is_one_group))


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
    "w = lower; v += 1; w += lower",
    "w = lower; v += 1; w += half + lower; v_pre += 1; w += lower_post",
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
@pytest.mark.parametrize("by_spike", [False, True])
def test_a_single_synapse_is_as_with_numpy(pair, by_spike):
    codes = ONE_ELEMENT + TWO_INDICES
    results, expected = (
        by_target(target, codes, [pair], True, by_spike=by_spike)
        for target in ("numba", "numpy")
    )
    for code, result, other in zip(codes, results, expected, strict=True):
        assert_equal(code, result, other)
        assert_equal(code, result, by_python(code, [pair], True))


@pytest.mark.parametrize("is_one_group", [True, False])
def test_synapses_one_after_the_other(is_one_group):
    pairs = [(i, j) for i in range(3) for j in range(3) if i != 1 or j != 2]
    codes = ONE_ELEMENT + TWO_INDICES + FAR_FROM_NUMPY
    assert_as_by_python(codes, pairs, is_one_group)


def random_code(numbers):
    """Return statements that write and read some variables by different names."""
    names = ["v", "v_pre", "v_post", "k", "k_pre", "w", "a", "b"]
    readable = ["v_post", "v", "v_pre", "k_pre", "k_post", "half_pre", "lower", "both"]
    readable += ["double", "half_post", "s", "w"]
    lines = ["a = v - 1", "b = k_post + w"]
    for _ in range(numbers.randint(2, 7)):
        operator = numbers.choice(["=", "+=", "-="])
        terms = [numbers.choice([*readable, "a", "b", "2"]) for _ in range(2)]
        value = numbers.choice([" + ", " - "]).join(terms)
        name = numbers.choice(names)
        value = f"int(clip({value}, -9, 9))" if name[0] == "k" else f"0.5*({value})"
        lines.append(f"{name} {operator} {value}")
    return "\n".join(lines)


@pytest.mark.parametrize("is_one_group", [True, False])
def test_random_statements(is_one_group):
    codes = [random_code(random.Random(number)) for number in range(30)]
    pairs = [(0, 0), (0, 1), (1, 1), (2, 1), (1, 0)]
    assert_as_by_python(codes, pairs, is_one_group)


def group_with_links(n=1, *, source=None, **link):
    """Return neurons whose x and y are the u of others, or their own."""
    group = NeuronGroup(
        n, "u : 1\nx : 1 (linked)\ny : 1 (linked)\nk : integer\nz : 1", name="linked"
    )
    group.x = linked_var(group if source is None else source, "u", **link)
    group.y = linked_var(group if source is None else source, "u", **link)
    return group


def test_two_links_to_one_variable():
    source = NeuronGroup(2, "u : 1")
    group = group_with_links(2, source=source)
    group.run_regularly("x += 1; y *= 3; z = x")
    run(0.1 * ms)
    assert source.u[:].tolist() == group.z[:].tolist() == [3, 3]


def test_a_link_to_the_own_variable():
    group = group_with_links()
    group.run_regularly("u += 1; z = x; x *= 3; z += u")
    run(0.1 * ms)
    assert (group.u[0], group.z[0]) == (3, 4)


def test_links_to_a_shared_variable():
    source = NeuronGroup(2, "u : 1 (shared)")
    group = group_with_links(3, source=source)
    group.run_regularly("x += 1; y *= 3; z = y + x")
    run(0.1 * ms)
    assert source.u[:] == 3
    assert group.z[:].tolist() == [6, 6, 6]


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_a_link_whose_index_changes(target):
    prefs.codegen.target = target
    source = NeuronGroup(3, "u : 1")
    source.u = [1, 10, 100]
    group = group_with_links(source=source, index="k")
    group.run_regularly("x += 1; k = 1; x += 1; z = x")
    run(0.1 * ms)
    assert source.u[:].tolist() == [2, 11, 100]
    assert group.z[0] == 11


def test_a_link_whose_index_changes_by_another_name():
    source = NeuronGroup(3, "u : 1")
    source.u = [1, 10, 100]
    group = NeuronGroup(1, "x : 1 (linked)\nk : integer\nq : integer (linked)\nz : 1")
    group.x = linked_var(source, "u", index="k")
    group.q = linked_var(group, "k")
    group.run_regularly("x += 1; q = 1; x += 1; z = x; k = 2; x = 7; z += q")
    run(0.1 * ms)
    assert source.u[:].tolist() == [2, 11, 7]
    assert group.z[0] == 13


@pytest.mark.parametrize("code", ["k = 7; x = 1", "x += 1; k = 7; z = x"])
def test_an_index_that_becomes_too_large(code):
    source = NeuronGroup(3, "u : 1")
    group = group_with_links(source=source, index="k")
    group.run_regularly(code)
    with pytest.raises(Exception, match="Error") as error:
        run(0.1 * ms)
    assert isinstance(error.value.__cause__, IndexError)
    assert source.u[1:].tolist() == [0, 0]


def test_resets():
    group = NeuronGroup(
        1,
        "u : 1\nx : 1 (linked)\nz : 1",
        threshold="x > 0.5 and u > 0.5",
        reset="u = 0; z += x + 1",
    )
    group.x = linked_var(group, "u")
    group.u = 1
    run(0.2 * ms)
    assert (group.u[0], group.z[0]) == (0, 1)


def test_refractory_neurons():
    group = NeuronGroup(
        1,
        "dv/dt = 0/ms : 1 (unless refractory)",
        threshold="v > 1",
        reset="",
        refractory=5 * ms,
        method="euler",
    )
    synapses = Synapses(
        group,
        group,
        "w : 1",
        on_pre="v += 1; v_post += 1; w = v; not_refractory_post = True; v_post += 10; "
        "w += v_pre",
        delay=0.2 * ms,
    )
    synapses.connect()
    group.v = 2
    run(0.4 * ms)
    # The neuron is refractory until the synapse says otherwise
    assert (group.v[0], synapses.w[0]) == (12, 14)


def test_synapses_to_synapses():
    group = NeuronGroup(2, "u : 1", threshold="t < dt")
    targets = Synapses(group, group, "w : 1\nq : 1")
    targets.connect(j="i")
    synapses = Synapses(
        group, targets, "r : 1", on_pre="w += 1; r = w_post; q_post = r; q += 1"
    )
    synapses.connect(j="i")
    run(0.1 * ms)
    assert targets.w[:].tolist() == synapses.r[:].tolist() == [1, 1]
    assert targets.q[:].tolist() == [2, 2]


def test_a_subgroup_as_target():
    group = NeuronGroup(4, "u : 1", threshold="t < dt")
    synapses = Synapses(
        group, group[2:], "w : 1", on_pre="u += 1; w = u_post; u_pre += w; w += u_post"
    )
    synapses.connect(i=[2], j=[0])
    run(0.1 * ms)
    assert group.u[:].tolist() == [0, 0, 2, 0]
    assert synapses.w[0] == 3


def test_order_is_said_to_matter_where_it_does(caplog):
    # Where two synapses of a neuron are active at once, w depends on which is first
    by_target("numba", ["v += 1; w = v_post"], [(0, 1)], True)
    assert "order of execution" in caplog.text


def test_code_without_other_names_reads_and_writes_once():
    source = SpikeGeneratorGroup(1, [0], [0] * ms)
    group = NeuronGroup(2, "v : 1\nu : 1")
    synapses = Synapses(
        source, group, "w : 1", on_pre="v_post += w*u_post; w += 1; u_post = v_post"
    )
    synapses.connect()
    run(0.1 * ms)
    code = str(synapses.pre.codeobj.code)
    # One loop for copies in the order of delivery, for neighbours, for ranges of one
    # synapse, and for all others
    for name in ("_array_v_post", "_array_u_post"):
        assert code.count(f"= {name}[_postsynaptic_idx]") == 4
        assert code.count(f"{name}[_postsynaptic_idx] =") == 4


@pytest.mark.parametrize("target", ["numpy", "numba"])
@pytest.mark.parametrize("is_checked", [False, True])
def test_sums_of_the_variable_itself(target, is_checked):
    prefs.codegen.target = target
    prefs.codegen.runtime.numba.checked = is_checked
    group = NeuronGroup(4, "v : 1\nu : 1")
    group.v, group.u = [1, 2, 3, 4], [1, 2, 3, 4]
    whole = Synapses(group, group, "v_post = 2*v_pre + v : 1 (summed)")
    whole.connect(i=[0, 1, 2, 0], j=[1, 2, 0, 0])
    part = Synapses(group, group[2:], "u_post = u_pre + 1 : 1 (summed)")
    part.connect(i=[3, 2, 0], j=[0, 1, 1])
    run(0.1 * ms)
    assert group.v[:].tolist() == [2 * 3 + 1 + 2 * 1 + 1, 2 * 1 + 2, 2 * 2 + 3, 0]
    assert group.u[:].tolist() == [1, 2, 5, 3 + 1 + 1 + 1]
    run(0.1 * ms)
    assert group.v[:].tolist() == [2 * 7 + 10 + 2 * 10 + 10, 2 * 10 + 4, 2 * 4 + 7, 0]


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_sums_of_a_variable_of_synapses_itself(target):
    prefs.codegen.target = target
    group = NeuronGroup(3, "v : 1")
    summed = Synapses(group, group, "w : 1")
    summed.connect(j="i")
    summed.w = [1, 2, 3]
    synapses = Synapses(summed, summed, "w_post = w_pre : 1 (summed)")
    synapses.connect(i=[0, 1, 2], j=[1, 2, 0])
    run(0.1 * ms)
    assert summed.w[:].tolist() == [3, 1, 2]
