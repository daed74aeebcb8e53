"""
Arrays that grow along their first dimension, in Python and in compiled kernels.

One structref type serves all item types and both dimensionalities: it stores rows of a
number of bytes, so that its operations are compiled once. Kernels read its record,
`Rows`, by the record's address.

An array grows or shrinks in the block that it has, if nothing else looks at it. Else it
gets a new block, and the old one is not touched again: a view taken earlier stays valid
and keeps its values. Only `DynamicArray1D.__setitem__` and kernels that write to the
array's rows change what views of it show.
"""

from __future__ import annotations

import ctypes
import importlib
import itertools
from functools import cached_property
from typing import Any

import numpy as np

from brian2numba.containers.alert import NO_LIMIT, alert
from brian2numba.containers.allocation import (
    MAX_BYTES,
    Block,
    Buffer,
    borrowed_view,
    give_back_with,
    new_container,
)
from brian2numba.containers.capsule import foreign_capsule
from brian2numba.containers.extents import Extent
from brian2numba.containers.resizing import (
    address_of_advise,
    is_shared,
    resize_block,
)
from brian2numba.containers.sizes import checked_size, first_of
from brian2numba.containers.stored_contents import StoredContents
from brian2numba.errors import Status
from brian2numba.language import Pointer, int64, release
from brian2numba.operations import operation
from brian2numba.reference_counting import MemInfo

__all__ = [
    "DynamicArray",
    "DynamicArray1D",
    "DynamicArray2D",
    "Rows",
    "append_rows",
    "reserve_rows",
    "rows_of",
]

_ADVISE = address_of_advise()
_ROOM_TO_KEEP = 1.25
_MAX_DIMENSIONS = 2
#: Numbers for all states that the items of any array may have had
_versions = itertools.count()


class Rows(Extent):
    """What a dynamic array consists of."""

    #: The rows for which there is memory
    capacity: int64
    row_bytes: int64
    #: What tells the system of large blocks, see `address_of_advise`
    advise: int64
    buffer: Buffer
    #: From so many rows on, who appends some sets the alert: Python is to look
    limit: int64
    alert: Pointer[int64]


def rows_of(handle: int) -> Rows:
    """Return the record of a dynamic array, given its handle: its block's address."""
    return Rows.from_address(Block.from_address(handle).data)


@operation
def _release_dynamic_array(rows: Rows, size: int, unused: int) -> int:
    """Give back the memory of an array that nothing refers to any more."""
    release(rows.buffer.block)
    return Status.OK


@operation
def set_capacity(handle: int, capacity: int) -> int:
    """Give an array memory for exactly `capacity` rows.

    Parameters
    ----------
    handle : int
        The array.
    capacity : int
        The rows to make room for; rows beyond it are dropped.

    Returns
    -------
    int
        `Status.OK`, or `Status.OUT_OF_MEMORY` with the array as it was.
    """
    rows = rows_of(handle)
    kept = min(rows.n_rows, capacity)
    data = _resized(rows, capacity, kept)
    if data == 0:
        return Status.OUT_OF_MEMORY
    rows.data, rows.n_rows, rows.capacity = data, kept, capacity
    return Status.OK


def _resized(rows: Rows, capacity: int, n_kept: int) -> int:
    """Change the size of an array's block; return its address, or 0 without memory."""
    n_bytes, kept_bytes = capacity * rows.row_bytes, n_kept * rows.row_bytes
    return resize_block(rows.buffer, n_bytes, kept_bytes, rows.advise)


