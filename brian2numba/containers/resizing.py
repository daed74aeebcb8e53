"""
Blocks that change their size where they are, as long as nobody else looks at them.

To double an array by way of a new block takes three times its memory, and touches each
page of it again. The C library makes large blocks larger by giving their pages other
addresses, and smaller by giving pages back. A block that a numpy array looks at stays
as it is, and the container gets a new one.
"""

from __future__ import annotations

import ctypes
import sys

from brian2numba.containers.allocation import MAX_BYTES, Block, Buffer, set_buffer
from brian2numba.language import (
    allocate_movable,
    call,
    copy_bytes,
    reallocate,
    release,
)
from brian2numba.reference_counting import ALIGNMENT

__all__ = ["address_of_advise", "is_shared", "resize_block"]

#: From this size on a block may have large pages, as numpy's arrays
_LARGE = 2**22
_PAGE = 4096
#: Linux: to back memory by large pages, which are touched and looked up faster
_MADV_HUGEPAGE = 14


def address_of_advise() -> int:
    """Return the address of the C library's ``madvise``; 0 where it is of no use."""
    if sys.platform != "linux":
        return 0
    return ctypes.cast(ctypes.CDLL(None).madvise, ctypes.c_void_p).value or 0


def is_shared(buffer: Buffer) -> bool:
    """Tell whether a block belongs to others, too, such as numpy arrays."""
    return buffer.block != 0 and Block.from_address(buffer.block).references > 1


def resize_block(buffer: Buffer, n_bytes: int, n_kept: int, advise: int) -> int:
    """Change the size of a container's block, or give it a new one if it is shared.

    Parameters
    ----------
    buffer : Buffer
        The container's buffer; its block was made here.
    n_bytes : int
        The new size.
    n_kept : int
        How many bytes from the start are in use.
    advise : int
        What `address_of_advise` returns.

    Returns
    -------
    int
        The address of the first byte, a multiple of `ALIGNMENT`; 0 without memory, in
        which case nothing was changed.
    """
    if n_bytes < 0 or n_bytes > MAX_BYTES:
        return 0
    if buffer.block == 0 or is_shared(buffer):
        data = _new(buffer, n_bytes, n_kept)
    else:
        data = _resized(buffer, n_bytes, n_kept)
    if data != 0 and n_bytes >= _LARGE and advise != 0:
        # All of the block's pages: a part would become a mapping of its own, and a
        # block of two mappings can't grow in place
        memory = Block.from_address(buffer.block).data
        start = memory & -_PAGE
        call(advise, (start, memory + n_bytes + ALIGNMENT - start, _MADV_HUGEPAGE))
    return data


def _new(buffer: Buffer, n_bytes: int, n_kept: int) -> int:
    block = allocate_movable(n_bytes + ALIGNMENT)
    if block == 0:
        return 0
    data = _aligned(Block.from_address(block).data)
    if n_kept > 0:
        copy_bytes(data, buffer.data, n_kept)
    release(buffer.block)
    set_buffer(buffer, block, data, n_bytes)
    return data


def _resized(buffer: Buffer, n_bytes: int, n_kept: int) -> int:
    block = Block.from_address(buffer.block)
    before = block.data
    offset = buffer.data - before
    memory = reallocate(buffer.block, n_bytes + ALIGNMENT)
    if memory == 0:
        block.data = before
        return 0
    data = _aligned(memory)
    if data - memory != offset and n_kept > 0:
        copy_bytes(data, memory + offset, n_kept)
    set_buffer(buffer, buffer.block, data, n_bytes)
    return data


def _aligned(address: int) -> int:
    return (address + ALIGNMENT - 1) & -ALIGNMENT
