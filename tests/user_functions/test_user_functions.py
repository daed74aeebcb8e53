"""Functions of users in models: as Python source, as jitted and as plain functions."""

import re

import numba
import numpy as np
import pytest
from brian2 import (
    DEFAULT_FUNCTIONS,
    BinomialFunction,
    BrianObjectException,
    Function,
    Network,
    NeuronGroup,
    StateMonitor,
    Synapses,
    TimedArray,
    arcsinh,
    check_units,
    clip,
    declare_types,
    exp,
    implementation,
    ms,
    mV,
    prefs,
    run,
    seed,
    volt,
)

from brian2numba.errors import (
    FunctionLeftToPythonError,
    KernelCompilationError,
    UserFunctionError,
)
from brian2numba.generation.diagnosis import WAYS_OUT

# What the functions below find in their module
SCALE = 10 * mV
THRESHOLDS = np.array([1.0, 2.0, 4.0])


def values(expression, n=4, model="x : 1", **functions):
    """Return the expression's value for each of `n` neurons (``i`` is their index)."""
    group = NeuronGroup(n, model)
    group.x.set_item(slice(None), expression, namespace=functions)
    return group.x[:].tolist()


def dimensionless(function, n_arguments=1, **keywords):
    """Return Brian's description of a function without units and implementations."""
    return Function(function, arg_units=[1] * n_arguments, return_unit=1, **keywords)


def declared(code, n_arguments=1, python=None, **keywords):
    """Return a function that is only given as an implementation for the target."""

    def only_compiled(*arguments):
        raise AssertionError("the Python function is not what should run")

    description = dimensionless(python or only_compiled, n_arguments)
    return implementation("numba", code, **keywords)(description)


@pytest.fixture
def only_compiled():
    prefs.codegen.runtime.numba.functions = "compiled"


# Python source


def test_source():
    @implementation("numba", "def tripled(x):\n    return 3 * x")
    @check_units(x=1, result=1)
    def tripled(x):
        raise AssertionError("the Python function is not what should run")

    assert values("tripled(i)", tripled=tripled) == [0, 3, 6, 9]


def test_indented_source_with_decorators_and_annotations():
    f = declared(
        """
        @njit
        def f(x: float) -> float:
            '''Docstrings do no harm.'''
            return x + 0.5
        """
    )
    assert values("f(i)", f=f) == [0.5, 1.5, 2.5, 3.5]


def test_function_has_another_name_in_the_equations_than_in_its_source():
    f = declared("def square(x):\n    return x**2")
    assert values("f(i) + 1", f=f) == [1, 2, 5, 10]


def test_name_says_which_function_of_the_source_is_meant():
    source = "def a(x):\n    return x + 1\ndef b(x):\n    return 10 * a(x)"
    assert values("f(i)", f=declared(source, name="b")) == [10, 20, 30, 40]
    assert values("f(i)", f=declared(source, name="a")) == [1, 2, 3, 4]


def test_source_with_helper_functions_and_imports():
    f = declared(
        """
        import math
        from math import floor as down

        def half(x):
            return x / 2

        def f(x):
            return down(half(x)) + math.pi - np.pi + numpy.sign(x)
        """,
        name="f",
    )
    assert values("f(i)", f=f) == pytest.approx([0, 1, 2, 2])


def test_two_functions_of_a_kernel_that_have_helpers_of_the_same_name():
    f = declared("def h(x):\n    return x + 1\ndef f(x):\n    return h(x)", name="f")
    g = declared("def h(x):\n    return x * 9\ndef g(x):\n    return h(x)", name="g")
    assert values("f(i) + 100 * g(i)", f=f, g=g) == [1, 902, 1803, 2704]


def test_two_functions_of_a_kernel_that_import_and_define_the_same_names():
    f = declared(
        "from math import floor as whole\nSTEP = 1\n"
        "def f(x):\n    return whole(x) + STEP"
    )
    g = declared(
        "from math import ceil as whole\nSTEP = 5\n"
        "def g(x):\n    return whole(x) + STEP"
    )
    assert values("f(i/2) + 100 * g(i/2)", f=f, g=g) == [501, 601, 602, 702]


