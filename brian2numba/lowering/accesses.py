"""Items of arrays and pointers, also of those that are checked."""

from __future__ import annotations

from typing import Any

from brian2numba.language.access import load_item, store_item
from brian2numba.language.checks import guarded
from brian2numba.language.kinds import Array, CheckedPointer
from brian2numba.language.users_arrays import checked_element, element
from brian2numba.language.values import NOTHING, Value

__all__ = ["load", "store"]


def load(code: Any, pointer: Value, index: Value) -> Value:
    """Return an item of an array; narrow integers are widened."""
    if isinstance(pointer.kind, CheckedPointer):
        return guarded(code, pointer, index, lambda p, k: load(code, p, k))
    if isinstance(pointer.kind, Array):
        pointer, index = element(code, pointer, index)
    return load_item(code, pointer, index)


def store(code: Any, pointer: Value, index: Value, value: Value) -> Value:
    """Write an item of an array, in the type of its items."""
    if isinstance(pointer.kind, CheckedPointer):
        guarded(code, pointer, index, lambda p, k: store(code, p, k, value))
        return NOTHING
    if isinstance(pointer.kind, Array):
        pointer, index = checked_element(code, pointer, index)
    return store_item(code, pointer, index, value)
