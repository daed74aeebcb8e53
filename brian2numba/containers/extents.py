"""Where the data of an array are, and how many there are, as kernels are told."""

from __future__ import annotations

from typing import Annotated

from brian2numba.language import Pointer, Record, int64

__all__ = ["MAX_DIMENSIONS", "ArrayExtent", "Extent"]

#: No array of numpy's has more
MAX_DIMENSIONS = 64


class Extent(Record):
    """Where the rows of an array are."""

    #: The address of the first row
    data: int64
    #: The rows in use
    n_rows: int64


class ArrayExtent(Extent):
    """Where an array of several dimensions is."""

    #: Its shape but the first dimension
    inner_shape: Annotated[Pointer[int64], MAX_DIMENSIONS - 1]

    def set_shape(self, shape: tuple[int, ...]) -> None:
        """Write the shape of an array, of at least one dimension."""
        self.n_rows, *inner = shape
        for axis, length in enumerate(inner):
            self.inner_shape[axis] = length
