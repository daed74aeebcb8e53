"""
The compiled operations of spike queues.

Kernels call the operations by address. Each is compiled when it is first needed.
"""

from __future__ import annotations

from brian2numba.containers.allocation import (
    BUFFER_DATA,
    BUFFER_MEMINFO,
    BUFFER_SIZE,
    replace_buffer,
)
from brian2numba.containers.pool import ITEM, POOL_BUFFER, RECORDS, WORD
from brian2numba.containers.queue_storage import (
    CHUNK_EVENTS,
    CHUNK_ITEMS,
    CHUNKS,
    DELAY,
    DELAYS,
    DIRECTORY,
    DUE_ADDRESS,
    DUE_COUNT,
    FIRST,
    HEAD,
    N_SLOTS,
    OFFSET,
    PAGE_SHIFT,
    PAGES,
    SCRATCH,
    SOURCE_END,
    SOURCE_START,
    append_delayed,
    append_run,
    clear_slot,
    count_events,
    find_slot,
    reserve_events,
)
from brian2numba.errors import OK, OUT_OF_MEMORY
from brian2numba.language import (
    clear_bytes,
    copy_bytes,
    load_int32,
    load_int64,
    payload_of,
    release,
    store_int64,
)
from brian2numba.operations import operation

__all__ = [
    "advance_queue",
    "allocate_directory",
    "peek_spikes",
    "push_spikes",
    "release_spike_queue",
]


_CHUNK_BYTES = CHUNK_ITEMS * ITEM
_EVENT_BYTES = CHUNK_EVENTS * ITEM


@operation
def release_spike_queue(payload: int, size: int, unused: int) -> int:
    """Give back the memory of a queue that nothing refers to any more."""
    release(load_int64(payload, CHUNKS + POOL_BUFFER + BUFFER_MEMINFO))
    release(load_int64(payload, PAGES + POOL_BUFFER + BUFFER_MEMINFO))
    release(load_int64(payload, DIRECTORY + BUFFER_MEMINFO))
    release(load_int64(payload, SCRATCH + BUFFER_MEMINFO))
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


def _synapses_of(queue: int, neuron: int) -> tuple[int, int]:
    """Return where a neuron's synapses begin and end; nothing for other neurons."""
    start = load_int64(queue, SOURCE_START)
    if neuron < start or neuron >= load_int64(queue, SOURCE_END):
        return 0, 0
    first = load_int64(queue, FIRST)
    return load_int64(first, neuron - start), load_int64(first, neuron - start + 1)


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
    n_events = 0
    for k in range(n_spikes):
        first, end = _synapses_of(queue, load_int32(spikes, k))
        n_events += end - first
    n_slots, is_uniform = load_int64(queue, N_SLOTS), not load_int64(queue, DELAYS)
    if not reserve_events(queue, n_events, 1 if is_uniform else n_slots):
        return OUT_OF_MEMORY
    slot = load_int64(queue, OFFSET) + load_int64(queue, DELAY)
    slot = slot - n_slots if slot >= n_slots else slot
    for k in range(n_spikes):
        first, end = _synapses_of(queue, load_int32(spikes, k))
        if is_uniform:
            append_run(queue, slot, first, end)
        else:
            append_delayed(queue, first, end)
    return OK


def _gather(queue: int, chunk: int, n_due: int) -> int:
    """Copy the events of a chain to the scratch buffer; its address, 0 without memory.

    Parameters
    ----------
    queue : int
        The queue.
    chunk : int
        The first chunk.
    n_due : int
        The number of events.
    """
    data = load_int64(queue, SCRATCH + BUFFER_DATA)
    if load_int64(queue, SCRATCH + BUFFER_SIZE) < n_due * ITEM:
        data = replace_buffer(queue + SCRATCH * WORD, n_due * ITEM, 0)
    chunks = load_int64(queue, CHUNKS + RECORDS)
    target, end = data, data + n_due * ITEM if data else 0
    while target < end:
        address = chunks + (chunk - 1) * _CHUNK_BYTES
        n_bytes = end - target if end - target < _EVENT_BYTES else _EVENT_BYTES
        copy_bytes(target, address + ITEM, n_bytes)
        chunk = load_int32(address, 0)
        target += n_bytes
    return data


@operation
def peek_spikes(handle: int) -> int:
    """Find the synapses whose spikes are due now.

    Parameters
    ----------
    handle : int
        The queue. Its words `DUE_ADDRESS` and `DUE_COUNT` say afterwards where they
        are (int32), valid until the next operation.

    Returns
    -------
    int
        `OK`, or `OUT_OF_MEMORY` with the events as they were.
    """
    queue = payload_of(handle)
    store_int64(queue, DUE_COUNT, 0)
    address = find_slot(queue, load_int64(queue, OFFSET))
    if address == 0:
        return OK
    head, n_due = load_int32(address, HEAD), count_events(address)
    if n_due > CHUNK_EVENTS:
        due = _gather(queue, head, n_due)
    else:
        due = load_int64(queue, CHUNKS + RECORDS) + (head - 1) * _CHUNK_BYTES + ITEM
    if due == 0:
        return OUT_OF_MEMORY
    store_int64(queue, DUE_ADDRESS, due)
    store_int64(queue, DUE_COUNT, n_due)
    return OK


@operation
def advance_queue(handle: int) -> int:
    """Remove the spikes that are due and go to the next step; the result is `OK`."""
    queue = payload_of(handle)
    offset = load_int64(queue, OFFSET)
    clear_slot(queue, offset)
    store_int64(queue, DUE_COUNT, 0)
    offset = offset + 1 if offset + 1 < load_int64(queue, N_SLOTS) else 0
    store_int64(queue, OFFSET, offset)
    return OK
