"""
What is due in the next time step, fetched from memory while this one's is delivered.

Where the tables of synapses are larger than the caches, delivery waits for memory, and
a step has few ranges to ask for at once. Those of the next step are known: almost all
of its spikes have been pushed.
"""

from __future__ import annotations

from typing import Any

from brian2numba.containers.queue_storage import (
    ChunkKind,
    Queue,
    Range,
    find_chunk,
    kind_of_chunk,
    read_chunk,
)
from brian2numba.language import Pointer, Record, int32, int64, prefetch

__all__ = [
    "Ahead",
    "look_ahead",
    "next_range",
    "prefetch_items",
    "prefetch_range",
    "prefetch_ranges",
]

#: Items of 4 bytes in a line of the processor's cache, and how many lines are asked for
#: at once, of what is needed at once
_LINE_ITEMS, _N_LINES = 16, 6
#: The same for items of up to 8 bytes, of what is needed in the next step
_LONG_LINE_ITEMS, _N_LINES_AHEAD = 8, 16


class Ahead(Record):
    """How far ranges of the next time step were fetched."""

    ranges: Pointer[Range]
    n_ranges: int64
    number: int64
    #: The next chunk, or 0
    following: int64


def look_ahead(queue: Queue, ahead: Ahead) -> None:
    """Begin with the ranges of the next time step."""
    present = queue.present + 1
    _open(queue, ahead, find_chunk(queue, present if present < queue.n_slots else 0))


def _open(queue: Queue, ahead: Ahead, chunk: int) -> None:
    ahead.number = ahead.n_ranges = ahead.following = 0
    if chunk != 0 and kind_of_chunk(queue, chunk) == ChunkKind.RANGES:
        _, ranges, n_ranges, following = read_chunk(queue, chunk)
        ahead.ranges, ahead.n_ranges, ahead.following = ranges, n_ranges, following


def next_range(queue: Queue, ahead: Ahead) -> tuple[int, int]:
    """Return the next range; an empty one at the beginning where there is none."""
    if ahead.number >= ahead.n_ranges:
        if ahead.following == 0:
            return 0, 0
        _open(queue, ahead, ahead.following)
        if ahead.n_ranges == 0:
            return 0, 0
    number = ahead.number
    ahead.number = number + 1
    return ahead.ranges[number].first, ahead.ranges[number].end


def prefetch_range(items: Pointer[Any], first: int, end: int) -> None:
    """Ask the processor to have the first items of a range at hand.

    What follows in a long range, it fetches unasked.
    """
    n_lines = (end - first) // _LONG_LINE_ITEMS + 1
    for line in range(min(n_lines, _N_LINES_AHEAD)):
        prefetch(items, first + line * _LONG_LINE_ITEMS)
    # The last item of a range that begins within a line may be in one more
    prefetch(items, end)


def prefetch_items(items: Pointer[int32], first: int, end: int) -> None:
    """Ask the processor to have the first items of a range at hand (all, if few).

    Parameters
    ----------
    items : pointer to int32
        The items.
    first, end : int
        The position of the first and the one after the last.
    """
    n_lines = min((end - first + _LINE_ITEMS - 1) // _LINE_ITEMS, _N_LINES)
    for line in range(n_lines):
        prefetch(items, first + line * _LINE_ITEMS)


def prefetch_ranges(
    items: Pointer[int32], ranges: Pointer[Range], n_ranges: int
) -> None:
    """Ask the processor to have the items at hand that ranges begin with.

    Parameters
    ----------
    items : pointer to int32
        The items.
    ranges, n_ranges : pointer to Range, int
        What `read_chunk` returned.
    """
    for k in range(n_ranges):
        prefetch_items(items, ranges[k].first, ranges[k].end)
