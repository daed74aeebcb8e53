"""Elementary functions that vectorise: errors, special values, and who calls them."""

import itertools
import math
import re
import sys

import mpmath
import numpy as np
import pytest
from brian2 import (
    NeuronGroup,
    Synapses,
    check_units,
    defaultclock,
    ms,
    prefs,
    run,
    seed,
)
from brian2.core.preferences import PreferenceError

from benchmarks.accuracy import FUNCTIONS, Loop, loop_source
from brian2numba import language
from brian2numba.compilation import compiler, mathematics
from brian2numba.compilation.machine_code import optimised, processor
from brian2numba.elementary import reduction
from brian2numba.elementary.vector import VECTOR_FUNCTIONS
from brian2numba.generation import library
from brian2numba.generation.source import KernelSource
from brian2numba.lowering import lower

N_ARGUMENTS = 2000
PREFERENCE = "codegen.runtime.numba.math"
needs_fma = pytest.mark.skipif(
    not mathematics._can_fuse(processor("host")),
    reason="the processor can't multiply and add in one instruction",
)


@pytest.fixture(autouse=True)
def numba_target():
    with_preference = prefs["codegen.target"], prefs[PREFERENCE]
    prefs["codegen.target"] = "numba"
    yield
    prefs["codegen.target"], prefs[PREFERENCE] = with_preference


def test_all_in_one_model():
    names = "sin cos tan arcsin arccos arctan sinh cosh tanh exp log log10 expm1 log1p"
    variables = {f"{name}_of_x": getattr(np, name) for name in names.split()}
    group = NeuronGroup(9, "x : 1\n" + "".join(f"{v} : 1\n" for v in variables))
    group.x = "0.1*(i + 1)"
    group.run_regularly(
        "\n".join(f"{v} = {f.__name__}(x)" for v, f in variables.items())
    )
    run(defaultclock.dt)
    for variable, function in variables.items():
        found, expected = getattr(group, variable)[:], function(group.x[:])
        np.testing.assert_allclose(found, expected, rtol=1e-15)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_errors_in_double_precision(name):
    error, arguments = FUNCTIONS[name].largest_error(N_ARGUMENTS)
    assert error <= FUNCTIONS[name].limit, f"{name}{arguments}: {error} ulp"


INF, NAN = math.inf, math.nan
QUARTER = math.pi / 4
#: The values at both zeros; those of the others have the sign of the zero
AT_ZERO = {
    "exp": 1,
    "exprel": 1,
    "cos": 1,
    "cosh": 1,
    "log": -INF,
    "log10": -INF,
    "arccos": 2 * QUARTER,
}
SPECIAL_VALUES = {
    "exp": {
        INF: INF,
        -INF: 0,
        709.7827128933841: INF,
        -745.1332191019411: 5e-324,
        -745.1332191019412: 0,
    },
    "expm1": {INF: INF, -INF: -1, 5e-324: 5e-324, 1e-300: 1e-300},
    "exprel": {INF: INF, -INF: 0, 5e-324: 1, -1e308: 1e-308},
    "log": {
        1.0: 0.0,
        INF: INF,
        -INF: NAN,
        -1.0: NAN,
        -5e-324: NAN,
        5e-324: -744.4400719213812,
    },
    "log10": {
        1.0: 0.0,
        INF: INF,
        -1.0: NAN,
        1e22: 22,
        1000.0: 3,
    },
    "log1p": {
        -1.0: -INF,
        INF: INF,
        -2.0: NAN,
        -INF: NAN,
        5e-324: 5e-324,
        -1e-300: -1e-300,
    },
    "sin": {INF: NAN, -INF: NAN, 5e-324: 5e-324},
    "cos": {INF: NAN, -INF: NAN, 5e-324: 1},
    "tan": {INF: NAN, -INF: NAN, -5e-324: -5e-324},
    "sinh": {INF: INF, -INF: -INF, 5e-324: 5e-324, -711.0: -INF},
    "cosh": {INF: INF, -INF: INF, 711.0: INF},
    "tanh": {INF: 1, -INF: -1, 5e-324: 5e-324, 1e300: 1},
    "arcsin": {
        1.0: 2 * QUARTER,
        -1.0: -2 * QUARTER,
        1.1: NAN,
        -INF: NAN,
        5e-324: 5e-324,
    },
    "arccos": {
        1.0: 0.0,
        -1.0: 4 * QUARTER,
        1.1: NAN,
        -1.1: NAN,
        INF: NAN,
    },
    "arctan": {
        INF: 2 * QUARTER,
        -INF: -2 * QUARTER,
        1.0: QUARTER,
        5e-324: 5e-324,
    },
}


