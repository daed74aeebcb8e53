"""Blocks of memory: to copy them, and to allocate them without raising."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

from brian2numba.language.access import item_address
from brian2numba.language.kinds import BOOL, INT64, VOID, CheckedPointer
from brian2numba.language.pointers import Pointer
from brian2numba.language.values import NOTHING, Code, Value
from brian2numba.language.word import in_llvm
from brian2numba.reference_counting import (
    ALIGNMENT,
    allocate_block,
    allocate_movable_block,
    reallocate_block,
    release_block,
)

__all__ = [
    "allocate",
    "allocate_movable",
    "clear_bytes",
    "copy_bytes",
    "prefetch",
    "reallocate",
    "release",
]


def copy_bytes(target: int, source: int, n_bytes: int) -> None:
    """Copy bytes; the two blocks may overlap."""
    ctypes.memmove(target, source, n_bytes)


@in_llvm(copy_bytes, VOID)
def _(code: Code, args: Sequence[Value]) -> Value:
    target, source = (code.emit(f"inttoptr i64 {a.ref} to ptr") for a in args[:2])
    code.declare("llvm.memmove.p0.p0.i64", "void", "ptr, ptr, i64, i1")
    code.effect(
        f"call void @llvm.memmove.p0.p0.i64(ptr {target}, ptr {source}, "
        f"i64 {args[2].ref}, i1 false)"
    )
    return NOTHING


def clear_bytes(address: int, n_bytes: int) -> None:
    """Set bytes to 0."""
    ctypes.memset(address, 0, n_bytes)


@in_llvm(clear_bytes, VOID)
def _(code: Code, args: Sequence[Value]) -> Value:
    target = code.emit(f"inttoptr i64 {args[0].ref} to ptr")
    code.declare("llvm.memset.p0.i64", "void", "ptr, i8, i64, i1")
    code.effect(
        f"call void @llvm.memset.p0.i64(ptr {target}, i8 0, i64 {args[1].ref}, "
        "i1 false)"
    )
    return NOTHING


def prefetch(pointer: Pointer[Any], index: int) -> None:
    """Ask the processor to have an item at hand soon; the index may be any number."""


@in_llvm(prefetch, VOID)
def _(code: Code, args: Sequence[Value]) -> Value:
    pointer, index = args
    if isinstance(pointer.kind, CheckedPointer):
        pointer = pointer.parts[0]
    address = item_address(code, pointer, index, "")
    code.declare("llvm.prefetch.p0", "void", "ptr, i32, i32, i32")
    # to read it, into all levels of the data cache
    code.effect(f"call void @llvm.prefetch.p0(ptr {address}, i32 0, i32 3, i32 1)")
    return NOTHING


def allocate(n_bytes: int) -> int:
    """Allocate a block of bytes; its meminfo's address, or 0 without memory."""
    return allocate_block(n_bytes)


@in_llvm(allocate, INT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    (size,) = args
    code.declare("NRT_MemInfo_alloc_aligned", "ptr", "i64, i32")
    block = code.emit(
        f"call ptr @NRT_MemInfo_alloc_aligned(i64 {size.ref}, i32 {ALIGNMENT})"
    )
    return Value(code.emit(f"ptrtoint ptr {block} to i64"), INT64)


def allocate_movable(n_bytes: int) -> int:
    """Allocate a block that `reallocate` takes; as `allocate`, but not aligned."""
    return int(allocate_movable_block(n_bytes))


@in_llvm(allocate_movable, INT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    (size,) = args
    code.declare("NRT_MemInfo_new_varsize", "ptr", "i64")
    block = code.emit(f"call ptr @NRT_MemInfo_new_varsize(i64 {size.ref})")
    return Value(code.emit(f"ptrtoint ptr {block} to i64"), INT64)


def reallocate(meminfo: int, n_bytes: int) -> int:
    """Change the size of a movable block, and return where it is now.

    Without memory the result is 0, and the meminfo has lost the address of its data.
    """
    return int(reallocate_block(meminfo, n_bytes))


@in_llvm(reallocate, INT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    code.declare("NRT_MemInfo_varsize_realloc", "ptr", "ptr, i64")
    meminfo, size = args
    block = code.emit(f"inttoptr i64 {meminfo.ref} to ptr")
    data = code.emit(
        f"call ptr @NRT_MemInfo_varsize_realloc(ptr {block}, i64 {size.ref})"
    )
    return Value(code.emit(f"ptrtoint ptr {data} to i64"), INT64)


def release(meminfo: int) -> None:
    """Give back a reference to the block of a meminfo (none if it is 0)."""
    if meminfo:
        release_block(meminfo)


@in_llvm(release, VOID)
def _(code: Code, args: Sequence[Value]) -> Value:
    (meminfo,) = args
    code.declare("NRT_MemInfo_release", "void", "ptr")
    is_some = Value(code.emit(f"icmp ne i64 {meminfo.ref}, 0"), BOOL)
    some, end = code.label(), code.label()
    code.branch(is_some, some, end)
    code.begin(some)
    block = code.emit(f"inttoptr i64 {meminfo.ref} to ptr")
    code.effect(f"call void @NRT_MemInfo_release(ptr {block})")
    code.jump(end)
    code.begin(end)
    return NOTHING
