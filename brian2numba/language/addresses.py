"""Words that make pointers: of addresses, of each other, of new memory."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from brian2numba.errors import NotInLanguageError
from brian2numba.language import kinds
from brian2numba.language.casts import (
    boolean,
    cast,
    float32,
    float64,
    int32,
    int64,
    uint8,
    uint64,
)
from brian2numba.language.checks import checked, of_other_items
from brian2numba.language.items import ITEM_TYPES
from brian2numba.language.kinds import INT64, CheckedPointer, Item, Kind, TypeName
from brian2numba.language.pointers import Pointer, address_of, new_items
from brian2numba.language.values import Code, Value, convert
from brian2numba.language.word import in_llvm, in_numba
from brian2numba.reports import Report

__all__ = [
    "booleans",
    "bounded",
    "float32s",
    "float64s",
    "int32s",
    "int64s",
    "items_on_stack",
    "same_memory",
    "uint8s",
    "uint64s",
]

in_llvm(address_of, INT64)(cast(INT64))


def _pointers(item: Any) -> Callable[[int], Pointer[Any]]:
    """Return the word that makes a pointer to items of their address."""
    item_type = ITEM_TYPES[item]
    kind = kinds.Pointer(item_type)

    def pointer(address: int) -> Pointer[Any]:
        """Return a pointer to the items at an address."""
        return Pointer(address, item_type)

    @in_llvm(pointer, lambda _: kind)
    def _(code: Code, args: Sequence[Value]) -> Value:
        (address,) = args
        address = convert(code, address, INT64)
        return Value(code.emit(f"inttoptr i64 {address.ref} to ptr"), kind)

    return pointer


float64s = _pointers(float64)
float32s = _pointers(float32)
int64s = _pointers(int64)
int32s = _pointers(int32)
uint64s = _pointers(uint64)
#: Also arrays of numpy's bool: ``uint8s(address)[k] != 0``
uint8s = _pointers(uint8)
#: Bytes that are truth values when they are read
booleans = _pointers(boolean)


def same_memory[T](pointer: Pointer[Any], item: type[T]) -> Pointer[T]:
    """Return a pointer to items of another type in the same memory."""
    return pointer.of(ITEM_TYPES[item])


def _kind_in_same_memory(given: Sequence[Kind]) -> Kind:
    pointer, item = given[0], _named(given[1])
    is_checked = isinstance(pointer, CheckedPointer)
    return checked(item) if is_checked else kinds.Pointer(item)


@in_llvm(same_memory, _kind_in_same_memory)
def _(code: Code, args: Sequence[Value]) -> Value:
    pointer, item = args
    return of_other_items(code, pointer, _named(item.kind))


def _named(kind: Kind) -> Item:
    """Return the type of items that a word was given."""
    if not isinstance(kind, TypeName):
        raise NotInLanguageError(f"{kind} where a type of items has to be")
    return kind.item


def bounded[T](pointer: Pointer[T], size: int, slot: int, report: Report) -> Pointer[T]:
    """Return a pointer that is checked at each access.

    Parameters
    ----------
    pointer : pointer
        The address of the first item.
    size : int
        How many items there are.
    slot : int
        Which array it is, see `Report`.
    report : Report
        Where machine code says what was wrong; Python raises `OutOfBoundsError`.
    """
    return pointer.within(size, slot)


def _kind_of_bounded(given: Sequence[Kind]) -> Kind:
    pointer = given[0]
    if not isinstance(pointer, kinds.Pointer):
        raise NotInLanguageError(f"a size for {pointer}")
    return checked(pointer.item)


@in_llvm(bounded, _kind_of_bounded)
def _(code: Code, args: Sequence[Value]) -> Value:
    return Value("", _kind_of_bounded([arg.kind for arg in args]), parts=tuple(args))


@in_numba(bounded)
def _() -> Any:
    """Return nothing: numba compiles no checked kernels."""


def items_on_stack[T](item: type[T], n_items: int) -> Pointer[T]:
    """Return a pointer to items of the function's own, which hold anything at first.

    Parameters
    ----------
    item : type of items
        What they are.
    n_items : int
        How many; a number that is known when the function is compiled.
    """
    return new_items(ITEM_TYPES[item], n_items)


@in_llvm(items_on_stack, lambda given: kinds.Pointer(_named(given[0])))
def _(code: Code, args: Sequence[Value]) -> Value:
    item, n_items = _named(args[0].kind), args[1].number
    if not isinstance(n_items, int):
        raise NotInLanguageError("a number of items that is not known")
    place = code.local(f"[{n_items} x {item.llvm}]")
    # No array of a model is there, nor is what another such call returns
    return Value(place, kinds.Pointer(item), scope=f"stack {place}")


@in_numba(items_on_stack)
def _() -> Any:
    return importlib.import_module("brian2numba.with_numba.stack").items_on_stack