@pytest.mark.parametrize("name", ["atan", "np"])
def test_function_of_the_name_of_something_that_kernels_use(name):
    f = declared(f"def {name}(x):\n    return x + 10")
    expected = [i + 10 + np.arctan(i) + np.exp(i) for i in range(4)]
    found = values(f"{name}(i) + arctan(i) + exp(i)", **{name: f})
    assert found == pytest.approx(expected)


def test_argument_of_the_name_of_the_function():
    f = declared("def f(g):\n    return g + 1")
    g = declared("def g(f, x):\n    return f + x", n_arguments=2)
    assert values("f(i) * g(1, i)", f=f, g=g) == [1, 4, 9, 16]


def test_functions_of_the_same_name_in_different_objects():
    assert values("f(i)", f=declared("def f(x):\n    return x + 1")) == [1, 2, 3, 4]
    assert values("f(i)", f=declared("def f(x):\n    return x + 2")) == [2, 3, 4, 5]


def test_recursion():
    f = declared(
        "def f(n):\n    if n < 2:\n        return 1.0\n    return n * f(n - 1)"
    )
    assert values("f(i)", n=6, f=f) == [1, 1, 2, 6, 24, 120]


# Namespaces


def test_namespace_array():
    table = np.array([3.0, 1.0, 4.0, 1.0])
    f = declared("def f(i):\n    return table[i]", namespace={"table": table})
    assert values("f(i)", f=f) == [3, 1, 4, 1]


def test_namespace_array_with_two_dimensions_and_its_methods():
    table = np.arange(6.0).reshape(2, 3)
    f = declared(
        "def f(i):\n"
        "    return table[i % 2, i // 2] + 100 * table.shape[1] + len(table)",
        namespace={"table": table},
    )
    assert values("f(i)", f=f) == [302, 305, 303, 306]


@pytest.mark.parametrize(
    "array",
    [
        np.array([1, 0, 2**31 - 1, -5], np.int32),
        np.array([1, 0, 2**40, -5], np.int64),
        np.array([1, 0, 2**40, 5], np.uint64),
        np.array([0.5, 1.5, -2.5, 3.25], np.float32),
        np.array([True, False, False, True]),
        np.array([1, 0, 255, 128], np.uint8),
        np.asfortranarray(np.arange(8.0).reshape(4, 2))[:, 1],
        np.arange(8.0)[::-2],
    ],
    ids=lambda array: f"{array.dtype}-{array.strides}",
)
def test_types_and_layouts_of_namespace_arrays(array):
    f = declared("def f(i):\n    return table[i]", namespace={"table": array})
    assert values("f(i)", f=f) == [float(value) for value in array]


def test_namespace_array_of_a_type_that_kernels_do_not_know():
    f = declared(
        "def f(i):\n    return table[i].real", namespace={"table": np.zeros(4, complex)}
    )
    with pytest.raises(KernelCompilationError) as caught:
        values("f(i)", f=f)
    assert "'complex128'" in str(caught.value)
    assert "Supported data types are: bool, float32" in str(caught.value)


def test_changes_of_a_namespace_array_are_seen_by_the_next_run():
    table = np.array([1.0, 2.0])
    f = declared("def f(i):\n    return table[i]", namespace={"table": table})
    group = NeuronGroup(2, "x : 1")
    group.run_regularly("x = f(i)")
    run(0.1 * ms, namespace={"f": f})
    assert group.x[:].tolist() == [1, 2]
    table[:] = 7, 8
    run(0.1 * ms, namespace={"f": f})
    assert group.x[:].tolist() == [7, 8]


def test_changes_of_a_strided_namespace_array_are_seen_by_the_next_run():
    table = np.array([1.0, -1.0, 2.0, -1.0])
    f = declared("def f(i):\n    return table[i]", namespace={"table": table[::2]})
    group = NeuronGroup(2, "x : 1")
    group.run_regularly("x = f(i)")
    run(0.1 * ms, namespace={"f": f})
    table[::2] = 7, 8
    run(0.1 * ms, namespace={"f": f})
    assert group.x[:].tolist() == [7, 8]


def test_function_writes_to_a_namespace_array():
    calls = np.zeros(4, np.int64)
    f = declared(
        "def f(i):\n    calls[i] += 1\n    return calls[i]", namespace={"calls": calls}
    )
    group = NeuronGroup(4, "x : 1")
    group.run_regularly("x = f(i)")
    run(0.5 * ms, namespace={"f": f})
    assert calls.tolist() == [5] * 4