def assert_equal(value, expected, what):
    """Compare with signs of zeros; one NaN is like another."""
    if math.isnan(expected):
        assert math.isnan(value), what
    else:
        assert (value, math.copysign(1, value)) == (
            expected,
            math.copysign(1, expected),
        ), what


@pytest.mark.parametrize("name", SPECIAL_VALUES)
def test_special_values(name):
    cases = [*SPECIAL_VALUES[name].items(), (NAN, NAN)]
    cases += [(zero, AT_ZERO.get(name, zero)) for zero in (0.0, -0.0)]
    values = Loop(FUNCTIONS[name].expression)([case[0] for case in cases])
    for (x, expected), value in zip(cases, values.tolist(), strict=True):
        assert_equal(value, float(expected), f"{name}({x})")


NUMBERS = [0.0, 1.0, 2.0, 3.0, 0.5, 1.5, INF, 5e-324, sys.float_info.max, 2.0**53 + 2]
SIGNED = [sign * x for x in NUMBERS for sign in (1, -1)] + [NAN, 2.0**52 + 1, 1e-5]


def exact_power(x, y):
    """Return a power as C99 defines it, rounded once."""
    if y == 0 or x == 1 or (x == -1 and math.isinf(y)):
        return 1.0
    if math.isnan(x) or math.isnan(y):
        return NAN
    is_integer = math.isinf(y) or y == math.floor(y)
    is_odd = is_integer and not math.isinf(y) and int(y) % 2 == 1
    sign = math.copysign(1, x) if is_odd else 1.0
    size = abs(x)
    if x < 0 and not math.isinf(x) and not is_integer:
        return NAN
    if size in (0, INF):
        return sign * (INF if (size == 0) == (y < 0) else 0.0)
    if math.isinf(y):
        return INF if (size > 1) == (y > 0) else 0.0
    with mpmath.workprec(200):
        exact = sign * mpmath.power(size, y)
        return float(exact)


def test_powers_are_those_of_c99():
    pairs = list(itertools.product(SIGNED, SIGNED))
    values = Loop("x ** y")(*zip(*pairs, strict=True))
    for (x, y), value in zip(pairs, values.tolist(), strict=True):
        expected = exact_power(x, y)
        if math.isfinite(expected) and expected != 0 and value != 0:
            assert abs(value - expected) <= 2 * math.ulp(expected), f"{x} ** {y}"
        else:
            assert_equal(value, expected, f"{x} ** {y}")


def test_the_power_of_a_half_is_a_root():
    numbers = [0.0, -0.0, 2.0, 1e-310, INF, -INF, -1.0, NAN]
    expected = [0.0, 0.0, math.sqrt(2.0), math.sqrt(1e-310), INF, INF, NAN, NAN]
    values = Loop("x ** 0.5")(numbers).tolist()
    for x, value, root in zip(numbers, values, expected, strict=True):
        assert_equal(value, root, f"{x} ** 0.5")


