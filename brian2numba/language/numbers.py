"""Operations of numbers that Python has no words for."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from brian2numba.errors import NotInLanguageError
from brian2numba.language.kinds import FLOAT32, FLOAT64, INT64, Kind, Scalar
from brian2numba.language.values import Code, Value, convert
from brian2numba.language.word import in_llvm, in_numba

__all__ = [
    "C_FUNCTIONS",
    "ceil",
    "float32_bits",
    "float32_from_bits",
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


def float32_from_bits(bits: int) -> float:
    """Reinterpret the lower 32 bits of an integer as a number of single precision."""
    return np.uint32(int(bits) & 0xFFFFFFFF).view(np.float32)  # type: ignore[return-value]


@in_llvm(float32_from_bits, FLOAT32)
def _(code: Code, args: Sequence[Value]) -> Value:
    bits = convert(code, args[0], INT64)
    lower = code.emit(f"trunc i64 {bits.ref} to i32")
    return Value(code.emit(f"bitcast i32 {lower} to float"), FLOAT32)


def float32_bits(x: float) -> int:
    """Return the 32 bits of a number of single precision, as an integer with a sign."""
    return int(np.float32(x).view(np.int32))


@in_llvm(float32_bits, INT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    number = convert(code, args[0], FLOAT32)
    bits = code.emit(f"bitcast float {number.ref} to i32")
    return Value(code.emit(f"sext i32 {bits} to i64"), INT64)


def fma(x: float, y: float, z: float) -> float:
    """Return ``x*y + z``, rounded once.

    The result has single precision if all arguments have, else double precision.
    """
    kinds = {type(x), type(y), type(z)}
    with np.errstate(all="ignore"):
        if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(z)):
            return x * y + z
        exact = Fraction(float(x)) * Fraction(float(y)) + Fraction(float(z))
        if exact == 0:
            return x * y + z
        if kinds == {np.float32}:
            return np.float32(_rounded_to_odd(exact))  # type: ignore[return-value]
        return _float(exact)


def _float(exact: Fraction) -> float:
    """Return the closest double, which may be infinite."""
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def _rounded_to_odd(exact: Fraction) -> float:
    """Return a double that any shorter format rounds as it would the exact number."""
    number = _float(exact)
    if math.isinf(number) or Fraction(number) == exact or float64_bits(number) & 1:
        return number
    return math.nextafter(number, math.inf if exact > number else -math.inf)


def _float_kind(kinds: Sequence[Kind]) -> Scalar:
    """Return the type in which numbers are computed with: single if all are single."""
    return FLOAT32 if set(kinds) == {FLOAT32} else FLOAT64


@in_llvm(fma, _float_kind)
def _(code: Code, args: Sequence[Value]) -> Value:
    return _of_llvm(code, "fma", args)


def _of_llvm(code: Code, name: str, args: Sequence[Value]) -> Value:
    """Call a function that LLVM knows."""
    kind = _float_kind([arg.kind for arg in args])
    name = f"llvm.{name}.f32" if kind == FLOAT32 else f"llvm.{name}.f64"
    given = ", ".join(f"{kind.llvm} {convert(code, a, kind).ref}" for a in args)
    code.declare(name, kind.llvm, ", ".join([kind.llvm] * len(args)))
    return Value(code.emit(f"call {kind.llvm} @{name}({given})"), kind)


def _as_given(x: float, result: Any) -> Any:
    """Return a number in single precision if another one has it, else in double."""
    return np.float32(result) if isinstance(x, np.float32) else float(result)


def floor(x: float) -> float:
    """Return the largest integer not above `x`, as a float (Python's is an integer)."""
    return _as_given(x, np.floor(x)) if math.isfinite(x) else x


@in_llvm(floor, _float_kind)
def _(code: Code, args: Sequence[Value]) -> Value:
    return _of_llvm(code, "floor", args)


def ceil(x: float) -> float:
    """Return the smallest integer not below `x`, as a float."""
    return _as_given(x, np.ceil(x)) if math.isfinite(x) else x


@in_llvm(ceil, _float_kind)
def _(code: Code, args: Sequence[Value]) -> Value:
    return _of_llvm(code, "ceil", args)


def trunc(x: float) -> float:
    """Return `x` without its fraction, as a float."""
    return _as_given(x, np.trunc(x))


@in_llvm(trunc, _float_kind)
def _(code: Code, args: Sequence[Value]) -> Value:
    return _of_llvm(code, "trunc", args)
