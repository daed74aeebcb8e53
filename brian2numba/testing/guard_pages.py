"""
Memory in which an access outside of an array ends the process at once: for tests.

Each array has pages of its own between two pages that nobody may touch. What is given
back becomes untouchable as well, and its addresses are never used again. Machine code
can't do anything about that: what reads or writes an element too far, or an array that
has gone, is stopped at this very instruction.

Arrays either end at the page behind them (``"right"``) or begin at the page before them
(``"left"``). Of containers, this holds for the memory that they have: it begins at a
cache line, and what is in use is a part of it. The mode is for POSIX systems.
"""

from __future__ import annotations

import ctypes
import mmap
import os
from typing import Any

import numpy as np

from brian2numba import reference_counting
from brian2numba.behaviours import results
from brian2numba.containers import allocation
from brian2numba.containers.allocation import Block
from brian2numba.device import arrays
from brian2numba.language import memory
from brian2numba.reference_counting import RUNTIME_FUNCTIONS

__all__ = ["SIDES", "guard_arrays"]

SIDES = ("right", "left")

_PAGE = mmap.PAGESIZE
_NO_ACCESS, _FAILED = 0, ctypes.c_void_p(-1).value
#: Linux and macOS: replace what is mapped at the address
_FIXED = 0x10


class GuardedMemory:
    """Blocks of memory between pages that nobody may touch.

    Parameters
    ----------
    side : str
        Which end of a block is at such a page, one of `SIDES`.
    """

    def __init__(self, side: str) -> None:
        if side not in SIDES:
            raise ValueError(f"Arrays are guarded at {' or '.join(SIDES)}, not {side}.")
        if os.name != "posix":
            raise NotImplementedError("Guard pages are made for POSIX systems only.")
        self.side = side
        self._may_be_used = mmap.PROT_READ | mmap.PROT_WRITE
        self._private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        self._ranges: dict[int, tuple[int, int]] = {}
        libc = ctypes.CDLL(None, use_errno=True)
        self._map, self._protect = libc.mmap, libc.mprotect
        self._map.restype = ctypes.c_void_p
        self._map.argtypes = [
            *(ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int),
            *(ctypes.c_int, ctypes.c_long),
        ]
        self._protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]

    def allocate(self, n_bytes: int) -> int:
        """Return the address of a new block of zeros, 0 without memory."""
        n_inside = -(-max(n_bytes, 1) // _PAGE) * _PAGE
        n_all = n_inside + 2 * _PAGE
        start = self._map(None, n_all, _NO_ACCESS, self._private, -1, 0)
        if start == _FAILED:
            return 0
        inside = start + _PAGE
        if self._protect(inside, n_inside, self._may_be_used) != 0:
            return 0
        block: int = inside if self.side == "left" else inside + n_inside - n_bytes
        self._ranges[block] = inside, n_inside
        return block

    def give_back(self, block: int) -> None:
        """Make a block untouchable for ever; its memory is free again."""
        inside, n_inside = self._ranges.pop(block)
        self._map(inside, n_inside, _NO_ACCESS, self._private | _FIXED, -1, 0)


class _Block:
    """What numpy arrays of a guarded block belong to."""

    def __init__(self, memory: GuardedMemory, size: int, dtype: Any) -> None:
        dtype = np.dtype(dtype)
        self._memory = memory
        self._address = memory.allocate(size * dtype.itemsize)
        self.__array_interface__ = {
            "shape": (int(size),),
            "typestr": dtype.str,
            "data": (self._address, False),
            "version": 3,
        }

    def __del__(self) -> None:
        self._memory.give_back(self._address)


def guard_arrays(side: str) -> GuardedMemory:
    """Guard all arrays of the rest of the process: fixed ones, containers, results.

    Parameters
    ----------
    side : str
        Which end of an array is at a page that nobody may touch, one of `SIDES`.
    """
    memory = GuardedMemory(side)

    def new_array(size: int, dtype: Any) -> np.ndarray[Any, Any]:
        return np.asarray(_Block(memory, int(size), dtype))

    arrays._aligned_array = new_array
    results.np = _NumpyWith(zeros=new_array)  # type: ignore[assignment]
    _Runtime(memory).install()
    return memory


class _NumpyWith:
    """numpy with some other functions."""

    def __init__(self, **functions: Any) -> None:
        vars(self).update(functions)

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


_INT64 = ctypes.c_int64


class _Runtime:
    """The functions of numba's runtime that allocate, with guarded memory."""

    def __init__(self, memory: GuardedMemory) -> None:
        self._memory = memory
        self._record = ctypes.CFUNCTYPE(_INT64, _INT64)(
            reference_counting._nrt.c_helpers["Allocate"]
        )
        destructor = ctypes.CFUNCTYPE(None, _INT64, _INT64, _INT64)
        self._destructor = destructor(self._destroy)
        self._destructor_address = self._address_of(self._destructor)
        self._kind_of_destructor = destructor
        of_one = ctypes.CFUNCTYPE(_INT64, _INT64)
        of_two = ctypes.CFUNCTYPE(_INT64, _INT64, _INT64)
        self._new_block = of_one(self._new)
        self._new_aligned = of_two(lambda n_bytes, _: self._new(n_bytes))
        self._new_with_destructor = of_two(self._new)
        self._resize_block = of_two(self._reallocate)

    def install(self) -> None:
        """Let compiled code and Python call these functions from now on."""
        functions = {
            "NRT_MemInfo_alloc_aligned": self._new_aligned,
            "NRT_MemInfo_new_varsize": self._new_block,
            "NRT_MemInfo_varsize_realloc": self._resize_block,
        }
        for name, function in functions.items():
            RUNTIME_FUNCTIONS[name] = self._address_of(function)
        allocation.allocate_with_destructor = self._new_with_destructor
        memory.allocate_block = self._new
        memory.allocate_movable_block = self._new_block
        memory.reallocate_block = self._resize_block

    @staticmethod
    def _address_of(function: Any) -> int:
        return int(ctypes.cast(function, ctypes.c_void_p).value or 0)

    def _new(self, n_bytes: int, destructor: int = 0) -> int:
        """Return the record of a new block, 0 without memory."""
        data = self._memory.allocate(n_bytes)
        address = self._record(ctypes.sizeof(Block)) if data else 0
        if address:
            block = Block.from_address(address)
            block.references = 1
            block.destructor = self._destructor_address
            block.destructor_argument = destructor
            block.data, block.size = data, n_bytes
            block.allocator = 0
        return int(address)

    def _reallocate(self, address: int, n_bytes: int) -> int:
        block = Block.from_address(address)
        data = self._memory.allocate(n_bytes)
        if data:
            ctypes.memmove(data, block.data, min(block.size, n_bytes))
            self._memory.give_back(block.data)
            block.data, block.size = data, n_bytes
        return data

    def _destroy(self, block: int, n_bytes: int, destructor: int) -> None:
        if destructor:
            self._kind_of_destructor(destructor)(block, n_bytes, 0)
        self._memory.give_back(block)
