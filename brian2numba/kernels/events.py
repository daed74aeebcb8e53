"""Searches in the event spaces of neuron groups."""

from __future__ import annotations

from typing import Any

from brian2numba.jit import helper

__all__ = ["first_not_below"]


@helper
def first_not_below(events: Any, n_events: int, index: int) -> int:
    """Return the position of the first event whose neuron is not below `index`.

    Parameters
    ----------
    events : pointer to int32
        Neuron indices in ascending order.
    n_events : int
        How many there are.
    index : int
        A neuron index.
    """
    low, high = 0, n_events
    while low < high:
        middle = (low + high) // 2
        if events[middle] < index:
            low = middle + 1
        else:
            high = middle
    return low
