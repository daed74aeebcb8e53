"""
The compiled operations of spike queues.

Kernels and Python call the operations by address; each is compiled when it is first
needed. They are given a *handle*, the address of the block that the queue is in. The
functions `queue_of`, `due_chunk` and, of `queue_storage`, `read_chunk`, `synapse_at`
and `is_queues_list` become part of the kernels that deliver spikes.
"""

from __future__ import annotations

from brian2numba.containers.allocation import Block, replace_buffer
from brian2numba.containers.looking_ahead import prefetch_items
from brian2numba.containers.pool import ITEM
from brian2numba.containers.queue_storage import (
    PAGE_SHIFT,
    PAGE_SLOTS,
    RANGE_ITEMS,
    Queue,
    append_delayed,
    append_numbers,
    append_range,
    clear_slot,
    close_slot,
    count_in_ranges,
    find_chunk,
    is_queues_list,
    read_chunk,
    reserve_events,
    synapse_at,
)
from brian2numba.errors import Status
from brian2numba.language import Pointer, clear_bytes, int32, int32s, release
from brian2numba.operations import operation

__all__ = [
    "advance_queue",
    "allocate_directory",
    "clear_queue",
    "copy_events",
    "count_due",
    "due_chunk",
    "insert_events",
    "is_queues_list",
    "push_spikes",
    "queue_of",
    "read_chunk",
    "release_spike_queue",
    "synapse_at",
]


def queue_of(handle: int) -> Queue:
    """Return the record of a queue, given its handle: its block's address."""
    return Queue.from_address(Block.from_address(handle).data)


@operation
def release_spike_queue(queue: Queue, size: int, unused: int) -> int:
    """Give back the memory of a queue that nothing refers to any more.

    The parameters are those of destructors of numba's blocks; `size` plays no role.
    """
    release(queue.chunks.buffer.block)
    release(queue.pages.buffer.block)
    release(queue.directory.block)
    return Status.OK


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
        `Status.OK`, or `Status.OUT_OF_MEMORY` with the queue as it was.
    """
    queue = queue_of(handle)
    n_bytes = ((n_slots >> PAGE_SHIFT) + 1) * ITEM
    if not replace_buffer(queue.directory, n_bytes, 0):
        return Status.OUT_OF_MEMORY
    clear_bytes(queue.directory.data, n_bytes)
    queue.n_slots = n_slots
    return Status.OK


@operation
def push_spikes(handle: int, spikes: Pointer[int32], n_spikes: int) -> int:
    """Send spikes on their way.

    Parameters
    ----------
    handle : int
        The queue.
    spikes : pointer to int32
        The neurons' indices. Others than the queue's are ignored.
    n_spikes : int
        The number of spikes.

    Returns
    -------
    int
        `Status.OK`, or `Status.OUT_OF_MEMORY` with the queue as it was.
    """
    queue = queue_of(handle)
    if not queue.delays:
        return _push_ranges(queue, spikes, n_spikes)
    if queue.groups:
        return _push_groups(queue, spikes, n_spikes)
    return _push_numbers(queue, spikes, n_spikes)


def _push_ranges(queue: Queue, spikes: Pointer[int32], n_spikes: int) -> int:
    """Push the synapses of each neuron, which have one delay, as one range."""
    if not reserve_events(queue, n_spikes * RANGE_ITEMS, 1):
        return Status.OUT_OF_MEMORY
    slot = _slot_after(queue, queue.delay)
    for k in range(n_spikes):
        first, end = _part_of(queue, spikes[k])
        if first < end:
            append_range(queue, slot, first, end)
            queue.n_events_pushed += end - first
    return Status.OK


def _push_groups(queue: Queue, spikes: Pointer[int32], n_spikes: int) -> int:
    """Push the synapses that have neuron and delay in common as one range."""
    n_items = _count(queue, spikes, n_spikes) * RANGE_ITEMS
    if not reserve_events(queue, n_items, queue.n_slots):
        return Status.OUT_OF_MEMORY
    delays, groups = queue.delays, queue.groups
    for k in range(n_spikes):
        first, end = _part_of(queue, spikes[k])
        queue.n_events_pushed += groups[end] - groups[first]
        for group in range(first, end):
            slot = _slot_after(queue, delays[group])
            append_range(queue, slot, groups[group], groups[group + 1])
    return Status.OK


def _push_numbers(queue: Queue, spikes: Pointer[int32], n_spikes: int) -> int:
    """Push each synapse after its own delay."""
    n_items = _count(queue, spikes, n_spikes)
    if not reserve_events(queue, n_items, queue.n_slots):
        return Status.OUT_OF_MEMORY
    for k in range(n_spikes):
        first, end = _part_of(queue, spikes[k])
        append_delayed(queue, first, end)
    return Status.OK


def _part_of(queue: Queue, neuron: int) -> tuple[int, int]:
    """Return a neuron's part of the synapses (or groups); none for other neurons."""
    start = queue.source_start
    if neuron < start or neuron >= queue.source_end:
        return 0, 0
    return queue.first[neuron - start], queue.first[neuron - start + 1]


