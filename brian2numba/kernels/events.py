"""The event spaces of neuron groups."""

from __future__ import annotations

from brian2numba.language import Pointer, int32, int64, same_memory, uint8

__all__ = ["append_events", "first_not_below"]


def first_not_below(events: Pointer[int32], n_events: int, index: int) -> int:
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


def append_events(
    mask: Pointer[int64],
    n_elements: int,
    start: int,
    events: Pointer[int32],
    n_events: int,
) -> int:
    """Append the neurons of a block that have an event, and return how many there are.

    Parameters
    ----------
    mask : pointer to int64
        A byte for each element of the block, 1 where there is an event. What follows
        the last element, up to a whole word, is changed.
    n_elements : int
        The size of the block.
    start : int
        The index of its first element.
    events : pointer to int32
        Where the indices go.
    n_events : int
        How many are there already.
    """
    is_event = same_memory(mask, uint8)
    for k in range(n_elements, (n_elements + 7) & ~7):
        is_event[k] = 0
    for word in range((n_elements + 7) >> 3):
        # Most words have no event
        if mask[word] != 0:
            for k in range(8 * word, 8 * word + 8):
                if is_event[k] != 0:
                    events[n_events] = start + k
                    n_events += 1
    return n_events
