"""
Arrays that grow along their first dimension, in Python and in compiled kernels.

One structref type serves all item types and both dimensionalities: it stores rows of a
number of bytes, so that its operations are compiled once. The first words of its
payload (`DATA`, `ROWS`, ...) are what kernels read by address.

The block of an array that grew is not touched again, and lives as long as a numpy view
of it: a view taken earlier stays valid and keeps its values.
"""

from __future__ import annotations

import ctypes
import importlib
import operator
from functools import cached_property
from typing import Any

import numpy as np

from brian2numba.containers.allocation import (
    BUFFER_MEMINFO,
    BUFFER_WORDS,
    MAX_BYTES,
    borrowed_view,
    new_container,
    replace_buffer,
)
from brian2numba.containers.capsule import foreign_capsule
from brian2numba.errors import OK, OUT_OF_MEMORY
from brian2numba.language import int64s, load_int64, payload_of, release
from brian2numba.operations import operation
from brian2numba.reference_counting import MemInfo

__all__ = ["DynamicArray1D", "DynamicArray2D", "append_rows"]

#: Words of the payload: the address of the first byte, ...
DATA = 0
#: ... the rows in use, ...
ROWS = 1
#: ... the rows for which there is memory, ...
CAPACITY = 2
#: ... the bytes of a row, ...
ROW_BYTES = 3
#: ... and the first word of the buffer.
_BUFFER = 4
_WORD = 8
_N_WORDS = _BUFFER + BUFFER_WORDS


@operation
def _release_dynamic_array(payload: int, size: int, unused: int) -> int:
    """Give back the memory of an array that nothing refers to any more."""
    release(load_int64(payload, _BUFFER + BUFFER_MEMINFO))
    return OK


@operation
def set_capacity(handle: int, capacity: int) -> int:
    """Move an array to a new block of exactly `capacity` rows.

    Parameters
    ----------
    handle : int
        The array.
    capacity : int
        The rows to make room for; rows beyond it are dropped.

    Returns
    -------
    int
        `OK`, or `OUT_OF_MEMORY` with the array as it was.
    """
    words = int64s(payload_of(handle))
    kept = min(words[ROWS], capacity)
    row_bytes = words[ROW_BYTES]
    buffer = payload_of(handle) + _BUFFER * _WORD
    data = replace_buffer(buffer, capacity * row_bytes, kept * row_bytes)
    if data == 0:
        return OUT_OF_MEMORY
    words[DATA], words[ROWS], words[CAPACITY] = data, kept, capacity
    return OK


@operation
def append_rows(handle: int, n_new: int) -> int:
    """Make an array longer; the caller writes the new rows, which hold anything.

    Parameters
    ----------
    handle : int
        The array.
    n_new : int
        The number of rows to add.

    Returns
    -------
    int
        The address of the first new row (for ``n_new = 0`` of the one that would come
        next); 0 without memory, with the array as it was.
    """
    words = int64s(payload_of(handle))
    rows, capacity, row_bytes = words[ROWS], words[CAPACITY], words[ROW_BYTES]
    limit = MAX_BYTES // max(row_bytes, 1)
    if n_new < 0 or n_new > limit - rows:
        return 0
    if rows + n_new > capacity or words[DATA] == 0:
        buffer = payload_of(handle) + _BUFFER * _WORD
        larger = min(max(rows + n_new, 2 * capacity), limit)
        data = replace_buffer(buffer, larger * row_bytes, rows * row_bytes)
        if data == 0 and larger > rows + n_new:
            larger = rows + n_new
            data = replace_buffer(buffer, larger * row_bytes, rows * row_bytes)
        if data == 0:
            return 0
        words[DATA], words[CAPACITY] = data, larger
    words[ROWS] = rows + n_new
    return words[DATA] + rows * row_bytes


