"""How Python reads and writes what is kept in memory: numbers of several widths."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["ITEM_TYPES", "ItemType"]


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

    def stored(self, number: Any) -> bool | int | float:
        """Return what `ctypes` takes for a number, which may be one of numpy's."""
        if self.ctype is ctypes.c_bool:
            return bool(number)
        is_float = self.ctype in (ctypes.c_float, ctypes.c_double)
        return float(number) if is_float else int(number)


#: The types of items by the words for them, see `brian2numba.language.casts`
ITEM_TYPES: dict[Any, ItemType] = {}
