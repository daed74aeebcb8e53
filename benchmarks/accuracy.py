"""
The errors of the elementary functions against mpmath's, and their times beside libm's.

    python -m benchmarks.accuracy [--arguments 200000] [function ...]
    python -m benchmarks.accuracy --all [function ...]

prints the table of docs/elementary_functions.md. With ``--all``, the largest errors in
single precision are those of all numbers that there are, against the functions of
double precision; that takes about a minute for each function. An error is in units in
the last place (ulp) of the exact result; what is tried without it are random arguments
of all sizes, and those where errors are likely: close to zeros, to multiples of pi/2
and to where results get too large, and subnormal ones.
"""

import argparse
import ctypes
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import mpmath
import numpy as np

from brian2numba.compilation.machine_code import load_object, object_code, processor
from brian2numba.generation import library
from brian2numba.lowering import lower

LOOP = """
def kernel(_table):
    _slots = _int64s(_table)
    n = _slots[0]
    xs = _{kind}s(_slots[1])
    ys = _{kind}s(_slots[2])
    results = _{kind}s(_slots[3])
    for k in range(n):
        x = xs[k]
        y = ys[k]
        results[k] = {expression}
    return 0
"""
#: Digits of the results that are taken for exact
EXACT_BITS = 160
#: Bits of a number, the exponent of the least one, and that of the first too large one
FORMATS = {np.float64: (53, -1074, 1024), np.float32: (24, -149, 128)}


def loop_source(expression, kind=np.float64):
    """Return the source of a kernel that evaluates an expression of x and y."""
    return LOOP.format(kind=np.dtype(kind).name, expression=expression)


class Loop:
    """A compiled loop that evaluates an expression of x and y."""

    def __init__(self, expression, kind=np.float64, vectorises=True):
        source = loop_source(expression, kind)
        text = lower(source, library.namespace(), "loop", vectorises)
        self.code = load_object(object_code(text, processor("host"), 3), "loop")
        self.entry = ctypes.PYFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(
            self.code.address
        )
        self.kind = kind

    def __call__(self, x, y=None):
        """Return the values for arrays of arguments."""
        results = np.empty(len(x), self.kind)
        self.run(self.table(x, y, results))
        return results

    def table(self, x, y, results):
        """Return the table of arguments and results that a kernel gets."""
        x = np.ascontiguousarray(x, self.kind)
        y = x if y is None else np.ascontiguousarray(y, self.kind)
        self.arrays = (x, y, results)
        return np.array([len(x), *(a.ctypes.data for a in self.arrays)], np.int64)

    def run(self, table):
        """Evaluate the expression for all arguments in a table."""
        self.entry(table.ctypes.data)


ERRORS = """
def kernel(_table):
    _slots = _int64s(_table)
    start = _slots[0]
    errors = _float32s(_slots[1])
    for k in range({n}):
        single = _float32_from_bits(start + k)
        value = _float64({single})
        x = _float64(single)
        exact = {double}
        unit = (_float64_bits(_max(abs(exact), 2.0**-126)) >> 52) - 23 << 52
        error = abs(value - exact) / _float64_from_bits(unit)
        is_same = value == exact or (value != value and exact != exact)
        # Beyond the largest number and half a unit of it, they are infinite
        is_large = abs(exact) >= 2.0**128 - 2.0**103
        of_large = 0.0 if value == exact * 1e300 else 1e30
        error = of_large if is_large else error
        errors[k] = _float32(0.0 if is_same else error)
    return 0
"""
#: How many numbers are tried at a time
N_OF_BLOCK = 2**22


def in_ulps(value, exact, kind):
    """Return the error of a value in units in the last place of the exact result."""
    n_bits, least, beyond = FORMATS[kind]
    limit = mpmath.mpf(2) ** beyond - mpmath.mpf(2) ** (beyond - n_bits - 1)
    if abs(exact) >= limit:
        return 0.0 if value == math.copysign(math.inf, exact) else math.inf
    if exact == 0 or not math.isfinite(value):
        return 0.0 if value == exact else math.inf
    unit = max(int(mpmath.frexp(exact)[1]) - n_bits, least)
    return float(abs(mpmath.mpf(value) - exact) / mpmath.ldexp(1, unit))