def test_scalars_in_a_namespace():
    f = declared(
        "def f(x):\n    return x * factor + shift if enabled else -1.0",
        namespace={"factor": 2.5, "shift": np.int32(3), "enabled": True},
    )
    assert values("f(i)", f=f) == [3, 5.5, 8, 10.5]


def test_another_scalar_in_a_namespace_compiles_nothing_new(kernel_count):
    source = "def f(x):\n    return x * factor"
    assert values("f(i)", f=declared(source, namespace={"factor": 2.0})) == [0, 2, 4, 6]
    compiled = kernel_count()
    assert values("f(i)", f=declared(source, namespace={"factor": 3.0})) == [0, 3, 6, 9]
    assert kernel_count() == compiled


def test_functions_in_a_namespace():
    def plain(x):
        return x + 1

    f = declared(
        "def f(x):\n    return 10 * plain(x) + jitted(x)",
        namespace={"plain": plain, "jitted": numba.njit(lambda x: 2 * x)},
    )
    assert values("f(i)", f=f) == [10, 22, 34, 46]


def test_helper_of_a_source_sees_the_namespace():
    f = declared(
        "def g(i):\n    return table[i]\ndef f(i):\n    return g(i) + table[0]",
        namespace={"table": np.array([5.0, 6.0])},
        name="f",
    )
    assert values("f(i)", n=2, f=f) == [10, 11]


def test_two_functions_with_a_namespace_array_of_the_same_name():
    f = declared("def f(i):\n    return t[i]", namespace={"t": np.array([1.0, 2.0])})
    g = declared("def g(i):\n    return t[i]", namespace={"t": np.array([30.0, 40.0])})
    assert values("f(i) + g(i)", n=2, f=f, g=g) == [31, 42]


# Dependencies


def test_dependency():
    inner = declared("def inner(x):\n    return x + 1")
    outer = declared(
        "def outer(x):\n    return 2 * inner(x)", dependencies={"inner": inner}
    )
    assert values("outer(i)", outer=outer) == [2, 4, 6, 8]


def test_dependencies_of_two_levels_the_last_with_a_namespace():
    table = np.array([1.0, 2.0, 3.0, 4.0])
    last = declared("def last(i):\n    return table[i]", namespace={"table": table})
    middle = declared(
        "def middle(i):\n    return 10 * last(i)", dependencies={"last": last}
    )
    first = declared(
        "def first(i):\n    return 1 + middle(i)", dependencies={"middle": middle}
    )
    assert values("first(i)", first=first) == [11, 21, 31, 41]


def test_dependency_that_two_functions_share():
    inner = declared("def inner(x):\n    return x + 1")
    f = declared("def f(x):\n    return 2 * inner(x)", dependencies={"inner": inner})
    g = declared("def g(x):\n    return 5 * nested(x)", dependencies={"nested": inner})
    assert values("f(i) + 100 * g(i)", f=f, g=g) == [502, 1004, 1506, 2008]


def test_dependency_of_the_same_name_as_a_variable_of_the_model():
    inner = declared("def v(x):\n    return x + 1")
    f = declared("def f(x):\n    return 2 * v(x)", dependencies={"v": inner})
    model = "x : 1\nv : 1"
    assert values("f(i) + v", model=model, f=f) == [2, 4, 6, 8]


def test_dependency_that_is_one_of_brians_functions():
    f = declared(
        "def f(x):\n    return clip(exp(0 * x) + x, 0, 2)",
        dependencies={
            "clip": DEFAULT_FUNCTIONS["clip"],
            "exp": DEFAULT_FUNCTIONS["exp"],
        },
    )
    assert values("f(i)", f=f) == [1, 2, 2, 2]


def test_random_numbers_through_dependencies_are_those_of_the_equations():
    f = declared(
        "def f(a):\n    return a + _rand(0) + 10 * _normal(0)",
        dependencies={
            "_rand": DEFAULT_FUNCTIONS["rand"],
            "_normal": DEFAULT_FUNCTIONS["randn"],
        },
    )
    seed(5)
    drawn = values("f(i)", n=100, f=f)
    seed(5)
    assert drawn == values("i + rand() + 10 * randn()", n=100)
    assert len(set(drawn)) == 100


# Functions that numba compiles


