"""Functions that numba compiles by themselves, as parts of kernels of our own."""

import os
import subprocess
import sys
import textwrap

import numba
import numpy as np
import pytest
from brian2 import (
    BrianObjectException,
    Function,
    NeuronGroup,
    implementation,
    ms,
    prefs,
    run,
)

from brian2numba.binding import BoundKernel
from brian2numba.compilation import compiler, units
from brian2numba.compilation.facts import facts_of
from brian2numba.compilation.work import WORK
from brian2numba.errors import UserFunctionError
from brian2numba.store import current_store


@pytest.fixture(autouse=True)
def nothing_known(empty_cache):
    """Forget what this process has compiled, and what it could not."""
    units._failures.clear()


def given(source, n_arguments=1, **keywords):
    """Return a function that is given as source or as an object."""
    description = Function(
        lambda *args: None, arg_units=[1] * n_arguments, return_unit=1
    )
    return implementation("numba", source, **keywords)(description)


def values(function, expression="f(i)", n=4, model="x : 1"):
    """Return an expression's value for each of `n` neurons."""
    group = NeuronGroup(n, model, name="neurons")
    group.x.set_item(slice(None), expression, namespace={"f": function})
    return group.x[:].tolist()


def failure(function, expression="f(i)", n=4):
    """Return what is said of a failure, and what it is caused by."""
    with pytest.raises(BrianObjectException) as caught:
        values(function, expression, n)
    return caught.value.__cause__


FORMS = {
    "lists": "def f(x):\n    return [1.5, x][1]",
    "arrays": "def f(x):\n    return np.sum(np.array([x, 0.0]))",
    "dictionaries": "def f(x):\n    return {0: x}[0]",
    "keywords": "def h(x, y):\n    return x * y\ndef f(x):\n    return h(y=1, x=x)",
    "defaults": "def f(x, factor=1):\n    return [factor][0] * x",
    "library": "def f(x):\n    return [clip(x, 0, 10)][0] + 0 * [exprel(x)][0]",
    "statements": "ONE = 1\ndef f(x):\n    return x * ONE",
    "imports": "from math import floor as down\ndef f(x):\n    return down(x)",
    "functions of functions": (
        "def twice(g, x):\n    return g(g(x))\ndef same(x):\n    return x\n"
        "def f(x):\n    return twice(same, x)"
    ),
    "recursion": "def f(x):\n    if x < 1:\n        return x\n    return 1 + f(x - 1)",
}


@pytest.mark.parametrize("form", FORMS)
def test_forms(form):
    before = WORK.copy()
    assert values(given(FORMS[form], name="f")) == [0, 1, 2, 3]
    done = WORK - before
    assert (done.compiled, done.compiled_by_numba) == (1, 1)


def test_arguments_and_results_of_all_kinds():
    f = given(
        "def f(k, x, s, flag):\n    return [k + x + s + (1 if flag else 0)][0]",
        n_arguments=4,
    )
    f._arg_types = ["integer", "float", "float", "boolean"]
    expected = [k + 0.5 + 0.25 + (k > 1) for k in range(4)]
    assert values(f, "f(i, 0.5, s, i > 1)", model="x : 1\ns = 0.25 : 1") == expected
    for result in ("[k][0]", "[k > 1][0]", "np.array([k], np.int32)[0]"):
        function = given(f"def f(k):\n    return {result}")
        expected = [int(k > 1) if ">" in result else k for k in range(4)]
        assert values(function) == expected


def test_arrays_of_two_dimensions():
    table = np.arange(6.0).reshape(2, 3)
    f = given("def f(k):\n    return table[k % 2, k // 2]", namespace={"table": table})
    assert values(f, n=6) == [0, 3, 1, 4, 2, 5]
    error = failure(f, n=7)
    assert isinstance(error, IndexError)
    assert "of the function 'f', called by the NeuronGroup 'neurons', fails at t" in (
        str(error)
    )
    assert "index 3 is out of bounds for axis 1 with size 3" in str(error)


