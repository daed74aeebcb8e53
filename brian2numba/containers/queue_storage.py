"""
How a spike queue keeps the events under way: memory for these, little for the delays.

A *slot* is a time step. Its events are in a chain of *chunks*, which hold either
*ranges* of synapses or *numbers* of synapses. A range is two positions in the list of
synapses, which is just 0, 1, 2, ... where the synapses are sorted by their source. So
the synapses of a neuron are one event. Numbers are for synapses that have nothing in
common with their neighbours, and for events whose ranges would be of a list that has
been replaced.

Slots are grouped in pages, which exist only while one of their slots has events. So an
hour's delay costs a table of pages, 4 bytes for 64 steps, and not a list a step.

The functions take the address of a queue's payload, `queue`.
"""

from __future__ import annotations

from typing import Any

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
    int32s,
    load_int32,
    load_int64,
    prefetch,
    store_int32,
)

__all__ = [
    "append_delayed",
    "append_numbers",
    "append_range",
    "clear_slot",
    "close_slot",
    "count_in_ranges",
    "find_chunk",
    "prefetch_items",
    "prefetch_ranges",
    "read_chunk",
    "reserve_events",
    "synapse_at",
]

#: Words of the payload. The neurons, from the first to the one after the last.
SOURCE_START = 0
SOURCE_END = 1
#: For each neuron, and for the one after the last, the position of its first synapse in
#: the list of synapses, or its first group where there are groups (address of int32).
FIRST = 2
#: The list of synapses by neuron (address of int32); 0 if it is just 0, 1, 2, ...
SYNAPSES = 3
#: Delays in steps, one for each position in the list or one for each group (address of
#: int32); without these one for all.
DELAYS = 4
#: Where each group of synapses begins that have neuron and delay in common, and where
#: the last one ends: positions in the list (address of int32); 0 without groups.
GROUPS = 5
DELAY = 6
#: The number of slots and the present one.
N_SLOTS = 7
OFFSET = 8
CHUNKS = 9
PAGES = CHUNKS + POOL_WORDS
#: For each page of slots its record, int32.
DIRECTORY = PAGES + POOL_WORDS
N_WORDS = DIRECTORY + BUFFER_WORDS

_CHUNKS_DATA = CHUNKS + RECORDS
_PAGES_DATA = PAGES + RECORDS
_DIRECTORY_DATA = DIRECTORY + BUFFER_DATA

#: Items of a chunk: the next chunk, its kind, 0, how many items follow, and these. The
#: third and the fourth are a range: that of the numbers. The fourth is up to date where
#: another chunk follows, and in all chunks of a slot after `find_chunk`.
CHUNK_SHIFT = 6
CHUNK_ITEMS = 1 << CHUNK_SHIFT
_NEXT, _KIND, _START, _N_ITEMS, HEADER = 0, 1, 2, 3, 4
#: Kinds of chunks: with ranges, with numbers, and with numbers and not full for ever
_RANGES, _NUMBERS, _CLOSED = 0, 1, 2
EVENT_ITEMS = CHUNK_ITEMS - HEADER
_CHUNK_BYTES = CHUNK_ITEMS * ITEM
#: Items of an event that is a range.
RANGE_ITEMS = 2
#: Items of a slot: its first chunk, the position for the next item (of all items of
#: all chunks) and the number of its chunks. In slot 0 of a page also: how many of the
#: page's slots have events. The position is the first after its chunk where the last
#: chunk is full or takes no more, and 0 where there is none.
_HEAD, _POSITION, _N_SLOT_CHUNKS, _OCCUPIED = 0, 1, 2, 3
_SLOT_ITEMS = 4
#: Slots and items of a page.
PAGE_SHIFT = 6
PAGE_SLOTS = 1 << PAGE_SHIFT
PAGE_ITEMS = PAGE_SLOTS * _SLOT_ITEMS
_MAX_ITEMS = 2**31 - 1
#: Items of a line of the processor's cache, and how many lines are asked for at once.
_LINE_ITEMS, _N_LINES = 16, 6


def _slot_address(pages: int, page: int, slot: int) -> int:
    """Return where the items of a slot are, in a page that exists."""
    position = (page - 1) * PAGE_ITEMS + (slot & (PAGE_SLOTS - 1)) * _SLOT_ITEMS
    return pages + position * ITEM


def _find_slot(queue: int, slot: int) -> int:
    """Return the address of a slot's items, or 0 if nothing is due then."""
    page = load_int32(load_int64(queue, _DIRECTORY_DATA), slot >> PAGE_SHIFT)
    address = _slot_address(load_int64(queue, _PAGES_DATA), page, slot)
    return address if page and load_int32(address, _N_SLOT_CHUNKS) else 0


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