def test_angles_near_multiples_of_a_quarter_turn():
    with mpmath.workprec(1300):
        angles = [float(k * mpmath.pi / 2) for k in range(1, 2000)]
        angles += [float(mpmath.ldexp(mpmath.pi, k)) for k in range(1022)]
        cosines = [float(mpmath.cos(angle)) for angle in angles]
        sines = [float(mpmath.sin(angle)) for angle in angles]
    np.testing.assert_array_max_ulp(Loop("_cos(x)")(angles), np.array(cosines), 1)
    np.testing.assert_array_max_ulp(Loop("_sin(x)")(angles), np.array(sines), 1)


def test_the_digits_of_two_over_pi():
    with mpmath.workprec(1500):
        assert int(mpmath.floor(mpmath.ldexp(2 / mpmath.pi, 1400))) == (
            reduction.TWO_OVER_PI
        )


IN_PYTHON = {
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
    "pow": math.pow,
    "log": math.log,
}


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - {"exprel"}))
def test_without_them_results_are_those_of_the_c_library(name):
    x, y = np.random.default_rng(1).uniform(0, 1, (2, N_ARGUMENTS))
    function = IN_PYTHON.get(name) or getattr(math, name)
    given = (x, y) if name == "pow" else (x,)
    expected = [function(*numbers) for numbers in zip(*given, strict=True)]
    values = Loop(FUNCTIONS[name].expression, vectorises=False)(x, y)
    assert values.tolist() == expected


OTHERS = ["_clip(x, -1.0, y)", "_floor(x)", "_ceil(x)", "abs(x)", "_sqrt(x)",
          "x ** 0.5", "0.5 + _sign(x)", "_timestep(x, 0.1) + y"]  # fmt: skip


@needs_fma
@pytest.mark.parametrize(
    "expression", [*(f.expression for f in FUNCTIONS.values()), *OTHERS]
)
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_loops_are_vector_code(expression, kind):
    text = lower(loop_source(expression, kind), library.namespace(), "loop", True)
    module = str(optimised(text, processor("host"), 3))
    assert "vector.body:" in module
    assert re.search(r"<\d+ x (double|float)>", module)


@pytest.mark.parametrize(
    ("expression", "function"),
    [
        ("_clip(x, -1.0, 2.0)", lambda x: np.where(x < -1, -1, np.where(x > 2, 2, x))),
        ("_floor(x)", np.floor),
        ("_ceil(x)", np.ceil),
        ("abs(x)", np.abs),
        ("1.0 * _sign(x)", lambda x: (x > 0) * 1.0 - (x < 0)),
    ],
)
def test_functions_of_brian_that_are_selections(expression, function):
    numbers = np.array([0.0, -0.0, 0.5, -0.5, 1e300, INF, -INF, NAN, 5e-324, -3.2, 2.0])
    values = Loop(expression)(np.tile(numbers, 3))
    np.testing.assert_array_equal(values, np.tile(function(numbers), 3))


def values_of_both_compilers(kind):
    """Return what our translation and numba make of each function, as bits."""
    names = list(FUNCTIONS)
    lines = [
        f"        results[{len(names)} * k + {j}] = {FUNCTIONS[name].expression}"
        for j, name in enumerate(names)
    ]
    text = loop_source("0.0", kind).replace(
        "        results[k] = 0.0", "\n".join(lines)
    )
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.normal(0, 1, 500), rng.normal(0, 300, 500), [0, INF, NAN]])
    x = x.astype(kind)
    source = KernelSource(text, ())
    found = []
    for compiled in (
        compiler._lowered_kernel(source, library.namespace()),
        compiler._numba_kernel(source, library.namespace(), None),
    ):
        results = np.zeros(len(x) * len(names), kind)
        addresses = (len(x), x.ctypes.data, x.ctypes.data, results.ctypes.data)
        table = np.array(addresses, np.int64)
        assert compiled.entry(table.ctypes.data) == 0
        found.append(results.reshape(len(x), len(names)))
    return names, found


@pytest.mark.long
@pytest.mark.parametrize("mode", ["vector", "libm"])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_numba_makes_the_same_of_them(mode, kind):
    prefs[PREFERENCE] = mode
    names, (ours, numbas) = values_of_both_compilers(kind)
    for j, name in enumerate(names):
        np.testing.assert_array_equal(ours[:, j], numbas[:, j], err_msg=name)


