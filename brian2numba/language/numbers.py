"""Operations of numbers that Python has no words for."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from brian2numba.errors import NotInLanguageError
from brian2numba.language.kinds import FLOAT64, INT64
from brian2numba.language.values import Code, Value, convert
from brian2numba.language.word import in_llvm, in_numba

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


@in_llvm(interleaved, INT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    raise NotInLanguageError("interleaved without a loop")


@in_numba(interleaved)
def _() -> Any:
    return range


def float64_from_bits(bits: int) -> float:
    """Reinterpret the 64 bits of an integer slot as a double."""
    return ctypes.c_double.from_buffer(ctypes.c_int64(bits)).value


@in_llvm(float64_from_bits, FLOAT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    bits = convert(code, args[0], INT64)
    return Value(code.emit(f"bitcast i64 {bits.ref} to double"), FLOAT64)


def float64_bits(x: float) -> int:
    """Return the 64 bits of a double as an integer."""
    return ctypes.c_int64.from_buffer(ctypes.c_double(x)).value


@in_llvm(float64_bits, INT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    number = convert(code, args[0], FLOAT64)
    return Value(code.emit(f"bitcast double {number.ref} to i64"), INT64)


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


@in_llvm(fma, FLOAT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    return _of_llvm(code, "llvm.fma.f64", args)


def _of_llvm(code: Code, name: str, args: Sequence[Value]) -> Value:
    """Call a function of doubles that LLVM knows."""
    given = ", ".join(f"double {convert(code, a, FLOAT64).ref}" for a in args)
    code.declare(name, "double", ", ".join(["double"] * len(args)))
    return Value(code.emit(f"call double @{name}({given})"), FLOAT64)


def floor(x: float) -> float:
    """Return the largest integer not above `x`, as a float (Python's is an integer)."""
    return float(np.floor(x)) if math.isfinite(x) else x


@in_llvm(floor, FLOAT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    return _of_llvm(code, "llvm.floor.f64", args)


def ceil(x: float) -> float:
    """Return the smallest integer not below `x`, as a float."""
    return float(np.ceil(x)) if math.isfinite(x) else x


@in_llvm(ceil, FLOAT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    return _of_llvm(code, "llvm.ceil.f64", args)


def trunc(x: float) -> float:
    """Return `x` without its fraction, as a float."""
    return float(np.trunc(x))


@in_llvm(trunc, FLOAT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    return _of_llvm(code, "llvm.trunc.f64", args)
