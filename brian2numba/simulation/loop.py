"""
The compiled loop that runs a network's time steps.

It is compiled once and serves every network. What it works with is in memory: a block
of words for the loop itself, a record for each clock, and a record for each entry of
the schedule. It goes back to Python when an entry has no kernel, when a kernel fails,
and at the end of a step when its time slice is up or when it is asked to stop.
"""

from __future__ import annotations

import enum
from typing import Any

from brian2numba.language import call, float64s, int64s
from brian2numba.operations import operation
from brian2numba.simulation.counter import nanoseconds

__all__ = ["Clocks", "Entries", "Reason", "State", "run_steps"]


class Reason(enum.IntEnum):
    """Why the loop went back to Python."""

    FINISHED = 0
    SLICE_IS_UP = 1
    PYTHON_IS_DUE = 2
    KERNEL_FAILED = 3
    CLOCK_IS_EXHAUSTED = 4


class State(enum.IntEnum):
    """Words of the loop's block."""

    N_CLOCKS = 0
    CLOCKS = 1
    N_ENTRIES = 2
    ENTRIES = 3
    #: The entry to run next, and whether it belongs to a step that has begun
    POSITION = 4
    IN_STEP = 5
    STATUS = 6
    #: When to go back to Python, in nanoseconds of the performance counter
    DEADLINE = 7
    STOP = 8
    N_STEPS = 9
    PROFILE = 10
    #: The function that reads the performance counter, and where it writes to (or 0)
    COUNTER = 11
    COUNTER_RESULT = 12
    #: The time of the present step in seconds, a double
    TIME = 13
    #: How many steps to run before the next look at the performance counter, how many
    #: there were after the last look, and what it showed
    STEPS_TO_LOOK = 14
    STRIDE = 15
    LAST_LOOK = 16
    SIZE = 17


class Clocks(enum.IntEnum):
    """Words of a clock's record."""

    TIMESTEP = 0
    T = 1
    #: The address of dt, or 0 for a clock with times of its own
    DT = 2
    TIMES = 3
    END = 4
    IS_DUE = 5
    SIZE = 6


class Entries(enum.IntEnum):
    """Words of an entry's record."""

    CLOCK = 0
    #: The address of the kernel, or 0 where Python has to be called
    KERNEL = 1
    TABLE = 2
    #: A kernel that does this and another entry at once, or 0; and the other's record
    FUSED_KERNEL = 3
    FUSED_TABLE = 4
    PARTNER = 5
    #: Whether it was done in this step, with another entry
    IS_DONE = 6
    #: With a profile: the time that so many of the calls took, and the call to time
    NANOSECONDS = 7
    CALLS = 8
    CALLS_COUNTED = 9
    NEXT_TIMED = 10
    SIZE = 11


# As plain integers, for compiled code
_N_CLOCKS, _CLOCKS = int(State.N_CLOCKS), int(State.CLOCKS)
_N_ENTRIES, _ENTRIES = int(State.N_ENTRIES), int(State.ENTRIES)
_POSITION, _IN_STEP = int(State.POSITION), int(State.IN_STEP)
_STATUS, _DEADLINE, _STOP = int(State.STATUS), int(State.DEADLINE), int(State.STOP)
_N_STEPS, _PROFILE = int(State.N_STEPS), int(State.PROFILE)
_COUNTER, _COUNTER_RESULT = int(State.COUNTER), int(State.COUNTER_RESULT)
_TIME, _STEPS_TO_LOOK = int(State.TIME), int(State.STEPS_TO_LOOK)
_STRIDE, _LAST_LOOK = int(State.STRIDE), int(State.LAST_LOOK)
_TIMESTEP, _T, _DT = int(Clocks.TIMESTEP), int(Clocks.T), int(Clocks.DT)
_TIMES, _END, _IS_DUE = int(Clocks.TIMES), int(Clocks.END), int(Clocks.IS_DUE)
_CLOCK_SIZE = 8 * int(Clocks.SIZE)
_CLOCK, _KERNEL = int(Entries.CLOCK), int(Entries.KERNEL)
_TABLE, _NANOSECONDS = int(Entries.TABLE), int(Entries.NANOSECONDS)
_FUSED_KERNEL, _FUSED_TABLE = int(Entries.FUSED_KERNEL), int(Entries.FUSED_TABLE)
_PARTNER, _IS_DONE = int(Entries.PARTNER), int(Entries.IS_DONE)
_CALLS, _CALLS_COUNTED = int(Entries.CALLS), int(Entries.CALLS_COUNTED)
_NEXT_TIMED = int(Entries.NEXT_TIMED)
_ENTRY_SIZE = 8 * int(Entries.SIZE)
_FINISHED, _SLICE_IS_UP = int(Reason.FINISHED), int(Reason.SLICE_IS_UP)
_PYTHON_IS_DUE, _KERNEL_FAILED = int(Reason.PYTHON_IS_DUE), int(Reason.KERNEL_FAILED)
_CLOCK_IS_EXHAUSTED = int(Reason.CLOCK_IS_EXHAUSTED)
_GO_ON = -1

# Clocks are at the same time if they differ by less: in units of dt, and in seconds
# for two clocks without dt
_SAME_IN_DT = 1e-4
_SAME_IN_SECONDS = 1e-14

#: The time between two looks at the counter that is short, in nanoseconds, and how many
#: steps may pass between two
_SHORT, _LONGEST_STRIDE = 100_000, 16
#: The nanoseconds of a kernel beside which those of the measurement do not count
_LONG = 4096


