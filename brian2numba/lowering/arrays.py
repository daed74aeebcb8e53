"""
Arrays of users' functions: every index is checked, and means what Python means by it.

An index outside of its array ends the function that uses it, all that called it, and
the kernel, which returns `Status.OUT_OF_BOUNDS`: a loop that looks for something beyond
the end would not end if it read zeros there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from brian2numba.errors import OUT_OF_BOUNDS, NotInLanguageError
from brian2numba.lowering.checks import write_report
from brian2numba.lowering.kinds import (
    BOOL,
    INT64,
    Array,
    Kind,
    Pointer,
    Record,
    array_of,
)
from brian2numba.lowering.values import Value, constant

__all__ = ["array", "array_kind", "element", "has_array", "length_of"]


def has_array(kinds: Sequence[Kind]) -> bool:
    """Tell whether one of the arguments of a function is an array, so it can fail."""
    return any(isinstance(kind, Array) for kind in kinds)


def array_kind(kinds: Sequence[Kind]) -> Array:
    """Return the type of what `brian2numba.language.array_view` gives."""
    pointer, shape = kinds[:2]
    if not (isinstance(pointer, Pointer) and isinstance(shape, Record)):
        raise NotInLanguageError(f"an array of {pointer}")
    return array_of(pointer.item, len(shape.kinds))


def array(code: Any, args: Sequence[Value]) -> Value:
    """Return an array."""
    # Nobody knows which arrays of users share memory
    parts = (replace(args[0], scope=""), *args[1:])
    return Value("", array_kind([arg.kind for arg in args]), parts=parts)


def length_of(value: Value) -> Value:
    """Return what ``len`` of an array is."""
    return value.parts[1].parts[0]


def element(code: Any, value: Value, index: Value) -> tuple[Value, Value]:
    """Check an index; return the address of the array's data, and where in it."""
    assert isinstance(value.kind, Array)
    if value.kind.n_dimensions != 1 or index.kind != INT64:
        raise NotInLanguageError(f"element {index.kind} of {value.kind}")
    data, _, slot, report = value.parts
    size = length_of(value)
    position = index
    if not (isinstance(index.number, int) and index.number >= 0):
        is_negative = code.emit(f"icmp slt i64 {index.ref}, 0")
        wrapped = code.emit(f"add i64 {index.ref}, {size.ref}")
        ref = code.emit(f"select i1 {is_negative}, i64 {wrapped}, i64 {index.ref}")
        position = Value(ref, INT64)
    is_inside = code.emit(f"icmp ult i64 {position.ref}, {size.ref}")
    inside, outside = code.label(), code.label()
    code.branch(Value(is_inside, BOOL), inside, outside)
    code.begin(outside)
    write_report(code, report, (index, size, slot, constant(code.line)))
    code.fail(OUT_OF_BOUNDS)
    code.begin(inside)
    return data, position