def test_callable():
    assert values("f(i)", f=declared(lambda x: x * x)) == [0, 1, 4, 9]


def test_jitted_callable():
    @numba.njit
    def jitted(x):
        return x * x + 1

    assert values("f(i)", f=declared(jitted)) == [1, 2, 5, 10]


@pytest.mark.parametrize("decorate", [lambda f: f, numba.njit], ids=["plain", "jitted"])
def test_callable_with_namespace_and_dependencies(decorate):
    @decorate
    def looked_up(i):
        return table[i] + inner(i)  # noqa: F821 (given by the target)

    f = declared(
        looked_up,
        namespace={"table": np.array([1.0, 2.0, 3.0, 4.0])},
        dependencies={"inner": declared("def inner(i):\n    return 10 * i")},
    )
    assert values("f(i)", f=f) == [1, 12, 23, 34]


def test_two_callables_with_namespaces_and_closures_of_the_same_names():
    def with_closure(offset, table):
        def looked_up(i):
            return table[i] + offset

        return declared(looked_up, namespace={"table": np.array(table)})

    f, g = with_closure(1, [1.0, 2.0]), with_closure(5, [3.0, 4.0])
    assert values("f(i) + 100 * g(i)", n=2, f=f, g=g) == [802, 903]


def test_dependency_of_the_name_of_one_of_brians_functions():
    inner = declared("def exp(x):\n    return x + 1")
    f = declared("def f(x):\n    return exp(x)", dependencies={"exp": inner})
    expected = [x + 1 + np.exp(x) for x in range(4)]
    assert values("f(i) + exp(i)", f=f) == pytest.approx(expected)


def test_functions_in_namespaces_that_have_the_same_name():
    f = declared("def f(x):\n    return h(x)", namespace={"h": lambda x: x + 1})
    g = declared("def g(x):\n    return h(x)", namespace={"h": lambda x: x + 2})
    assert values("f(i) + 100 * g(i)", f=f, g=g) == [201, 302, 403, 504]


def test_implementation_that_is_no_code():
    with pytest.raises(UserFunctionError) as caught:
        values("f(i)", f=declared(42))
    assert str(caught.value) == (
        "The implementation of the function 'f' for the numba target is neither Python "
        "source nor callable, but a int. Give a string that defines a Python function, "
        "or a function."
    )


def test_implementation_that_is_not_python():
    with pytest.raises(UserFunctionError) as caught:
        values("f(i)", f=declared("double f(double x) { return x; }"))
    assert "of the function 'f' for the numba target is not Python" in str(caught.value)
    assert "double f(double x)" in str(caught.value)


def test_source_in_which_the_function_cannot_be_told():
    with pytest.raises(UserFunctionError) as caught:
        values("f(i)", f=declared("def a(x):\n    return x\ndef b(x):\n    return x"))
    assert "defines 2 functions, of which none can be told to be 'f'" in str(
        caught.value
    )
    assert "state its name with @implementation(..., name=...)" in str(caught.value)


# Functions without any implementation


def test_function_without_implementation():
    @check_units(x=1, result=1)
    def collatz(x):
        steps = 0
        while x > 1:
            x = x / 2 if x % 2 == 0 else 3 * x + 1
            steps += 1
        return steps

    assert values("collatz(i)", n=8, collatz=collatz) == [0, 0, 1, 7, 2, 5, 8, 16]


@check_units(v=volt, result=1)
def scaled(v):
    return v / SCALE


def test_units_in_globals():
    group = NeuronGroup(3, "v : volt\nx : 1")
    group.v = "i * 5 * mV"
    group.x = "scaled(v)"
    assert group.x[:] == pytest.approx([0, 0.5, 1])


def test_units_in_a_closure():
    rest = -70 * mV

    @check_units(v=volt, result=volt)
    def above_rest(v):
        return v - rest + 1 * mV

    group = NeuronGroup(2, "v : volt\nx : volt")
    group.v = "-70 * mV + i * mV"
    group.x = "above_rest(v)"
    assert group.x[:] / mV == pytest.approx([1, 2])


def shifted(v):
    return v + SCALE


@check_units(v=volt, result=volt)
def shifted_twice(v):
    return shifted(shifted(v))


