"""Arrays that functions of users read and write: what an index means, and its check."""

import numpy as np
import pytest
from brian2 import (
    BrianObjectException,
    Function,
    Network,
    NeuronGroup,
    defaultclock,
    implementation,
    ms,
    prefs,
    run,
)

from brian2numba.compilation import compiler

TABLE = np.array([1.5, 2.5, 4.0])


@pytest.fixture(params=["compiled", "by Python", "checked"], autouse=True)
def way(request):
    """Compile kernels without numba, or let Python run them."""
    prefs.codegen.runtime.numba.jit = request.param != "by Python"
    prefs.codegen.runtime.numba.checked = request.param == "checked"
    return request.param


@pytest.fixture
def without_numba(empty_cache, monkeypatch):
    """Let a kernel fail that is left to numba."""

    def refuse(*arguments):
        raise AssertionError("numba was asked to compile a kernel")

    monkeypatch.setattr(compiler, "_numba_kernel", refuse)


def looking_up(body, table):
    """Return a function of one number ``k`` that refers to an array ``table``."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    source = f"def f(k):\n{lines}\n"
    description = Function(lambda k: None, arg_units=[1], return_unit=1)
    return implementation("numba", source, namespace={"table": table})(description)


def values(body, table, n=3, expression="f(i)"):
    """Return what a function gives for each of `n` neurons."""
    group = NeuronGroup(n, "x : 1", name="neurons")
    namespace = {"f": looking_up(body, table)}
    group.x.set_item(slice(None), expression, namespace=namespace)
    return group.x[:].tolist()


FORMS = {
    "element": ("return table[k]", [1.5, 2.5, 4.0]),
    "from the end": ("return table[-k - 1]", [4.0, 2.5, 1.5]),
    "constants": ("return table[0] - table[-1]", [-2.5] * 3),
    "sizes": (
        "return len(table) + 10*table.size + 100*table.shape[0] + table.shape[-1]",
        [336] * 3,
    ),
    "loop": ("total = 0.0\nfor v in table:\n    total += v\nreturn total", [8.0] * 3),
    "loop that ends early": (
        "for v in table:\n    if v > k + 1:\n        break\nreturn v",
        [1.5, 2.5, 4.0],
    ),
    "two names": ("other = table\nreturn other[k]", [1.5, 2.5, 4.0]),
    "search": (
        "j = 0\nwhile table[j] < k + 1:\n    j += 1\nreturn table[j]",
        [1.5, 2.5, 4.0],
    ),
    "condition": ("return table[k] if k < len(table) - 1 else -1", [1.5, 2.5, -1]),
    "no element is asked for": (
        "return 1 if k > 0 and table[k - 1] > 2 else 0",
        [0, 0, 1],
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms(form, without_numba):
    body, expected = FORMS[form]
    assert values(body, TABLE) == expected


def test_writing(without_numba):
    table = TABLE.copy()
    assert values("table[k] += k\nreturn table[k]", table) == [1.5, 3.5, 6.0]
    assert table.tolist() == [1.5, 3.5, 6.0]
    assert values("table[k - 3] = k\nreturn 0", table) == [0, 0, 0]
    assert table.tolist() == [0, 1, 2]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "int64", "float32"])
def test_types(dtype, without_numba):
    table = np.array([1, 0, 1], dtype)
    assert values("return table[k] + 1", table) == [2, 1, 2]
    values("table[k] = table[k - 1]\nreturn 0", table)
    assert table.tolist() == [1, 1, 1]


def test_truth_values_are_truth_values(without_numba):
    table = np.array([True, False, True])
    assert values("return -1 if not table[k] else 5", table) == [5, -1, 5]


FAILURES = {
    "element": ("return table[k]", 3),
    "from the end": ("return table[-k - 1]", -4),
    "written": ("table[k] = 1\nreturn 0", 3),
    "changed": ("table[k] += 1\nreturn 0", 3),
    "search": ("j = 0\nwhile table[j] < 2*k:\n    j += 1\nreturn j", 3),
    "in a loop": ("for j in range(k + 1):\n    last = table[j]\nreturn last", 3),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_an_index_beyond_the_array(failure, without_numba):
    body, index = FAILURES[failure]
    assert len(values(body, TABLE.copy())) == 3
    with pytest.raises(BrianObjectException) as caught:
        values(body, TABLE.copy(), n=4)
    assert isinstance(caught.value.__cause__, IndexError)
    text = str(caught.value.__cause__)
    assert "of the function 'f', called by the NeuronGroup 'neurons', uses" in text
    assert f"element {index} of 'table', which has 3 elements" in text
    (line,) = (line for line in body.splitlines() if "table[" in line)
    assert line.strip()[:8] in text.splitlines()[0]


def test_helpers_are_named(without_numba):
    source = "def f(k):\n    return 2*g(k)\n\ndef g(k):\n    return table[k]\n"
    description = Function(lambda k: None, arg_units=[1], return_unit=1)
    f = implementation("numba", source, namespace={"table": TABLE}, name="f")
    group = NeuronGroup(4, "x : 1")
    with pytest.raises(BrianObjectException) as caught:
        group.x.set_item(slice(None), "f(i)", namespace={"f": f(description)})
    assert "'return table[k]' of the function 'g', " in str(caught.value.__cause__)


def test_the_run_stops_at_the_step(way, without_numba):
    group = NeuronGroup(2, "x : 1\nn : 1")
    group.run_regularly("x = f(int(t/ms*10 + 0.5)); n += 1")
    namespace = {"f": looking_up("return table[k]", TABLE)}
    with pytest.raises(BrianObjectException) as caught:
        run(1 * ms, namespace=namespace)
    cause = caught.value.__cause__
    assert isinstance(cause, IndexError)
    assert "which has 3 elements, at t = 0.0003 s." in str(cause)
    assert defaultclock.t / ms == pytest.approx(0.3)
    # Machine code of functions without loops finds it out at the end of the step
    assert group.n[:].tolist() == ([4, 4] if way == "compiled" else [3, 3])


def test_a_function_without_arrays_may_follow_one_that_fails(without_numba):
    group = NeuronGroup(3, "x : 1")
    namespace = {"f": looking_up("return table[k]", TABLE)}
    with pytest.raises(BrianObjectException):
        group.x.set_item(slice(None), "f(i + 1)", namespace=namespace)
    group.x.set_item(slice(None), "f(i)", namespace=namespace)
    assert group.x[:].tolist() == TABLE.tolist()


N_MANY = 10_000


def looked_up(function, index, indices):
    """Return what a function gives for an index that is a variable of each neuron."""
    arg_types = ["integer" if index == "integer" else "float"]
    described = Function(function, arg_units=[1], arg_types=arg_types, return_unit=1)
    group = NeuronGroup(len(indices), f"x : 1\nk : {index}", name="neurons")
    group.k = indices
    group.run_regularly("x = f(k)")
    Network(group).run(0.1 * ms, namespace={"f": described})
    return group.x[:]


@pytest.mark.parametrize("n", [1, 5, 1000])
@pytest.mark.parametrize("index", ["integer", "1"])
def test_many_indices(index, n, way, without_numba):
    table = np.random.default_rng(1).random(n)
    indices = np.arange(N_MANY if way == "compiled" else 100) % (2 * n) - n

    def f(k):
        return table[int(k)]

    assert np.array_equal(looked_up(f, index, indices), table[indices])


@pytest.mark.parametrize("wrong", [7, -8, 2**31 - 1, -(2**31)])
@pytest.mark.parametrize("index", ["integer", "1"])
def test_one_of_many_indices(index, wrong, way, without_numba):
    table = np.arange(7.0)
    indices = np.arange(N_MANY if way == "compiled" else 100) % 7
    indices[len(indices) // 2] = wrong

    def f(k):
        return table[int(k)]

    with pytest.raises(BrianObjectException) as caught:
        looked_up(f, index, indices)
    text = str(caught.value.__cause__)
    assert f"uses element {wrong} of 'table', which has 7 elements" in text
    assert "'return table[int(k)]' of the function 'f' (test_user_arrays.py, " in text


@pytest.mark.parametrize("wrong", [0, 1, -1])
def test_a_table_without_elements(wrong, without_numba):
    body = f"return 1 if k < 2 else table[{wrong}*int(k > 0)]"
    for table in (np.zeros(0), np.zeros(0, "int32"), np.arange(3.0)[3:]):
        assert values(body, table, n=2) == [1, 1]
        with pytest.raises(BrianObjectException) as caught:
            values(body, table, n=3)
        text = str(caught.value.__cause__)
        assert f"uses element {wrong} of 'table', which has 0 elements" in text


def test_a_table_without_elements_that_the_script_changes(without_numba):
    def g(k):
        return table[k]

    table = np.zeros(0)
    with pytest.raises(BrianObjectException) as caught:
        looked_up(g, "integer", [0, 0])
    assert "uses element 0 of 'table', which has 0" in str(caught.value.__cause__)
    table = np.ones(1)
    assert looked_up(g, "integer", [0, -1]).tolist() == [1, 1]


@pytest.mark.parametrize("at", ["first", "second", "third"])
def test_one_of_several_arrays(at, without_numba):
    first, second, third = (np.arange(n) + 0.5 for n in (9, 10, 11))
    a, b, c = (int(name == at) for name in ("first", "second", "third"))

    def h(k, shift):
        return third[k + 2 * shift]

    def g(k):
        return h(k, c) + h(k, 0) + second[k + b]

    def f(k):
        more = first[k + a - 1]
        return more + g(k)

    size = {"first": 9, "second": 10, "third": 11}[at]
    indices = np.arange(9)
    assert looked_up(f, "integer", indices).tolist() == [f(k) for k in indices]
    with pytest.raises(BrianObjectException) as caught:
        looked_up(f, "integer", indices + 1)
    text = str(caught.value.__cause__)
    assert f"uses element {size} of '{at}', which has {size} elements" in text


def test_other_elements_are_asked_for_by_a_condition_alone(without_numba):
    table = np.arange(100.0)

    def f(k):
        return np.where(k < 100, table[k] if k < 100 else 0.0, -1.0)

    def g(k):
        return table[k] if 0 <= k < 100 else -1.0

    indices = np.arange(-50, 1000)
    expected = np.where((indices >= 0) & (indices < 100), indices, -1.0)
    assert np.array_equal(looked_up(g, "integer", indices), expected)
    expected[:50] = table[50:]
    assert np.array_equal(looked_up(f, "integer", indices), expected)


def test_a_helper_without_a_loop_that_a_loop_calls(without_numba):
    table = np.arange(5.0)

    def at(k):
        return table[k]

    def f(k):
        j = 0
        while at(j) < k:
            j += 1
        return j

    assert looked_up(f, "integer", np.arange(5)).tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(BrianObjectException) as caught:
        looked_up(f, "integer", np.arange(6))
    assert "uses element 5 of 'table'" in str(caught.value.__cause__)


def test_a_table_that_is_an_array_of_the_model(without_numba):
    group = NeuronGroup(3, "x : 1\ny : 1")
    table = group.variables["x"].get_value()

    def f(k):
        return table[k]

    described = Function(f, arg_units=[1], arg_types=["integer"], return_unit=1)
    group.run_regularly("x += 1; y = f(i)")
    network = Network(group)
    network.run(0.2 * ms, namespace={"f": described})
    assert group.y[:].tolist() == [1, 1, 1]
    table = np.arange(3.0)
    network.run(0.1 * ms, namespace={"f": described})
    assert group.y[:].tolist() == [0, 1, 2]
    table = group.variables["x"].get_value()
    network.run(0.1 * ms, namespace={"f": described})
    assert group.y[:].tolist() == [3, 3, 3]
