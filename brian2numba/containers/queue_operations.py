"""
The compiled operations of spike queues.

Kernels call the operations by address. Each is compiled when it is first needed. The
functions `due_chunk` and `read_chunk` are part of the kernels that deliver spikes.
"""

from __future__ import annotations

from brian2numba.containers.allocation import BUFFER_MEMINFO, replace_buffer
from brian2numba.containers.pool import ITEM, POOL_BUFFER, WORD
from brian2numba.containers.queue_storage import (
    CHUNKS,
    DELAY,
    DELAYS,
    DIRECTORY,
    FIRST,
    GROUPS,
    N_SLOTS,
    OFFSET,
    PAGE_SHIFT,
    PAGES,
    RANGE_ITEMS,
    SOURCE_END,
    SOURCE_START,
    append_delayed,
    append_numbers,
    append_range,
    clear_slot,
    close_slot,
    count_in_ranges,
    find_chunk,
    prefetch_items,
    prefetch_ranges,
    read_chunk,
    reserve_events,
    synapse_at,
)
from brian2numba.errors import OK, OUT_OF_MEMORY
from brian2numba.language import (
    clear_bytes,
    int32s,
    load_int32,
    load_int64,
    payload_of,
    release,
    store_int32,
    store_int64,
)
from brian2numba.operations import operation

__all__ = [
    "advance_queue",
    "allocate_directory",
    "copy_events",
    "count_due",
    "due_chunk",
    "insert_events",
    "prefetch_ranges",
    "push_spikes",
    "read_chunk",
    "release_spike_queue",
    "synapse_at",
]


@operation
def release_spike_queue(payload: int, size: int, unused: int) -> int:
    """Give back the memory of a queue that nothing refers to any more."""
    release(load_int64(payload, CHUNKS + POOL_BUFFER + BUFFER_MEMINFO))
    release(load_int64(payload, PAGES + POOL_BUFFER + BUFFER_MEMINFO))
    release(load_int64(payload, DIRECTORY + BUFFER_MEMINFO))
    return OK


@operation
def allocate_directory(handle: int, n_slots: int) -> int:
    """Set the number of slots of a queue without events.

    Parameters
    ----------
    handle : int
        The queue.
    n_slots : int
        The number of slots, at least 1.

    Returns
    -------
    int
        `OK`, or `OUT_OF_MEMORY` with the queue as it was.
    """
    queue = payload_of(handle)
    n_pages = (n_slots >> PAGE_SHIFT) + 1
    data = replace_buffer(queue + DIRECTORY * WORD, n_pages * ITEM, 0)
    if data == 0:
        return OUT_OF_MEMORY
    clear_bytes(data, n_pages * ITEM)
    store_int64(queue, N_SLOTS, n_slots)
    return OK


@operation
def push_spikes(handle: int, spikes: int, n_spikes: int) -> int:
    """Send spikes on their way.

    Parameters
    ----------
    handle : int
        The queue.
    spikes : int
        The address of the neurons' indices (int32). Others than the queue's are
        ignored.
    n_spikes : int
        The number of spikes.

    Returns
    -------
    int
        `OK`, or `OUT_OF_MEMORY` with the queue as it was.
    """
    queue = payload_of(handle)
    if load_int64(queue, DELAYS) == 0:
        return _push_ranges(queue, spikes, n_spikes)
    if load_int64(queue, GROUPS):
        return _push_groups(queue, spikes, n_spikes)
    return _push_numbers(queue, spikes, n_spikes)


def _push_ranges(queue: int, spikes: int, n_spikes: int) -> int:
    """Push the synapses of a neuron, which have one delay, as one range."""
    if not reserve_events(queue, n_spikes * RANGE_ITEMS, 1):
        return OUT_OF_MEMORY
    slot = _slot_after(queue, load_int64(queue, DELAY))
    for k in range(n_spikes):
        first, end = _part_of(queue, load_int32(spikes, k))
        if first < end:
            append_range(queue, slot, first, end)
    return OK