def test_plain_function_calls_another_with_units():
    group = NeuronGroup(1, "x : volt")
    group.x = "shifted_twice(1*mV)"
    assert group.x[0] / mV == pytest.approx(21)


def test_brians_functions_in_a_plain_function():
    @check_units(x=1, result=1)
    def bounded(x):
        return clip(exp(x), 0, 5) + np.sqrt(x)

    expected = [min(np.exp(x), 5) + np.sqrt(x) for x in range(4)]
    assert values("bounded(i)", bounded=bounded) == pytest.approx(expected)


def test_brians_functions_that_equations_do_not_know():
    @check_units(x=1, result=1)
    def rectified(x):
        return arcsinh(x) if x > 1 else 0.0

    expected = [0, 0, np.arcsinh(2), np.arcsinh(3)]
    assert values("rectified(i)", rectified=rectified) == pytest.approx(expected)


def test_array_in_globals():
    @check_units(x=1, result=1)
    def last_threshold(x):
        return x + THRESHOLDS[-1]

    assert values("f(i)", n=2, f=last_threshold) == [4, 5]


def test_changed_global_is_seen_when_the_model_is_made_again(monkeypatch):
    @check_units(v=volt, result=1)
    def in_scales(v):
        return v / SCALE

    assert values("f(i*mV)", f=in_scales) == pytest.approx([0, 0.1, 0.2, 0.3])
    monkeypatch.setitem(globals(), "SCALE", 1 * mV)
    assert values("f(i*mV)", f=in_scales) == pytest.approx([0, 1, 2, 3])


def test_changed_global_of_a_called_function_is_seen_as_well(monkeypatch):
    assert values("f(i*mV)/mV", f=shifted_twice) == pytest.approx([20, 21, 22, 23])
    monkeypatch.setitem(globals(), "SCALE", 1 * mV)
    assert values("f(i*mV)/mV", f=shifted_twice) == pytest.approx([2, 3, 4, 5])


def test_changed_closure_is_seen_when_the_model_is_made_again():
    offset = 1.0

    @check_units(x=1, result=1)
    def moved(x):
        return x + offset

    assert values("f(i)", f=moved) == [1, 2, 3, 4]
    offset = 5.0
    assert values("f(i)", f=moved) == [5, 6, 7, 8]


def test_plain_function_does_not_compile_again_for_the_same_model(kernel_count):
    @check_units(x=1, result=1)
    def doubled(x):
        return 2 * x

    assert values("f(i)", f=doubled) == [0, 2, 4, 6]
    compiled = kernel_count()
    assert values("f(i)", f=doubled) == [0, 2, 4, 6]
    assert kernel_count() == compiled


def test_function_object_that_is_no_function(only_compiled):
    with pytest.raises(FunctionLeftToPythonError) as caught:
        values("f(i)", f=dimensionless(np.vectorize(lambda x: x)))
    assert re.fullmatch(
        r"The function '<lambda>', used by 'neurongroup\w*', can't be compiled: it is "
        rf"not a Python function but a vectorize\.\n{re.escape(WAYS_OUT)}",
        str(caught.value),
    )


# Types and indices


def test_integers_and_booleans():
    @declare_types(n="integer", flag="boolean", result="integer")
    @check_units(n=1, flag=1, result=1)
    def counted(n, flag):
        return n // 2 if flag else -n

    @declare_types(n="integer", result="boolean")
    @check_units(n=1, result=bool)
    def is_odd(n):
        return n % 2 == 1

    group = NeuronGroup(4, "k : integer\nodd : boolean\nx : 1")
    group.k = "counted(i, i > 1)"
    group.odd = "is_odd(i)"
    group.x = "int(is_odd(i)) * 10 + counted(i, True)"
    assert group.k[:].tolist() == [0, -1, 1, 1]
    assert group.odd[:].tolist() == [False, True, False, True]
    assert group.x[:].tolist() == [0, 10, 1, 11]


def test_function_of_a_boolean_as_a_condition():
    @check_units(x=1, result=bool)
    def is_large(x):
        return x > 1.5

    group = NeuronGroup(4, "x : 1")
    group.x = "i"
    group.x["is_large(x)"] = -1
    assert group.x[:].tolist() == [0, 1, -1, -1]


def test_function_without_arguments():
    f = declared("def f():\n    return 42", n_arguments=0)
    assert values("f() + i", n=2, f=f) == [42, 43]


