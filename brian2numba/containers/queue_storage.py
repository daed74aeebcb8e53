"""
How a spike queue keeps the events under way: memory for these, little for the delays.

A *slot* is a time step. Its events (synapse numbers) are in a chain of chunks. Slots
are grouped in pages, which exist only while one of their slots has events. So an hour's
delay costs a table of pages, 4 bytes for 64 steps, and not a list a step.

The functions take the address of a queue's payload, `queue`.
"""

from __future__ import annotations

from brian2numba.containers.allocation import BUFFER_DATA, BUFFER_WORDS
from brian2numba.containers.pool import (
    ITEM,
    POOL_WORDS,
    RECORDS,
    WORD,
    give_back,
    reserve_records,
    take_record,
)
from brian2numba.language import (
    clear_bytes,
    copy_bytes,
    load_int32,
    load_int64,
    store_int32,
)

__all__ = [
    "append_delayed",
    "append_run",
    "clear_slot",
    "count_events",
    "find_slot",
    "reserve_events",
]

#: Words of the payload, first those that kernels read: after `peek_spikes` the address
#: of the events that are due, and their number.
DUE_ADDRESS = 0
DUE_COUNT = 1
#: The neurons, from the first to the one after the last.
SOURCE_START = 2
SOURCE_END = 3
#: For each neuron the position of its first synapse (address of int64 items), ...
FIRST = 4
#: ... in this list of synapses (address of int32), or in 0, 1, 2, ... without a list.
SYNAPSES = 5
#: Delays in steps: one a synapse (address of int32), or without these one for all.
DELAYS = 6
DELAY = 7
#: The number of slots and the present one.
N_SLOTS = 8
OFFSET = 9
CHUNKS = 10
PAGES = CHUNKS + POOL_WORDS
#: For each page of slots its record, int32.
DIRECTORY = PAGES + POOL_WORDS
#: Where events that are due are put together.
SCRATCH = DIRECTORY + BUFFER_WORDS
N_WORDS = SCRATCH + BUFFER_WORDS

_CHUNKS_DATA = CHUNKS + RECORDS
_PAGES_DATA = PAGES + RECORDS
_DIRECTORY_DATA = DIRECTORY + BUFFER_DATA

#: Items of a chunk: the next chunk, then events.
CHUNK_SHIFT = 6
CHUNK_ITEMS = 1 << CHUNK_SHIFT
CHUNK_EVENTS = CHUNK_ITEMS - 1
#: Items of a slot: its first chunk, the position for the next event (of all items of
#: all chunks) and the number of its chunks. In slot 0 of a page also: how many of the
#: page's slots have events. The position is that of a chunk's first item, which holds
#: no event, where the last chunk is full, and where there is none: it is 0 then.
HEAD, POSITION, N_SLOT_CHUNKS, _OCCUPIED = 0, 1, 2, 3
_SLOT_ITEMS = 4
#: Slots and items of a page.
PAGE_SHIFT = 6
PAGE_SLOTS = 1 << PAGE_SHIFT
PAGE_ITEMS = PAGE_SLOTS * _SLOT_ITEMS
_MAX_EVENTS = 2**31 - 1


def _slot_address(pages: int, page: int, slot: int) -> int:
    """Return where the items of a slot are, in a page that exists."""
    position = (page - 1) * PAGE_ITEMS + (slot & (PAGE_SLOTS - 1)) * _SLOT_ITEMS
    return pages + position * ITEM


def find_slot(queue: int, slot: int) -> int:
    """Return the address of a slot's items, or 0 if nothing is due then."""
    page = load_int32(load_int64(queue, _DIRECTORY_DATA), slot >> PAGE_SHIFT)
    address = _slot_address(load_int64(queue, _PAGES_DATA), page, slot)
    return address if page and load_int32(address, N_SLOT_CHUNKS) else 0


def _page_of(queue: int, slot: int) -> int:
    """Return the address of a slot's page; of a new one, reserved, if there is none."""
    directory = load_int64(queue, _DIRECTORY_DATA)
    page = load_int32(directory, slot >> PAGE_SHIFT)
    is_new = page == 0
    if is_new:
        page = take_record(queue + PAGES * WORD, PAGE_ITEMS)
        store_int32(directory, slot >> PAGE_SHIFT, page)
    address = load_int64(queue, _PAGES_DATA) + (page - 1) * PAGE_ITEMS * ITEM
    if is_new:
        clear_bytes(address, PAGE_ITEMS * ITEM)
    return address


def _add_chunk(queue: int, slot: int) -> int:
    """Give a slot a reserved chunk; the address of the slot's items."""
    page = _page_of(queue, slot)
    address = _slot_address(page, 1, slot)
    chunk = take_record(queue + CHUNKS * WORD, CHUNK_ITEMS)
    n_chunks = load_int32(address, N_SLOT_CHUNKS)
    if n_chunks == 0:
        store_int32(address, HEAD, chunk)
        store_int32(page, _OCCUPIED, load_int32(page, _OCCUPIED) + 1)
    else:
        full_chunk = load_int32(address, POSITION) - CHUNK_ITEMS
        store_int32(load_int64(queue, _CHUNKS_DATA), full_chunk, chunk)
    store_int32(address, POSITION, (chunk - 1) * CHUNK_ITEMS + 1)
    store_int32(address, N_SLOT_CHUNKS, n_chunks + 1)
    return address


