"""
Threads that work together are kept on different processors, in compiled code.

Systems often let a thread that was woken run on the processor of the one that woke it,
and may leave both there although another processor has nothing to do: each waits for
the other then, which gives its processor back after some time only. As both are hardly
ever ready at once, the system sees no reason to move one. So a thread that finds itself
on a processor of another one of the team moves, once. It is not bound to where it went:
the system goes on to decide where threads run, with all that it knows of others.

For Linux; elsewhere nothing is done.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Annotated

from brian2numba.language import Pointer, Record, call, int64, load_shared, store_shared

__all__ = ["Processors", "Seat", "leave_processor_of", "note_processor"]

#: 64-bit words of a set of processors: room for 4096
_WORDS = 64
_BITS_OF_WORD = 64
#: What of a C function's result is the `int` that it returns
_INT = 0xFFFFFFFF
#: Nanoseconds between two moves of a thread at least
_PAUSE = 1_000_000


class Processors(Record):
    """The system's functions; 0 where there are none."""

    #: ``sched_getcpu``, ``sched_getaffinity`` and ``sched_setaffinity``
    current: int64
    allowed: int64
    allow: int64

    @classmethod
    def of_system(cls) -> Processors:
        """Return this system's functions, or none of them."""
        if sys.platform != "linux":
            return cls()
        names = ("sched_getcpu", "sched_getaffinity", "sched_setaffinity")
        system = ctypes.CDLL(None)
        if not all(hasattr(system, name) for name in names):
            return cls()
        addresses = (
            ctypes.cast(getattr(system, name), ctypes.c_void_p).value for name in names
        )
        return cls(*(int(address or 0) for address in addresses))


class Seat(Record):
    """Where a thread runs."""

    #: One more than the number of its processor, so far as is known; 0 if nothing is
    processor: Annotated[Pointer[int64], 8]
    #: When it moved last
    moved: int64
    #: The processors on which it may run, and those that are left without one of them
    allowed: Annotated[Pointer[int64], _WORDS]
    others: Annotated[Pointer[int64], _WORDS]
    rest_of_line: Annotated[Pointer[int64], 7]


def note_processor(processors: Processors, seat: Seat) -> None:
    """Note for others where the thread of a seat, which calls this, runs.

    Parameters
    ----------
    processors : Processors
        The system's functions.
    seat : Seat
        The thread's.
    """
    if processors.current != 0:
        processor = (call(processors.current, ()) & _INT) + 1
        # Others read it: it is written only if it has changed
        if load_shared(seat.processor) != processor:
            store_shared(seat.processor, processor)


def leave_processor_of(
    processors: Processors, seat: Seat, other: Seat, now: int
) -> bool:
    """Move a thread, which calls this, if it is on the processor of another one.

    Parameters
    ----------
    processors : Processors
        The system's functions.
    seat : Seat
        The thread's.
    other : Seat
        The other thread's.
    now : int
        The time, in nanoseconds.

    Returns
    -------
    bool
        Whether it moved.
    """
    taken = load_shared(other.processor)
    is_there = taken != 0 and load_shared(seat.processor) == taken
    if not is_there or now - seat.moved < _PAUSE:
        return False
    seat.moved = now
    return _leave(processors, seat, taken - 1)


def _leave(processors: Processors, seat: Seat, taken: int) -> bool:
    """Let the thread run on any processor but one for a moment, so that it moves."""
    # The system may write less than all
    for k in range(_WORDS):
        seat.allowed[k] = 0
    size = 8 * _WORDS
    failure = (call(processors.allowed, (0, size, seat.allowed)) & _INT) >> 31
    if failure != 0 or taken >= _WORDS * _BITS_OF_WORD:
        return False
    for k in range(_WORDS):
        seat.others[k] = seat.allowed[k]
    seat.others[taken // _BITS_OF_WORD] &= ~(1 << (taken % _BITS_OF_WORD))
    # This fails where there is no other one
    if (call(processors.allow, (0, size, seat.others)) & _INT) != 0:
        return False
    call(processors.allow, (0, size, seat.allowed))
    note_processor(processors, seat)
    return True
