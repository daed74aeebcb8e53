"""Indices as numpy takes them, in the few forms in which rows and columns are read."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["columns_of", "rows_of_item"]

type Rows = slice | np.ndarray[Any, Any]


def rows_of_item(item: Any, n_rows: int) -> tuple[Rows, bool, bool]:
    """Return which rows an index means.

    Parameters
    ----------
    item : int, slice or array
        The index, of one dimension.
    n_rows : int
        How many rows there are.

    Returns
    -------
    rows : slice or numpy.ndarray
        A slice that goes forward, with its ends within the rows, or row numbers.
    is_one : bool
        Whether a single row is meant, not an array with one.
    backwards : bool
        Whether the rows are meant in reverse order.

    Raises
    ------
    IndexError
        If there is no such row.
    """
    if isinstance(item, slice):
        start, stop, step = item.indices(n_rows)
        if step > 0:
            return slice(start, max(start, stop), step), False, False
        length = len(range(start, stop, step))
        last = start + (length - 1) * step
        return (
            slice(last, last + length * -step, -step) if length else slice(0, 0, 1),
            False,
            True,
        )
    numbers = _numbers(item, n_rows, "rows")
    return _simplified(numbers.reshape(-1)), numbers.ndim == 0, False


def _numbers(item: Any, length: int, what: str) -> np.ndarray[Any, Any]:
    """Return which numbers from 0 on an index means that is no slice."""
    numbers = np.asarray(item)
    if numbers.dtype == bool:
        if numbers.shape != (length,):
            raise IndexError(
                f"A mask of shape {numbers.shape} does not fit {length} {what}."
            )
        numbers = np.flatnonzero(numbers)
    if numbers.size and numbers.dtype.kind not in "iu":
        raise IndexError(f"Recorded {what} have whole numbers; {item!r} is none.")
    numbers = numbers.astype(np.int64)
    wrong = numbers[(numbers < -length) | (numbers >= length)]
    if wrong.size:
        raise IndexError(
            f"The index {wrong.flat[0]} is beyond the {length} {what} that were "
            "recorded."
        )
    return np.where(numbers < 0, numbers + length, numbers)


def _simplified(numbers: np.ndarray[Any, Any]) -> Rows:
    """Return a slice for numbers that follow each other."""
    if not len(numbers):
        return slice(0, 0, 1)
    if np.all(np.diff(numbers) == 1):
        return slice(int(numbers[0]), int(numbers[-1]) + 1, 1)
    return numbers


def columns_of(item: Any, n_columns: int) -> Any:
    """Return an index of columns that both numpy and zarr understand.

    Parameters
    ----------
    item : int, slice or array
        The index, of one dimension.
    n_columns : int
        How many columns there are.

    Raises
    ------
    IndexError
        If there is no such column.
    """
    if isinstance(item, slice):
        start, stop, step = item.indices(n_columns)
        if step > 0:
            return slice(start, max(start, stop), step)
        return np.arange(start, stop, step)
    numbers = _numbers(item, n_columns, "neurons")
    return int(numbers) if numbers.ndim == 0 else numbers
