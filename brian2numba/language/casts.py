"""
The types of numbers that are kept in memory, which are conversions as well.

``int64(x)`` is a conversion, ``Pointer[int64]`` a type. For type checkers, they are
Python's own numbers.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from brian2numba.language.items import (
    BOOL,
    FLOAT32,
    FLOAT64,
    INT64,
    ITEM_TYPES,
    ITEMS,
    UINT64,
    Item,
    Scalar,
)
from brian2numba.language.values import Code, Value, convert
from brian2numba.language.word import Emit, in_llvm

__all__ = [
    "boolean",
    "cast",
    "float32",
    "float64",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]

#: What processors make of numbers that are no integer of 64 bits
_NO_INTEGER = -(2**63)

if TYPE_CHECKING:
    boolean = bool
    float32 = float
    float64 = float
    int32 = int
    int64 = int
    uint8 = int
    uint16 = int
    uint32 = int
    uint64 = int
else:

    def int64(x: float) -> int:
        """Return `x` without its fraction; any number if that does not fit 64 bits.

        Of an integer, these are the lower 64 bits.
        """
        if isinstance(x, (int, np.integer)):
            return ctypes.c_int64(int(x)).value
        try:
            number = int(x)
        except (OverflowError, ValueError):
            return _NO_INTEGER
        return number if _NO_INTEGER <= number < -_NO_INTEGER else _NO_INTEGER

    def int32(x: float) -> int:
        """Return `x` without its fraction, and the lower 32 bits of that."""
        return ctypes.c_int32(int(x)).value

    def uint64(x: float) -> int:
        """Return `x` without its fraction, and the lower 64 bits of that."""
        return ctypes.c_uint64(int(x)).value

    def uint32(x: float) -> int:
        """Return `x` without its fraction, and the lower 32 bits, without a sign."""
        return ctypes.c_uint32(int(x)).value

    def uint16(x: float) -> int:
        """Return `x` without its fraction, and the lower 16 bits, without a sign."""
        return ctypes.c_uint16(int(x)).value

    def uint8(x: float) -> int:
        """Return `x` without its fraction, and the lower 8 bits of that."""
        return ctypes.c_uint8(int(x)).value

    def float64(x: float) -> float:
        """Return `x` in double precision."""
        return float(x)

    def float32(x: float) -> Any:
        """Return `x` in single precision."""
        return np.float32(x)

    def boolean(x: float) -> bool:
        """Return whether `x` is not 0."""
        return bool(x)


def cast(kind: Scalar) -> Emit:
    """Return what writes a conversion."""

    def emit(code: Code, args: Sequence[Value]) -> Value:
        (value,) = args
        return convert(code, value, kind)

    return emit


def _narrow(n_bits: int, extend: str) -> Emit:
    """Return what writes a conversion to an integer of fewer bits, which is widened."""

    def emit(code: Code, args: Sequence[Value]) -> Value:
        (value,) = args
        value = convert(code, value, INT64)
        bits = code.emit(f"trunc i64 {value.ref} to i{n_bits}")
        return Value(code.emit(f"{extend} i{n_bits} {bits} to i64"), INT64)

    return emit


def _declare(word: Any, item: Item, emit: Emit | None = None) -> None:
    """Say what a type is in memory, and what the conversion to it is."""
    ITEM_TYPES[word] = ITEMS[item.name] = item
    in_llvm(word, item.value)(emit or cast(item.value))


_declare(boolean, Item("bool", "i8", ctypes.c_bool, BOOL, bool, is_signed=False))
_declare(float32, Item("float32", "float", ctypes.c_float, FLOAT32, np.float32))
_declare(float64, Item("float64", "double", ctypes.c_double, FLOAT64, float))
_declare(int64, Item("int64", "i64", ctypes.c_int64, INT64, int))
_declare(uint64, Item("uint64", "i64", ctypes.c_uint64, UINT64, int, is_signed=False))
_declare(
    int32,
    Item("int32", "i32", ctypes.c_int32, INT64, int),
    _narrow(32, "sext"),
)
_declare(
    uint32,
    Item("uint32", "i32", ctypes.c_uint32, INT64, int, is_signed=False),
    _narrow(32, "zext"),
)
_declare(
    uint16,
    Item("uint16", "i16", ctypes.c_uint16, INT64, int, is_signed=False),
    _narrow(16, "zext"),
)
_declare(
    uint8,
    Item("uint8", "i8", ctypes.c_uint8, INT64, int, is_signed=False),
    _narrow(8, "zext"),
)