@pytest.mark.parametrize(
    "code",
    [
        "def f(x, index):\n    return x + 10 * index",
        lambda x, index: x + 10 * index,
    ],
    ids=["source", "callable"],
)
def test_auto_vectorise_function_gets_the_index(code):
    f = dimensionless(lambda x, index: x, auto_vectorise=True)
    f.implementations.add_implementation("numba", code)
    assert values("f(i) + 0*i", f=f) == [0, 11, 22, 33]


@pytest.mark.parametrize(
    "code", ["def f(x):\n    return x + 1", lambda x: x + 1], ids=["source", "callable"]
)
def test_auto_vectorise_function_may_leave_out_the_index(code):
    f = dimensionless(lambda x, index: x, auto_vectorise=True)
    f.implementations.add_implementation("numba", code)
    assert values("f(i)", f=f) == [1, 2, 3, 4]


def test_auto_vectorise_function_without_arguments():
    f = dimensionless(lambda index: 0, n_arguments=0, auto_vectorise=True)
    f.implementations.add_implementation("numba", "def f(index):\n    return index * 2")
    assert values("f() + 0*i", f=f) == [0, 2, 4, 6]


# Everywhere in a model


def test_function_in_equations_thresholds_resets_and_refractoriness():
    @check_units(x=1, result=1)
    def speed(x):
        return 1.0 if x < 2 else 2.0

    @check_units(x=1, result=bool)
    def too_high(x):
        return x > 3.25

    group = NeuronGroup(
        2,
        "dx/dt = speed(x)/ms : 1\nn : 1",
        threshold="too_high(x)",
        reset="x = speed(x) - 2\nn += speed(5)",
        method="euler",
        dt=0.5 * ms,
    )
    run(3 * ms)
    # 0.5, 1, 1.5, 2, 3, 4: a spike
    assert group.x[:].tolist() == [0, 0]
    assert group.n[:].tolist() == [2, 2]


def test_function_in_synapses():
    @check_units(x=1, result=1)
    def weight(x):
        return 10 * x + 1

    @check_units(i=1, j=1, result=bool)
    def connected(i, j):
        return (i + j) % 2 == 1

    source = NeuronGroup(3, "", threshold="i == 2")
    target = NeuronGroup(2, "x : 1\ntotal : 1")
    synapses = Synapses(
        source,
        target,
        "w : 1\ntotal_post = weight(w) : 1 (summed)",
        on_pre="x_post += weight(w)",
    )
    synapses.connect("connected(i, j)")
    synapses.w = "weight(j)"
    assert list(zip(synapses.i[:], synapses.j[:], strict=True)) == [
        (0, 1),
        (1, 0),
        (2, 1),
    ]
    run(0.1 * ms)
    assert target.x[:].tolist() == [0, 111]
    assert target.total[:].tolist() == [11, 222]


def test_function_in_generator_and_probability_of_connect():
    @declare_types(i="integer", result="integer")
    @check_units(i=1, result=1)
    def f(i):
        return 1 if i == 1 else 0

    group = NeuronGroup(3, "")
    synapses = Synapses(group, group)
    synapses.connect(p="f(i)")
    assert synapses.i[:].tolist() == [1, 1, 1]
    synapses.connect(j="k for k in range(f(i))")
    assert (synapses.i[3:].tolist(), synapses.j[3:].tolist()) == ([1], [0])


def test_function_in_subexpressions_and_monitors():
    f = declared("def f(x):\n    return x + 0.5")
    group = NeuronGroup(2, "x : 1\ny = f(x) : 1")
    group.x = [1, 2]
    monitor = StateMonitor(group, "y", record=True)
    run(0.1 * ms, namespace={"f": f})
    assert monitor.y[:].tolist() == [[1.5], [2.5]]


# Timed arrays


@pytest.mark.parametrize("target", ["numba", "numpy"])
def test_timed_array_in_a_run(target):
    prefs.codegen.target = target
    stimulus = TimedArray([1.0, 5.0, 3.0], dt=0.3 * ms)
    group = NeuronGroup(2, "x = stimulus(t) + i : 1")
    monitor = StateMonitor(group, "x", record=True)
    run(1.2 * ms, namespace={"stimulus": stimulus})
    first = [1, 1, 1, 5, 5, 5, 3, 3, 3, 3, 3, 3]
    assert monitor.x[0].tolist() == first
    assert monitor.x[1].tolist() == [value + 1 for value in first]


