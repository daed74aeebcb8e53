"""Functions that are given as text for Brian's Cython target."""

import re
from logging import INFO

import numpy as np
import pytest
from brian2 import (
    Function,
    NeuronGroup,
    check_units,
    implementation,
    ms,
    prefs,
    run,
)
from brian2.utils.logger import catch_logs

from brian2numba.user_functions.of_cython import of_cython

COMPILER = pytest.mark.compiler
TABLE = np.array([1.0, 2.0])


def given(text, n_arguments=1, python=None, **keywords):
    """Return a function whose Python body is of no use."""

    def f(*arguments):
        raise AssertionError("the Python function is not what should run")

    function = Function(python or f, arg_units=[1] * n_arguments, return_unit=1)
    return implementation("cython", text, **keywords)(function)


#: Texts of functions of one number, called with -1.75, -1.5, ... 1.5
SIMPLE = {
    "mathematics": """
        cdef double f(double x):
            return sin(x) + exp(x)*log1p(x*x) - fmod(x, 0.4) + fabs(x)
        """,
    "conditions": """
        cdef double f(double x):
            if x < -1:
                return -1
            elif 0 <= x < 1 and not x == 0.5:
                return x
            else:
                return 1
        """,
    "whole quotients": """
        cdef double f(double x):
            cdef int k = <int>(4*x), m = -3
            return k//m + 10*(k % m) + 100*(k/m) + 1000*(m % (k + 8 + 1))
        """,
    "quotients of fractions": """
        cdef double f(double x):
            return x//0.1 + 100*(x % -0.7)
        """,
    "casts": """
        cdef double f(double x):
            return <int>x + <int>(10*x)/2 + <double><int>-x ** 2 + 3*<bint>x + 1 * +x
        """,
    "loops": """
        cdef double f(double x):
            cdef int i, last = 0
            cdef double total  # nothing yet
            total = 0
            for i in range(5):
                if i == 3:
                    continue
                total += x ** i
            for i in range(7, 0, -2):
                last += i
            while total > 2:
                total /= 2
                if total < 0.1: break
            return total + last + i
        """,
    "types that are inferred": """
        cdef double f(double x):
            y = 1
            if x > 0:
                y = 2.5
            k = 7
            k //= 2
            is_large = x > 1
            return y/2 + k/2 + is_large
        """,
    "helpers": '''
        from libc.math cimport sqrt as root, M_PI, pow
        cdef inline int whole(double x) noexcept nogil:
            return <long>x

        cpdef double f(const double x):
            """What it does."""
            cdef double half = 0.5 * x, other = min(x, 1, whole(half))
            return root(x*x) + pow(2, x) + M_PI*whole(3*x) + half + max(other, 0)
        ''',
    "single precision": """
        cdef float f(float x):
            cdef float third = x / 3
            return third * 0.1 + x*2/7
        """,
    "what tells": """
        from libc.math cimport isnan, isfinite
        cdef double f(double x):
            cdef bint positive = x > 0, never = 0
            cdef double bad = sqrt(x)
            if isnan(bad):
                return -1
            return isinf(bad) + 2*isfinite(bad) + 4*positive + (x > 1) + never
        """,
    "without a result": """
        cdef int f(double x):
            if x > 0:
                return 3 & <int>(2*x) | 4
        """,
    "integers": """
        cdef double f(double x):
            cdef size_t n = <size_t>(x*x)
            cdef int64_t k = abs(<int>(3*x))
            return n / 2 + n*3 + k ** 2 - (k << 2) + (~k ^ 5)
        """,
    "order of operators": """
        cdef double f(double x):
            return -<int>x * 2 + +x - (<double>3)/2 + 2**<int>3 + 2**x + x**-2.0
        """,
    "signs": """
        cdef double f(double x):
            return -7 % 3 + 7.5 % -2 + -7//2 + (-7.5)//2 + x % 2 + 5/2 + <int>(7*x) % -3
        """,
    "a loop whose variable changes": """
        cdef double f(double x):
            cdef int i, k = 0
            for i in range(<int>x, 5):
                k += i
                i += 10
            return i + k
        """,
    "truth values": """
        cdef bint is_large(double x):
            return x > 1

        cdef double f(double x):
            cdef bint a = x > 0, b = not a
            cdef int k = True
            a = a and not b
            k += (x > 0 > -1) + (0 < x < 1 != 2) + is_large(x)
            return a + b*2 + (a or b) + k
        """,
    "operators that assign": """
        cdef double f(double x):
            cdef double y
            y = x; y *= 3; y -= 1; y /= 2; y **= 2
            cdef int64_t k = 7
            k <<= 2; k |= 3; k ^= 5; k %= 9; k *= 2; k >>= 1
            return y + k
        """,
    "one line": "cdef inline double f(double x) nogil: return x*2  # twice",
    "several lines": """
        cdef double f(
            double x,  # a number
        ):
            return (x +
                1)
        """,
    "what numba compiles": """
        from libc.math cimport atan2, erf, hypot, lgamma, copysign
        cdef double f(double x):
            return atan2(x, 0.5) + erf(x) + hypot(x, 1) + lgamma(x + 3.3) * (
                copysign(2, x)
            )
        """,
    "calls of itself": """
        cdef int f(double x):
            if x > 3:
                return 0
            return 1 + f(x + 1)
        """,
    "choices": """
        cdef double f(double x):
            return (x or 3) + (x and 2) + (1 if x > 0.3 else -x) + abs(x)
        """,
}
N = 14