@dataclass(frozen=True)
class Function:
    """A function, what it is exactly, and arguments to try."""

    expression: str
    exact: Callable[..., mpmath.mpf]
    arguments: Callable[..., tuple]
    #: What it may be wrong by, in ulp
    limit: float = 2.0
    #: The arguments for which times are measured
    usual: tuple[float, float] = (-10.0, 10.0)

    def largest_error(self, n, kind=np.float64, seed=1):
        """Return the largest error and the arguments that have it."""
        rng = np.random.default_rng(seed)
        with np.errstate(over="ignore", under="ignore"):
            arguments = [np.asarray(a, kind) for a in self.arguments(rng, n)]
        are_finite = np.all(np.isfinite(arguments), axis=0)
        arguments = [a[are_finite] for a in arguments]
        values = Loop(self.expression, kind)(*arguments)
        numbers = list(zip(*(a.tolist() for a in arguments), strict=True))
        with mpmath.workprec(EXACT_BITS):
            errors = [
                in_ulps(value, self.exact(*map(mpmath.mpf, given)), kind)
                for value, given in zip(values.tolist(), numbers, strict=True)
            ]
        worst = int(np.argmax(errors))
        return errors[worst], numbers[worst]

    def times(self, kind=np.float64, n=4000, repetitions=300):
        """Return the times (ns) for an element, of ours and of libm's."""
        rng = np.random.default_rng(1)
        x, y = rng.uniform(*self.usual, n), rng.uniform(-3, 3, n)
        loops = [Loop(self.expression, kind, ours) for ours in (True, False)]
        tables = [loop.table(x, y, np.empty(n, kind)) for loop in loops]
        taken = [[], []]
        for _ in range(repetitions):
            for loop, table, times in zip(loops, tables, taken, strict=True):
                start = time.perf_counter()
                loop.run(table)
                times.append(time.perf_counter() - start)
        return [float(np.median(times)) / n * 1e9 for times in taken]


def errors_of_all(expression, step=1):
    """Yield numbers in single precision and errors of a function there, in ulp.

    Parameters
    ----------
    expression : str
        What is computed of x, once in single and once in double precision.
    step : int
        Of how many blocks of numbers one is tried.
    """
    # Two names, since a variable has one type
    single, double = expression.replace("(x)", "(single)"), expression
    source = ERRORS.format(n=N_OF_BLOCK, single=single, double=double)
    text = lower(source, library.namespace(), "loop", vectorises=True)
    code = load_object(object_code(text, processor("host"), 3), "loop")
    entry = ctypes.PYFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(code.address)
    errors = np.empty(N_OF_BLOCK, np.float32)
    for start in range(0, 2**32, step * N_OF_BLOCK):
        table = np.array([start, errors.ctypes.data], np.int64)
        entry(table.ctypes.data)
        bits = np.arange(start, start + N_OF_BLOCK, dtype=np.uint32)
        yield bits.view(np.float32), errors


def largest_error_of_all(expression, step=1):
    """Return the largest error of a function in single precision, and where it is."""
    largest, where = 0.0, math.nan
    for numbers, errors in errors_of_all(expression, step):
        worst = int(np.argmax(errors))
        if not errors[worst] <= largest:
            largest, where = float(errors[worst]), float(numbers[worst])
    return largest, where


def of_all_sizes(rng, n, least=-1074, most=1024):
    """Return numbers with random exponents, some of them negative."""
    sizes = np.ldexp(rng.uniform(0.5, 1, n), rng.integers(least, most, n))
    return sizes * rng.choice([-1.0, 1.0], n)


def between(rng, *limits):
    """Return for each pair of limits a part of the numbers asked for."""
    return lambda n: [rng.uniform(low, high, n) for low, high in limits]


