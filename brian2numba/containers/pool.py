"""
Pools of equal records of int32 items, for containers that need many small pieces.

Records have numbers from 1 on (0 is none), so that a pool of zeros is an empty one. The
first item of a record that is not in use holds the next such record; in one that is, it
is its owner's.

Only `reserve_records` can fail: reserve all that a change needs, then make the change.
"""

from __future__ import annotations

from brian2numba.containers.allocation import Buffer, replace_buffer
from brian2numba.language import Pointer, Record, int32, int32s, int64

__all__ = ["ITEM", "Pool", "give_back", "items_of", "reserve_records", "take_record"]

#: Bytes of an item of a record.
ITEM = 4
# The position of an item fits an item
_MAX_ITEMS = 2**31 - 1


class Pool(Record):
    """A pool of records."""

    #: The records that there is memory for
    capacity: int64
    #: Those in use, and those that have ever been
    used: int64
    touched: int64
    #: The first of those that are free again
    free: int64
    buffer: Buffer


def items_of(pool: Pool) -> Pointer[int32]:
    """Return where the items of all records are, from those of record 1 on."""
    return int32s(pool.buffer.data)


def reserve_records(pool: Pool, n_items: int, n_records: int) -> bool:
    """Make sure that `n_records` can be taken; false without memory.

    Parameters
    ----------
    pool : Pool
        The pool.
    n_items : int
        The items of a record, here and below.
    n_records : int
        How many records are needed.
    """
    needed = pool.used + n_records
    if needed <= pool.capacity:
        return True
    if needed > _MAX_ITEMS // n_items:
        return False
    record_bytes = n_items * ITEM
    n_kept = pool.touched * record_bytes
    capacity = max(needed, 2 * pool.capacity)
    while not replace_buffer(pool.buffer, capacity * record_bytes, n_kept):
        if capacity == needed:
            return False
        capacity = needed
    pool.capacity = capacity
    return True


def take_record(pool: Pool, n_items: int) -> int:
    """Return the number of a reserved record; its items are anything."""
    pool.used += 1
    record = pool.free
    if record != 0:
        pool.free = items_of(pool)[(record - 1) * n_items]
    else:
        record = pool.touched + 1
        pool.touched = record
    return record


def give_back(pool: Pool, n_items: int, first: int, last: int, n_records: int) -> None:
    """Free a chain of records that are linked by their first items."""
    items_of(pool)[(last - 1) * n_items] = pool.free
    pool.free = first
    pool.used -= n_records