@operation
def run_steps(state: int) -> int:
    """Run time steps until there is a reason to go back to Python.

    Parameters
    ----------
    state : int
        The address of the loop's block.

    Returns
    -------
    int
        The `Reason`.
    """
    words = int64s(state)
    while True:
        if words[_IN_STEP] == 0:
            if not _begin_step(words):
                return _FINISHED
            words[_POSITION] = 0
            words[_IN_STEP] = 1
        reason = _run_entries(words)
        if reason != _GO_ON:
            return reason
        if not _advance(words):
            return _CLOCK_IS_EXHAUSTED
        words[_IN_STEP] = 0
        words[_N_STEPS] += 1
        if words[_STOP] != 0 or _time_is_up(words):
            return _SLICE_IS_UP


def _run_entries(words: Any) -> int:
    """Run what is left of a step; return a reason to stop, or that all is done."""
    while words[_POSITION] < words[_N_ENTRIES]:
        entry = int64s(words[_ENTRIES] + words[_POSITION] * _ENTRY_SIZE)
        clock = int64s(words[_CLOCKS] + entry[_CLOCK] * _CLOCK_SIZE)
        if clock[_IS_DUE] != 0:
            if entry[_IS_DONE] != 0:
                entry[_IS_DONE] = 0
                entry[_CALLS] += 1
            elif entry[_KERNEL] == 0 and entry[_FUSED_KERNEL] == 0:
                return _PYTHON_IS_DUE
            else:
                status = _run_entry(words, entry)
                if status != 0:
                    words[_STATUS] = status
                    return _KERNEL_FAILED
        words[_POSITION] += 1
    return _GO_ON


def _run_entry(words: Any, entry: Any) -> int:
    """Run the kernel of an entry, and measure how long it takes if that is asked for.

    To measure short kernels each time would take longer than the kernels. Each time
    that is measured stands for the calls since the last one.
    """
    entry[_CALLS] += 1
    if words[_PROFILE] == 0 or entry[_CALLS] < entry[_NEXT_TIMED]:
        if entry[_FUSED_KERNEL] == 0:
            return call(entry[_KERNEL], (entry[_TABLE],))
        int64s(entry[_PARTNER])[_IS_DONE] = 1
        return call(entry[_FUSED_KERNEL], (entry[_FUSED_TABLE],))
    start = _now(words)
    status = call(entry[_KERNEL], (entry[_TABLE],))
    spent = _now(words) - start
    entry[_NANOSECONDS] += spent * (entry[_CALLS] - entry[_CALLS_COUNTED])
    entry[_CALLS_COUNTED] = entry[_CALLS]
    entry[_NEXT_TIMED] = entry[_CALLS] + 1 + _LONG // (spent + 1)
    return status


def _begin_step(words: Any) -> bool:
    """Find the clocks that are due; tell whether the run goes on."""
    n_clocks = words[_N_CLOCKS]
    first = int64s(words[_CLOCKS])
    for k in range(1, n_clocks):
        clock = int64s(words[_CLOCKS] + k * _CLOCK_SIZE)
        if float64s(clock[_T])[0] < float64s(first[_T])[0]:
            first = clock
    if int64s(first[_TIMESTEP])[0] >= first[_END]:
        return False
    for k in range(n_clocks):
        clock = int64s(words[_CLOCKS] + k * _CLOCK_SIZE)
        clock[_IS_DUE] = 1 if _same_time(clock, first) else 0
    words[_TIME] = int64s(first[_T])[0]
    return True


def _same_time(clock: Any, first: Any) -> bool:
    """Tell whether two clocks are at the same time; `first` is not later."""
    difference = abs(float64s(clock[_T])[0] - float64s(first[_T])[0])
    if clock[_DT] == 0 and first[_DT] == 0:
        return difference < _SAME_IN_SECONDS
    if clock[_DT] == 0:
        dt = float64s(first[_DT])[0]
    elif first[_DT] == 0:
        dt = float64s(clock[_DT])[0]
    else:
        dt = min(float64s(clock[_DT])[0], float64s(first[_DT])[0])
    return difference / dt < _SAME_IN_DT


def _advance(words: Any) -> bool:
    """Let the clocks that are due tick; False if one has no time left to go to."""
    for k in range(words[_N_CLOCKS]):
        clock = int64s(words[_CLOCKS] + k * _CLOCK_SIZE)
        if clock[_IS_DUE] != 0:
            timestep = int64s(clock[_TIMESTEP])[0] + 1
            if timestep > clock[_END]:
                return False
            int64s(clock[_TIMESTEP])[0] = timestep
            if clock[_DT] != 0:
                float64s(clock[_T])[0] = timestep * float64s(clock[_DT])[0]
            else:
                float64s(clock[_T])[0] = float64s(clock[_TIMES])[timestep]
    return True


def _time_is_up(words: Any) -> bool:
    """Tell whether the deadline is over.

    Reading the counter takes as long as a small kernel: where steps are short, only
    every so many of them are followed by a look at it.
    """
    words[_STEPS_TO_LOOK] -= 1
    if words[_STEPS_TO_LOOK] > 0:
        return False
    now = _now(words)
    if now - words[_LAST_LOOK] < _SHORT:
        words[_STRIDE] = min(2 * words[_STRIDE], _LONGEST_STRIDE)
    else:
        words[_STRIDE] = 1
    words[_STEPS_TO_LOOK], words[_LAST_LOOK] = words[_STRIDE], now
    return now >= words[_DEADLINE]


def _now(words: Any) -> int:
    """Return the performance counter in nanoseconds."""
    return nanoseconds(words[_COUNTER], words[_COUNTER_RESULT])
