"""Numbers and constants beside variables of single precision."""

import ast

import numpy as np
import pytest
from brian2 import NeuronGroup, defaultclock, ms, prefs, run
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.core.variables import AuxiliaryVariable, Constant, Variables

import brian2numba
from brian2numba.generation.number_kinds import NumberKinds
from brian2numba.generation.single_precision import SingleNumbers, is_held_by_singles
from examples import cobahh

# Brian compares with a number that single precision does not have
pytestmark = pytest.mark.filterwarnings(
    "ignore:overflow encountered in cast:RuntimeWarning"
)
SINGLE, DOUBLE = np.float32, np.float64


@pytest.fixture
def single_precision():
    prefs["codegen.target"] = "numba"
    prefs.core.default_float_dtype = np.float32
    prefs._backup()


def variables():
    """Return variables of both types, an integer, and constants."""
    found = {
        name: AuxiliaryVariable(name, dtype=dtype)
        for name, dtype in {
            "x": SINGLE,
            "y": SINGLE,
            "d": DOUBLE,
            "k": np.int32,
        }.items()
    }
    for name, value in {"c": 0.1, "tiny": 1e-50, "n": 3}.items():
        found[name] = Constant(name, value)
    owned = Variables(None)
    owned.add_array("dt", size=1, scalar=True, constant=True, dtype=DOUBLE)
    return {**found, "dt": owned["dt"], **DEFAULT_FUNCTIONS}


def rounded(text, method="rounded"):
    """Return an expression with its conversions, where casts are written as ``f``."""
    names = {name: f"_{name}" for name in DEFAULT_FUNCTIONS}
    numbers = SingleNumbers(NumberKinds(variables()), names)
    tree = getattr(numbers, method)(ast.parse(text, mode="eval").body)
    return ast.unparse(tree).replace("_float32(", "f(")


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        # Numbers, constants and the time step are rounded
        "2.5*x": "f(2.5) * x",
        "1 - x": "f(1) - x",
        "c*x + dt*y": "f(c) * x + f(dt) * y",
        "-c*x": "f(-c) * x",
        # What is the same for all is computed with all digits before
        "2*c*dt*x": "f(2 * c * dt) * x",
        "exp(c)*x": "f(exp(c)) * x",
        "c*2": "c * 2",
        "exp(x/c)": "exp(x / f(c))",
        "clip(x, 0, 1)": "clip(x, f(0), f(1))",
        "x > 0.5 and not y < c": "x > f(0.5) and (not y < f(c))",
        # Powers by products, roots, and others
        "x**2*c": "x ** 2 * f(c)",
        "x**-2": "x ** (-2)",
        "x**0.5": "x ** 0.5",
        "x**1.5": "x ** f(1.5)",
        "x**n": "x ** n",
        "c**x": "f(c) ** x",
        # With a variable of double precision, nothing is
        "2.5*x + d": "2.5 * x + d",
        "c*x*d": "c * x * d",
        "d > c*x": "d > c * x",
        # But for what becomes a number of single precision before
        "exp(2.5*x) + d": "exp(f(2.5) * x) + d",
        # Integers meet floats in double precision
        "c*x*k": "c * x * k",
        "n*x": "n * x",
        # What single precision has not
        "tiny*x": "tiny * x",
        "1e300*x": "1e+300 * x",
        "16777217*x": "16777217 * x",
        # Functions that round, and functions of users
        "int(2.5*x)": "int(2.5 * x)",
        "unknown(2.5*x)": "unknown(2.5 * x)",
        "c*x % 2.5": "c * x % 2.5",
        # Random numbers: those below 1 stay so
        "c*x*randn()": "f(c) * x * f(randn())",
        "x*rand()": "x * rand()",
    }.items(),
)
def test_where_numbers_are_rounded(text, expected):
    assert rounded(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    {"c": "f(c)", "2*c": "f(2 * c)", "c*x": "f(c) * x", "c*d": "c * d"}.items(),
)
def test_what_is_added_in_place(text, expected):
    assert rounded(text, "operand") == expected


@pytest.mark.parametrize(
    ("number", "is_held"),
    {
        0.0: True,
        -1.5: True,
        3.4e38: True,
        3.5e38: False,
        1.2e-38: True,
        1.1e-38: False,
        float("inf"): True,
        float("nan"): True,
    }.items(),
)
def test_what_single_precision_has(number, is_held):
    assert is_held_by_singles(number) is is_held


def test_cobahh_is_computed_in_single_precision(single_precision):
    network = cobahh.build(100)
    network.run(0 * ms)
    (row,) = [
        r for r in brian2numba.explain(network).rows if r.name == "neurons_stateupdater"
    ]
    vectors = [loop for loop in row.kernel.loops if loop.is_vector and loop.arithmetic]
    # Others look at neurons whose refractory period may be over
    loop = max(vectors, key=lambda loop: len(loop.arithmetic))
    assert not [line for line in loop.arithmetic if "double" in line]
    assert "fpext" not in loop.text


def values(code, constants=None, **dtypes):
    """Return the variable `y` after some code, for numbers `x`."""
    dtype = {"x": SINGLE, "y": SINGLE, **dtypes}
    group = NeuronGroup(
        5, "".join(f"{name} : 1\n" for name in dtype), dtype=dtype, namespace=constants
    )
    group.x = np.float32([0.1, 0.7, 1 / 3, 1e30, -2.5])
    group.run_regularly(code, dt=defaultclock.dt)
    run(defaultclock.dt)
    return np.array(group.x), np.array(group.y)


def test_constants_have_single_precision(single_precision):
    x, y = values("y = c*x + 2.7", {"c": 0.1})
    assert y.tolist() == (np.float32(0.1) * x + np.float32(2.7)).tolist()


def test_a_variable_of_double_precision_keeps_all_digits(single_precision):
    # Brian's optimiser rounds numbers that are written down
    x, y = values("y = c*x + 2.75", {"c": 0.1}, y=DOUBLE)
    assert y.dtype == np.float64
    np.testing.assert_allclose(y, 0.1 * x.astype(float) + 2.75, rtol=1e-15)


def test_beside_double_precision_nothing_is_rounded(single_precision):
    group = NeuronGroup(1, "x : 1\ny : 1\nd : 1", dtype={"d": np.float64})
    group.x, group.d = 50.1, 1000.0029
    group.run_regularly("y = sin(c*x*d)", dt=defaultclock.dt)
    run(defaultclock.dt, namespace={"c": 1.1})
    # The product would be wrong by 0.002 in single precision
    expected = np.sin(1.1 * float(np.float32(50.1)) * 1000.0029)
    np.testing.assert_allclose(group.y[0], expected, rtol=1e-6)


def test_a_constant_that_single_precision_has_not(single_precision):
    x, y = values("y = x/c*d", {"c": 1e-50, "d": 1e-50})
    np.testing.assert_allclose(y, x, rtol=1e-6)


def test_a_constant_that_changes_beyond_single_precision(single_precision):
    group = NeuronGroup(2, "x : 1\ny : 1")
    group.x = "1 + i"
    group.run_regularly("y = x/c*c", dt=defaultclock.dt)
    for c in (0.1, 1e-50, 1e-3):
        run(defaultclock.dt, namespace={"c": c})
        np.testing.assert_allclose(group.y, [1, 2], rtol=1e-6)