def exponential_of_group(x):
    group = NeuronGroup(len(x), "x : 1\ny : 1", name="group")
    group.x = x
    group.run_regularly("y = exp(x)", dt=defaultclock.dt)
    run(defaultclock.dt)
    return np.array(group.y)


@needs_fma
def test_the_preference_takes_effect_between_runs():
    x = np.random.default_rng(1).uniform(-10, 10, 1000)
    in_c = np.array([math.exp(number) for number in x])
    for _ in range(2):
        prefs[PREFERENCE] = "vector"
        assert (exponential_of_group(x) != in_c).any()
        prefs[PREFERENCE] = "libm"
        assert (exponential_of_group(x) == in_c).all()


def test_the_preference_is_one_of_two_words():
    with pytest.raises(PreferenceError):
        prefs[PREFERENCE] = "fast"


@needs_fma
def test_functions_of_users_call_them_as_well():
    @check_units(x=1, result=1)
    def twice(x):
        return 2 * math.exp(x)

    x = np.random.default_rng(1).uniform(-10, 10, 1000)
    found = {}
    for mode in ("vector", "libm"):
        prefs[PREFERENCE] = mode
        group = NeuronGroup(1000, "x : 1\ny : 1", namespace={"twice": twice})
        group.x = x
        group.run_regularly("y = twice(x)", dt=defaultclock.dt)
        run(defaultclock.dt)
        found[mode] = np.array(group.y)
    assert found["libm"].tolist() == [2 * math.exp(number) for number in x]
    assert found["vector"].tolist() == (2 * Loop("_exp(x)")(x)).tolist()


def test_random_numbers_and_synapses_do_not_depend_on_the_preference():
    found = []
    for mode in ("vector", "libm"):
        prefs[PREFERENCE] = mode
        seed(1)
        group = NeuronGroup(
            200,
            "dx/dt = -x/ms + xi/ms**0.5 : 1\nk : 1\nm : 1",
            method="euler",
            name="noisy",
        )
        group.run_regularly("k = poisson(30.0)\nm = poisson(2.0)", dt=defaultclock.dt)
        synapses = Synapses(group, group)
        synapses.connect(p=0.05)
        run(0.5 * ms)
        found.append([*group.x, *group.k, *group.m, *synapses.i, *synapses.j])
    assert found[0] == found[1]


def test_processors_without_the_instruction_use_the_c_library():
    triple = processor("host").triple
    if not triple.startswith("x86_64"):
        pytest.skip("names of processors are for x86-64")
    assert mathematics._can_fuse(processor("x86-64-v3"))
    assert not mathematics._can_fuse(processor("x86-64-v2"))
    prefs["codegen.runtime.numba.cpu"] = "x86-64"
    try:
        assert not mathematics.vectorises()
    finally:
        prefs["codegen.runtime.numba.cpu"] = "host"


def test_products_and_sums_are_rounded_once():
    numbers = [0.0, -0.0, 1.5, -1 / 3, 1e308, -1e-308, 5e-324, 1 + 2.0**-52, INF, NAN]
    loop = Loop("_fma(x, y, 0.1 * y)")
    for x, y in itertools.product(numbers, numbers):
        value = float(loop([x], [y])[0])
        assert_equal(value, language.fma(x, y, 0.1 * y), f"{x} * {y}")


def test_bits_of_numbers():
    for x in (0.0, -0.0, 1.0, math.pi, -INF, 5e-324):
        bits = language.float64_bits(x)
        assert_equal(language.float64_from_bits(bits), x, str(x))


def test_each_function_of_the_c_library_has_one_that_vectorises():
    # Brian has none of these for equations
    others = {"acosh", "asinh", "atanh", "fmod"}
    names = set(language.C_FUNCTIONS) - others
    assert all(getattr(math, name) in VECTOR_FUNCTIONS for name in names)
