"""
Pools of equal records of int32 items, for containers that need many small pieces.

A pool is four words of a container's payload, then a buffer. Records have numbers from
1 on (0 is none), so that a payload of zeros is an empty pool. The first item of a
record that is not in use holds the next such record; in one that is, it is its
owner's.

Only `reserve_records` can fail: reserve all that a change needs, then make the change.
"""

from __future__ import annotations

from brian2numba.containers.allocation import (
    BUFFER_DATA,
    BUFFER_WORDS,
    replace_buffer,
)
from brian2numba.language import load_int32, load_int64, store_int32, store_int64

__all__ = [
    "ITEM",
    "POOL_BUFFER",
    "POOL_WORDS",
    "RECORDS",
    "WORD",
    "give_back",
    "reserve_records",
    "take_record",
]

#: Bytes of a word and of an item of a record.
WORD = 8
ITEM = 4
#: Words of a pool: the records that there is memory for, ...
CAPACITY = 0
#: ... those in use, ...
USED = 1
#: ... those that have ever been in use, ...
TOUCHED = 2
#: ... the first of those that are free again, ...
FREE = 3
#: ... and its buffer, with the address of the first record.
POOL_BUFFER = 4
RECORDS = POOL_BUFFER + BUFFER_DATA
POOL_WORDS = POOL_BUFFER + BUFFER_WORDS
# The position of an item fits an item
_MAX_ITEMS = 2**31 - 1


def reserve_records(pool: int, n_items: int, n_records: int) -> bool:
    """Make sure that `n_records` can be taken; false without memory.

    Parameters
    ----------
    pool : int
        The address of the pool.
    n_items : int
        The items of a record, here and below.
    n_records : int
        How many records are needed.
    """
    needed = load_int64(pool, USED) + n_records
    capacity = load_int64(pool, CAPACITY)
    if needed <= capacity:
        return True
    if needed > _MAX_ITEMS // n_items:
        return False
    record_bytes = n_items * ITEM
    n_kept = load_int64(pool, TOUCHED) * record_bytes
    capacity = needed if needed > 2 * capacity else 2 * capacity
    while not replace_buffer(
        pool + POOL_BUFFER * WORD, capacity * record_bytes, n_kept
    ):
        if capacity == needed:
            return False
        capacity = needed
    store_int64(pool, CAPACITY, capacity)
    return True


def take_record(pool: int, n_items: int) -> int:
    """Return the number of a reserved record; its items are anything."""
    store_int64(pool, USED, load_int64(pool, USED) + 1)
    record = load_int64(pool, FREE)
    if record:
        following = load_int32(load_int64(pool, RECORDS), (record - 1) * n_items)
        store_int64(pool, FREE, following)
    else:
        record = load_int64(pool, TOUCHED) + 1
        store_int64(pool, TOUCHED, record)
    return record


def give_back(pool: int, n_items: int, first: int, last: int, n_records: int) -> None:
    """Free a chain of records that are linked by their first items."""
    records, following = load_int64(pool, RECORDS), load_int64(pool, FREE)
    store_int32(records, (last - 1) * n_items, following)
    store_int64(pool, FREE, first)
    store_int64(pool, USED, load_int64(pool, USED) - n_records)