def results(texts, target):
    """Return what a group computes with functions, a list for each."""
    prefs.codegen.target = target
    functions = {
        f"f{k}": given(text, name=f"f{k}")
        for k, text in enumerate(
            # In one kernel, each needs a name of its own
            re.sub(r"\b(f|whole|is_large)\(", rf"\g<1>{k}(", text)
            for k, text in enumerate(texts)
        )
    }
    model = "x : 1\n" + "\n".join(f"y{k} : 1" for k in range(len(texts)))
    group = NeuronGroup(N, model, namespace=functions)
    group.x = (np.arange(N) - 7) / 4
    group.run_regularly("\n".join(f"y{k} = f{k}(x)" for k in range(len(texts))))
    run(0.1 * ms)
    return [getattr(group, f"y{k}")[:].tolist() for k in range(len(texts))]


@COMPILER
def test_results_are_those_of_cython():
    texts = list(SIMPLE.values())
    expected = results(texts, "cython")
    # Cython leaves out code that does not compile
    assert all(any(values) for values in expected)
    for name, ours, cythons in zip(
        SIMPLE, results(texts, "numba"), expected, strict=True
    ):
        rtol = 1e-6 if name == "single precision" else 1e-13
        np.testing.assert_allclose(ours, cythons, rtol=rtol, atol=1e-14, err_msg=name)


@pytest.mark.parametrize("name", SIMPLE)
def test_is_compiled(name):
    prefs.codegen.runtime.numba.functions = "compiled"
    assert of_cython(given(SIMPLE[name])) is not None
    assert len(results([SIMPLE[name]], "numba")[0]) == N


