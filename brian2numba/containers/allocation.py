"""
Memory of the containers: numba's reference-counted blocks, allocated without raising.

A container is a structref: a block whose data are a record with the fields of the
container. A `Buffer` in it refers to another block. Since all buffers have one type,
one function replaces any of them, whatever container it is part of.

Compiled code can't raise: each function here says by its result that memory is short.
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from brian2numba.language import Record, allocate, copy_bytes, int64, release
from brian2numba.operations import Operation
from brian2numba.reference_counting import MemInfo, allocate_with_destructor

__all__ = [
    "MAX_BYTES",
    "Block",
    "Buffer",
    "borrowed_view",
    "give_back_with",
    "new_container",
    "replace_buffer",
    "set_buffer",
]

#: No block is larger; leaves room for numba to add its own bytes to the size.
MAX_BYTES = 2**62


class Block(Record):
    """A reference-counted block, as numba's runtime describes it: a *meminfo*."""

    references: int64
    #: A function that is called at its end, and an argument of that
    destructor: int64
    destructor_argument: int64
    #: The address of its memory
    data: int64
    size: int64
    #: The functions that allocate it; 0 if they are the usual ones
    allocator: int64


class Buffer(Record):
    """The block that a container has, in the form of numba's arrays of bytes."""

    #: The address of the `Block`; 0 as long as there is none
    block: int64
    #: The Python object that the memory belongs to: there is none
    parent: int64
    n_items: int64
    item_size: int64
    #: The address of the first byte that is used
    data: int64
    shape: int64
    stride: int64


def replace_buffer(buffer: Buffer, n_bytes: int, n_kept: int) -> bool:
    """Give a container's buffer a new block and release the old one.

    Parameters
    ----------
    buffer : Buffer
        The buffer.
    n_bytes : int
        The size of the new block.
    n_kept : int
        How many bytes to copy from the start of the old block.

    Returns
    -------
    bool
        Whether there was memory; nothing is changed without.
    """
    if n_bytes < 0 or n_bytes > MAX_BYTES:
        return False
    block = allocate(n_bytes)
    if block == 0:
        return False
    data = Block.from_address(block).data
    if n_kept > 0:
        copy_bytes(data, buffer.data, n_kept)
    release(buffer.block)
    set_buffer(buffer, block, data, n_bytes)
    return True


def set_buffer(buffer: Buffer, block: int, data: int, n_bytes: int) -> None:
    """Write which block a buffer has, with the address of its first byte."""
    buffer.block = block
    buffer.n_items = n_bytes
    buffer.item_size = 1
    buffer.data = data
    buffer.shape = n_bytes
    buffer.stride = 1


def new_container(n_bytes: int, destructor: Operation) -> int:
    """Allocate a zeroed container; the address of its meminfo, 0 without memory.

    Parameters
    ----------
    n_bytes : int
        The size of its record.
    destructor : Operation
        Gives back its buffers; is called with the address of the record, its size and
        nothing of interest. If Python runs it, `give_back_with` has to be told.
    """
    function = 0 if destructor.is_python else destructor.address
    meminfo = int(allocate_with_destructor(n_bytes, function))
    if meminfo:
        ctypes.memset(Block.from_address(meminfo).data, 0, n_bytes)
    return meminfo


def give_back_with(owner: Any, meminfo: Any, destructor: Operation) -> None:
    """Let Python give back a container's buffers at the end of an object, if it must.

    Parameters
    ----------
    owner : object
        What has the container for itself.
    meminfo : MemInfo
        The container.
    destructor : Operation
        What `new_container` was given just before.
    """
    if destructor.is_python:
        end = weakref.finalize(owner, _give_back, meminfo, destructor.call)
        end.atexit = False


def _give_back(meminfo: Any, destructor: Callable[..., int]) -> None:
    # Destructors do not look at the size
    destructor(meminfo.data, 0, 0)


def borrowed_view(
    meminfo: int, shape: tuple[int, ...], dtype: np.dtype[Any], address: int
) -> np.ndarray[Any, Any]:
    """Return an array over a block, which lives at least as long as the array.

    Parameters
    ----------
    meminfo : int
        The address of the block's meminfo.
    shape : tuple of int
        The shape of the array; it must fit the block.
    dtype : `numpy.dtype`
        The type of its items.
    address : int
        Where its first item is.
    """
    owner = MemInfo(meminfo)
    owner.acquire()
    return np.ndarray(shape, dtype, buffer=owner, offset=address - owner.data)
