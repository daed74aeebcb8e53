"""
Arrays of users' functions: every index is checked, and means what Python means by it.

A function with a loop checks each index at once. One that is outside ends the function,
all that called it, and the kernel, which returns `Status.OUT_OF_BOUNDS`: a loop that
looks for something beyond the end would not end if it read something there.

Other functions have no branch, so that LLVM makes vector code of a kernel that looks
something up: they read another element, and note how far outside an index was. The
kernel looks at that before it returns. They write to no array.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from brian2numba.errors import NotInLanguageError, Status
from brian2numba.language.checks import write_report
from brian2numba.language.kinds import (
    BOOL,
    INT64,
    ITEMS,
    Array,
    Item,
    Kind,
    Pointer,
    Reference,
    Scalar,
    Tuple,
)
from brian2numba.language.values import NOTHING, Value
from brian2numba.reports import Report

__all__ = [
    "array",
    "array_kind",
    "array_of",
    "checked_element",
    "element",
    "given_kind",
    "given_value",
    "has_array",
    "late_array",
    "late_array_kind",
    "length_of",
    "reads_only_arrays",
    "write_late_check",
]


def has_array(kinds: Sequence[Kind]) -> bool:
    """Tell whether one of the arguments of a function is an array, so it can fail."""
    return any(isinstance(kind, Array) for kind in kinds)


def reads_only_arrays(kinds: Sequence[Kind]) -> bool:
    """Tell whether all memory that a function is given are arrays that it reads."""
    return all(
        isinstance(kind, Scalar) or (isinstance(kind, Array) and kind.is_checked_late)
        for kind in kinds
    )


def array_of(item: Item, n_dimensions: int, is_checked_late: bool = False) -> Array:
    """Return the type of an array."""
    shape = Tuple((INT64,) * n_dimensions)
    kinds = (Pointer(item), shape, INT64, Reference(Report))
    names = ("_data", "shape", "_slot", "_report")
    if is_checked_late:
        furthest = Pointer(ITEMS["int64"])
        return Array((*kinds, furthest), (*names, "_furthest"))
    return Array(kinds, names)


def array_kind(kinds: Sequence[Kind]) -> Array:
    """Return the type of what `brian2numba.language.array_view` gives."""
    pointer, shape = kinds[:2]
    if not (isinstance(pointer, Pointer) and isinstance(shape, Tuple)):
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


def late_array_kind(kinds: Sequence[Kind]) -> Array:
    """Return the type of what `brian2numba.language.array_checked_late` gives."""
    kind = array_kind(kinds)
    return array_of(kind.item, kind.n_dimensions, is_checked_late=True)


def late_array(code: Any, args: Sequence[Value]) -> Value:
    """Return an array whose indices the kernel checks when it returns."""
    kind = late_array_kind([arg.kind for arg in args])
    furthest = Value(code.local("i64"), kind.kinds[-1])
    code.effect(f"store i64 0, ptr {furthest.ref}")
    return Value("", kind, parts=(*array(code, args).parts, furthest))


def given_kind(function: Any, kind: Kind) -> Kind:
    """Return the type of what a function gets for an argument.

    What has a loop has to check each index at once, and so has all that it calls.
    """
    if not isinstance(kind, Tuple) or getattr(function, "ends", False):
        return kind
    if isinstance(kind, Array):
        return array_of(kind.item, kind.n_dimensions)
    return replace(kind, kinds=tuple(given_kind(function, k) for k in kind.kinds))


def given_value(function: Any, value: Value) -> Value:
    """Return what a function gets for an argument."""
    kind = given_kind(function, value.kind)
    if kind == value.kind:
        return value
    assert isinstance(kind, Tuple)
    parts = value.parts[: len(kind.kinds)]
    return Value("", kind, parts=tuple(given_value(function, p) for p in parts))


def element(code: Any, value: Value, index: Value) -> tuple[Value, Value]:
    """Return the address of the data of an array that is read, and where in it."""
    assert isinstance(value.kind, Array)
    if not value.kind.is_checked_late:
        return checked_element(code, value, index)
    _refuse_others(value.kind, index)
    size, furthest = length_of(value), value.parts[-1]
    is_negative = code.emit(f"icmp slt i64 {index.ref}, 0")
    # Without elements, 0 is outside as well: it is noted as 1
    start = code.emit(
        f"select i1 {is_negative}, i64 {size.ref}, i64 {_pad(code, size)}"
    )
    position = code.emit(f"add i64 {index.ref}, {start}")
    code.declare("llvm.umax.i64", "i64", "i64, i64")
    code.declare("llvm.umin.i64", "i64", "i64, i64")
    before = code.emit(f"load i64, ptr {furthest.ref}")
    after = code.emit(f"call i64 @llvm.umax.i64(i64 {before}, i64 {position})")
    code.effect(f"store i64 {after}, ptr {furthest.ref}")
    last = code.emit(f"sub i64 {_bound(code, size)}, 1")
    inside = code.emit(f"call i64 @llvm.umin.i64(i64 {position}, i64 {last})")
    return value.parts[0], Value(inside, INT64)


def _pad(code: Any, size: Value) -> str:
    """Return 1 for an array without elements, and 0 for others."""
    is_empty = code.emit(f"icmp eq i64 {size.ref}, 0")
    ref: str = code.emit(f"zext i1 {is_empty} to i64")
    return ref


def _bound(code: Any, size: Value) -> str:
    """Return the first position that is outside."""
    ref: str = code.emit(f"add i64 {size.ref}, {_pad(code, size)}")
    return ref


def write_late_check(code: Any, args: Sequence[Value]) -> Value:
    """Let the kernel fail if an index was outside of an array."""
    (value,) = args
    _, _, slot, report, furthest = value.parts
    size = length_of(value)
    position = code.emit(f"load i64, ptr {furthest.ref}")
    is_inside = code.emit(f"icmp ult i64 {position}, {_bound(code, size)}")
    inside, outside = code.label(), code.label()
    code.branch(Value(is_inside, BOOL), inside, outside)
    code.begin(outside)
    is_negative = code.emit(f"icmp slt i64 {position}, 0")
    start = code.emit(
        f"select i1 {is_negative}, i64 {size.ref}, i64 {_pad(code, size)}"
    )
    index = Value(code.emit(f"sub i64 {position}, {start}"), INT64)
    # Which statement it was, is not known here
    write_report(code, report, index, size, slot, line=0)
    code.fail(Status.OUT_OF_BOUNDS)
    code.begin(inside)
    return NOTHING


def _refuse_others(kind: Array, index: Value) -> None:
    if kind.n_dimensions != 1 or index.kind != INT64:
        raise NotInLanguageError(f"element {index.kind} of {kind}")


def checked_element(code: Any, value: Value, index: Value) -> tuple[Value, Value]:
    """Check an index at once; return the address of the data, and where in it."""
    assert isinstance(value.kind, Array)
    _refuse_others(value.kind, index)
    data, _, slot, report, *_ = value.parts
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
    write_report(code, report, index, size, slot, code.line)
    code.fail(Status.OUT_OF_BOUNDS)
    code.begin(inside)
    return data, position
