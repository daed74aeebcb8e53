"""Parts of synapse creation that don't depend on the connection pattern."""

from __future__ import annotations

from brian2numba.containers.dynamic_array import rows_of
from brian2numba.kernels.random_numbers import Streams, rand
from brian2numba.language import (
    Pointer,
    bools,
    call,
    int32,
    int64,
    same_memory,
    uint8,
)
from brian2numba.operations import operation

__all__ = [
    "append_marked",
    "append_row",
    "count_indices",
    "data_of",
    "make_room",
    "mark_distinct",
    "number_of_marks",
    "number_of_steps",
    "number_repeats",
    "set_size",
    "steps_before",
    "steps_until",
]

#: Room for the new synapses grows by no more than this factor at a time
_GROWTH = 64
_LEAST_ROOM = 1024
#: `append_marked` writes up to so many items more than it appends
_SPARE = 8
#: A word of which each byte is 1
_ALL_MARKED = 0x0101010101010101


def number_of_steps(low: int, high: int, step: int) -> int:
    """Return the length of ``range(low, high, step)``; `step` is not zero."""
    if step > 0:
        return max(0, (high - low - 1) // step + 1)
    return max(0, (low - high - 1) // -step + 1)


def steps_before(low: int, step: int, n_steps: int, size: int) -> int:
    """Return how many of `n_steps` steps come before the first in ``range(size)``."""
    end = 0 if step > 0 else size - 1
    return min(number_of_steps(low, end, step), n_steps)


def steps_until(low: int, step: int, n_steps: int, size: int) -> int:
    """Return how many of `n_steps` steps end with the last in ``range(size)``."""
    end = size if step > 0 else -1
    return min(number_of_steps(low, end, step), n_steps)


def data_of(handle: int) -> int:
    """Return the address of the first row of a dynamic array."""
    return rows_of(handle).data


def set_size(handle: int, n_rows: int) -> None:
    """Say how many rows of a dynamic array are in use."""
    rows_of(handle).n_rows = n_rows


def make_room(  # noqa: PLR0913, PLR0917 (all are numbers that the kernel has)
    reserve_rows: int,
    pre: int,
    post: int,
    n_created: int,
    n_new: int,
    n_done: int,
    n_sources: int,
) -> int:
    """Make room for synapses; as many more as the coming sources may need.

    Memory that is not written to costs nothing on most systems, and what is left in the
    end is given back.

    Parameters
    ----------
    reserve_rows : int
        Address of the dynamic arrays' operation.
    pre, post : int
        Handles of the arrays of neuron indices.
    n_created : int
        How many synapses there are.
    n_new : int
        How many follow now.
    n_done, n_sources : int
        How many neurons these are from, and how many neurons there are in all.

    Returns
    -------
    int
        The number of synapses that there is room for; 0 without memory.
    """
    set_size(pre, n_created)
    set_size(post, n_created)
    needed = n_created + n_new
    expected = int64(1.03 * needed * n_sources / n_done)
    room = max(needed, min(max(expected, 2 * n_created), _GROWTH * needed))
    room = max(room, _LEAST_ROOM)
    while not _reserve_both(reserve_rows, pre, post, room):
        if room == needed:
            return 0
        room = needed
    return room


def _reserve_both(reserve_rows: int, pre: int, post: int, room: int) -> bool:
    if call(reserve_rows, (pre, room + _SPARE)) == 0:
        return False
    return call(reserve_rows, (post, room + _SPARE)) != 0


def append_row(  # noqa: PLR0913, PLR0917 (all are numbers that the kernel has)
    outer: Pointer[int32],
    inner: Pointer[int32],
    n_created: int,
    n_new: int,
    source: int,
    first: int,
    step: int,
) -> None:
    """Write synapses of one neuron with others at equal distances.

    Parameters
    ----------
    outer, inner : pointer to int32
        The arrays of neuron indices: that of the neuron and that of the others.
    n_created, n_new : int
        How many synapses there are, and how many to append.
    source : int
        The neuron.
    first, step : int
        The first of the others, and how far the next is.
    """
    for k in range(n_new):
        outer[n_created + k] = source
    for k in range(n_new):
        inner[n_created + k] = first + k * step


def number_of_marks(mask: Pointer[int64], n_elements: int) -> int:
    """Return how many of the first bytes of a mask are 1."""
    is_marked = same_memory(mask, uint8)
    n_marks = 0
    for k in range(n_elements):
        n_marks += is_marked[k]
    return n_marks


def append_marked(  # noqa: PLR0913, PLR0917 (all are numbers that the kernel has)
    mask: Pointer[int64],
    n_elements: int,
    outer: Pointer[int32],
    inner: Pointer[int32],
    n_created: int,
    source: int,
    first: int,
    step: int,
) -> None:
    """Write synapses of one neuron with those of the others that are marked.

    Parameters
    ----------
    mask : pointer to int64
        A byte for each other neuron, 1 where it is marked. What follows the last, up to
        a whole word, is changed.
    n_elements : int
        How many others there are.
    outer, inner : pointer to int32
        The arrays of neuron indices: that of the neuron and that of the others. There
        is room for `_SPARE` more items than are appended.
    n_created : int
        How many synapses there are.
    source : int
        The neuron.
    first, step : int
        The first of the others, and how far the next is.
    """
    is_marked = same_memory(mask, uint8)
    for k in range(n_elements, (n_elements + 7) & ~7):
        is_marked[k] = 0
    for word in range((n_elements + 7) >> 3):
        if mask[word] == _ALL_MARKED:
            for k in range(8):
                outer[n_created + k] = source
                inner[n_created + k] = first + (8 * word + k) * step
            n_created += 8
        elif mask[word] != 0:
            for k in range(8 * word, 8 * word + 8):
                # Written in any case: a branch would be guessed wrong too often
                outer[n_created] = source
                inner[n_created] = first + k * step
                n_created += is_marked[k]


@operation
def count_indices(
    indices: Pointer[int32], n_indices: int, counts: Pointer[int32]
) -> int:
    """Count how often each index occurs; the result is 0.

    Parameters
    ----------
    indices : pointer to int32
        The indices.
    n_indices : int
        How many there are.
    counts : pointer to int32
        The counts; those of the indices are added to them.
    """
    begin = 0
    while begin < n_indices:
        # Synapses of one neuron often follow each other
        index = indices[begin]
        end = begin + 1
        while end < n_indices and indices[end] == index:
            end += 1
        counts[index] += end - begin
        begin = end
    return 0


@operation
def number_repeats(
    keys: Pointer[int64], order: Pointer[int64], n_keys: int, numbers: Pointer[int32]
) -> int:
    """Give items that have equal keys numbers from 0 on; the result is 0.

    Parameters
    ----------
    keys : pointer to int64
        The keys.
    order : pointer to int64
        An order in which the keys are sorted; null if they are.
    n_keys : int
        How many there are.
    numbers : pointer to int32
        What becomes the number of each item.
    """
    previous, number = 0, 0
    for k in range(n_keys):
        item = order[k] if order else k
        number = number + 1 if k > 0 and keys[item] == previous else 0
        previous = keys[item]
        numbers[item] = number
    return 0


def mark_distinct(
    append_rows: int, scratch: int, population: int, size: int, streams: Streams
) -> int:
    """Draw `size` different numbers below `population` and mark them.

    Parameters
    ----------
    append_rows : int
        Address of the dynamic arrays' operation.
    scratch : int
        Handle of a dynamic array of bytes, which are 0 before and after use.
    population, size : int
        How many numbers there are, and how many of them are drawn.
    streams : Streams
        Opened random streams.

    Returns
    -------
    int
        The address of `population` bytes, of which `size` are 1; 0 if there is not
        enough memory. Whoever reads the marks clears them.
    """
    address = call(append_rows, (scratch, population))
    if address == 0:
        return 0
    marks = bools(address)
    for position in range(population):
        marks[position] = 0
    for _ in range(size):
        position = int64(rand(streams) * population)
        while marks[position] != 0:
            position = int64(rand(streams) * population)
        marks[position] = 1
    return address