def test_functions_of_users_that_are_jitted():
    inner = numba.njit(lambda x: x + 1)

    @numba.njit
    def outer(x):
        return [inner(x)][0]

    before = WORK.copy()
    assert values(given(outer)) == [1, 2, 3, 4]
    assert (WORK - before).compiled_by_numba == 1


# Compiled once


def test_a_function_is_compiled_once_for_two_kernels():
    f = given(FORMS["lists"])
    before = WORK.copy()
    assert values(f, "f(i)") == [0, 1, 2, 3]
    assert values(f, "2*f(i)") == [0, 2, 4, 6]
    done = WORK - before
    assert (done.compiled, done.compiled_by_numba) == (2, 1)


def test_the_store_has_kernels_and_functions():
    f = given(FORMS["arrays"])
    values(f)
    compiler._compiled.clear()
    units._units.clear()
    before = WORK.copy()
    assert values(f) == [0, 1, 2, 3]
    done = WORK - before
    assert (done.loaded, done.compiled, done.compiled_by_numba) == (1, 0, 0)
    assert values(f, "2*f(i)") == [0, 2, 4, 6]
    done = WORK - before
    assert (done.loaded, done.compiled, done.compiled_by_numba) == (1, 1, 0)


def test_a_damaged_entry_of_a_function_is_compiled_anew(monkeypatch):
    f = given(FORMS["lists"])
    values(f)
    units._units.clear()
    monkeypatch.setattr(type(current_store()), "get", lambda store, key: b"damaged")
    before = WORK.copy()
    assert values(f, "3*f(i)") == [0, 3, 6, 9]
    assert (WORK - before).compiled_by_numba == 1


def test_what_only_this_process_knows_is_not_stored():
    class Scale:
        """Something that no key can describe."""

    facts = facts_of({"scale": Scale})
    assert not facts.is_portable
    assert facts.objects == [Scale]
    assert facts_of({"x": (1, 2.5, "text", None), "np": np, "sin": np.sin}).is_portable
    assert facts_of({"f": numba.njit(lambda x: x + 1)}).is_portable


@pytest.mark.parametrize("other", [lambda x: x + 2, lambda x, y=1: x + 1, lambda y: y])
def test_functions_that_differ_have_other_facts(other):
    def facts(function):
        return facts_of({"f": function}).text

    assert facts(lambda x: x + 1) == facts(lambda x: x + 1)
    assert facts(lambda x: x + 1) != facts(other)


SECOND_PROCESS = """
    import sys
    from brian2 import *
    import brian2numba
    from brian2numba.compilation.work import WORK

    prefs.codegen.target = "numba"
    source = "def f(x):\\n    return [x][0] + np.sum(np.ones(2)) + np.interp(x, T, T)"
    function = Function(lambda x: x, arg_units=[1], return_unit=1)
    f = implementation("numba", source, namespace={"T": np.arange(4.0)})(function)
    group = NeuronGroup(3, "x : 1")
    group.run_regularly("x = f(i)")
    run(0.1*ms)
    assert group.x[:].tolist() == [2, 4, 6], group.x[:]
    print(WORK.compiled_by_numba, WORK.loaded >= 1, "numba" in sys.modules)
"""


