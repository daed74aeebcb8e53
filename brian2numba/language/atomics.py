"""
Words for integers that several threads read and write at once.

All threads see all of these accesses in one order, and what a thread wrote before one
of them, others that saw its effect can read after it: C calls that sequentially
consistent. `publish_shared` promises the second only, and does not wait for other
processors to give the memory away.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

from brian2numba.language.kinds import BOOL, INT64, VOID
from brian2numba.language.pointers import Pointer
from brian2numba.language.values import NOTHING, Code, Value, convert
from brian2numba.language.word import in_llvm

__all__ = [
    "add_shared",
    "exchange_shared",
    "load_shared",
    "pause",
    "publish_shared",
    "replace_shared",
    "store_shared",
]

#: What tells a processor that a thread waits in a loop, by what the system calls it
_PAUSES = {
    "x86_64": ("llvm.x86.sse2.pause", "", ""),
    "amd64": ("llvm.x86.sse2.pause", "", ""),
    "aarch64": ("llvm.aarch64.hint", "i32", "i32 1"),
    "arm64": ("llvm.aarch64.hint", "i32", "i32 1"),
}


def load_shared(pointer: Pointer[Any]) -> int:
    """Return an integer that other threads may write."""
    return int(pointer[0])


@in_llvm(load_shared, INT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    (pointer,) = args
    text = f"load atomic i64, ptr {pointer.ref} seq_cst, align 8"
    return Value(code.emit(text), INT64)


def store_shared(pointer: Pointer[Any], value: int) -> None:
    """Write an integer that other threads may read."""
    pointer[0] = value


@in_llvm(store_shared, VOID)
def _(code: Code, args: Sequence[Value]) -> Value:
    pointer, value = args[0], convert(code, args[1], INT64)
    code.effect(f"store atomic i64 {value.ref}, ptr {pointer.ref} seq_cst, align 8")
    return NOTHING


def publish_shared(pointer: Pointer[Any], value: int) -> None:
    """Write an integer that other threads wait for, after all that was written."""
    pointer[0] = value


@in_llvm(publish_shared, VOID)
def _(code: Code, args: Sequence[Value]) -> Value:
    pointer, value = args[0], convert(code, args[1], INT64)
    code.effect(f"store atomic i64 {value.ref}, ptr {pointer.ref} release, align 8")
    return NOTHING


def exchange_shared(pointer: Pointer[Any], value: int) -> int:
    """Write an integer, and return the one that was there."""
    before = int(pointer[0])
    pointer[0] = value
    return before


@in_llvm(exchange_shared, INT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    return _read_and_write(code, "xchg", args)


def add_shared(pointer: Pointer[Any], value: int) -> int:
    """Add to an integer, and return what it was."""
    before = int(pointer[0])
    pointer[0] = before + value
    return before


@in_llvm(add_shared, INT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    return _read_and_write(code, "add", args)


def _read_and_write(code: Code, what: str, args: Sequence[Value]) -> Value:
    pointer, value = args[0], convert(code, args[1], INT64)
    text = f"atomicrmw {what} ptr {pointer.ref}, i64 {value.ref} seq_cst, align 8"
    return Value(code.emit(text), INT64)


def replace_shared(pointer: Pointer[Any], expected: int, value: int) -> bool:
    """Write an integer if the one that is there is the expected one; tell whether."""
    if pointer[0] != expected:
        return False
    pointer[0] = value
    return True


@in_llvm(replace_shared, BOOL)
def _(code: Code, args: Sequence[Value]) -> Value:
    pointer = args[0]
    expected, value = (convert(code, arg, INT64) for arg in args[1:])
    pair = code.emit(
        f"cmpxchg ptr {pointer.ref}, i64 {expected.ref}, i64 {value.ref} "
        "seq_cst seq_cst, align 8"
    )
    return Value(code.emit(f"extractvalue {{ i64, i1 }} {pair}, 1"), BOOL)


def pause() -> None:
    """Tell the processor that this thread waits for another one."""


@in_llvm(pause, VOID)
def _(code: Code, args: Sequence[Value]) -> Value:
    machine = platform.machine().lower()
    if machine in _PAUSES:
        name, kinds, given = _PAUSES[machine]
        code.declare(name, "void", kinds)
        code.effect(f"call void @{name}({given})")
    return NOTHING