def _push_groups(queue: int, spikes: int, n_spikes: int) -> int:
    """Push the synapses that have neuron and delay in common as one range."""
    n_items = _count(queue, spikes, n_spikes) * RANGE_ITEMS
    if not reserve_events(queue, n_items, load_int64(queue, N_SLOTS)):
        return OUT_OF_MEMORY
    delays, groups = load_int64(queue, DELAYS), load_int64(queue, GROUPS)
    for k in range(n_spikes):
        first, end = _part_of(queue, load_int32(spikes, k))
        for group in range(first, end):
            slot = _slot_after(queue, load_int32(delays, group))
            begin, stop = load_int32(groups, group), load_int32(groups, group + 1)
            append_range(queue, slot, begin, stop)
    return OK


def _push_numbers(queue: int, spikes: int, n_spikes: int) -> int:
    """Push each synapse after its own delay."""
    n_items = _count(queue, spikes, n_spikes)
    if not reserve_events(queue, n_items, load_int64(queue, N_SLOTS)):
        return OUT_OF_MEMORY
    for k in range(n_spikes):
        first, end = _part_of(queue, load_int32(spikes, k))
        append_delayed(queue, first, end)
    return OK


def _part_of(queue: int, neuron: int) -> tuple[int, int]:
    """Return a neuron's part of the synapses (or groups); none for other neurons."""
    start = load_int64(queue, SOURCE_START)
    if neuron < start or neuron >= load_int64(queue, SOURCE_END):
        return 0, 0
    first = load_int64(queue, FIRST)
    return load_int32(first, neuron - start), load_int32(first, neuron - start + 1)


def _count(queue: int, spikes: int, n_spikes: int) -> int:
    """Return how many synapses (or groups) some spikes go to."""
    n, delays = 0, int32s(load_int64(queue, DELAYS))
    for k in range(n_spikes):
        first, end = _part_of(queue, load_int32(spikes, k))
        n += end - first
        prefetch_items(delays, first, end)
    return n


def _slot_after(queue: int, delay: int) -> int:
    """Return the slot that is due after a number of steps."""
    n_slots, slot = load_int64(queue, N_SLOTS), load_int64(queue, OFFSET) + delay
    return slot - n_slots if slot >= n_slots else slot


@operation
def insert_events(handle: int, slot: int, synapses: int, n_synapses: int) -> int:
    """Give events to a slot that has none.

    Parameters
    ----------
    handle : int
        The queue.
    slot : int
        The slot.
    synapses : int
        The address of the synapses' numbers (int32).
    n_synapses : int
        How many there are.

    Returns
    -------
    int
        `OK`, or `OUT_OF_MEMORY` with the queue as it was.
    """
    queue = payload_of(handle)
    if not reserve_events(queue, n_synapses, 1):
        return OUT_OF_MEMORY
    append_numbers(queue, slot, synapses, n_synapses)
    close_slot(queue, slot)
    return OK


@operation
def copy_events(handle: int, slot: int, target: int) -> int:
    """Write down the events of a slot, and return how many there are.

    Parameters
    ----------
    handle : int
        The queue.
    slot : int
        The slot.
    target : int
        The address where the synapses' numbers (int32) go; 0 to count them only.
    """
    queue = payload_of(handle)
    n_events, chunk = 0, find_chunk(queue, slot)
    while chunk:
        synapses, ranges, n_ranges, chunk = read_chunk(queue, chunk)
        for k in range(n_ranges):
            first, end = load_int32(ranges, 2 * k), load_int32(ranges, 2 * k + 1)
            for position in range(first, end if target else first):
                synapse = synapse_at(synapses, position)
                store_int32(target, n_events + position - first, synapse)
            n_events += end - first
    return n_events


def due_chunk(queue: int) -> int:
    """Return the first chunk of the events that are due now, 0 if there are none."""
    return find_chunk(queue, load_int64(queue, OFFSET))


@operation
def count_due(handle: int) -> int:
    """Return how many events are due now; 0 unless all are in ranges.

    The synapses of a range are those of one neuron, in their order.
    """
    queue = payload_of(handle)
    return count_in_ranges(queue, due_chunk(queue))


@operation
def advance_queue(handle: int) -> int:
    """Remove the spikes that are due and go to the next step; the result is `OK`."""
    queue = payload_of(handle)
    offset = load_int64(queue, OFFSET)
    clear_slot(queue, offset)
    offset = offset + 1 if offset + 1 < load_int64(queue, N_SLOTS) else 0
    store_int64(queue, OFFSET, offset)
    return OK