#: What is beyond: no text at all for kernels, as before
BEYOND = {
    "pointers": "cdef double f(double x):\n    cdef double* p = &x\n    return p[0]",
    "arrays": "cdef double f(double[:] x):\n    return x[0]",
    "exceptions": "cdef double f(double x) except? -1:\n    return x",
    "raise": "cdef double f(double x):\n    raise ValueError(x)",
    "Python's lock": "cdef double f(double x):\n    with gil:\n        return x",
    "objects": "cdef double f(x):\n    return x",
    "no type of the result": "cdef f(double x):\n    return x",
    "a function of Python's": "def f(double x):\n    return x",
    "other types": "cdef double f(double x):\n    cdef char c = 3\n    return c",
    "structures": "cdef struct s:\n    int a\ncdef double f(double x):\n    return x",
    "other imports": "from libc.stdlib cimport rand\ncdef double f(double x):\n"
    "    return rand()",
    "other functions": "cdef double f(double x):\n    return round(x)",
    "lists": "cdef double f(double x):\n    return [x, 2][0]",
    "global names": "cdef double f(double x):\n    return x + np.pi",
    "default values": "cdef double f(double x, double y=1):\n    return x + y",
    "decorators": "@cython.cdivision(True)\ncdef double f(double x):\n    return x",
    "casts to pointers": "cdef double f(double x):\n    return (<double*>x)[0]",
    # These do not compile with Cython, or C has numbers of its own there
    "fractions as integers": "cdef int f(double x):\n    return x",
    "fractions as truth values": "cdef bint f(double x):\n    return x",
    "integers as truth values": "cdef bint f(int x):\n    return x",
    "below 0 without a sign": "cdef double f(size_t n):\n    return n - 3 < 0",
    "without and with a sign": "cdef double f(size_t n, int k):\n    return n*k",
    "powers that may be 0": "cdef double f(int n, int k):\n    return n**k",
    "no value": "cdef double f(double x):\n    y = y + 1\n    return y",
    "no Cython": "double f(double x) { return x; }",
    "nothing": "",
}


@pytest.mark.parametrize("name", BEYOND)
def test_what_is_beyond_is_left(name):
    assert of_cython(given(BEYOND[name])) is None


def test_python_function_takes_the_place_of_what_is_beyond():
    text = "cdef double f(double[:] x):\n    return x[0]"
    group = NeuronGroup(2, "x : 1", namespace={"f": given(text, 1, lambda x: x + 1)})
    group.x = "f(i)"
    assert group.x[:].tolist() == [1, 2]


@pytest.mark.parametrize("kind", ["int", "bint", "size_t"])
def test_python_function_takes_fractions_for_which_the_text_has_integers(kind):
    text = f"cdef double f({kind} k):\n    return 2*k"
    function = given(text, python=lambda k: 2.0 * k)
    model, namespace = "v : 1\nx : 1\ny : 1", {"f": function}
    # The same message is not shown again
    group = NeuronGroup(2, model, namespace=namespace, name=f"given_{kind}")
    group.v = 1.5
    with catch_logs(log_level=INFO) as logs:
        group.x, group.y = "f(v)", "f(i)"
    (message,) = [text for _, name, text in logs if name.endswith("numba.functions")]
    assert "its text for Cython does not take what it is given (" in message
    assert (group.x[:].tolist(), group.y[:].tolist()) == ([3, 3], [0, 2])


def test_integers_may_be_truth_values():
    function = given("cdef int f(int k, bint is_odd):\n    return k + is_odd", 2)
    group = NeuronGroup(3, "x : 1", namespace={"f": function})
    group.x = "f(i > 0, i % 2 == 1)"
    assert group.x[:].tolist() == [0, 2, 1]


FROM_TABLE = """
cdef double twice(int k):
    global _namespace_table
    return 2*_namespace_table[k]

cdef double f(int k):
    global _namespace_table, _namespace_whole
    return twice(k) + _namespace_whole[k]/2 + _namespace_single[k] * 0.1
"""