def _note_size(queue: int, position: int) -> None:
    """Write down how many items a slot's last chunk has; the next is at `position`."""
    chunks, start = load_int64(queue, _CHUNKS_DATA), (position - 1) & -CHUNK_ITEMS
    if load_int32(chunks, start + _KIND) != _CLOSED:
        store_int32(chunks, start + _N_ITEMS, position - start - HEADER)


def _add_chunk(queue: int, slot: int, kind: int) -> int:
    """Give a slot a reserved chunk; the address of the slot's items."""
    page = _page_of(queue, slot)
    address = _slot_address(page, 1, slot)
    chunk = take_record(queue + CHUNKS * WORD, CHUNK_ITEMS)
    chunks, position = load_int64(queue, _CHUNKS_DATA), (chunk - 1) * CHUNK_ITEMS
    store_int32(chunks, position + _NEXT, 0)
    store_int32(chunks, position + _KIND, kind)
    store_int32(chunks, position + _START, 0)
    n_chunks = load_int32(address, _N_SLOT_CHUNKS)
    if n_chunks == 0:
        store_int32(address, _HEAD, chunk)
        store_int32(page, _OCCUPIED, load_int32(page, _OCCUPIED) + 1)
    else:
        full_to = load_int32(address, _POSITION)
        _note_size(queue, full_to)
        store_int32(chunks, full_to - CHUNK_ITEMS + _NEXT, chunk)
    store_int32(address, _POSITION, position + HEADER)
    store_int32(address, _N_SLOT_CHUNKS, n_chunks + 1)
    return address


