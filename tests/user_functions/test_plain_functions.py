"""Plain functions of users whose source is there: translated, and stored."""

import ast
import importlib
import math
import sys

import numba
import numpy as np
import pytest
from brian2 import (
    Function,
    NeuronGroup,
    check_units,
    exp,
    exprel,
    implementation,
    mV,
    prefs,
    volt,
)

from brian2numba.compilation import compiler
from brian2numba.compilation.work import WORK
from brian2numba.errors import NotCompiledError
from brian2numba.user_functions.definition import definition_of

HEIGHT = 10 * mV
EXPONENT = 3
SHIFT = 0.25


@check_units(v=volt, result=1)
def with_units(v):
    """Return something of a voltage."""
    if v < -1 * mV:
        return 0.0
    return v**2 / (v**2 + HEIGHT**2)


def with_loop(x):
    total = 0.0
    for k in range(1, 6):
        total += x**k / k
        if total > 100:
            break
    return total


def with_helper(x):
    return helper(x) + helper(2 * x)


def helper(x):
    return x + SHIFT


def of_brian(x):
    return exp(-x) * exprel(x / 2)


def of_numpy(x):
    return np.exp(-np.abs(x)) + np.arcsin(0.1) * np.floor(x) - np.pi


def of_math(x: float) -> float:
    return math.atan(x) + math.floor(x) if x > 0 else math.log1p(abs(x))


def with_integer(x):
    return x**EXPONENT + EXPONENT


def enclosing(inner):
    factor = inner * 2.0

    def enclosed(x):
        return factor * x

    return enclosed


def with_default(x, shift=1.0):
    return x + shift


def of_array(x):
    return TABLE[int(x) % 3]


TABLE = np.array([1.0, 2.0, 4.0])

TRANSLATED = {
    "array": of_array,
    "default": with_default,
    "lambda": lambda x: x + SHIFT,
    "jitted": numba.njit(helper),
    "loop": with_loop,
    "helper": with_helper,
    "brian": of_brian,
    "numpy": of_numpy,
    "math": of_math,
    "integer": with_integer,
    "closure": enclosing(0.7),
}


def described(function):
    """Describe a function without units to Brian, with its form for numpy."""
    result = Function(function, arg_units=[1], return_unit=1)
    python_function = getattr(function, "py_func", function)
    vectorised = np.vectorize(python_function, otypes=[float])
    result.implementations.add_numpy_implementation(vectorised)
    return result


def values(function, expression="f(x)"):
    """Return an expression's values, by a kernel and by numpy."""
    results = []
    for target in ("numba", "numpy"):
        prefs.codegen.string_expression_target = target
        group = NeuronGroup(9, "x : 1\ny : 1")
        group.x = np.linspace(-2, 5, 9)
        group.y.set_item(slice(None), expression, namespace={"f": function})
        results.append(group.y[:].tolist())
    return results


@pytest.fixture
def without_numba(empty_cache, monkeypatch):
    def refuse(*arguments):
        raise AssertionError("numba was asked to compile a kernel")

    monkeypatch.setattr(compiler, "_numba_kernel", refuse)


@pytest.mark.parametrize("name", TRANSLATED)
def test_translated_functions_compute_what_python_does(name, without_numba):
    kernel, python = values(described(TRANSLATED[name]))
    assert kernel == pytest.approx(python, rel=1e-14)


def test_units(without_numba):
    prefs.codegen.string_expression_target = "numba"
    group = NeuronGroup(3, "y : 1")
    group.y.set_item(slice(None), "f((i - 1)*10*mV)", namespace={"f": with_units})
    assert group.y[:].tolist() == pytest.approx([0, 0, 0.5])


def test_source_of_users(without_numba):
    @implementation(
        "numba",
        "def outer(x):\n"
        "    return inner(x) if x > 0 else 0.0\n"
        "def inner(x):\n"
        "    return math.sqrt(x)\n",
    )
    @check_units(x=1, result=1)
    def outer(x):
        return np.sqrt(np.maximum(x, 0))

    kernel, python = values(outer)
    assert kernel == python


def recursive(x):
    return x if x < 1 else recursive(x - 1)


def with_list(x):
    return [x, 2 * x][1]


def with_lambda(x):
    add = lambda y: y + SHIFT  # noqa: E731
    return add(x)


def passing_on(x):
    return called_with(half, x)


def half(x):
    return x / 2


def called_with(function, x):
    return function(x)


LEFT_TO_NUMBA = {
    "list": with_list,
    "inner_lambda": with_lambda,
    "in_another_call": passing_on,
}


@pytest.mark.parametrize("name", LEFT_TO_NUMBA)
def test_others_are_left_to_numba(name, empty_cache):
    before = WORK.copy()
    kernel, python = values(described(LEFT_TO_NUMBA[name]))
    assert kernel == pytest.approx(python)
    assert (WORK - before).compiled_by_numba == 1


def test_other_processes_find_kernels_of_plain_functions():
    function = described(with_integer)
    first, _ = values(function)
    compiler._compiled.clear()
    before = WORK.copy()
    second, _ = values(function)
    done = WORK - before
    assert second == first
    assert (done.loaded, done.compiled, done.compiled_by_numba) == (1, 0, 0)


def test_another_number_compiles_nothing(monkeypatch, kernel_count):
    function = described(helper)
    first, _ = values(function)
    n_kernels = kernel_count()
    monkeypatch.setattr(sys.modules[__name__], "SHIFT", 0.75)
    second, python = values(function)
    assert kernel_count() == n_kernels
    assert second == python
    assert second == pytest.approx([x + 0.5 for x in first])


def test_another_integer_is_seen(monkeypatch):
    function = described(with_integer)
    values(function)
    monkeypatch.setattr(sys.modules[__name__], "EXPONENT", 2)
    kernel, python = values(function)
    assert kernel == pytest.approx(python, rel=1e-14)


def test_a_file_that_changed_since_is_not_the_source(tmp_path, monkeypatch):
    path = tmp_path / "of_a_user.py"
    path.write_text("def f(x):\n    return x + 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("of_a_user")
    assert ast.unparse(definition_of(module.f)) == "def f(x):\n    return x + 1"
    path.write_text("def f(x):\n    return x + 2\n")
    with pytest.raises(NotCompiledError, match="its source can't be found"):
        definition_of(module.f)
    kernel, _ = values(Function(module.f, arg_units=[1], return_unit=1))
    assert kernel == pytest.approx(np.linspace(-2, 5, 9) + 1)


def test_source_of_lambdas_on_one_line():
    first, second = (lambda x: x + 1), (lambda x: x + 2)
    assert ast.unparse(definition_of(first).body[0]) == "return x + 1"
    assert ast.unparse(definition_of(second).body[0]) == "return x + 2"


def test_source_of_a_function_with_decorators_and_annotations():
    @check_units(x=1, result=1)
    def decorated(x: float) -> float:
        return x

    text = ast.unparse(definition_of(decorated._orig_func))
    assert text == "def decorated(x):\n    return x"


def no_source(text):
    namespace = {}
    exec(text, namespace)
    return namespace["f"]


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (no_source("def f(x):\n    return x"), "its source can't be found"),
        (lambda *x: x, "any number of arguments"),
        (lambda x, *, y: x, "some by name only"),
        (lambda x: (yield x), "a generator"),
    ],
)
def test_definitions_that_are_refused(function, reason):
    with pytest.raises(NotCompiledError, match=reason):
        definition_of(function)
