"""What monitors record."""

from __future__ import annotations

from brian2numba.containers.dynamic_array import rows_of

__all__ = ["take_back"]


def take_back(handle: int, n_rows: int) -> None:
    """Forget the last rows of a dynamic array.

    Parameters
    ----------
    handle : int
        The array.
    n_rows : int
        How many rows were appended in vain.
    """
    rows_of(handle).n_rows -= n_rows
