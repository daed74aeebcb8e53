"""
The words of kernels: the few operations that Python has no words for.

Kernels are functions of one address (see `brian2numba.compilation`), so that they need
ways to read an array at an address and to call another compiled function by its
address. Here is what each word does when Python itself runs a kernel or a function of
the library; `brian2numba.lowering.words` says what it is in machine code, where none of
them costs an instruction beyond the load, store or call it stands for.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from brian2numba.reference_counting import (
    MEMINFO_DATA,
    allocate_block,
    allocate_movable_block,
    reallocate_block,
    release_block,
)

__all__ = [
    "C_FUNCTIONS",
    "MASK_SIZE",
    "PYTHON_FUNCTIONS",
    "OutOfBoundsError",
    "Pointer",
    "allocate",
    "allocate_movable",
    "array_checked_late",
    "array_view",
    "as_bytes",
    "block_words",
    "boolean",
    "booleans",
    "bools",
    "bounded",
    "call",
    "call_for_double",
    "ceil",
    "check_late",
    "clear_bytes",
    "copy_bytes",
    "float32",
    "float32s",
    "float64",
    "float64_bits",
    "float64_from_bits",
    "float64s",
    "float64s_of",
    "floor",
    "fma",
    "int32",
    "int32s",
    "int64",
    "int64s",
    "interleaved",
    "load_int32",
    "load_int64",
    "local_words",
    "mask_words",
    "payload_of",
    "prefetch",
    "reallocate",
    "release",
    "store_int32",
    "store_int64",
    "trunc",
    "uint8",
    "uint32s",
    "uint64",
    "uint64s",
]

_WORD = 8
#: How many words `local_words` gives
N_LOCAL_WORDS = 7
#: How many elements `mask_words` has a byte for
MASK_SIZE = 512

#: The functions of the C library that kernels call, each also for single precision
C_FUNCTIONS = (
    *("acos", "acosh", "asin", "asinh", "atan", "atanh"),
    "cos",
    "cosh",
    "exp",
    "expm1",
    "fmod",
    "log",
    "log10",
    "log1p",
    "pow",
    "sin",
    "sinh",
    "tan",
    "tanh",
)


class Pointer:
    """The address of items of one type.

    Parameters
    ----------
    address : int
        Where the first item is.
    item : type
        The type of the items in memory, one of `ctypes`.
    value : callable
        Converts what is read.
    owner : object, optional
        What the memory belongs to.
    """

    def __init__(
        self, address: int, item: Any, value: Callable[[Any], Any], owner: Any = None
    ) -> None:
        self.address = int(address)
        self._item = item
        self._value = value
        self._owner = owner

    def __getitem__(self, index: int) -> Any:
        return self._value(self._at(index).value)

    def __setitem__(self, index: int, value: Any) -> None:
        is_float = self._item in (ctypes.c_float, ctypes.c_double)
        self._at(index).value = float(value) if is_float else int(value)

    def _at(self, index: int) -> Any:
        size = ctypes.sizeof(self._item)
        return self._item.from_address(self.address + int(index) * size)

    def array(self, shape: Sequence[int]) -> np.ndarray[Any, Any]:
        """Return an array of this memory."""
        pointer = ctypes.cast(self.address, ctypes.POINTER(self._item))
        return np.ctypeslib.as_array(pointer, tuple(shape))

    def of(self, item: Any, value: Callable[[Any], Any]) -> Pointer:
        """Return a pointer to items of another type in the same memory."""
        return Pointer(self.address, item, value, owner=self)

    def within(self, size: int, slot: int) -> Pointer:
        """Return the same pointer, which refuses indices from `size` on or below 0."""
        pointer = _CheckedPointer(self.address, self._item, self._value, self)
        pointer.size, pointer.slot = size, slot
        return pointer


class OutOfBoundsError(IndexError):
    """An index outside of a checked array; its arguments: a `Report` but the line."""


class _CheckedPointer(Pointer):
    """A pointer to a known number of items, see `Pointer.within`."""

    size = slot = 0

    def _at(self, index: int) -> Any:
        if not 0 <= index < self.size:
            raise OutOfBoundsError(int(index), int(self.size), int(self.slot))
        return super()._at(index)

    def of(self, item: Any, value: Callable[[Any], Any]) -> Pointer:
        n_parts = ctypes.sizeof(self._item) // ctypes.sizeof(item)
        return super().of(item, value).within(self.size * n_parts, self.slot)


class _CheckedArray(np.ndarray):
    """An array that says which of its elements does not exist."""

    slot = 0

    def __array_finalize__(self, other: Any) -> None:
        self.slot = getattr(other, "slot", 0)

    def __getitem__(self, key: Any) -> Any:
        self._check(key)
        return super().__getitem__(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._check(key)
        super().__setitem__(key, value)

    def _check(self, key: Any) -> None:
        is_index = isinstance(key, (int, np.integer)) and not isinstance(key, bool)
        if self.ndim and is_index and not -len(self) <= key < len(self):
            raise OutOfBoundsError(int(key), len(self), self.slot)


def float64s(address: int) -> Pointer:
    """Return a pointer to numbers in double precision."""
    return Pointer(address, ctypes.c_double, float)


def float32s(address: int) -> Pointer:
    """Return a pointer to numbers in single precision."""
    return Pointer(address, ctypes.c_float, np.float32)


def int64s(address: int) -> Pointer:
    """Return a pointer to integers of 64 bits."""
    return Pointer(address, ctypes.c_int64, int)


def int32s(address: int) -> Pointer:
    """Return a pointer to integers of 32 bits."""
    return Pointer(address, ctypes.c_int32, int)


def uint32s(address: int) -> Pointer:
    """Return a pointer to integers of 32 bits that are not negative."""
    return Pointer(address, ctypes.c_uint32, int)


def uint64s(address: int) -> Pointer:
    """Return a pointer to integers of 64 bits that are not negative."""
    return Pointer(address, ctypes.c_uint64, int)


def bools(address: int) -> Pointer:
    """Return a pointer to bytes: read one with ``bools(address)[k] != 0``."""
    return Pointer(address, ctypes.c_uint8, int)


def booleans(address: int) -> Pointer:
    """Return a pointer to bytes, each of them a truth value."""
    return Pointer(address, ctypes.c_bool, bool)


def as_bytes(words: Pointer) -> Pointer:
    """Return a pointer to the bytes of words."""
    return words.of(ctypes.c_uint8, int)


def float64s_of(words: Pointer) -> Pointer:
    """Return a pointer to words as numbers in double precision."""
    return words.of(ctypes.c_double, float)


def bounded(pointer: Pointer, size: int, slot: int, report: Pointer) -> Pointer:
    """Return a pointer that is checked at each access.

    Parameters
    ----------
    pointer : pointer
        The address of the first item.
    size : int
        How many items there are.
    slot : int
        Which array it is, see `Report`.
    report : pointer to int64
        Where machine code writes a `Report`; Python raises `OutOfBoundsError`.
    """
    return pointer.within(size, slot)


def _words_on_stack(n_words: int) -> Pointer:
    memory = (ctypes.c_int64 * n_words)()
    return Pointer(ctypes.addressof(memory), ctypes.c_int64, int, owner=memory)


# Where all that gets the pointer is inlined, few words are kept in registers
def local_words() -> Pointer:
    """Return a pointer to words of the function's own."""
    return _words_on_stack(N_LOCAL_WORDS)


