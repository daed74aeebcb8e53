"""Loads and stores of items, given the address of the first one."""

from __future__ import annotations

from typing import Any

from brian2numba.errors import NotInLanguageError
from brian2numba.language.kinds import BOOL, INT64, Item, Pointer
from brian2numba.language.values import NOTHING, Value, convert

__all__ = ["item_address", "load_item", "scopes_of", "store_item"]


def load_item(code: Any, pointer: Value, index: Value) -> Value:
    """Return an item; narrow integers are widened."""
    item = _item(pointer)
    address = item_address(code, pointer, index)
    ref = code.emit(f"load {item.llvm}, ptr {address}{scopes_of(code, pointer)}")
    if item.llvm == item.value.llvm:
        return Value(ref, item.value)
    if item.value == BOOL:
        return Value(code.emit(f"icmp ne {item.llvm} {ref}, 0"), BOOL)
    extend = "sext" if item.is_signed else "zext"
    return Value(code.emit(f"{extend} {item.llvm} {ref} to i64"), INT64)


def store_item(code: Any, pointer: Value, index: Value, value: Value) -> Value:
    """Write an item."""
    item = _item(pointer)
    value = convert(code, value, item.value)
    ref = value.ref
    if item.llvm != item.value.llvm:
        resize = "zext i1" if item.value == BOOL else "trunc i64"
        ref = code.emit(f"{resize} {ref} to {item.llvm}")
    address = item_address(code, pointer, index)
    code.effect(f"store {item.llvm} {ref}, ptr {address}{scopes_of(code, pointer)}")
    return NOTHING


def item_address(
    code: Any, pointer: Value, index: Value, where: str = "inbounds "
) -> str:
    """Return where an item is."""
    item, index = _item(pointer), convert(code, index, INT64)
    ref: str = code.emit(
        f"getelementptr {where}{item.llvm}, ptr {pointer.ref}, i64 {index.ref}"
    )
    return ref


def scopes_of(code: Any, pointer: Value) -> str:
    """Return what tells LLVM that an array shares no memory with others."""
    return code.scopes(pointer.scope) if pointer.scope else ""


def _item(pointer: Value) -> Item:
    if not isinstance(pointer.kind, Pointer):
        raise NotInLanguageError(f"an item of {pointer.kind}")
    return pointer.kind.item
