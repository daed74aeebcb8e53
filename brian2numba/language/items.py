"""Numbers: as values in compiled code, and as items in memory."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = [
    "BOOL",
    "FLOAT32",
    "FLOAT64",
    "INT64",
    "ITEMS",
    "ITEM_TYPES",
    "UINT64",
    "VOID",
    "Item",
    "Scalar",
]


@dataclass(frozen=True)
class Scalar:
    """A number or a truth value."""

    name: str
    llvm: str

    def __str__(self) -> str:
        return self.name


VOID = Scalar("nothing", "void")
BOOL = Scalar("bool", "i1")
INT64 = Scalar("int64", "i64")
UINT64 = Scalar("uint64", "i64")
FLOAT32 = Scalar("float32", "float")
FLOAT64 = Scalar("float64", "double")


@dataclass(frozen=True)
class Item:
    """How values are kept in memory: narrow integers are widened when they are read.

    Attributes
    ----------
    name : str
        What the type is called in kernels.
    llvm : str
        What it is in LLVM's language.
    ctype : type
        The type of `ctypes` with the same memory.
    value : Scalar
        The type of the values.
    read : callable
        What Python makes of a value that is read.
    is_signed : bool
        Whether a narrow integer can be negative.
    """

    name: str
    llvm: str
    ctype: Any
    value: Scalar
    read: Callable[[Any], Any]
    is_signed: bool = True

    @property
    def n_bytes(self) -> int:
        """How many bytes it takes."""
        return ctypes.sizeof(self.ctype)

    def stored(self, number: Any) -> bool | int | float:
        """Return what `ctypes` takes for a number, which may be one of numpy's."""
        if self.ctype is ctypes.c_bool:
            return bool(number)
        is_float = self.ctype in (ctypes.c_float, ctypes.c_double)
        return float(number) if is_float else int(number)


#: The types of items by the words that they are, see `brian2numba.language.casts`, ...
ITEM_TYPES: dict[Any, Item] = {}
#: ... and by their names
ITEMS: dict[str, Item] = {}