@pytest.mark.parametrize("target", ["numba", pytest.param("cython", marks=COMPILER)])
def test_arrays_of_a_namespace(target):
    prefs.codegen.target = target
    namespace = {
        "_table": np.array([1.0, 2.0]),
        "_whole": np.array([3, 4], np.int32),
        "_single": np.array([0.1, 0.2], np.float32),
    }
    function = given(FROM_TABLE, namespace=namespace, name="f")
    group = NeuronGroup(2, "x : 1", namespace={"f": function})
    group.run_regularly("x = f(i)")
    single = namespace["_single"].astype(float) * 0.1
    run(0.1 * ms)
    np.testing.assert_allclose(group.x[:] - single, [3.5, 6], rtol=1e-15)
    namespace["_table"][:] = [10, 20]
    run(0.1 * ms)
    np.testing.assert_allclose(group.x[:] - single, [21.5, 42], rtol=1e-15)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("return _namespacetable[k]", np.ones((2, 2))),
        ("return _namespacetable[k]", np.array([True, False])),
        ("return _namespacetable[k]", 1.0),
        ("return _namespacetable[0.5*k]", TABLE),
        ("return _namespacetable", TABLE),
        ("return table[k]", TABLE),
        ("_namespacetable[k] = 2\n    return 1", TABLE),
        ("table = 2\n    return _namespacetable[k] + table", TABLE),
        ("global other\n    return other", TABLE),
    ],
)
def test_other_uses_of_a_namespace_are_left(text, value):
    text = f"cdef double f(int k):\n    {text}"
    assert of_cython(given(text, namespace={"table": value})) is None


def test_functions_for_other_targets_are_none():
    function = Function(lambda x: x, arg_units=[1], return_unit=1)
    assert of_cython(function) is None
    text = "double f(double x) { return x; }"
    assert of_cython(implementation("cpp", text)(function)) is None
    function.implementations.add_dynamic_implementation("cython", lambda owner: text)
    assert of_cython(function) is None


def test_text_goes_before_python_but_not_before_what_is_for_numba():
    @implementation("cython", "cdef double f(double x):\n    return x + 2")
    @check_units(x=1, result=1)
    def f(x):
        return x + 1

    @implementation("numba", "def g(x):\n    return x + 3")
    @implementation("cython", "cdef double g(double x):\n    return x + 2")
    @check_units(x=1, result=1)
    def g(x):
        return x + 1

    group = NeuronGroup(2, "x : 1\ny : 1", namespace={"f": f, "g": g})
    group.x, group.y = "f(i)", "g(i)"
    assert (group.x[:].tolist(), group.y[:].tolist()) == ([2, 3], [3, 4])


def test_other_functions():
    whole = given("cdef int whole(double x):\n    return <int>x", name="whole")
    shifted = implementation("numba", "def shifted(x):\n    return x + 0.5")(
        Function(abs, arg_units=[1], return_unit=1)
    )
    f = given(
        "cdef double f(double x):\n    return half(x)//3 + 10*shifted(half(x))",
        dependencies={"half": whole, "shifted": shifted},
    )
    group = NeuronGroup(2, "x : 1", namespace={"f": f})
    group.x = "f(4.9*(1 + i))"
    assert group.x[:].tolist() == [1 + 45, 3 + 95]


def test_which_function_of_a_text():
    text = """
    cdef double double_of(double x):
        return 2*x
    cdef double f(double x):
        return double_of(x) + 1
    """
    for functions, expected in (
        ({"f": given(text)}, [1, 3]),
        ({"f": given(text, name="double_of")}, [0, 2]),
        # What equations call it does not matter
        ({"f": given(text), "double_of": given(text, name="f")}, [1, 3]),
    ):
        group = NeuronGroup(2, "x : 1\ny : 1", namespace=functions)
        group.run_regularly("x = f(i)\ny = " + " + ".join(f"{n}(i)" for n in functions))
        run(0.1 * ms)
        assert group.x[:].tolist() == expected
    other = given(text, name="neither")
    assert of_cython(other) is None


def test_function_with_the_index_of_the_neuron():
    text = "cdef double f(double x, int _vectorisation_idx):\n    return x + 1"
    function = given(text)
    function.auto_vectorise = True
    function.stateless = False
    group = NeuronGroup(2, "x : 1", namespace={"f": function})
    group.x = "f(i)"
    assert group.x[:].tolist() == [1, 2]


def test_a_text_of_numbers_beside_a_python_function_of_arrays():
    prefs.codegen.runtime.numba.functions = "compiled"
    f = given("cdef double f(double x):\n    return 1 + x", python=np.sort)
    group = NeuronGroup(2, "x : 1", namespace={"f": f})
    group.x = "f(i)"
    assert group.x[:].tolist() == [1, 2]
