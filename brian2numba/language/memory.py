"""Blocks of memory: to copy them, and to allocate them without raising."""

from __future__ import annotations

import ctypes
from typing import Any

from brian2numba.language.pointers import Pointer
from brian2numba.reference_counting import (
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


def clear_bytes(address: int, n_bytes: int) -> None:
    """Set bytes to 0."""
    ctypes.memset(address, 0, n_bytes)


def prefetch(pointer: Pointer[Any], index: int) -> None:
    """Ask the processor to have an item at hand soon; the index may be any number."""


def allocate(n_bytes: int) -> int:
    """Allocate a block of bytes; its meminfo's address, or 0 without memory."""
    return allocate_block(n_bytes)


def allocate_movable(n_bytes: int) -> int:
    """Allocate a block that `reallocate` takes; as `allocate`, but not aligned."""
    return int(allocate_movable_block(n_bytes))


def reallocate(meminfo: int, n_bytes: int) -> int:
    """Change the size of a movable block, and return where it is now.

    Without memory the result is 0, and the meminfo has lost the address of its data.
    """
    return int(reallocate_block(meminfo, n_bytes))


def release(meminfo: int) -> None:
    """Give back a reference to the block of a meminfo (none if it is 0)."""
    if meminfo:
        release_block(meminfo)