TIMES = "(i - 3) * 0.5 * ms"


def timed_values(target, expression, **functions):
    prefs.codegen.string_expression_target = target
    return np.array(values(expression, n=24, **functions))


def test_timed_array_before_its_start_and_after_its_end():
    timed = TimedArray(np.array([1.0, 5.0, 3.0]) * mV, dt=1.5 * ms)
    ours, numpys = (
        timed_values(target, f"timed({TIMES}) / mV", timed=timed)
        for target in ("numba", "numpy")
    )
    np.testing.assert_array_equal(ours, numpys)
    assert ours[0] == 1
    assert ours[-1] == 3


def test_timed_array_with_columns_outside_of_its_range():
    timed = TimedArray(np.arange(6.0).reshape(3, 2), dt=1.5 * ms)
    ours, numpys = (
        timed_values(target, f"timed({TIMES}, i % 2)", timed=timed)
        for target in ("numba", "numpy")
    )
    np.testing.assert_array_equal(ours, numpys)
    # as with Brian's compiled targets; numpy counts from the end, or raises
    outside = timed_values("numba", "timed(1*ms, -1 - i)", timed=timed)
    assert np.isnan(outside).all()
    outside = timed_values("numba", "timed(1*ms, 2 + i)", timed=timed)
    assert np.isnan(outside).all()


def test_timed_arrays_of_different_sizes_share_nothing():
    short, long = TimedArray([1, 2], dt=1 * ms), TimedArray([30, 40, 50], dt=1 * ms)
    assert values("short(i*ms) + long(i*ms)", short=short, long=long) == [
        31,
        42,
        52,
        52,
    ]


@pytest.mark.parametrize(
    "value", [np.array([1, 2], np.int32), np.array([0.5, 2], np.float32), [True, False]]
)
def test_types_of_timed_arrays(value):
    timed = TimedArray(value, dt=1 * ms)
    assert values("timed(i*ms)", n=2, timed=timed) == [float(v) for v in value]


def test_another_timed_array_compiles_nothing(kernel_count):
    first = TimedArray([1, 2], dt=1 * ms)
    other = TimedArray([3, 4, 5], dt=2 * ms)
    assert values("timed(i*ms)", n=5, timed=first) == [1, 2, 2, 2, 2]
    compiled = kernel_count()
    assert values("timed(i*ms)", n=5, timed=other) == [3, 3, 4, 4, 5]
    assert kernel_count() == compiled


def test_another_binomial_function_compiles_nothing(kernel_count):
    expression = "binomial()"
    rare = BinomialFunction(10, 0.1, approximate=False)
    frequent = BinomialFunction(2000, 0.9, approximate=False)
    assert max(values(expression, binomial=rare)) <= 10
    compiled = kernel_count()
    assert min(values(expression, binomial=frequent)) > 1500
    assert kernel_count() == compiled


# Random functions


@pytest.mark.parametrize(
    ("n", "p", "approximate"),
    [
        (10, 0.3, False),
        (10, 0.8, False),
        (5, 0.0, True),
        (1, 1.0, False),
        (100, 0.4, True),
        (3000, 0.4, False),
        (3000, 0.7, False),
    ],
)
def test_binomial_function(n, p, approximate):
    binomial = BinomialFunction(n, p, approximate=approximate)
    drawn = np.array(values("binomial()", n=20_000, binomial=binomial))
    spread = np.sqrt(n * p * (1 - p))
    # Four standard errors: of the mean, and of the variance
    assert drawn.mean() == pytest.approx(n * p, abs=4 * spread / np.sqrt(20_000))
    assert drawn.std() == pytest.approx(spread, rel=0.04)
    if not approximate:
        assert set(drawn) <= set(range(n + 1))


def test_binomial_function_of_many_trials_still_works_with_numpy():
    prefs.codegen.string_expression_target = "numpy"
    binomial = BinomialFunction(100_000, 0.5, approximate=False)
    drawn = np.array(values("binomial()", n=100, binomial=binomial))
    assert drawn.mean() == pytest.approx(50_000, rel=0.01)


# What does not work says so