def mask_words() -> Pointer:
    """Return a pointer to words of the function's own, a byte for each element."""
    return _words_on_stack(MASK_SIZE // _WORD)


def block_words() -> Pointer:
    """Return a pointer to words of the function's own, one for each element."""
    return _words_on_stack(MASK_SIZE)


def interleaved(n: int) -> range:
    """Return ``range(n)``, for loops whose steps are long chains of operations.

    LLVM does several of their vectors at a time: while an operation of one waits for
    its operands, the processor does one of another.
    """
    return range(n)


def float64_from_bits(bits: int) -> float:
    """Reinterpret the 64 bits of an integer slot as a double."""
    return ctypes.c_double.from_buffer(ctypes.c_int64(bits)).value


def float64_bits(x: float) -> int:
    """Return the 64 bits of a double as an integer."""
    return ctypes.c_int64.from_buffer(ctypes.c_double(x)).value


def fma(x: float, y: float, z: float) -> float:
    """Return ``x*y + z`` in double precision, rounded once."""
    if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(z)):
        return x * y + z
    exact = Fraction(x) * Fraction(y) + Fraction(z)
    if exact == 0:
        return x * y + z
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def call(address: int, arguments: tuple[int, ...]) -> int:
    """Call the C function of 64-bit integers at an address, which returns one."""
    return _function_at(address, ctypes.c_int64, arguments)


def call_for_double(address: int, arguments: tuple[int, ...]) -> float:
    """Call the C function of 64-bit integers at an address, which returns a double."""
    return _function_at(address, ctypes.c_double, arguments)


