"""Kernels that numba compiles, all of them: the same results, and what is said."""

import numba
import numpy as np
import pytest
from brian2 import (
    BrianObjectException,
    Function,
    Network,
    NeuronGroup,
    StateMonitor,
    check_units,
    implementation,
    ms,
    prefs,
)

import brian2numba
from brian2numba.compilation import compiler
from brian2numba.compilation.work import WORK
from brian2numba.errors import KernelCompilationError, UserFunctionError
from brian2numba.simulation.threads import Sharing
from brian2numba.store.entry import unpacked
from brian2numba.sweeps.environment import Environment
from tests.comparison import assert_same, simulate
from tests.models import DETERMINISTIC, RANDOM
from tests.user_functions.test_user_arrays import FORMS, TABLE, looking_up

PREFERENCE = "codegen.runtime.numba.compiler"
MODELS = {**DETERMINISTIC, **RANDOM}


def choose(which):
    prefs[PREFERENCE] = which
    # Brian sets others back when it starts anew
    prefs._backup()


@pytest.fixture
def by_numba(monkeypatch):
    """Let numba compile all kernels, and let ours fail."""
    choose("numba")

    def refuse(*arguments):
        raise AssertionError("the direct translation was asked for a kernel")

    monkeypatch.setattr(compiler, "_lowered_kernel", refuse)


def both_ways(model, seconds=2 * ms):
    """Return what a model leads to with both compilers."""
    results = []
    for which in ("direct", "numba"):
        choose(which)
        results.append(simulate(model, "numba", seconds))
    return results


@pytest.mark.parametrize("name", MODELS)
def test_the_same_results(name):
    direct, by_numba = both_ways(MODELS[name])
    assert_same(by_numba, direct, rtol=0)


# Brian looks for values above 1e50, which single precision can't hold
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
@pytest.mark.parametrize("name", ["functions_and_operators", "refractoriness"])
def test_the_same_results_in_single_precision(name):
    prefs.core.default_float_dtype = np.float32
    direct, by_numba = both_ways(MODELS[name])
    assert_same(by_numba, direct, rtol=0)


@pytest.mark.parametrize("name", ["noisy_neurons", "random_input"])
def test_the_same_fast_random_numbers(name):
    prefs.codegen.runtime.numba.random = "fast"
    direct, by_numba = both_ways(MODELS[name])
    assert_same(by_numba, direct, rtol=0)


def test_the_same_results_with_several_threads(monkeypatch):
    monkeypatch.setattr(Sharing, "is_eager", True)
    prefs.codegen.runtime.numba.threads = 2
    direct, by_numba = both_ways(MODELS["leaky_integrators"])
    assert_same(by_numba, direct, rtol=0)


def leaky(n=10, **namespace):
    return NeuronGroup(
        n,
        "dv/dt = -v/(10*ms) : 1",
        threshold="v > 2",
        reset="v = 0",
        method="exact",
        name="leaky",
        namespace=namespace,
    )


def entries_of_code(cache):
    """Return the entries that hold machine code, not the source of a kernel."""
    entries = (unpacked(path.read_bytes()) for path in cache.rglob("*.kernel"))
    return sorted(key for key, _ in entries if not key.startswith(b"kernel source"))


def test_no_kernel_is_translated_or_stored(by_numba, empty_cache):
    def run_model(equation):
        group = leaky()
        group.v = equation
        Network(group, StateMonitor(group, "v", record=True)).run(1 * ms)

    run_model("rand()")
    before = WORK.copy()
    # The run loop and other things that are the same for all models
    stored = entries_of_code(empty_cache)
    run_model("0.25*i + rand()")
    done = WORK - before
    assert done.compiled > 0
    assert done.loaded == 0
    assert entries_of_code(empty_cache) == stored


def test_a_preference_that_changes_is_seen_by_the_next_model(kernel_count):
    origins = []
    for which in ("direct", "numba", "direct", "numba"):
        choose(which)
        group = leaky()
        Network(group).run(0.1 * ms)
        origins.append({kernel.origin for kernel in brian2numba.inspect(group)})
        if which == "numba":
            n_compiled = kernel_count()
    assert origins[0] == origins[2] == {"compiled"}
    assert origins[1] == origins[3] == {"compiled by numba"}
    # Each one once
    choose("numba")
    Network(leaky()).run(0.1 * ms)
    assert kernel_count() == n_compiled