def _count(queue: Queue, spikes: Pointer[int32], n_spikes: int) -> int:
    """Return how many synapses (or groups) some spikes go to, and prefetch delays."""
    n, delays = 0, queue.delays
    for k in range(n_spikes):
        first, end = _part_of(queue, spikes[k])
        n += end - first
        prefetch_items(delays, first, end)
    return n


def _slot_after(queue: Queue, delay: int) -> int:
    """Return the slot that is due after a number of steps."""
    n_slots, slot = queue.n_slots, queue.present + delay
    return slot - n_slots if slot >= n_slots else slot


@operation
def insert_events(
    handle: int,
    slots: Pointer[int32],
    sizes: Pointer[int32],
    n_slots: int,
    synapses: Pointer[int32],
) -> int:
    """Give events to slots that have none.

    Parameters
    ----------
    handle : int
        The queue.
    slots, sizes : pointer to int32
        The slots, and how many events each gets.
    n_slots : int
        The number of these slots.
    synapses : pointer to int32
        The synapses' numbers, slot by slot.

    Returns
    -------
    int
        `Status.OK`, or `Status.OUT_OF_MEMORY` with a queue that has some of them.
    """
    queue, first = queue_of(handle), 0
    for k in range(n_slots):
        if not reserve_events(queue, sizes[k], 1):
            return Status.OUT_OF_MEMORY
        append_numbers(queue, slots[k], synapses + first, sizes[k])
        close_slot(queue, slots[k])
        first += sizes[k]
    return Status.OK


@operation
def copy_events(handle: int, slot: int, target: Pointer[int32]) -> int:
    """Write down the events of a slot, and return how many there are.

    Parameters
    ----------
    handle : int
        The queue.
    slot : int
        The slot.
    target : pointer to int32
        Where the synapses' numbers go; null to count them only.
    """
    queue = queue_of(handle)
    n_events, chunk = 0, find_chunk(queue, slot)
    while chunk != 0:
        synapses, ranges, n_ranges, chunk = read_chunk(queue, chunk)
        for r in range(n_ranges):
            first, end = ranges[r].first, ranges[r].end
            if target:
                for k in range(first, end):
                    target[n_events + k - first] = synapse_at(synapses, k)
            n_events += end - first
    return n_events


def due_chunk(queue: Queue) -> int:
    """Return the first chunk of the events that are due now, 0 if there are none."""
    return find_chunk(queue, queue.present)


@operation
def count_due(handle: int) -> int:
    """Return how many events are due now; -1 unless all are in ranges.

    What threads divide are ranges: the synapses of one neuron each, in their order.
    """
    queue = queue_of(handle)
    first = due_chunk(queue)
    n_events = count_in_ranges(queue, first)
    return -1 if n_events == 0 and first != 0 else n_events


@operation
def advance_queue(handle: int) -> int:
    """Remove the events that are due and go to the next step; returns `Status.OK`."""
    queue = queue_of(handle)
    clear_slot(queue, queue.present)
    following = queue.present + 1
    queue.present = following if following < queue.n_slots else 0
    return Status.OK


@operation
def clear_queue(handle: int, present: int) -> int:
    """Remove all events, and go to a step: one of the slots; returns `Status.OK`."""
    queue = queue_of(handle)
    directory = int32s(queue.directory.data)
    for page in range((queue.n_slots >> PAGE_SHIFT) + 1):
        first = page << PAGE_SHIFT
        for slot in range(first, min(first + PAGE_SLOTS, queue.n_slots)):
            # The page goes with the last slot that has events
            if directory[page] != 0:
                clear_slot(queue, slot)
    queue.present = present
    return Status.OK