#: What Python runs where these addresses are called, which are none of machine code
PYTHON_FUNCTIONS: dict[int, Callable[..., int]] = {}


def _function_at(address: int, result: Any, arguments: tuple[int, ...]) -> Any:
    if int(address) in PYTHON_FUNCTIONS:
        return PYTHON_FUNCTIONS[int(address)](*map(int, arguments))
    kinds = [ctypes.c_int64] * len(arguments)
    return ctypes.CFUNCTYPE(result, *kinds)(int(address))(*map(int, arguments))


def array_view(
    pointer: Pointer, shape: tuple[int, ...], slot: int, report: Pointer
) -> np.ndarray[Any, Any]:
    """Return an array over memory that something else owns, as functions see it.

    Parameters
    ----------
    pointer : pointer
        The address of the first item.
    shape : tuple of int
        The number of items along each dimension.
    slot : int
        Which array it is, see `Report`.
    report : pointer to int64
        Where machine code writes a `Report`; Python raises `OutOfBoundsError`.
    """
    array = pointer.array(shape).view(_CheckedArray)
    array.slot = slot
    return array


def array_checked_late(
    pointer: Pointer, shape: tuple[int, ...], slot: int, report: Pointer
) -> np.ndarray[Any, Any]:
    """Return an array whose indices machine code checks with `check_late`.

    The arguments are those of `array_view`. Functions with loops check each index at
    once nevertheless, see `brian2numba.lowering.arrays`.
    """
    return array_view(pointer, shape, slot, report)


def check_late(array: np.ndarray[Any, Any]) -> None:
    """Let machine code return if it used an element that an array doesn't have."""


def load_int64(address: int, index: int) -> int:
    """Read an item of an array of int64."""
    return int(int64s(address)[index])


def load_int32(address: int, index: int) -> int:
    """Read an item of an array of int32."""
    return int(int32s(address)[index])


def store_int64(address: int, index: int, value: int) -> None:
    """Write an item of an array of int64."""
    int64s(address)[index] = value


def store_int32(address: int, index: int, value: int) -> None:
    """Write an item of an array of int32."""
    int32s(address)[index] = value


def copy_bytes(target: int, source: int, n_bytes: int) -> None:
    """Copy bytes; the two blocks may overlap."""
    ctypes.memmove(target, source, n_bytes)


def clear_bytes(address: int, n_bytes: int) -> None:
    """Set bytes to 0."""
    ctypes.memset(address, 0, n_bytes)


def prefetch(pointer: Pointer, index: int) -> None:
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


def payload_of(meminfo: int) -> int:
    """Return the address of the data of the block with this meminfo."""
    return load_int64(meminfo, MEMINFO_DATA)


#: What processors make of numbers that are no integer of 64 bits
_NO_INTEGER = -(2**63)


def int64(x: float) -> int:
    """Return `x` without its fraction; any number if that does not fit 64 bits.

    Of an integer, these are the lower 64 bits.
    """
    if isinstance(x, (int, np.integer)):
        return ctypes.c_int64(int(x)).value
    try:
        number = int(x)
    except (OverflowError, ValueError):
        return _NO_INTEGER
    return number if _NO_INTEGER <= number < -_NO_INTEGER else _NO_INTEGER


def int32(x: float) -> int:
    """Return `x` without its fraction, and the lower 32 bits of that."""
    return ctypes.c_int32(int(x)).value


def uint64(x: float) -> int:
    """Return `x` without its fraction, and the lower 64 bits of that."""
    return ctypes.c_uint64(int(x)).value


def uint8(x: float) -> int:
    """Return `x` without its fraction, and the lower 8 bits of that."""
    return ctypes.c_uint8(int(x)).value


def float64(x: float) -> float:
    """Return `x` in double precision."""
    return float(x)


def float32(x: float) -> Any:
    """Return `x` in single precision."""
    return np.float32(x)


def boolean(x: float) -> bool:
    """Return whether `x` is not 0."""
    return bool(x)


def floor(x: float) -> float:
    """Return the largest integer not above `x`, as a float (Python's is an integer)."""
    return float(np.floor(x)) if math.isfinite(x) else x


def ceil(x: float) -> float:
    """Return the smallest integer not below `x`, as a float."""
    return float(np.ceil(x)) if math.isfinite(x) else x


def trunc(x: float) -> float:
    """Return `x` without its fraction, as a float."""
    return float(np.trunc(x))
