"""
Accesses through checked pointers: code for a size, and for what is outside of it.

A kernel returns at once with `Status.OUT_OF_BOUNDS`. A function of the library has no
status to return: it reads zeros and writes nothing from then on, and the kernel returns
when the function does. The first access that went wrong is the one that is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from brian2numba.errors import Status
from brian2numba.language.fields import moved, read_field, write_field
from brian2numba.language.kinds import (
    BOOL,
    INT64,
    CheckedPointer,
    Item,
    Pointer,
    Reference,
    Scalar,
    Tuple,
)
from brian2numba.language.values import Value, constant, convert
from brian2numba.reports import Report

__all__ = [
    "checked",
    "guarded",
    "leave_if_reported",
    "moved_within",
    "of_other_items",
    "write_report",
]

#: The line of an access in a function of the library; the kernel knows that of the call
_IN_LIBRARY = 1


def checked(item: Item) -> CheckedPointer:
    """Return the type of a checked pointer to items."""
    kinds = (Pointer(item), INT64, INT64, Reference(Report))
    return CheckedPointer(kinds, ("pointer", "size", "slot", "report"))


def of_other_items(code: Any, pointer: Value, item: Item) -> Value:
    """Return a pointer to other items in the same memory, checked if `pointer` is."""
    if not isinstance(pointer.kind, CheckedPointer):
        return Value(pointer.ref, Pointer(item))
    address, size, slot, report = pointer.parts
    n_parts = pointer.kind.item.n_bytes // item.n_bytes
    n_items = Value(code.emit(f"mul i64 {size.ref}, {n_parts}"), INT64)
    plain = Value(address.ref, Pointer(item))
    return Value("", checked(item), parts=(plain, n_items, slot, report))


def moved_within(code: Any, pointer: Value, n_items: Value) -> Value:
    """Return a checked pointer to the items from one on."""
    address, size, slot, report = pointer.parts
    n_left = code.emit(f"sub i64 {size.ref}, {convert(code, n_items, INT64).ref}")
    parts = (moved(code, address, n_items), Value(n_left, INT64), slot, report)
    return Value("", pointer.kind, parts=parts)


def guarded(
    code: Any, pointer: Value, index: Value, access: Callable[[Value, Value], Value]
) -> Value:
    """Write an access that happens if the index is inside; return what it gives.

    Parameters
    ----------
    code : FunctionCode
        The function that it is part of.
    pointer : Value
        The checked pointer.
    index : Value
        The index.
    access : callable
        Writes the access, given an address without a size and the index.
    """
    address, size, _, report = pointer.parts
    index = convert(code, index, INT64)
    is_inside = code.emit(f"icmp ult i64 {index.ref}, {size.ref}")
    inside, outside, end = code.label(), code.label(), code.label()
    code.branch(Value(is_inside, BOOL), inside, outside)
    code.begin(outside)
    if code.is_kernel:
        _report(code, pointer, index, code.line)
        code.fail(Status.OUT_OF_BOUNDS)
    else:
        first = code.label()
        is_first = _is_set(code, report, "eq")
        code.branch(is_first, first, end)
        code.begin(first)
        _report(code, pointer, index, _IN_LIBRARY)
        code.jump(end)
    code.begin(inside)
    result = access(address, index)
    last = code.block
    code.jump(end)
    code.begin(end)
    if not result.ref or code.is_kernel:
        return result
    assert isinstance(result.kind, Scalar)
    zero = constant(0, result.kind).ref
    ways = f"[ {result.ref}, %{last} ], [ {zero}, %{outside} ], [ {zero}, %{first} ]"
    return Value(code.emit(f"phi {result.kind.llvm} {ways}"), result.kind)


def leave_if_reported(code: Any, args: Sequence[Value]) -> None:
    """After a call, let the kernel return if the function reported an access."""
    pointers = [p for arg in args for p in _checked_pointers(arg)]
    if not (pointers and code.is_kernel):
        return
    report = pointers[0].parts[3]
    failed, end = code.label(), code.label()
    code.branch(_is_set(code, report, "ne"), failed, end)
    code.begin(failed)
    write_field(code, report, "line", constant(code.line))
    code.fail(Status.OUT_OF_BOUNDS)
    code.begin(end)


def _checked_pointers(value: Value) -> list[Value]:
    if isinstance(value.kind, CheckedPointer):
        return [value]
    if isinstance(value.kind, Tuple):
        return [p for part in value.parts for p in _checked_pointers(part)]
    return []


def _is_set(code: Any, report: Value, comparison: str) -> Value:
    """Compare the line that was reported with 0, which is none."""
    line = read_field(code, report, "line")
    return Value(code.emit(f"icmp {comparison} i64 {line.ref}, 0"), BOOL)


def _report(code: Any, pointer: Value, index: Value, line: int) -> None:
    _, size, slot, report = pointer.parts
    write_report(code, report, index, size, slot, line)


def write_report(  # noqa: PLR0913, PLR0917 (what a report of an access consists of)
    code: Any, report: Value, index: Value, size: Value, slot: Value, line: int
) -> None:
    """Report an access: its index, the array's size and slot, and the line."""
    write_field(code, report, "index", index)
    write_field(code, report, "size", size)
    write_field(code, report, "slot", slot)
    write_field(code, report, "line", constant(line))
