"""Sizes of arrays, as users and Brian give them."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

__all__ = ["checked_size", "first_of"]


def first_of(shape: Any) -> Any:
    """Return the number of rows in an integer or in a shape."""
    return shape[0] if np.ndim(shape) else shape


def checked_size(size: Any) -> int:
    """Return a size as a Python integer, or refuse it."""
    size = int(size) if isinstance(size, float) else operator.index(size)
    if size < 0:
        raise ValueError(f"The size of an array can't be negative: {size}")
    return size
