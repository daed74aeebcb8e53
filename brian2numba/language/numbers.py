"""Operations of numbers that Python has no words for."""

from __future__ import annotations

import ctypes
import math
from fractions import Fraction

import numpy as np

__all__ = [
    "C_FUNCTIONS",
    "ceil",
    "float64_bits",
    "float64_from_bits",
    "floor",
    "fma",
    "interleaved",
    "trunc",
]

#: The functions of the C library that kernels call, each also for single precision
C_FUNCTIONS = (
    *("acos", "acosh", "asin", "asinh", "atan", "atanh"),
    "cos",
    "cosh",
    "exp",
    "expm1",
    "fmod",
    "log",
    "log10",
    "log1p",
    "pow",
    "sin",
    "sinh",
    "tan",
    "tanh",
)


def interleaved(n: int) -> range:
    """Return ``range(n)``, for loops whose steps are long chains of operations.

    LLVM does several of their vectors at a time: while an operation of one waits for
    its operands, the processor does one of another.
    """
    return range(n)


def float64_from_bits(bits: int) -> float:
    """Reinterpret the 64 bits of an integer slot as a double."""
    return ctypes.c_double.from_buffer(ctypes.c_int64(bits)).value


def float64_bits(x: float) -> int:
    """Return the 64 bits of a double as an integer."""
    return ctypes.c_int64.from_buffer(ctypes.c_double(x)).value


def fma(x: float, y: float, z: float) -> float:
    """Return ``x*y + z`` in double precision, rounded once."""
    if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(z)):
        return x * y + z
    exact = Fraction(x) * Fraction(y) + Fraction(z)
    if exact == 0:
        return x * y + z
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def floor(x: float) -> float:
    """Return the largest integer not above `x`, as a float (Python's is an integer)."""
    return float(np.floor(x)) if math.isfinite(x) else x


def ceil(x: float) -> float:
    """Return the smallest integer not below `x`, as a float."""
    return float(np.ceil(x)) if math.isfinite(x) else x


def trunc(x: float) -> float:
    """Return `x` without its fraction, as a float."""
    return float(np.trunc(x))