def reserve_events(queue: int, n_items: int, n_slots: int) -> bool:
    """Make room for events, whichever slots they are for; false without memory.

    Parameters
    ----------
    queue : int
        The queue.
    n_items : int
        The number of items: one for a number, two for a range.
    n_slots : int
        The largest number of different slots that they can be for: 1, or all.
    """
    n_pages = min(n_items, (n_slots >> PAGE_SHIFT) + 1)
    n_chunks = min(n_items, n_items // EVENT_ITEMS + n_slots)
    is_possible = n_items <= _MAX_ITEMS
    for is_chunks in range(2 if is_possible else 0):
        pool = queue + (CHUNKS if is_chunks else PAGES) * WORD
        n_record_items = CHUNK_ITEMS if is_chunks else PAGE_ITEMS
        n_records = n_chunks if is_chunks else n_pages
        is_possible = is_possible and reserve_records(pool, n_record_items, n_records)
    return is_possible


def append_range(queue: int, slot: int, first: int, end: int) -> None:
    """Append a reserved event to a slot: a range of positions, which is not empty.

    Each range is of one neuron, also where it begins at the last one's end: threads
    that share the delivery look for their targets within it.

    Parameters
    ----------
    queue : int
        The queue.
    slot : int
        The slot.
    first, end : int
        The first position in the list of synapses, and the one after the last.
    """
    chunks, address = load_int64(queue, _CHUNKS_DATA), _find_slot(queue, slot)
    if address == 0 or load_int32(address, _POSITION) & (CHUNK_ITEMS - 1) == 0:
        address = _add_chunk(queue, slot, _RANGES)
    position = load_int32(address, _POSITION)
    store_int32(chunks, position, first)
    store_int32(chunks, position + 1, end)
    store_int32(address, _POSITION, position + RANGE_ITEMS)


def append_delayed(queue: int, first: int, end: int) -> None:
    """Append reserved events: numbers, each to the slot after its delay.

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
        slot = offset + load_int32(delays, k)
        slot = slot - n_slots if slot >= n_slots else slot
        page = load_int32(directory, slot >> PAGE_SHIFT)
        address = _slot_address(pages, page, slot)
        if page == 0 or load_int32(address, _POSITION) & (CHUNK_ITEMS - 1) == 0:
            address = _add_chunk(queue, slot, _NUMBERS)
        position = load_int32(address, _POSITION)
        store_int32(chunks, position, synapse_at(synapses, k))
        store_int32(address, _POSITION, position + 1)


def append_numbers(queue: int, slot: int, numbers: int, n_numbers: int) -> None:
    """Append reserved events to a slot, from an array of int32, in chunks of their own.

    Parameters
    ----------
    queue : int
        The queue.
    slot : int
        The slot. Its last chunk must be full or closed.
    numbers : int
        The address of the synapses' numbers.
    n_numbers : int
        How many there are.
    """
    chunks, first = load_int64(queue, _CHUNKS_DATA), 0
    while first < n_numbers:
        address = _add_chunk(queue, slot, _NUMBERS)
        position = load_int32(address, _POSITION)
        n = min(n_numbers - first, EVENT_ITEMS)
        copy_bytes(chunks + position * ITEM, numbers + first * ITEM, n * ITEM)
        store_int32(address, _POSITION, position + n)
        first += n


def close_slot(queue: int, slot: int) -> None:
    """Let what is appended to a slot that has numbers only go to another chunk."""
    address = _find_slot(queue, slot)
    if address:
        position = load_int32(address, _POSITION)
        _note_size(queue, position)
        start = (position - 1) & -CHUNK_ITEMS
        store_int32(load_int64(queue, _CHUNKS_DATA), start + _KIND, _CLOSED)
        store_int32(address, _POSITION, start + CHUNK_ITEMS)


def find_chunk(queue: int, slot: int) -> int:
    """Return the first chunk of a slot for `read_chunk`, 0 if it has no events."""
    address = _find_slot(queue, slot)
    if address == 0:
        return 0
    _note_size(queue, load_int32(address, _POSITION))
    return load_int32(address, _HEAD)


def read_chunk(queue: int, chunk: int) -> tuple[int, int, int, int]:
    """Find the events of a chunk.

    Parameters
    ----------
    queue : int
        The queue.
    chunk : int
        The chunk: the one that `find_chunk` returned, or what this function did.

    Returns
    -------
    synapses : int
        The address of a list of synapses, or 0: see `synapse_at`.
    ranges : int
        The address of the ranges: two int32 each, the first position in the list and
        the one after the last.
    n_ranges : int
        How many ranges there are.
    following : int
        The next chunk, or 0.
    """
    address = load_int64(queue, _CHUNKS_DATA) + (chunk - 1) * _CHUNK_BYTES
    items = address + HEADER * ITEM
    following = load_int32(address, _NEXT)
    if load_int32(address, _KIND) != _RANGES:
        return items, address + _START * ITEM, 1, following
    n_ranges = load_int32(address, _N_ITEMS) // RANGE_ITEMS
    if load_int64(queue, SYNAPSES):
        prefetch_ranges(int32s(load_int64(queue, SYNAPSES)), items, n_ranges)
    return load_int64(queue, SYNAPSES), items, n_ranges, following


def count_in_ranges(queue: int, chunk: int) -> int:
    """Return the number of events from a chunk on; 0 unless all are in ranges.

    Parameters
    ----------
    queue : int
        The queue.
    chunk : int
        The first chunk that counts, or 0.
    """
    n_events = 0
    while chunk:
        address = load_int64(queue, _CHUNKS_DATA) + (chunk - 1) * _CHUNK_BYTES
        if load_int32(address, _KIND) != _RANGES:
            return 0
        _, ranges, n_ranges, chunk = read_chunk(queue, chunk)
        for k in range(n_ranges):
            n_events += load_int32(ranges, 2 * k + 1) - load_int32(ranges, 2 * k)
    return n_events


def synapse_at(synapses: int, position: int) -> int:
    """Return the synapse at a position of a list, or of 0, 1, 2, ... without a list."""
    return load_int32(synapses, position) if synapses else position


def prefetch_items(items: Any, first: int, end: int) -> None:
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


def prefetch_ranges(items: Any, ranges: int, n_ranges: int) -> None:
    """Ask the processor to have the items at hand that ranges begin with.

    Parameters
    ----------
    items : pointer to int32
        The items.
    ranges, n_ranges : int
        What `read_chunk` returned.
    """
    for k in range(n_ranges):
        prefetch_items(items, load_int32(ranges, 2 * k), load_int32(ranges, 2 * k + 1))


def clear_slot(queue: int, slot: int) -> None:
    """Remove the events of a slot, and its page if that is empty then."""
    address = _find_slot(queue, slot)
    if address == 0:
        return
    head, n_chunks = load_int32(address, _HEAD), load_int32(address, _N_SLOT_CHUNKS)
    tail = ((load_int32(address, _POSITION) - 1) >> CHUNK_SHIFT) + 1
    give_back(queue + CHUNKS * WORD, CHUNK_ITEMS, head, tail, n_chunks)
    store_int32(address, _N_SLOT_CHUNKS, 0)
    store_int32(address, _POSITION, 0)
    page_address = _page_of(queue, slot)
    n_occupied = load_int32(page_address, _OCCUPIED) - 1
    store_int32(page_address, _OCCUPIED, n_occupied)
    if n_occupied == 0:
        directory = load_int64(queue, _DIRECTORY_DATA)
        page = load_int32(directory, slot >> PAGE_SHIFT)
        store_int32(directory, slot >> PAGE_SHIFT, 0)
        give_back(queue + PAGES * WORD, PAGE_ITEMS, page, page, 1)