class _DynamicArray:
    """What the faces of one- and two-dimensional arrays share."""

    def __init__(self, row_shape: tuple[int, ...], dtype: Any) -> None:
        self.dtype = np.dtype(dtype)
        if self.dtype.hasobject:
            raise TypeError(f"A dynamic array can't hold Python objects: {self.dtype}")
        self._row_shape = row_shape
        handle = new_container(_N_WORDS, _release_dynamic_array)
        if not handle:
            raise MemoryError("No memory for a dynamic array")
        self._meminfo = MemInfo(handle)
        #: The address that the compiled operations take.
        self.handle = handle
        #: The address of the payload's words; it never changes.
        self.payload = self._meminfo.data
        self._words = (ctypes.c_int64 * (_BUFFER + 1)).from_address(self.payload)
        self._words[ROW_BYTES] = self._row_bytes(row_shape)

    @cached_property
    def structref(self) -> Any:
        """The numba value, an argument for jitted functions."""
        # numba takes long to import, and few models need it
        structrefs = importlib.import_module("brian2numba.containers.structrefs")
        return structrefs.dynamic_array(self._meminfo)

    def _row_bytes(self, row_shape: tuple[int, ...]) -> int:
        n_bytes = self.dtype.itemsize
        for n_columns in row_shape:
            n_bytes *= n_columns
        if n_bytes > MAX_BYTES:
            raise self._out_of_memory(1, n_bytes)
        return n_bytes

    def _out_of_memory(self, rows: int, row_bytes: int) -> MemoryError:
        shape = (rows, *self._row_shape)
        return MemoryError(
            f"No memory for a dynamic array of shape {shape} and type {self.dtype} "
            f"({rows * row_bytes} bytes)"
        )

    @property
    def data(self) -> np.ndarray[Any, Any]:
        """The array's items, as a view that stays valid when the array grows."""
        return borrowed_view(self._words[_BUFFER], self.shape, self.dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """The present shape."""
        return (self._words[ROWS], *self._row_shape)

    def _resize_rows(self, new_rows: Any) -> None:
        rows, row_bytes = self._words[ROWS], self._words[ROW_BYTES]
        new_rows = _checked_size(new_rows)
        if new_rows < rows:
            self._words[ROWS] = new_rows
            return
        added = new_rows - rows
        address = append_rows.call(self.handle, min(added, MAX_BYTES + 1))
        if not address:
            raise self._out_of_memory(new_rows, row_bytes)
        ctypes.memset(address, 0, added * row_bytes)

    def _shrink_rows(self, new_rows: Any) -> None:
        new_rows = _checked_size(new_rows)
        if new_rows > self._words[ROWS]:
            return
        if set_capacity.call(self.handle, new_rows) != OK:
            raise self._out_of_memory(new_rows, self._words[ROW_BYTES])

    def get_capsule(self) -> Any:
        """Return a capsule of the payload's address that no other target accepts."""
        return foreign_capsule(self.payload)

    def __getitem__(self, item: Any) -> Any:
        return self.data[item]

    def __setitem__(self, item: Any, value: Any) -> None:
        self.data[item] = value

    def __len__(self) -> int:
        return self._words[ROWS]

    def __str__(self) -> str:
        return str(self.data)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.data!r})"


class DynamicArray1D(_DynamicArray):
    """A one-dimensional array that can grow.

    Parameters
    ----------
    size : int or tuple of int
        The initial size; the items are 0.
    dtype : data-type, optional
        The type of the items, any numpy type of fixed size without Python objects.

    Raises
    ------
    MemoryError
        Here and in `resize`, when there is no memory for so many items.
    """

    def __init__(self, size: Any, dtype: Any = np.float64) -> None:
        super().__init__((), dtype)
        self.resize(size)

    def resize(self, new_size: Any) -> None:
        """Make the array longer, with zeros, or shorter.

        Parameters
        ----------
        new_size : int or tuple of int
            The new size.
        """
        self._resize_rows(_first(new_size))

    def resize_along_first(self, new_size: Any) -> None:
        """Do the same as `resize`."""
        self.resize(new_size)

    def shrink(self, new_size: Any) -> None:
        """Make the array shorter and free the memory that it no longer needs.

        Parameters
        ----------
        new_size : int or tuple of int
            The new size; if it is larger than the present one, nothing happens.
        """
        self._shrink_rows(_first(new_size))


class DynamicArray2D(_DynamicArray):
    """A two-dimensional array that can grow along its first dimension.

    Parameters
    ----------
    shape : tuple of int
        The initial shape, (rows, columns); the items are 0.
    dtype : data-type, optional
        The type of the items, any numpy type of fixed size without Python objects.

    Raises
    ------
    MemoryError
        Here and when resizing, when there is no memory for so many items.
    """

    def __init__(self, shape: Any, dtype: Any = np.float64) -> None:
        rows, columns = shape
        super().__init__((_checked_size(columns),), dtype)
        self._resize_rows(rows)

    def resize(self, new_shape: Any) -> None:
        """Change the number of rows; new rows are 0.

        Parameters
        ----------
        new_shape : int or tuple of int
            The new number of rows, or the new shape.

        Raises
        ------
        ValueError
            If the number of columns would change.
        """
        if np.ndim(new_shape) and new_shape[1] != self._row_shape[0]:
            raise ValueError(
                "Resizing is only supported along the first dimension: there are "
                f"{self._row_shape[0]} columns, not {new_shape[1]}"
            )
        self.resize_along_first(new_shape)

    def resize_along_first(self, new_shape: Any) -> None:
        """Change the number of rows; new rows are 0.

        Parameters
        ----------
        new_shape : int or tuple of int
            The new number of rows, or a shape of which only the first item counts.
        """
        self._resize_rows(_first(new_shape))

    def shrink(self, new_shape: Any) -> None:
        """Drop rows, maybe columns, and free the memory that is no longer needed.

        Parameters
        ----------
        new_shape : int or tuple of int
            The new number of rows or the new shape; if anything in it is larger than
            at present, nothing happens.
        """
        rows, columns = self.shape
        n_columns = _checked_size(new_shape[1]) if np.ndim(new_shape) else columns
        if _first(new_shape) > rows or n_columns > columns:
            return
        kept = self.data[: _first(new_shape), :n_columns]
        self._shrink_rows(_first(new_shape))
        if n_columns < columns:
            # the block is new: `kept` still has the old one
            self._row_shape = (n_columns,)
            self._words[ROW_BYTES] = self._row_bytes(self._row_shape)
            self.data[:] = kept
            self._shrink_rows(_first(new_shape))


def _first(shape: Any) -> Any:
    """Return the number of rows in an integer or in a shape."""
    return shape[0] if np.ndim(shape) else shape


def _checked_size(size: Any) -> int:
    """Return a size as a Python integer, or refuse it."""
    size = operator.index(size)
    if size < 0:
        raise ValueError(f"The size of an array can't be negative: {size}")
    return size
