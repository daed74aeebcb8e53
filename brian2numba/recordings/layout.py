"""How large the pieces are in which a recording lies on disk."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Layout", "layout_for", "row_bytes_of"]

#: The rows that leave memory at once have about so many bytes: few files, and each of
#: them quickly written
BLOCK_BYTES = 8 * 2**20
#: What is read and unpacked at once has about so many bytes: some neurons over a long
#: time, so that neither one neuron's trace nor a moment of all neurons reads much more
CHUNK_BYTES = 2**20
#: No block has more rows, of however few bytes
MOST_ROWS = 2**17


@dataclass(frozen=True)
class Layout:
    """The pieces of a recording.

    Attributes
    ----------
    rows : int
        The rows of a block, which is a file of each variable.
    """

    rows: int

    def columns(self, n_columns: int, item_bytes: int) -> int:
        """Return how many columns of a block are packed together."""
        fitting = CHUNK_BYTES // (self.rows * item_bytes)
        return max(1, min(n_columns, fitting))


def row_bytes_of(variables: Mapping[str, Any]) -> int:
    """Return how many bytes a row of all variables has."""
    arrays = [variable.get_value() for variable in variables.values()]
    return sum(a.dtype.itemsize * math.prod(a.shape[1:]) for a in arrays)


def layout_for(row_bytes: int, block_bytes: int = BLOCK_BYTES) -> Layout:
    """Return the layout for rows of a number of bytes.

    Parameters
    ----------
    row_bytes : int
        The bytes of a row of all variables together.
    block_bytes : int, optional
        About how many bytes leave memory at once.
    """
    rows = max(1, min(block_bytes // max(row_bytes, 1), MOST_ROWS))
    # Memory is given to arrays in powers of two
    return Layout(2 ** (rows.bit_length() - 1))