def test_listings_and_explanations(by_numba):
    group = leaky()
    network = Network(group)
    network.run(0.1 * ms)
    (kernel, *_) = brian2numba.inspect(group.state_updater)
    assert kernel.origin == "compiled by numba"
    assert "define" in kernel.llvm
    assert kernel.assembly
    assert kernel.loops
    text = str(brian2numba.explain(network))
    assert "a compiled loop runs 3 of 3 tasks" in text
    assert "by numba" in text


def test_processes_of_sweeps_are_told():
    choose("numba")
    assert Environment.current().preferences[PREFERENCE] == "numba"


# What does not go together


def test_without_any_compilation_python_runs_kernels(by_numba):
    prefs.codegen.runtime.numba.jit = False
    group = leaky()
    Network(group).run(0.1 * ms)
    assert {k.origin for k in brian2numba.inspect(group)} == {"Python runs it"}


def test_where_each_access_is_checked_python_runs_kernels(by_numba):
    prefs.codegen.runtime.numba.checked = True
    group = leaky()
    network = Network(group)
    network.run(0.1 * ms)
    assert {k.origin for k in brian2numba.inspect(group)} == {"Python runs it"}
    assert "its kernel is not compiled" in str(brian2numba.explain(network))


def test_numba_that_compiles_nothing(by_numba, monkeypatch):
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    group = leaky()
    with pytest.raises(KernelCompilationError, match="NUMBA_DISABLE_JIT is set"):
        group.v = "0.5*i"


# Functions of users


def given(source, **keywords):
    function = Function(lambda x: None, arg_units=[1], return_unit=1)
    return implementation("numba", source, **keywords)(function)


def values(expression, n=3, **functions):
    group = NeuronGroup(n, "x : 1", name="cells")
    group.x.set_item(slice(None), expression, namespace=functions)
    return group.x[:].tolist()


@pytest.mark.parametrize("name", FORMS)
def test_arrays(name, by_numba):
    body, expected = FORMS[name]
    assert values("f(i)", f=looking_up(body, TABLE)) == expected


def test_plain_and_jitted_functions(by_numba):
    @check_units(x=1, result=1)
    def plain(x):
        return 2 * x

    jitted = Function(numba.njit(lambda x: x + 1), arg_units=[1], return_unit=1)
    assert values("plain(i) + jitted(i)", plain=plain, jitted=jitted) == [1, 4, 7]


def failing(expression, **functions):
    """Return the exception that a function raises when a model runs."""
    group = NeuronGroup(4, "x : 1", name="cells", namespace=functions)
    group.run_regularly(f"x = {expression}")
    with pytest.raises(BrianObjectException) as caught:
        Network(group).run(0.2 * ms)
    return caught.value.__cause__


RAISED = {
    "text": ("raise ValueError('too large')", ValueError("too large")),
    "arguments": ("raise KeyError('x', x)", KeyError("x", 2)),
    "nothing": ("raise ZeroDivisionError", ZeroDivisionError()),
    "assertion": ("assert x < 2, 'not so large'", AssertionError("not so large")),
}


@pytest.mark.parametrize("name", RAISED)
def test_exceptions(name, by_numba):
    statement, expected = RAISED[name]
    f = given(f"def f(x):\n    if x > 1:\n        {statement}\n    return x")
    error = failing("f(i)", f=f)
    assert (type(error), error.args) == (type(expected), expected.args)
    assert error.__notes__ == [
        "Raised by the function 'f', called by the NeuronGroup 'cells', at t = 0 s. "
        "Its arguments: 2."
    ]


def test_exceptions_that_python_does_not_raise(by_numba):
    f = given(
        "def f(x):\n    if x > 1 and not np.isnan(table[0]):\n"
        "        table[0] = np.nan\n        raise ValueError('once', 7)\n    return x",
        namespace={"table": np.zeros(1)},
    )
    error = failing("f(i)", f=f)
    assert (type(error), error.args) == (ValueError, ("once", 7))


def test_exceptions_of_jitted_functions(by_numba):
    @numba.njit
    def picky(x):
        if x > 2:
            raise ValueError("three is too large")
        return x

    error = failing("picky(i)", picky=Function(picky, arg_units=[1], return_unit=1))
    assert str(error) == "three is too large"
    assert "'picky'" in error.__notes__[0]


