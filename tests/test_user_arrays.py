"""Arrays that functions of users read and write: what an index means, and its check."""

import numpy as np
import pytest
from brian2 import (
    BrianObjectException,
    Function,
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
def without_numba(monkeypatch):
    """Let a kernel fail that is left to numba."""

    def refuse(*arguments):
        raise AssertionError("numba was asked to compile a kernel")

    compiler._compiled.clear()
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
