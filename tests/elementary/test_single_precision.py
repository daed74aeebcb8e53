"""Elementary functions in single precision: errors, special values, no doubles."""

import ctypes
import importlib
import itertools
import math
import re

import numpy as np
import pytest

from benchmarks.accuracy import (
    FUNCTIONS,
    Loop,
    largest_error_of_all,
    loop_source,
)
from brian2numba import language
from brian2numba.compilation.machine_code import (
    load_object,
    object_code,
    optimised,
    processor,
)
from brian2numba.elementary.single import reduction
from brian2numba.elementary.vector import VECTOR_FUNCTIONS, in_single_precision
from brian2numba.generation import library
from brian2numba.lowering import lower
from tests.elementary.test_elementary import (
    AT_ZERO,
    assert_equal,
    exact_power,
    needs_fma,
)

N_ARGUMENTS = 500
#: Of so many blocks of numbers one is tried; `python -m benchmarks.accuracy --all`
#: tries all
STEP = 301
INF, NAN = math.inf, math.nan
TINY, LARGE = 1e-45, 3.4028234663852886e38
HALF_PI = math.pi / 2
OF_ONE = sorted(FUNCTIONS.keys() - {"pow"})


@pytest.mark.parametrize("name", FUNCTIONS)
def test_errors(name):
    error, arguments = FUNCTIONS[name].largest_error(N_ARGUMENTS, np.float32)
    assert error <= 1, f"{name}{arguments}: {error} ulp"


@pytest.mark.parametrize("name", OF_ONE)
def test_errors_of_numbers_of_all_sizes(name):
    error, x = largest_error_of_all(FUNCTIONS[name].expression, STEP)
    assert error <= 1, f"{name}({x!r}): {error} ulp"


SPECIAL_VALUES = {
    "exp": {INF: INF, -INF: 0, 88.72284: INF, -104.0: 0, TINY: 1},
    "expm1": {INF: INF, -INF: -1, TINY: TINY, -200.0: -1, 88.73: INF},
    "exprel": {
        INF: INF,
        -INF: 0,
        TINY: 1,
        -(2.0**100): 2.0**-100,
        95.0: INF,
        -LARGE: 1 / LARGE,
    },
    "log": {1.0: 0.0, INF: INF, -INF: NAN, -1.0: NAN, -TINY: NAN, TINY: -103.27893},
    "log10": {1.0: 0.0, INF: INF, -1.0: NAN, 1e22: 22, 1000.0: 3},
    "log1p": {-1.0: -INF, INF: INF, -2.0: NAN, -INF: NAN, TINY: TINY, -1e-30: -1e-30},
    "sin": {INF: NAN, -INF: NAN, TINY: TINY},
    "cos": {INF: NAN, -INF: NAN, TINY: 1},
    "tan": {INF: NAN, -INF: NAN, -TINY: -TINY},
    "sinh": {INF: INF, -INF: -INF, TINY: TINY, -90.0: -INF},
    "cosh": {INF: INF, -INF: INF, 90.0: INF},
    "tanh": {INF: 1, -INF: -1, TINY: TINY, 1e38: 1},
    "arcsin": {1.0: HALF_PI, -1.0: -HALF_PI, 1.1: NAN, -INF: NAN, TINY: TINY},
    "arccos": {1.0: 0.0, -1.0: math.pi, 1.1: NAN, -1.1: NAN, INF: NAN},
    "arctan": {INF: HALF_PI, -INF: -HALF_PI, 1.0: math.pi / 4, TINY: TINY},
}


@pytest.mark.parametrize("name", SPECIAL_VALUES)
def test_special_values(name):
    cases = [*SPECIAL_VALUES[name].items(), (NAN, NAN)]
    cases += [(zero, AT_ZERO.get(name, zero)) for zero in (0.0, -0.0)]
    values = Loop(FUNCTIONS[name].expression, np.float32)([case[0] for case in cases])
    for (x, expected), value in zip(cases, values.tolist(), strict=True):
        assert_equal(value, float(np.float32(expected)), f"{name}({x})")


NUMBERS = [0.0, 1.0, 2.0, 3.0, 0.5, 1.5, INF, TINY, LARGE, 2.0**24 - 1, 2.0**23 + 0.5]
SIGNED = [sign * x for x in NUMBERS for sign in (1, -1)] + [NAN, 2.0**-20]


def test_powers_are_those_of_c99():
    pairs = [np.float32(pair).tolist() for pair in itertools.product(SIGNED, SIGNED)]
    values = Loop("x ** y", np.float32)(*zip(*pairs, strict=True))
    for (x, y), value in zip(pairs, values, strict=True):
        with np.errstate(over="ignore"):
            expected = np.float32(exact_power(x, y))
        if np.isfinite(expected) and expected != 0 and value != 0:
            unit = 2.0 ** max(math.frexp(float(expected))[1] - 24, -149)
            assert abs(float(value) - float(expected)) <= unit, f"{x} ** {y}"
        else:
            assert_equal(float(value), float(expected), f"{x} ** {y}")


def test_the_power_of_a_half_is_a_root():
    numbers = np.float32([0.0, -0.0, 2.0, 1e-40, INF, -INF, -1.0, NAN])
    expected = np.float32([0.0, 0.0, 2.0, 1e-40, INF, INF, NAN, NAN]) ** 0.5
    values = Loop("x ** 0.5", np.float32)(numbers).tolist()
    for x, value, root in zip(numbers, values, expected.tolist(), strict=True):
        assert_equal(value, root, f"{x} ** 0.5")