def test_which_of_two_functions_raised(by_numba):
    # The first one has been called for all neurons before, or for this one
    f = given("def f(x):\n    if x > 9:\n        raise ValueError('f')\n    return x")
    g = given("def g(x):\n    if x > 7:\n        raise KeyError('g')\n    return x")
    error = failing("f(i) + g(i + 5)", f=f, g=g)
    assert repr(error) == "KeyError('g')"
    assert "'g'" in error.__notes__[0]
    assert "Its arguments: 8." in error.__notes__[0]


def test_a_helper_that_raises(by_numba):
    source = (
        "def helper(y):\n    if y > 3:\n        raise ValueError('inner')\n"
        "    return y\ndef f(x):\n    return helper(x + 1)"
    )
    error = failing("f(i)", f=given(source))
    assert str(error) == "inner"
    assert "Its arguments: 3." in error.__notes__[0]


@pytest.mark.parametrize("statement", ["return table[k + 1]", "table[k + 1] = 0.0"])
@pytest.mark.parametrize("is_jitted", [False, True])
def test_indices_beyond_an_array(statement, is_jitted, by_numba):
    decorator = "@numba.njit\n" if is_jitted else ""
    source = f"import numba\n{decorator}def f(k):\n    {statement}\n    return 1.0"
    f = given(source, namespace={"table": np.arange(3.0)})
    error = failing("f(i)", f=f)
    assert type(error) is IndexError
    assert "called by the NeuronGroup 'cells'" in str(error)
    assert "index 3 is out of bounds for axis 0 with size 3" in str(error)


REFUSED = {
    "np.random.random()": "it draws random numbers that seed() has no influence on",
    "print(x) is None": "it needs Python while it runs",
}


@pytest.mark.parametrize("expression", REFUSED)
def test_functions_that_do_what_kernels_may_not(expression, by_numba):
    f = given(f"def f(x):\n    return 1.0*({expression})")
    with pytest.raises(UserFunctionError) as caught:
        values("f(i)", f=f)
    assert REFUSED[expression] in str(caught.value)
    assert "used by 'cells'" in str(caught.value)


def test_operators_that_change_arrays_and_numbers(by_numba):
    source = (
        "def f(k):\n    row = table[:]\n    row **= 2\n    row //= 2\n    row %= 5\n"
        "    k **= -1\n    half = np.ones(2)**0.5\n    return k + half[0] + row.sum()"
    )
    table = np.array([3.0, 4.0])
    assert values("f(i + 2)", n=1, f=given(source, namespace={"table": table})) == [
        0.5 + 1 + 4 + 3
    ]
    assert table.tolist() == [4, 3]


ELEMENTARY = {
    "np.exp(x)": [1.5, -3.0],
    "math.tanh(x) + np.arctan(x)": [0.3, 20.0],
    "sin(x)*(x + 2)**x": [0.7, 1.9],
    "np.exp(np.ones(2)*x)[1] + np.floor(x)": [1.5, -0.5],
}


@pytest.mark.parametrize("expression", ELEMENTARY)
@pytest.mark.parametrize("mathematics", ["vector", "libm"])
def test_elementary_functions_of_users(expression, mathematics):
    prefs["codegen.runtime.numba.math"] = mathematics
    x = np.linspace(*ELEMENTARY[expression], 500)
    found = []
    for which in ("direct", "numba"):
        choose(which)
        f = given(f"def f(x):\n    return {expression}")
        group = NeuronGroup(len(x), "x : 1\ny : 1", namespace={"f": f})
        group.x = x
        group.run_regularly("y = f(x)")
        Network(group).run(0.1 * ms)
        found.append(group.y[:])
    direct, by_numba = found
    if "ones" in expression:
        # A function beyond our language calls the C library's in both modes
        np.testing.assert_allclose(by_numba, direct, rtol=4e-16)
    else:
        np.testing.assert_array_equal(by_numba, direct)


@pytest.mark.parametrize("dtype", ["int32", "uint8", "float32", "bool", "uint64"])
def test_items_of_arrays_of_users(dtype, by_numba):
    table = np.array([0, -5, 1]).astype(dtype)
    f = given("def f(k):\n    return table[k]", namespace={"table": table})
    assert values("f(i)", f=f) == table.astype(float).tolist()