def mixed(*ranges, sizes=None, near=(), positive=False):
    """Return what makes arguments.

    Parameters
    ----------
    *ranges : tuple of float
        Limits of uniform numbers.
    sizes : tuple of int
        Limits of exponents.
    near : sequence of float
        Numbers to come close to.
    positive : bool
        Whether negative arguments are left out.
    """

    def arguments(rng, n):
        n_parts = len(ranges) + 2 * (sizes is not None) + len(near)
        n = -(-n // n_parts)
        parts = between(rng, *ranges)(n)
        if sizes is not None:
            parts.append(of_all_sizes(rng, 2 * n, *sizes))
        parts += [x + of_all_sizes(rng, n, -60, -3) for x in near]
        numbers = np.concatenate(parts)
        return (np.abs(numbers) if positive else numbers,)

    return arguments


def angles(rng, n):
    """Return angles of all sizes, many of them close to multiples of pi/2."""
    n = n // 4
    (some,) = mixed((-10, 10), (-1e5, 1e5), sizes=(-1074, 1024))(rng, 2 * n)
    quarters = np.concatenate([rng.integers(-k, k, n) for k in (2000, 2**45)])
    with mpmath.workprec(EXACT_BITS):
        close = [float(int(k) * mpmath.pi / 2) for k in quarters]
    # Of all doubles, the first is the closest one to a multiple of pi/2
    hard = [6381956970095103 * 2.0**797, 1e22, sys.float_info.max, 11.0, 22.0]
    return (np.concatenate([some, close, hard]),)


def powers(rng, n):
    """Return bases and exponents."""
    n = n // 5
    base = np.concatenate(
        [
            np.abs(of_all_sizes(rng, n)),
            rng.uniform(0.5, 2, n),
            1 + of_all_sizes(rng, n, -52, -2),
            rng.uniform(0, 100, n),
            -rng.integers(1, 60, n).astype(float),
        ]
    )
    logarithm = np.log(np.abs(base))
    logarithm[logarithm == 0] = 1.0
    exponent = rng.uniform(-750, 712, len(base)) / logarithm
    exponent[3 * n : 4 * n] = rng.normal(0, 3, n)
    exponent[4 * n :] = rng.integers(-60, 60, n)
    return base, exponent


def exact_exprel(x):
    return mpmath.expm1(x) / x if x else mpmath.mpf(1)


def exact_expm1(x):
    # -1 to all digits, which mpmath would look for
    return mpmath.expm1(x) if x > -1e5 else mpmath.mpf(-1)


_LOGARITHM = mixed((0.5, 2), (0, 10), sizes=(-1074, 1024), near=[1.0], positive=True)
_ARCUS = mixed((-1, 1), (0.4, 0.6), sizes=(-1074, 0))


def arcus(rng, n):
    """Return arguments between -1 and 1, many of them close to the limits."""
    (some,) = _ARCUS(rng, n // 2)
    ends = (1 - np.abs(of_all_sizes(rng, n // 2, -53, -2))) * rng.choice([-1, 1])
    return (np.concatenate([some, ends]),)


FUNCTIONS = {
    "exp": Function(
        "_exp(x)",
        mpmath.exp,
        mixed((-746, 710), (-2, 2), (-746, -708), (709.5, 709.9), sizes=(-60, 10)),
        limit=1.0,
    ),
    "expm1": Function(
        "_expm1(x)",
        exact_expm1,
        mixed((-50, 710), (-2, 2), (0.3, 0.5), (709.5, 709.9), sizes=(-1074, 10)),
        limit=1.0,
    ),
    "exprel": Function(
        "_exprel(x)",
        exact_exprel,
        mixed((-50, 718), (-2, 2), (0.3, 0.5), (-1e8, 0), sizes=(-1074, 10)),
    ),
    "log": Function("_log(x)", mpmath.log, _LOGARITHM, limit=1.0, usual=(0, 10)),
    "log10": Function("_log10(x)", mpmath.log10, _LOGARITHM, usual=(0, 10)),
    "log1p": Function(
        "_log1p(x)",
        mpmath.log1p,
        lambda rng, n: (
            np.concatenate(
                [
                    np.abs(of_all_sizes(rng, n // 4)),
                    rng.uniform(-0.99, 2, n // 4),
                    of_all_sizes(rng, n // 4, -1074, -3),
                    np.abs(of_all_sizes(rng, n // 4, -52, -1)) - 1,
                ]
            ),
        ),
        usual=(0, 10),
    ),
    "pow": Function("x ** y", mpmath.power, powers, usual=(0, 10)),
    "sin": Function("_sin(x)", mpmath.sin, angles),
    "cos": Function("_cos(x)", mpmath.cos, angles),
    "tan": Function("_tan(x)", mpmath.tan, angles),
    "sinh": Function(
        "_sinh(x)",
        mpmath.sinh,
        mixed((-2, 2), (-711, 711), (-20, 20), sizes=(-1074, 3)),
    ),
    "cosh": Function(
        "_cosh(x)", mpmath.cosh, mixed((-2, 2), (-711, 711), (-20, 20), sizes=(-60, 3))
    ),
    "tanh": Function(
        "_tanh(x)",
        mpmath.tanh,
        mixed((-2, 2), (-0.5, 0.5), (-25, 25), sizes=(-1074, 3)),
    ),
    "arcsin": Function("_asin(x)", mpmath.asin, arcus, usual=(-1, 1)),
    "arccos": Function("_acos(x)", mpmath.acos, arcus, usual=(-1, 1)),
    "arctan": Function(
        "_atan(x)",
        mpmath.atan,
        mixed((-4, 4), (0.3, 0.5), (2.2, 2.6), sizes=(-1074, 1024)),
    ),
}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arguments", type=int, default=200_000)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("functions", nargs="*", default=sorted(FUNCTIONS))
    options = parser.parse_args(arguments)
    if options.all:
        print("| single precision | largest error (ulp) | of |\n|---|---|---|")
        for name in options.functions:
            if name != "pow":
                error, x = largest_error_of_all(FUNCTIONS[name].expression)
                print(f"| `{name}` | {error:.3f} | {x!r} |", flush=True)
        return
    for kind, title in ((np.float64, "double"), (np.float32, "single")):
        print(f"\n| {title} precision | largest error (ulp) | ns | ns of libm |")
        print("|---|---|---|---|")
        for name in options.functions:
            function = FUNCTIONS[name]
            error, _ = function.largest_error(options.arguments, kind)
            ours, libm = function.times(kind)
            print(f"| `{name}` | {error:.2f} | {ours:.1f} | {libm:.1f} |", flush=True)


if __name__ == "__main__":
    main()