@pytest.mark.long
def test_a_second_process_does_without_numba(tmp_path):
    def child():
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(SECOND_PROCESS)],
            env={**os.environ, "BRIAN2NUMBA_CACHE_DIR": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    assert child() == ["1", "False", "True"]
    assert child() == ["0", "True", "False"]


# Functions that can't be compiled


REFUSED = {
    "def f(x):\n    print(x)\n    return x": "it needs Python while it runs",
    "def f(x):\n    return [x, x]": "its result is no number, but what numba calls",
    "def f(x):\n    [x]": "it returns nothing",
    "def f(x):\n    return [x][0] * np.random.rand()": "draws random numbers that seed",
    "def f(x):\n    return [x][0] if x > 1 else None": "and nothing in others",
    "def f(x):\n    return np.nothing_of_the_kind([x])": "nothing_of_the_kind",
}


@pytest.mark.parametrize("source", REFUSED)
def test_reasons(source):
    with pytest.raises(UserFunctionError) as caught:
        values(given(source))
    assert REFUSED[source] in str(caught.value)
    assert "nopython" not in str(caught.value)


def test_numba_is_asked_once_for_what_it_does_not_compile(monkeypatch):
    asked = []
    compiled = units._compiled
    monkeypatch.setattr(
        units, "_compiled", lambda source: asked.append(source) or compiled(source)
    )
    f = given("def f(x):\n    return {x}.nothing()")
    for expression in ("f(i)", "f(i)", "2*f(i)"):
        with pytest.raises(UserFunctionError):
            values(f, expression)
    assert len(asked) == 1


def test_numba_is_switched_off(monkeypatch):
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    with pytest.raises(UserFunctionError, match="variable NUMBA_DISABLE_JIT is set"):
        values(given("def f(x):\n    return [x, -1.0][0]"))


# Exceptions


class OfUserError(Exception):
    """An exception of a user's own."""


def refusing(x):
    if [x][0] > 2:
        raise OfUserError(f"{x} is too large")
    return x


@pytest.mark.parametrize("is_compiled", [True, False])
def test_exceptions_of_functions_are_their_own(is_compiled):
    prefs.codegen.runtime.numba.jit = is_compiled
    error = failure(Function(refusing, arg_units=[1], return_unit=1))
    assert type(error) is OfUserError
    assert str(error) == "3 is too large"
    (note,) = error.__notes__
    assert "'f', called by the NeuronGroup 'neurons', at t = " in note
    assert "Its arguments: 3." in note
    last = error.__traceback__
    while last.tb_next:
        last = last.tb_next
    assert last.tb_frame.f_code is refusing.__code__


@pytest.mark.parametrize("is_compiled", [True, False])
def test_exceptions_of_source(is_compiled):
    prefs.codegen.runtime.numba.jit = is_compiled
    error = failure(
        given(
            "def f(x):\n    if [x][0] > 2:\n        raise ValueError('no', x)\n"
            "    return x"
        )
    )
    assert type(error) is ValueError
    assert error.args == ("no", 3)


def test_where_python_does_not_repeat_it_numbas_exception_counts():
    state = np.zeros(1)
    f = given(
        "def f(x):\n    state[0] += 1\n    if [state[0]][0] == 3:\n"
        "        raise ValueError('third time')\n    return x",
        namespace={"state": state},
    )
    error = failure(f)
    assert type(error) is ValueError
    assert str(error) == "third time"


@pytest.mark.parametrize("is_compiled", [True, False])
def test_indices_of_lists(is_compiled):
    prefs.codegen.runtime.numba.jit = is_compiled
    error = failure(given("def f(k):\n    return [1.0, 2.0][k]"))
    assert isinstance(error, IndexError)
    assert "The statement 'return [1.0, 2.0][k]' of the function 'f'" in str(error)
    assert "list index out of range. Its arguments: 2." in str(error)


def test_the_run_stops_at_the_step_and_the_call_is_kept(monkeypatch):
    kept = []
    exception = BoundKernel.exception
    monkeypatch.setattr(
        BoundKernel,
        "exception",
        lambda self, status: kept.append(self) or exception(self, status),
    )
    f = given("def f(k, x):\n    return [1.0, 2.0, 3.0][k] + x", n_arguments=2)
    group = NeuronGroup(2, "x : 1\nn : 1")
    group.run_regularly("x = f(int(t/ms*10 + 0.5), 0.5); n += 1")
    with pytest.raises(BrianObjectException) as caught:
        run(1 * ms, namespace={"f": f})
    assert "fails at t = 0.0003 s" in str(caught.value.__cause__)
    assert group.n[:].tolist() == [3, 3]
    call = kept[0].failed_call
    assert (call.function_name, call.arguments) == ("__f", (3, 0.5))
    assert isinstance(call.exception, IndexError)