def reserve_events(queue: int, n_events: int, n_slots: int) -> bool:
    """Make room for events, whichever slots they are for; false without memory.

    Parameters
    ----------
    queue : int
        The queue.
    n_events : int
        The number of events.
    n_slots : int
        The largest number of different slots that they can be for: 1, or all.
    """
    n_pages = min(n_events, (n_slots >> PAGE_SHIFT) + 1)
    n_chunks = min(n_events, n_events // CHUNK_EVENTS + n_slots)
    is_possible = n_events <= _MAX_EVENTS
    for is_chunks in range(2 if is_possible else 0):
        pool = queue + (CHUNKS if is_chunks else PAGES) * WORD
        n_items = CHUNK_ITEMS if is_chunks else PAGE_ITEMS
        n_records = n_chunks if is_chunks else n_pages
        is_possible = is_possible and reserve_records(pool, n_items, n_records)
    return is_possible


def append_delayed(queue: int, first: int, end: int) -> None:
    """Append reserved events: synapses, each to the slot after its delay.

    Parameters
    ----------
    queue : int
        The queue.
    first, end : int
        The first position in the list of synapses, and the one after the last.
    """
    synapses, delays = load_int64(queue, SYNAPSES), load_int64(queue, DELAYS)
    offset, n_slots = load_int64(queue, OFFSET), load_int64(queue, N_SLOTS)
    # these do not move: all memory is reserved
    directory, pages = (
        load_int64(queue, _DIRECTORY_DATA),
        load_int64(queue, _PAGES_DATA),
    )
    chunks = load_int64(queue, _CHUNKS_DATA)
    for k in range(first, end):
        synapse = load_int32(synapses, k) if synapses else k
        slot = offset + load_int32(delays, synapse)
        slot = slot - n_slots if slot >= n_slots else slot
        page = load_int32(directory, slot >> PAGE_SHIFT)
        address = _slot_address(pages, page, slot)
        if page == 0 or load_int32(address, POSITION) & CHUNK_EVENTS == 0:
            address = _add_chunk(queue, slot)
        position = load_int32(address, POSITION)
        store_int32(chunks, position, synapse)
        store_int32(address, POSITION, position + 1)


def append_run(queue: int, slot: int, first: int, end: int) -> None:
    """Append reserved events to a slot: synapses that all have the same delay.

    Parameters
    ----------
    queue : int
        The queue.
    slot : int
        The slot.
    first, end : int
        The first position in the list of synapses, and the one after the last.
    """
    synapses, chunks = load_int64(queue, SYNAPSES), load_int64(queue, _CHUNKS_DATA)
    address = find_slot(queue, slot)
    while first < end:
        if address == 0 or load_int32(address, POSITION) & CHUNK_EVENTS == 0:
            address = _add_chunk(queue, slot)
        position = load_int32(address, POSITION)
        room = CHUNK_ITEMS - (position & CHUNK_EVENTS)
        n = end - first if end - first < room else room
        if synapses:
            target, source = chunks + position * ITEM, synapses + first * ITEM
            copy_bytes(target, source, n * ITEM)
        else:
            for i in range(n):
                store_int32(chunks, position + i, first + i)
        store_int32(address, POSITION, position + n)
        first += n


def count_events(slot_address: int) -> int:
    """Return the number of events of a slot that has some."""
    in_last_chunk = (load_int32(slot_address, POSITION) - 1) & CHUNK_EVENTS
    n_full_chunks = load_int32(slot_address, N_SLOT_CHUNKS) - 1
    return n_full_chunks * CHUNK_EVENTS + in_last_chunk


def clear_slot(queue: int, slot: int) -> None:
    """Remove the events of a slot, and its page if that is empty then."""
    address = find_slot(queue, slot)
    if address == 0:
        return
    head, n_chunks = load_int32(address, HEAD), load_int32(address, N_SLOT_CHUNKS)
    tail = ((load_int32(address, POSITION) - 1) >> CHUNK_SHIFT) + 1
    give_back(queue + CHUNKS * WORD, CHUNK_ITEMS, head, tail, n_chunks)
    store_int32(address, N_SLOT_CHUNKS, 0)
    store_int32(address, POSITION, 0)
    page_address = _page_of(queue, slot)
    n_occupied = load_int32(page_address, _OCCUPIED) - 1
    store_int32(page_address, _OCCUPIED, n_occupied)
    if n_occupied == 0:
        directory = load_int64(queue, _DIRECTORY_DATA)
        page = load_int32(directory, slot >> PAGE_SHIFT)
        store_int32(directory, slot >> PAGE_SHIFT, 0)
        give_back(queue + PAGES * WORD, PAGE_ITEMS, page, page, 1)
