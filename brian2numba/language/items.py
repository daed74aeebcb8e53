"""How Python reads and writes what is kept in memory: numbers of several widths."""

from __future__ import annotations

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


#: The types of items by the words for them, see `brian2numba.language.casts`
ITEM_TYPES: dict[Any, ItemType] = {}
