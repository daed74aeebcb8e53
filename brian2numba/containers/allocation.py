"""
Memory of the containers: numba's reference-counted blocks, allocated without raising.

A container is a structref: a *meminfo* (numba's record of a reference-counted block)
whose data, the *payload*, holds the fields in their order. Integer fields are words of
64 bits. A field of type ``uint8[::1]`` is a *buffer*: an array structure of seven words
(`BUFFER_WORDS`). Since all buffers have this one type, one function replaces any of
them, whatever container it is part of, and is compiled once.

Compiled code can't raise: each function here says by its result that memory is short.
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from brian2numba.language import (
    allocate,
    copy_bytes,
    load_int64,
    payload_of,
    release,
    store_int64,
)
from brian2numba.operations import Operation
from brian2numba.reference_counting import MemInfo, allocate_with_destructor

__all__ = [
    "BUFFER_DATA",
    "BUFFER_MEMINFO",
    "BUFFER_SIZE",
    "BUFFER_WORDS",
    "MAX_BYTES",
    "borrowed_view",
    "give_back_with",
    "new_container",
    "replace_buffer",
    "set_buffer",
]

#: The words of a buffer: meminfo, parent, items, item size, data, shape, stride.
BUFFER_WORDS = 7
BUFFER_MEMINFO = 0
#: The word of a buffer that holds its size, ...
BUFFER_SIZE = 2
_BUFFER_ITEM_SIZE = 3
#: ... and the one that holds the address of its first byte.
BUFFER_DATA = 4
_BUFFER_SHAPE = 5
_BUFFER_STRIDE = 6
#: No block is larger; leaves room for numba to add its own bytes to the size.
MAX_BYTES = 2**62
_WORD = 8


def replace_buffer(buffer: int, n_bytes: int, n_kept: int) -> int:
    """Give a container's buffer a new block and release the old one.

    Parameters
    ----------
    buffer : int
        The address of the buffer's words in the payload.
    n_bytes : int
        The size of the new block.
    n_kept : int
        How many bytes to copy from the start of the old block.

    Returns
    -------
    int
        The address of the new block's first byte; 0 without memory, in which case
        nothing was changed.
    """
    if n_bytes < 0 or n_bytes > MAX_BYTES:
        return 0
    meminfo = allocate(n_bytes)
    if meminfo == 0:
        return 0
    data = payload_of(meminfo)
    if n_kept > 0:
        copy_bytes(data, load_int64(buffer, BUFFER_DATA), n_kept)
    release(load_int64(buffer, BUFFER_MEMINFO))
    set_buffer(buffer, meminfo, data, n_bytes)
    return data


def set_buffer(buffer: int, meminfo: int, data: int, n_bytes: int) -> None:
    """Write which block a buffer has, with the address of its first byte."""
    store_int64(buffer, BUFFER_MEMINFO, meminfo)
    store_int64(buffer, BUFFER_SIZE, n_bytes)
    store_int64(buffer, _BUFFER_ITEM_SIZE, 1)
    store_int64(buffer, BUFFER_DATA, data)
    store_int64(buffer, _BUFFER_SHAPE, n_bytes)
    store_int64(buffer, _BUFFER_STRIDE, 1)


def new_container(n_words: int, destructor: Operation) -> int:
    """Allocate a zeroed container; the address of its meminfo, 0 without memory.

    Parameters
    ----------
    n_words : int
        The size of its payload.
    destructor : Operation
        Gives back its buffers; is called with the address of the payload, its size and
        nothing of interest. If Python runs it, `give_back_with` has to be told.
    """
    n_bytes = n_words * _WORD
    function = 0 if destructor.is_python else destructor.address
    meminfo = int(allocate_with_destructor(n_bytes, function))
    if meminfo:
        ctypes.memset(payload_of(meminfo), 0, n_bytes)
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
        end = weakref.finalize(owner, _give_back, meminfo, destructor.function)
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
