"""Pointers: the addresses of items in memory, one after the other."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from brian2numba.language.items import ITEM_TYPES, Item

__all__ = ["OutOfBoundsError", "Pointer", "address_of", "new_items", "pointer_to"]


class Pointer[T]:
    """The address of items of one type; false if it is 0.

    ``pointer[k]`` is an item, ``pointer + k`` the address of the items from `k` on.

    Parameters
    ----------
    address : int
        Where the first item is.
    item : Item or type of record
        What the items are.
    owner : object, optional
        What the memory belongs to.
    """

    def __init__(self, address: int, item: Any, owner: Any = None) -> None:
        self.address = int(address)
        self.item = item
        self.owner = owner

    def __bool__(self) -> bool:
        return self.address != 0

    def __getitem__(self, index: int) -> T:
        if isinstance(self.item, Item):
            item: T = self.item.read(self._at(index).value)
            return item
        record: T = self._at(index)
        return record

    def __setitem__(self, index: int, value: T) -> None:
        if not isinstance(self.item, Item):
            raise TypeError(
                f"An item of several records can't be replaced: write the fields of "
                f"{self.item.__name__} number {index}."
            )
        self._at(index).value = self.item.stored(value)

    def __add__(self, n_items: int) -> Pointer[T]:
        size = ctypes.sizeof(self._ctype)
        return Pointer(self.address + int(n_items) * size, self.item, self)

    @property
    def _ctype(self) -> Any:
        return self.item.ctype if isinstance(self.item, Item) else self.item

    def _at(self, index: int) -> Any:
        if not self.address:
            raise ValueError(f"Item {index} of a null pointer.")
        size = ctypes.sizeof(self._ctype)
        return self._ctype.from_address(self.address + int(index) * size)

    def array(self, shape: Sequence[int]) -> np.ndarray[Any, Any]:
        """Return an array of this memory."""
        pointer = ctypes.cast(self.address, ctypes.POINTER(self._ctype))
        return np.ctypeslib.as_array(pointer, tuple(shape))

    def of(self, item: Item) -> Pointer[Any]:
        """Return a pointer to items of another type in the same memory."""
        return Pointer(self.address, item, owner=self)

    def within(self, size: int, slot: int) -> Pointer[T]:
        """Return the same pointer, which refuses indices from `size` on or below 0."""
        pointer = _CheckedPointer[T](self.address, self.item, self)
        pointer.size, pointer.slot = size, slot
        return pointer


class OutOfBoundsError(IndexError):
    """An index outside of a checked array; its arguments: a `Report` but the line."""


class _CheckedPointer[T](Pointer[T]):
    """A pointer to a known number of items, see `Pointer.within`."""

    size = slot = 0

    def _at(self, index: int) -> Any:
        if not 0 <= index < self.size:
            raise OutOfBoundsError(int(index), int(self.size), int(self.slot))
        return super()._at(index)

    def __add__(self, n_items: int) -> Pointer[T]:
        return super().__add__(n_items).within(self.size - int(n_items), self.slot)

    def of(self, item: Item) -> Pointer[Any]:
        n_parts = ctypes.sizeof(self._ctype) // ctypes.sizeof(item.ctype)
        return super().of(item).within(self.size * n_parts, self.slot)


def address_of(thing: Any) -> int:
    """Return the address that a pointer or a record has, or an integer is."""
    if isinstance(thing, ctypes.Structure):
        return ctypes.addressof(thing)
    return thing.address if isinstance(thing, Pointer) else int(thing)


def pointer_to(array: Any) -> Pointer[Any]:
    """Return a pointer to the items of an array, in Python.

    Parameters
    ----------
    array : `numpy.ndarray`, array of records, or None
        The array. The pointer keeps it alive, but a field that it is written to does
        not. Without an array the pointer is null.
    """
    if array is None:
        return Pointer(0, _item_of(np.dtype(np.int64)))
    if isinstance(array, np.ndarray):
        if not array.flags.forc:
            raise ValueError(
                f"The items of an array of shape {array.shape} with the strides "
                f"{array.strides} are not one after the other: take a copy of it."
            )
        return Pointer(array.ctypes.data, _item_of(array.dtype), array)
    if not isinstance(array, ctypes.Array) or not issubclass(
        array._type_, ctypes.Structure
    ):
        raise TypeError(f"{array!r} is no array of numbers or of records.")
    return Pointer(ctypes.addressof(array), array._type_, array)


def _item_of(dtype: np.dtype[Any]) -> Item:
    """Return the type of items that are in the memory of a type of numpy's."""
    for kind in ITEM_TYPES.values():
        if np.dtype(kind.ctype) == dtype:
            return kind
    known = ", ".join(kind.name for kind in ITEM_TYPES.values())
    raise TypeError(f"No pointer points to items of type {dtype}, but to {known}.")


def new_items(kind: Item, n_items: int) -> Pointer[Any]:
    """Return a pointer to new items, in Python."""
    memory = (kind.ctype * n_items)()
    return Pointer(ctypes.addressof(memory), kind, owner=memory)
