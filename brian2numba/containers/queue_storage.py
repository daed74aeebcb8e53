"""
How a spike queue keeps the events under way: memory for these, little for the delays.

An *event* is a synapse that is due at a time step, whose place in the queue is a
*slot*. The events of a slot are in a chain of *chunks*, which hold either *ranges* of
synapses or *numbers* of synapses. A range is two positions in the list of synapses,
which is just 0, 1, 2, ... where the synapses are sorted by their source. So all
synapses of a neuron take two items of memory. Numbers are for synapses that have
nothing in common with their neighbours, and for events whose ranges would be of a list
that has been replaced.

Slots are grouped in pages, which exist only while one of their slots has events. So an
hour's delay costs a table of pages, 4 bytes for 64 steps, and not a list a step.

Slots are numbered from 0 on and used in turn, as in a ring. Pages and chunks are
records of pools, numbered from 1 on; 0 is none.
"""

from __future__ import annotations

import ctypes
import enum
from typing import Annotated

from brian2numba.containers.allocation import Buffer
from brian2numba.containers.pool import (
    ITEM,
    Pool,
    give_back,
    items_of,
    reserve_records,
    take_record,
)
from brian2numba.language import (
    Pointer,
    Record,
    address_of,
    clear_bytes,
    copy_bytes,
    int32,
    int32s,
    int64,
)

__all__ = [
    "PAGE_SHIFT",
    "PAGE_SLOTS",
    "RANGE_ITEMS",
    "Events",
    "Queue",
    "Range",
    "append_delayed",
    "append_numbers",
    "append_range",
    "clear_slot",
    "close_slot",
    "count_in_ranges",
    "find_chunk",
    "is_queues_list",
    "kind_of_chunk",
    "read_chunk",
    "reserve_events",
    "synapse_at",
]

#: Items of a chunk
CHUNK_SHIFT = 6
CHUNK_ITEMS = 1 << CHUNK_SHIFT
#: Slots of a page
PAGE_SHIFT = 6
PAGE_SLOTS = 1 << PAGE_SHIFT
_MAX_ITEMS = 2**31 - 1


class Events(Record):
    """Events under way."""

    #: The number of slots, and the present one
    n_slots: int64
    present: int64
    chunks: Pool
    pages: Pool
    #: For each page of slots its record, int32; 0 where there is none
    directory: Buffer


class Queue(Events):
    """A spike queue: events under way, and the synapses that they may be for."""

    #: The neurons: the first one, and the one after the last
    source_start: int64
    source_end: int64
    #: For each neuron, and for the one after the last, the position of its first
    #: synapse in the list of synapses, or its first group where there are groups
    first: Pointer[int32]
    #: The list of synapses by neuron; null if it is just 0, 1, 2, ...
    synapses: Pointer[int32]
    #: Delays in steps, one for each position in the list or one for each group; null if
    #: all have the delay `delay`
    delays: Pointer[int32]
    #: Where each group of synapses begins that have neuron and delay in common, and
    #: where the last one ends: positions in the list; null without groups
    groups: Pointer[int32]
    delay: int64
    #: How many events were pushed so far, where they are ranges
    n_events_pushed: int64


class Range(Record):
    """Positions in a list of synapses: the first, and the one after the last."""

    first: int32
    end: int32


#: Items that a range takes
RANGE_ITEMS = ctypes.sizeof(Range) // ITEM


class ChunkKind(enum.IntEnum):
    """What a chunk holds."""

    RANGES = 0
    NUMBERS = 1
    #: Numbers; what follows goes to another chunk, though this may not be full
    CLOSED = 2


class ChunkHeader(Record):
    """What a chunk begins with."""

    #: The next chunk of the slot, or 0; it comes first, where pools link records
    following: int32
    kind: int32
    #: The items that are used: from 0 to their number. As a range, so that
    #: `read_chunk` can return a chunk of numbers as a list with one range. It is up to
    #: date where another chunk follows, and in all chunks of a slot after `find_chunk`
    used: Range