@operation
def reserve_rows(handle: int, n_rows: int) -> int:
    """Make room for at least `n_rows` rows; the array stays as long as it is.

    Parameters
    ----------
    handle : int
        The array.
    n_rows : int
        The rows to make room for; there are no more in use.

    Returns
    -------
    int
        The address of the first row; 0 without memory, with the array as it was.
    """
    rows = rows_of(handle)
    if n_rows < 0 or n_rows > MAX_BYTES // max(rows.row_bytes, 1):
        return 0
    if n_rows > rows.capacity or rows.data == 0:
        data = _resized(rows, n_rows, rows.n_rows)
        if data == 0:
            return 0
        rows.data, rows.capacity = data, n_rows
    return rows.data


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
    rows = rows_of(handle)
    n_old = rows.n_rows
    limit = MAX_BYTES // max(rows.row_bytes, 1)
    if n_new < 0 or n_new > limit - n_old:
        return 0
    if n_old + n_new > rows.capacity or rows.data == 0:
        larger = min(max(n_old + n_new, 2 * rows.capacity), limit)
        data = _resized(rows, larger, n_old)
        if data == 0 and larger > n_old + n_new:
            larger = n_old + n_new
            data = _resized(rows, larger, n_old)
        if data == 0:
            return 0
        rows.data, rows.capacity = data, larger
    rows.n_rows = n_old + n_new
    if rows.n_rows >= rows.limit:
        rows.alert[0] = 1
    return rows.data + n_old * rows.row_bytes


class DynamicArray(StoredContents):
    """What the faces of one- and two-dimensional arrays share."""

    def __init__(self, row_shape: tuple[int, ...], dtype: Any) -> None:
        super().__init__()
        self.dtype = np.dtype(dtype)
        if self.dtype.hasobject:
            raise TypeError(f"A dynamic array can't hold Python objects: {self.dtype}")
        self._row_shape = row_shape
        self._version = next(_versions)
        #: How many kernels of networks that are running write to it
        self.n_writers = 0
        handle = new_container(ctypes.sizeof(Rows), _release_dynamic_array)
        if not handle:
            raise MemoryError("No memory for a dynamic array")
        self._meminfo = MemInfo(handle)
        give_back_with(self, self._meminfo, _release_dynamic_array)
        #: The address that the compiled operations take.
        self.handle = handle
        #: The address of the record; it never changes.
        self.payload = self._meminfo.data
        self._rows = Rows.from_address(self.payload)
        self._rows.row_bytes = self._row_bytes(row_shape)
        self._rows.advise = _ADVISE
        self._rows.limit, self._rows.alert = NO_LIMIT, alert()
        self._block_at, self._block = 0, Block.from_address(0)

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
        self.mark_changed()
        return self.in_memory()

    @property
    def contents(self) -> np.ndarray[Any, Any]:
        """The array's items, as a view that is only read: `version` stays."""
        view = self.in_memory()
        view.flags.writeable = False
        return view

    def in_memory(
        self, start: int = 0, stop: int | None = None
    ) -> np.ndarray[Any, Any]:
        """Return rows that are in memory, all of them here, as a view."""
        rows = self._rows
        shape = ((rows.n_rows if stop is None else stop) - start, *self._row_shape)
        address = rows.data + start * rows.row_bytes
        return borrowed_view(rows.buffer.block, shape, self.dtype, address)

    @property
    def version(self) -> int | None:
        """A number that no other array has and that changes when items may have.

        It is ``None`` while others can change items unseen: there is a view of them, or
        numba knows the array.
        """
        # As `is_shared` does, which makes a record each time
        address = self._rows.buffer.block
        if address != self._block_at:
            self._block_at, self._block = address, Block.from_address(address)
        is_shared_block = address != 0 and self._block.references > 1
        is_given = is_shared_block or "structref" in vars(self)
        return None if is_given else self._version

    @property
    def last_version(self) -> int:
        """The version, also where others can change items unseen.

        Whoever gets a view by which items can be written changes it.
        """
        return self._version

    def mark_changed(self) -> None:
        """Say that items may change, or have changed, by way of a view or a kernel."""
        self._version = next(_versions)

    @property
    def row_bytes(self) -> int:
        """How many bytes a row has."""
        return int(self._rows.row_bytes)

    @property
    def shape(self) -> tuple[int, ...]:
        """The present shape."""
        return (self._rows.n_rows, *self._row_shape)

    def _resize_rows(self, new_rows: Any) -> None:
        rows, row_bytes = self._rows.n_rows, self._rows.row_bytes
        new_rows = checked_size(new_rows)
        if new_rows == rows and self._rows.data:
            return
        self.mark_changed()
        if new_rows < rows:
            self._rows.n_rows = new_rows
            try:
                self.detach()
            except MemoryError:
                self._rows.n_rows = rows
                raise
            return
        added = new_rows - rows
        address = append_rows.call(self.handle, min(added, MAX_BYTES + 1))
        if not address:
            raise self._out_of_memory(new_rows, row_bytes)
        ctypes.memset(address, 0, added * row_bytes)

    def _shrink_rows(self, new_rows: Any) -> None:
        self.mark_changed()
        new_rows = checked_size(new_rows)
        if new_rows > self._rows.n_rows:
            return
        if set_capacity.call(self.handle, new_rows) != Status.OK:
            raise self._out_of_memory(new_rows, self._rows.row_bytes)

    def detach(self) -> None:
        """Leave the block to the views of it, if there are any.

        What is written from now on, they do not show.
        """
        if is_shared(self._rows.buffer):
            self._shrink_rows(self._rows.n_rows)

    def truncate(self, n_rows: int) -> None:
        """Forget rows that nobody has seen, and give back memory that is not needed.

        Some is kept, so that it costs little to append a few rows many times.

        Parameters
        ----------
        n_rows : int
            How many rows are left.
        """
        self.mark_changed()
        self._rows.n_rows = n_rows
        is_shared_block = is_shared(self._rows.buffer)
        if self._rows.capacity > _ROOM_TO_KEEP * n_rows and not is_shared_block:
            set_capacity.call(self.handle, n_rows)

    def get_capsule(self) -> Any:
        """Return a capsule of the payload's address that no other target accepts."""
        return foreign_capsule(self.payload)

    def __getitem__(self, item: Any) -> Any:
        return self.data[item]

    def __setitem__(self, item: Any, value: Any) -> None:
        self.data[item] = value

    def __len__(self) -> int:
        return self._rows.n_rows

    def __str__(self) -> str:
        return str(self.data)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.data!r})"


