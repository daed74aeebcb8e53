"""
The types of what is kept in memory: numbers of several widths.

Their names are words as well: ``int64(x)`` is a conversion, ``Pointer[int64]`` a type.
For type checkers, they are Python's own numbers.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

__all__ = [
    "ITEM_TYPES",
    "ItemType",
    "boolean",
    "float32",
    "float64",
    "int32",
    "int64",
    "uint8",
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


@dataclass(frozen=True)
class ItemType:
    """How Python reads and writes items of a type.

    Attributes
    ----------
    name : str
        What the type is called.
    ctype : type
        The type of `ctypes` with the same memory.
    value : callable
        What is made of an item that is read.
    """

    name: str
    ctype: Any
    value: Callable[[Any], Any]


#: The types of items by the words that they are
ITEM_TYPES: dict[Any, ItemType] = {
    boolean: ItemType("bool", ctypes.c_bool, bool),
    float32: ItemType("float32", ctypes.c_float, np.float32),
    float64: ItemType("float64", ctypes.c_double, float),
    int32: ItemType("int32", ctypes.c_int32, int),
    int64: ItemType("int64", ctypes.c_int64, int),
    uint8: ItemType("uint8", ctypes.c_uint8, int),
    uint32: ItemType("uint32", ctypes.c_uint32, int),
    uint64: ItemType("uint64", ctypes.c_uint64, int),
}