#: A multiple of the items of a range, so that no range goes beyond the end of a chunk
HEADER_ITEMS = -(-ctypes.sizeof(ChunkHeader) // ctypes.sizeof(Range)) * RANGE_ITEMS
EVENT_ITEMS = CHUNK_ITEMS - HEADER_ITEMS


class Chunk(ChunkHeader):
    """Some of the events of a slot."""

    unused: Annotated[Pointer[int32], HEADER_ITEMS - ctypes.sizeof(ChunkHeader) // ITEM]
    items: Annotated[Pointer[int32], EVENT_ITEMS]


class Slot(Record):
    """The events that are due at a time step."""

    #: The first chunk
    head: int32
    #: Where the next item goes: its position among the items of the whole pool. That
    #: is just behind the last chunk if this is full or closed, and 0 without a chunk
    position: int32
    n_chunks: int32
    #: Of the first slot of a page: how many of the page's slots have events
    n_occupied: int32


PAGE_ITEMS = PAGE_SLOTS * ctypes.sizeof(Slot) // ITEM


def _directory(queue: Queue) -> Pointer[int32]:
    return int32s(queue.directory.data)


def _slots(queue: Queue) -> Pointer[Slot]:
    """Return the slots of all pages."""
    return Slot.array_at(queue.pages.buffer.data)


def _chunks(queue: Queue) -> Pointer[Chunk]:
    """Return all chunks; the first one has the number 1."""
    return Chunk.array_at(queue.chunks.buffer.data)


def _slot_of_page(slots: Pointer[Slot], page: int, slot_number: int) -> Slot:
    """Return a slot, given the number of its page, which exists."""
    return slots[(page - 1) * PAGE_SLOTS + (slot_number & (PAGE_SLOTS - 1))]


def _is_full(slot: Slot) -> bool:
    """Tell whether the next item of a slot takes another chunk.

    Chunks begin with a header: no item's position is a multiple of their size.
    """
    return slot.position & (CHUNK_ITEMS - 1) == 0


def _has_events(queue: Queue, slot_number: int) -> bool:
    page = _directory(queue)[slot_number >> PAGE_SHIFT]
    if page == 0:
        return False
    return _slot_of_page(_slots(queue), page, slot_number).n_chunks != 0


def _slot_at(queue: Queue, slot_number: int) -> Slot:
    """Return a slot whose page exists."""
    page = _directory(queue)[slot_number >> PAGE_SHIFT]
    return _slot_of_page(_slots(queue), page, slot_number)


def _page_of(queue: Queue, slot_number: int) -> Pointer[Slot]:
    """Return the slots of a slot's page; of a new one, reserved, if there is none."""
    directory = _directory(queue)
    page = directory[slot_number >> PAGE_SHIFT]
    is_new = page == 0
    if is_new:
        page = take_record(queue.pages, PAGE_ITEMS)
        directory[slot_number >> PAGE_SHIFT] = page
    slots = _slots(queue) + (page - 1) * PAGE_SLOTS
    if is_new:
        clear_bytes(address_of(slots), PAGE_ITEMS * ITEM)
    return slots


def _last_chunk(queue: Queue, slot: Slot) -> Chunk:
    return _chunks(queue)[(slot.position - 1) >> CHUNK_SHIFT]


def _note_size(queue: Queue, slot: Slot) -> None:
    """Write down how many items a slot's last chunk has."""
    index = (slot.position - 1) >> CHUNK_SHIFT
    last = _chunks(queue)[index]
    if last.kind != ChunkKind.CLOSED:
        last.used.end = slot.position - index * CHUNK_ITEMS - HEADER_ITEMS


def _add_chunk(queue: Queue, slot_number: int, kind: int) -> Slot:
    """Give a slot a reserved chunk; return the slot."""
    page = _page_of(queue, slot_number)
    slot = page[slot_number & (PAGE_SLOTS - 1)]
    chunk_number = take_record(queue.chunks, CHUNK_ITEMS)
    chunk = _chunks(queue)[chunk_number - 1]
    chunk.following = 0
    chunk.kind = kind
    chunk.used.first = 0
    if slot.n_chunks == 0:
        slot.head = chunk_number
        page[0].n_occupied += 1
    else:
        _note_size(queue, slot)
        _last_chunk(queue, slot).following = chunk_number
    slot.position = (chunk_number - 1) * CHUNK_ITEMS + HEADER_ITEMS
    slot.n_chunks += 1
    return slot


def reserve_events(queue: Queue, n_items: int, n_slots: int) -> bool:
    """Make room for events, whichever slots they are for; false without memory.

    Parameters
    ----------
    queue : Queue
        The queue.
    n_items : int
        The number of items: one for a number, two for a range.
    n_slots : int
        The largest number of different slots that they can be for: 1, or all.
    """
    if n_items > _MAX_ITEMS:
        return False
    n_pages = min(n_items, (n_slots >> PAGE_SHIFT) + 1)
    # Those that become full, and one of each slot that does not
    n_chunks = min(n_items, n_items // EVENT_ITEMS + n_slots)
    if not reserve_records(queue.pages, PAGE_ITEMS, n_pages):
        return False
    return reserve_records(queue.chunks, CHUNK_ITEMS, n_chunks)


def append_range(queue: Queue, slot_number: int, first: int, end: int) -> None:
    """Append a range of positions to a slot: it has memory reserved and is not empty.

    Each range is of one neuron, also where it begins at the last one's end: threads
    that share the delivery look for their targets within it.

    Parameters
    ----------
    queue : Queue
        The queue.
    slot_number : int
        The slot.
    first, end : int
        The first position in the list of synapses, and the one after the last.
    """
    if not _has_events(queue, slot_number) or _is_full(_slot_at(queue, slot_number)):
        slot = _add_chunk(queue, slot_number, ChunkKind.RANGES)
    else:
        slot = _slot_at(queue, slot_number)
    items, position = items_of(queue.chunks), slot.position
    items[position] = first
    items[position + 1] = end
    slot.position = position + RANGE_ITEMS


def append_delayed(queue: Queue, first: int, end: int) -> None:
    """Append reserved events: numbers, each to the slot after its delay.

    Parameters
    ----------
    queue : Queue
        The queue.
    first, end : int
        The first position in the list of synapses, and the one after the last.
    """
    synapses, delays = queue.synapses, queue.delays
    present, n_slots = queue.present, queue.n_slots
    # These do not move: all memory is reserved
    directory, slots, items = _directory(queue), _slots(queue), items_of(queue.chunks)
    for k in range(first, end):
        # The slot after the delay, in the ring
        number = present + delays[k]
        number = number - n_slots if number >= n_slots else number
        page = directory[number >> PAGE_SHIFT]
        # Not to be read where the page is 0
        slot = _slot_of_page(slots, page, number)
        if page == 0 or _is_full(slot):
            slot = _add_chunk(queue, number, ChunkKind.NUMBERS)
        position = slot.position
        items[position] = synapse_at(synapses, k)
        slot.position = position + 1


def append_numbers(
    queue: Queue, slot_number: int, synapses: Pointer[int32], n_synapses: int
) -> None:
    """Append reserved events to a slot, in chunks of their own.

    Parameters
    ----------
    queue : Queue
        The queue.
    slot_number : int
        The slot. Its last chunk must be full or closed.
    synapses : pointer to int32
        The synapses' numbers.
    n_synapses : int
        How many there are.
    """
    items, first = items_of(queue.chunks), 0
    while first < n_synapses:
        slot = _add_chunk(queue, slot_number, ChunkKind.NUMBERS)
        n = min(n_synapses - first, EVENT_ITEMS)
        target, source = items + slot.position, synapses + first
        copy_bytes(address_of(target), address_of(source), n * ITEM)
        slot.position += n
        first += n


def close_slot(queue: Queue, slot_number: int) -> None:
    """Let what is appended to a slot that has numbers only go to another chunk.

    `append_range` does not look whether the last chunk is one of ranges.
    """
    if _has_events(queue, slot_number):
        slot = _slot_at(queue, slot_number)
        _note_size(queue, slot)
        _last_chunk(queue, slot).kind = ChunkKind.CLOSED
        slot.position = ((slot.position - 1) & -CHUNK_ITEMS) + CHUNK_ITEMS


def find_chunk(queue: Queue, slot_number: int) -> int:
    """Return the first chunk of a slot for `read_chunk`, 0 if it has no events."""
    if not _has_events(queue, slot_number):
        return 0
    slot = _slot_at(queue, slot_number)
    # `read_chunk` has to know the size of the last one, too
    _note_size(queue, slot)
    return slot.head


def read_chunk(
    queue: Queue, chunk_number: int
) -> tuple[Pointer[int32], Pointer[Range], int, int]:
    """Find the events of a chunk: ranges of positions in a list of synapses.

    Parameters
    ----------
    queue : Queue
        The queue.
    chunk_number : int
        The chunk: the one that `find_chunk` returned, or what this function did.

    Returns
    -------
    synapses : pointer to int32
        A list of synapses, or null: see `synapse_at`.
    ranges : pointer to Range
        The ranges.
    n_ranges : int
        How many ranges there are.
    following : int
        The next chunk, or 0.
    """
    chunk = _chunks(queue)[chunk_number - 1]
    if chunk.kind != ChunkKind.RANGES:
        return chunk.items, Range.array_at(address_of(chunk.used)), 1, chunk.following
    ranges, n_ranges = _ranges_of(chunk), chunk.used.end // RANGE_ITEMS
    return queue.synapses, ranges, n_ranges, chunk.following


def kind_of_chunk(queue: Queue, chunk_number: int) -> int:
    """Return what a chunk holds: a `ChunkKind`."""
    return _chunks(queue)[chunk_number - 1].kind


def is_queues_list(queue: Queue, synapses: Pointer[int32]) -> bool:
    """Tell whether the list that `read_chunk` returned is that of the queue.

    Parameters
    ----------
    queue : Queue
        The queue.
    synapses : pointer to int32
        The list, which is not null.
    """
    return address_of(synapses) == address_of(queue.synapses)


def _ranges_of(chunk: Chunk) -> Pointer[Range]:
    return Range.array_at(address_of(chunk.items))


def count_in_ranges(queue: Queue, chunk_number: int) -> int:
    """Return the number of events from a chunk on; 0 unless all are in ranges.

    Parameters
    ----------
    queue : Queue
        The queue.
    chunk_number : int
        The first chunk that counts, or 0.
    """
    n_events = 0
    while chunk_number != 0:
        if _chunks(queue)[chunk_number - 1].kind != ChunkKind.RANGES:
            return 0
        _, ranges, n_ranges, chunk_number = read_chunk(queue, chunk_number)
        for k in range(n_ranges):
            n_events += ranges[k].end - ranges[k].first
    return n_events


def synapse_at(synapses: Pointer[int32], position: int) -> int:
    """Return the synapse at a position of a list, or of 0, 1, 2, ... without a list."""
    return synapses[position] if synapses else position


def clear_slot(queue: Queue, slot_number: int) -> None:
    """Remove the events of a slot, and its page if that is empty then."""
    if not _has_events(queue, slot_number):
        return
    slot = _slot_at(queue, slot_number)
    last = ((slot.position - 1) >> CHUNK_SHIFT) + 1
    give_back(queue.chunks, CHUNK_ITEMS, slot.head, last, slot.n_chunks)
    slot.n_chunks = 0
    slot.position = 0
    first_of_page = _page_of(queue, slot_number)[0]
    first_of_page.n_occupied -= 1
    if first_of_page.n_occupied == 0:
        directory = _directory(queue)
        page = directory[slot_number >> PAGE_SHIFT]
        directory[slot_number >> PAGE_SHIFT] = 0
        give_back(queue.pages, PAGE_ITEMS, page, page, 1)
