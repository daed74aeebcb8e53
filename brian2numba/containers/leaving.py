"""Rows that leave a dynamic array at its front, while new ones come at its end."""

from __future__ import annotations

import ctypes

from brian2numba.containers.dynamic_array import (
    DynamicArray,
    Rows,
    rows_of,
    set_capacity,
)
from brian2numba.containers.resizing import is_shared
from brian2numba.errors import Status

__all__ = ["bytes_to_leave", "drop_first", "set_limit"]


def set_limit(array: DynamicArray, n_rows: int) -> None:
    """Let kernels set the alert when an array has so many rows."""
    rows_of(array.handle).limit = n_rows


def bytes_to_leave(array: DynamicArray) -> int:
    """Return how much memory an array needs for its first rows to go."""
    rows = rows_of(array.handle)
    return _useful_rows(rows, 0) * rows.row_bytes if is_shared(rows.buffer) else 0


def _useful_rows(rows: Rows, n_kept: int) -> int:
    """Return how many rows to have memory for where some go when a limit is reached.

    What an array had once, before rows began to go, it does not need any more.
    """
    return max(min(rows.capacity, 2 * rows.limit), n_kept)


def drop_first(array: DynamicArray, n_rows: int) -> None:
    """Let the first rows of an array go; those after them move to its front.

    Parameters
    ----------
    array : DynamicArray
        The array. Views of it keep the block that they look at, as when it shrinks.
    n_rows : int
        How many rows, at most all.

    Raises
    ------
    MemoryError
        If there is a view of the array, and no memory for another block. The array
        is as it was.
    """
    if n_rows <= 0:
        return
    rows = rows_of(array.handle)
    n_kept = rows.n_rows - n_rows
    first, n_bytes = rows.data + n_rows * rows.row_bytes, n_kept * rows.row_bytes
    if is_shared(rows.buffer):
        _leave_block(array, n_kept, first, n_bytes)
    else:
        ctypes.memmove(rows.data, first, n_bytes)
    rows.n_rows = n_kept
    useful = _useful_rows(rows, n_kept)
    if rows.capacity > 2 * useful:
        # What can't be made smaller stays as large as it is
        set_capacity.call(array.handle, useful)
    array.mark_changed()


def _leave_block(array: DynamicArray, n_kept: int, first: int, n_bytes: int) -> None:
    """Give an array another block than the one that its views keep."""
    rows, view = rows_of(array.handle), array.in_memory()
    n_rows, rows.n_rows = rows.n_rows, 0
    useful = _useful_rows(rows, n_kept)
    if set_capacity.call(array.handle, useful) != Status.OK:
        rows.n_rows = n_rows
        raise MemoryError(
            f"No memory for another block of {useful * rows.row_bytes} bytes, "
            "which a recording needs, as there are views of the one that it has."
        )
    ctypes.memmove(rows.data, first, n_bytes)
    # Until its rows are copied
    del view
