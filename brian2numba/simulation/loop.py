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

from brian2numba.intrinsics import call, float64s, int64s
from brian2numba.jit import internal, operation

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
    SIZE = 13


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
    NANOSECONDS = 3
    SIZE = 4


# As plain integers, for compiled code
_N_CLOCKS, _CLOCKS = int(State.N_CLOCKS), int(State.CLOCKS)
_N_ENTRIES, _ENTRIES = int(State.N_ENTRIES), int(State.ENTRIES)
_POSITION, _IN_STEP = int(State.POSITION), int(State.IN_STEP)
_STATUS, _DEADLINE, _STOP = int(State.STATUS), int(State.DEADLINE), int(State.STOP)
_N_STEPS, _PROFILE = int(State.N_STEPS), int(State.PROFILE)
_COUNTER, _COUNTER_RESULT = int(State.COUNTER), int(State.COUNTER_RESULT)
_TIMESTEP, _T, _DT = int(Clocks.TIMESTEP), int(Clocks.T), int(Clocks.DT)
_TIMES, _END, _IS_DUE = int(Clocks.TIMES), int(Clocks.END), int(Clocks.IS_DUE)
_CLOCK_SIZE = 8 * int(Clocks.SIZE)
_CLOCK, _KERNEL = int(Entries.CLOCK), int(Entries.KERNEL)
_TABLE, _NANOSECONDS = int(Entries.TABLE), int(Entries.NANOSECONDS)
_ENTRY_SIZE = 8 * int(Entries.SIZE)
_FINISHED, _SLICE_IS_UP = int(Reason.FINISHED), int(Reason.SLICE_IS_UP)
_PYTHON_IS_DUE, _KERNEL_FAILED = int(Reason.PYTHON_IS_DUE), int(Reason.KERNEL_FAILED)
_CLOCK_IS_EXHAUSTED = int(Reason.CLOCK_IS_EXHAUSTED)
_GO_ON = -1

# Clocks are at the same time if they differ by less: in units of dt, and in seconds
# for two clocks without dt
_SAME_IN_DT = 1e-4
_SAME_IN_SECONDS = 1e-14


@operation("int64(int64)")
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
        if words[_STOP] != 0 or _now(words) >= words[_DEADLINE]:
            return _SLICE_IS_UP


@internal
def _run_entries(words: Any) -> int:
    """Run what is left of a step; return a reason to stop, or that all is done."""
    while words[_POSITION] < words[_N_ENTRIES]:
        entry = int64s(words[_ENTRIES] + words[_POSITION] * _ENTRY_SIZE)
        clock = int64s(words[_CLOCKS] + entry[_CLOCK] * _CLOCK_SIZE)
        if clock[_IS_DUE] != 0:
            if entry[_KERNEL] == 0:
                return _PYTHON_IS_DUE
            start = _now(words) if words[_PROFILE] != 0 else 0
            status = call(entry[_KERNEL], (entry[_TABLE],))
            if status != 0:
                words[_STATUS] = status
                return _KERNEL_FAILED
            if words[_PROFILE] != 0:
                entry[_NANOSECONDS] += _now(words) - start
        words[_POSITION] += 1
    return _GO_ON


@internal
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
    return True


@internal
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


@internal
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


@internal
def _now(words: Any) -> int:
    """Return the performance counter in nanoseconds."""
    if words[_COUNTER_RESULT] == 0:
        return call(words[_COUNTER], ())
    call(words[_COUNTER], (words[_COUNTER_RESULT],))
    return int64s(words[_COUNTER_RESULT])[0]
