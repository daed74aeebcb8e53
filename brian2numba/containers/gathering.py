"""Items of an array in another order."""

from __future__ import annotations

from typing import Any

import numpy as np

from brian2numba.language import Pointer, int32, int32s, int64s, uint8s
from brian2numba.operations import operation

__all__ = ["gathered"]

type _Array = np.ndarray[Any, Any]

_INT32, _INT64 = 4, 8


@operation
def gather(
    source: int, target: int, places: Pointer[int32], n_items: int, item_bytes: int
) -> int:
    """Copy items from any places to where they follow each other; the result is 0.

    Parameters
    ----------
    source, target : int
        The addresses of the items, and of the copy.
    places : pointer to int32
        Where each item of the copy is among the items.
    n_items : int
        The length of the copy.
    item_bytes : int
        The size of an item: 1, 4 or 8 bytes.
    """
    if item_bytes == _INT64:
        words, to_words = int64s(source), int64s(target)
        for k in range(n_items):
            to_words[k] = words[places[k]]
    elif item_bytes == _INT32:
        halves, to_halves = int32s(source), int32s(target)
        for k in range(n_items):
            to_halves[k] = halves[places[k]]
    else:
        parts, to_parts = uint8s(source), uint8s(target)
        for k in range(n_items):
            to_parts[k] = parts[places[k]]
    return 0


def gathered(items: _Array, places: _Array, before: _Array | None = None) -> _Array:
    """Return items from some places, one after the other.

    Parameters
    ----------
    items : `numpy.ndarray`
        The items, of 1, 4 or 8 bytes.
    places : `numpy.ndarray`
        Their places, int32.
    before : `numpy.ndarray`, optional
        A former result that is not needed any more, and may become this one: to get
        memory from the system takes longer than to fill it.
    """
    result = before
    if result is None or (result.shape, result.dtype) != (places.shape, items.dtype):
        result = np.empty(len(places), items.dtype)
    gather.call(
        items.ctypes.data,
        result.ctypes.data,
        places.ctypes.data,
        len(places),
        items.itemsize,
    )
    return result