def test_function_that_is_not_compiled(only_compiled):
    @check_units(x=1, result=1)
    def reads_a_file(x):
        with open("a file") as file:
            return float(file.read()) + x

    line = reads_a_file._orig_func.__code__.co_firstlineno
    with pytest.raises(FunctionLeftToPythonError) as caught:
        values("reads_a_file(x) * 2", reads_a_file=reads_a_file)
    first, ways_out = str(caught.value).split("\n")
    assert re.fullmatch(
        rf"The function 'reads_a_file' \(test_user_functions.py, line {line}\), used "
        r"by 'neurongroup\w*', can't be compiled: it has the statement "
        r"'with open\('a file'\) as file:'\.",
        first,
    )
    assert ways_out == WAYS_OUT


def test_reason_for_a_function_that_does_not_compile_is_numbas(only_compiled):
    def with_gradient(x):
        return x * np.gradient(THRESHOLDS)[0]

    with pytest.raises(FunctionLeftToPythonError) as caught:
        values("f(i)", f=dimensionless(with_gradient))
    first = str(caught.value).splitlines()[0]
    assert "The function 'with_gradient' (test_user_functions.py, line" in first
    assert "gradient" in first


def test_function_that_allocates():
    @check_units(x=1, result=1)
    def spread(x):
        parts = [np.ones(3).sum(), x]
        return parts[0] * parts[1]

    assert values("spread(i)", spread=spread) == [0, 3, 6, 9]


def test_which_of_two_functions_does_not_compile():
    f = declared("def f(x):\n    return x")
    g = declared("def g(x):\n    return x.unknown_attribute")
    with pytest.raises(UserFunctionError) as caught:
        values("f(i) + g(i)", f=f, g=g)
    assert "used by 'neurongroup" in str(caught.value)
    assert "unknown_attribute" in str(caught.value).splitlines()[0]
    assert WAYS_OUT in str(caught.value)


def test_function_that_raises_is_not_silent():
    @check_units(x=1, result=1)
    def picky(x):
        if x > 1:
            raise ValueError("too large")
        return x

    group = NeuronGroup(4, "x : 1", name="picky_group")
    group.run_regularly("x = picky(i)")
    with pytest.raises(BrianObjectException) as caught:
        run(0.1 * ms)
    cause = caught.value.__cause__
    assert type(cause) is ValueError
    assert str(cause) == "too large"
    assert cause.__notes__ == [
        "Raised by the function 'picky', called by the NeuronGroup 'picky_group', at "
        "t = 0 s. Its arguments: 2."
    ]


def test_negative_indices_count_from_the_end():
    f = declared(
        "def f(i):\n    return t[i - 1]", namespace={"t": np.array([1.0, 2.0])}
    )
    assert values("f(i)", n=2, f=f) == [2, 1]


@pytest.mark.parametrize(
    "keywords",
    [{"sources": ["code.cpp"]}, {"libraries": ["m"]}, {"headers": ["<x.h>"]}],
    ids=lambda keywords: next(iter(keywords)),
)
def test_keywords_for_cpp_compilers_are_refused(keywords):
    f = declared("def f(x):\n    return x", **keywords)
    with pytest.raises(NotImplementedError) as caught:
        values("f(i)", f=f)
    assert f"implemented with the keyword(s) '{next(iter(keywords))}'" in str(
        caught.value
    )
    assert "Give the function as Python with @implementation('numba', ...)" in str(
        caught.value
    )


def test_steps_that_adapt_need_functions_that_can_be_compiled():
    f = declared("def f(x):\n    return open(x)")
    group = NeuronGroup(1, "dx/dt = f(x)/ms : 1", method="gsl", namespace={"f": f})
    with pytest.raises(BrianObjectException) as caught:
        run(0.1 * ms)
    assert "stateupdater" in str(caught.value)
    assert group.x[0] == 0


def test_network_without_the_failing_object_still_runs():
    good = NeuronGroup(1, "dx/dt = 1/ms : 1", method="euler")
    bad = NeuronGroup(1, "dx/dt = f(x)/ms : 1", method="euler")

    namespace = {"f": declared("def f(x):\n    return open(x)")}
    with pytest.raises(BrianObjectException):
        Network(good, bad).run(0.1 * ms, namespace=namespace)
    Network(good).run(0.1 * ms)
    assert good.x[0] == pytest.approx(0.1)