def test_the_digits_of_two_over_pi():
    pieces = reduction.PIECES
    assert all(type(piece) is np.float32 for piece in pieces)
    # Together, four of them are 2/pi times a power of two, but for multiples of 4
    for k in (0, 24, 100):
        scaled = [int(pieces[k + 23 * j]) << 69 - 23 * j for j in range(4)]
        shift = 1400 - (k + reduction.FIRST_EXPONENT) - 69
        error = (reduction.TWO_OVER_PI >> shift) - sum(scaled)
        assert min(error % (4 << 69), -error % (4 << 69)) <= 4


ARGUMENTS = {
    "log": (0.01, 9),
    "log10": (0.01, 9),
    "arcsin": (-1, 1),
    "arccos": (-1, 1),
    "log1p": (-0.9, 9),
}


@needs_fma
@pytest.mark.parametrize("name", OF_ONE)
def test_the_same_bits_in_vectors_one_by_one_and_in_python(name):
    rng = np.random.default_rng(1)
    x = rng.uniform(*ARGUMENTS.get(name, (-9, 9)), 67).astype(np.float32)
    loop = Loop(FUNCTIONS[name].expression, np.float32)
    values = loop(x)
    assert values.tolist() == [loop(x[k : k + 1])[0] for k in range(len(x))]
    function = singles()[name]
    with np.errstate(all="ignore"):
        in_python = [float(np.float32(function(number))) for number in x]
    assert values.tolist() == in_python


def singles():
    """Return the functions by their names, which Python runs as well."""
    functions = [in_single_precision(f) for f in VECTOR_FUNCTIONS.values()]
    return {f.__name__: f for f in functions}


@needs_fma
@pytest.mark.parametrize("name", FUNCTIONS)
def test_loops_have_no_numbers_in_double_precision(name):
    source = loop_source(FUNCTIONS[name].expression, np.float32)
    text = lower(source, library.namespace(), "loop", vectorises=True)
    module = str(optimised(text, processor("host"), 3))
    assert "double" not in module
    assert re.search(r"<\d+ x float>", module)


@needs_fma
@pytest.mark.skipif(
    not processor("host").triple.startswith("x86_64"),
    reason="names of processors are for x86-64",
)
@pytest.mark.parametrize("name", OF_ONE)
def test_the_same_bits_for_processors_with_shorter_vectors(name):
    rng = np.random.default_rng(1)
    x = rng.uniform(*ARGUMENTS.get(name, (-9, 9)), 999).astype(np.float32)
    source = loop_source(FUNCTIONS[name].expression, np.float32)
    text = lower(source, library.namespace(), "loop", vectorises=True)
    code = load_object(object_code(text, processor("x86-64-v3"), 3), "loop")
    values = np.empty_like(x)
    table = np.array([len(x), *[a.ctypes.data for a in (x, x, values)]], np.int64)
    entry = ctypes.PYFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(code.address)
    entry(table.ctypes.data)
    assert values.tolist() == Loop(FUNCTIONS[name].expression, np.float32)(x).tolist()


@pytest.mark.parametrize("name", ["floor", "ceil"])
def test_rounding_to_integers_needs_no_doubles(name):
    numbers = np.float32([0.0, -0.0, 0.5, -0.5, 1e30, INF, -INF, NAN, TINY, -3.2])
    values = Loop(f"_{name}(x)", np.float32)(numbers)
    np.testing.assert_array_equal(values, getattr(np, name)(numbers))
    source = loop_source(f"_{name}(x)", np.float32)
    assert "double" not in lower(source, library.namespace(), "loop", True)
    assert type(getattr(language, name)(numbers[2])) is np.float32


def test_functions_have_the_names_of_those_of_doubles():
    for function in VECTOR_FUNCTIONS.values():
        single = in_single_precision(function)
        assert single.__name__ == function.__name__
        of_doubles = importlib.import_module(function.__module__)
        assert (
            single.__module__.rsplit(".", 1)[1] == of_doubles.__name__.rsplit(".")[-1]
        )


def test_products_and_sums_are_rounded_once():
    numbers = [0.0, -0.0, 1.5, -1 / 3, 1e38, -1e-38, TINY, 1 + 2.0**-23, INF, NAN]
    numbers = np.float32(numbers)
    loop = Loop("_fma(x, y, _float32(0.1) * y)", np.float32)
    for x, y in itertools.product(numbers, numbers):
        with np.errstate(all="ignore"):
            expected = language.fma(x, y, np.float32(0.1) * y)
        assert type(expected) is np.float32
        assert_equal(float(loop([x], [y])[0]), float(expected), f"{x} * {y}")


def test_a_sum_that_two_roundings_would_make_another_one():
    # In double precision, the sum is half way between two numbers
    x, y, z = np.float32([1 + 2**-12, 1 + 2**-12, 2**-60])
    exact = language.fma(x, y, np.float32(2**-24 + 2**-25))
    assert exact == np.float32(1 + 2**-11 + 2**-23)
    assert language.fma(x, y, z) == Loop("_fma(x, y, _float32(2.0**-60))", np.float32)(
        [x], [y]
    )


def test_bits_of_numbers():
    for x in np.float32([0.0, -0.0, 1.0, math.pi, -INF, TINY]):
        bits = language.float32_bits(x)
        assert -(2**31) <= bits < 2**31
        assert_equal(float(language.float32_from_bits(bits)), float(x), str(x))