class DynamicArray1D(DynamicArray):
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

    @cached_property
    def _ctype(self) -> Any:
        return np.ctypeslib.as_ctypes_type(self.dtype)

    def item(self, index: int) -> Any:
        """Return the item at an index, which is at least 0 and below the length."""
        address = self._rows.data + int(index) * self.dtype.itemsize
        return self.dtype.type(self._ctype.from_address(address).value)

    def set_item(self, index: int, value: Any) -> None:
        """Write the item at an index, as `item` takes it: a value that its type has."""
        self.mark_changed()
        address = self._rows.data + int(index) * self.dtype.itemsize
        self._ctype.from_address(address).value = value

    def resize(self, new_size: Any) -> None:
        """Make the array longer, with zeros, or shorter.

        Parameters
        ----------
        new_size : int or tuple of int
            The new size.
        """
        self._resize_rows(first_of(new_size))

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
        self._shrink_rows(first_of(new_size))


class DynamicArray2D(DynamicArray):
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
        if len(shape) > _MAX_DIMENSIONS:
            raise ValueError(
                f"A dynamic array has one or two dimensions, not {len(shape)}: {shape}"
            )
        rows, columns = shape
        super().__init__((checked_size(columns),), dtype)
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
        self._resize_rows(first_of(new_shape))

    def shrink(self, new_shape: Any) -> None:
        """Drop rows, maybe columns, and free the memory that is no longer needed.

        Parameters
        ----------
        new_shape : int or tuple of int
            The new number of rows or the new shape; if anything in it is larger than
            at present, nothing happens.
        """
        rows, columns = self.shape
        n_columns = checked_size(new_shape[1]) if np.ndim(new_shape) else columns
        if first_of(new_shape) > rows or n_columns > columns:
            return
        kept = self.data[: first_of(new_shape), :n_columns]
        self._shrink_rows(first_of(new_shape))
        if n_columns < columns:
            # the block is new: `kept` still has the old one
            self._row_shape = (n_columns,)
            self._rows.row_bytes = self._row_bytes(self._row_shape)
            self.data[:] = kept
            self._shrink_rows(first_of(new_shape))
