"""Memory on the stack of functions that numba compiles."""

from __future__ import annotations

import ctypes
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils, errors

from brian2numba.language import Record, kinds
from brian2numba.with_numba.types import PointerType, RecordType, kind_of
from brian2numba.with_numba.words import intrinsic

__all__ = ["items_on_stack", "new_record"]

_BYTE = ir.IntType(8)
_ALIGNMENT = 64


def _on_stack(builder: Any, n_bytes: int) -> Any:
    """Return the address of memory of the function that is being compiled."""
    memory = cgutils.alloca_once(builder, ir.ArrayType(_BYTE, n_bytes))
    memory.align = _ALIGNMENT
    return builder.bitcast(memory, _BYTE.as_pointer())


def _items_on_stack(typing_context: Any, word: types.Type, n_items: types.Type) -> Any:
    """Return a pointer to items of the function's own."""
    kind = kind_of(word)
    if not isinstance(kind, kinds.TypeName):
        raise errors.TypingError(f"There is {word} where a type of items has to be.")
    if not isinstance(n_items, types.IntegerLiteral):
        return None
    n_bytes = kind.item.n_bytes * n_items.literal_value

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _on_stack(builder, n_bytes)

    return PointerType(kind.item)(word, n_items), codegen


items_on_stack = intrinsic(prefer_literal=True)(_items_on_stack)


def new_record(record: type[Record]) -> Any:
    """Return what makes a record on the stack, all of which is 0."""
    n_bytes = ctypes.sizeof(record)

    @intrinsic
    def new(typing_context: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            address = _on_stack(builder, n_bytes)
            cgutils.memset(builder, address, ir.IntType(64)(n_bytes), 0)
            return address

        return RecordType(record)(), codegen

    return new
