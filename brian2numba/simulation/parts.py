"""
Kernels that several threads share: each does a part of the elements.

`run_in_parts` is called as kernels are, with the address of a *job*: the words that say
which kernel it is, with which tables, and how long it took with one and with several
threads. The threads are those of numba's threading layer.
"""

from __future__ import annotations

import enum
from typing import Any

from brian2numba.kernels.counter_based import KEY, RUN
from brian2numba.language import call, int32s, int64s
from brian2numba.operations import operation
from brian2numba.simulation.counter import nanoseconds

__all__ = [
    "N_KEY_WORDS",
    "Job",
    "do_nothing",
    "join_events",
    "run_in_parts",
    "run_part",
]


class Job(enum.IntEnum):
    """Words of a job."""

    #: The kernel, with its table for all elements
    KERNEL = 0
    TABLE = 1
    #: How many parts there are, the first one's table, and the bytes of a table
    N_PARTS = 2
    FIRST_PART = 3
    PART_BYTES = 4
    #: Where the address of the threading layer's function for parallel loops is (0 if
    #: this process has no threads), and what that calls
    PARALLEL_FOR = 5
    RUN_PART = 6
    #: What a part returned that failed
    STATUS = 7
    #: What has to be done after the parts: a function (or 0) and its argument
    FINISH = 8
    FINISH_ARGUMENT = 9
    #: The event space with the number of neurons, the first one of each part (int64),
    #: and how many events it has (int32): for `join_events`
    EVENTS = 10
    N_ELEMENTS = 11
    STARTS = 12
    COUNTS = 13
    #: How much there is to do: a function (or 0) with its argument, and how much it
    #: takes for several threads to be faster; without a function, that is measured
    AMOUNT = 14
    AMOUNT_ARGUMENT = 15
    ENOUGH = 16
    #: The function that reads the performance counter, and where it writes to (or 0)
    COUNTER = 17
    COUNTER_RESULT = 18
    #: Calls so far; the shortest time of one thread, and of several; which is better
    N_CALLS = 19
    ALONE = 20
    TOGETHER = 21
    #: The block with the key of counter-based random numbers, or 0; the first part's
    RANDOM_KEY = 22
    PART_KEYS = 23
    SIZE = 24


# As plain integers, for compiled code
_KERNEL, _TABLE = int(Job.KERNEL), int(Job.TABLE)
_N_PARTS, _FIRST_PART = int(Job.N_PARTS), int(Job.FIRST_PART)
_PART_BYTES, _PARALLEL_FOR = int(Job.PART_BYTES), int(Job.PARALLEL_FOR)
_RUN_PART, _STATUS = int(Job.RUN_PART), int(Job.STATUS)
_EVENTS, _N_ELEMENTS = int(Job.EVENTS), int(Job.N_ELEMENTS)
_FINISH, _FINISH_ARGUMENT = int(Job.FINISH), int(Job.FINISH_ARGUMENT)
_AMOUNT, _AMOUNT_ARGUMENT = int(Job.AMOUNT), int(Job.AMOUNT_ARGUMENT)
_ENOUGH = int(Job.ENOUGH)
_STARTS, _COUNTS = int(Job.STARTS), int(Job.COUNTS)
_COUNTER, _COUNTER_RESULT = int(Job.COUNTER), int(Job.COUNTER_RESULT)
_N_CALLS, _ALONE, _TOGETHER = int(Job.N_CALLS), int(Job.ALONE), int(Job.TOGETHER)
_RANDOM_KEY, _PART_KEYS = int(Job.RANDOM_KEY), int(Job.PART_KEYS)
_WORD = 8
#: Words of a block of keys that kernels of parts use
N_KEY_WORDS = RUN + 1

#: How many calls are measured, in turn with one thread and with several
_N_TRIALS = 12
#: What takes so many times as long with several threads is measured no more
_HOPELESS = 3
_WAKING = 2
#: Several threads have to save this part of the time, in percent: they are not the
#: machine's only ones
_GAIN = 10


@operation
def run_in_parts(job: int) -> int:
    """Run a kernel on several threads, or on one if that was found to be faster.

    Parameters
    ----------
    job : int
        The address of the job.

    Returns
    -------
    int
        The status of the kernel; of the last part that failed, if one did.
    """
    words = int64s(job)
    if words[_AMOUNT] != 0:
        amount = call(words[_AMOUNT], (words[_AMOUNT_ARGUMENT],))
        return _run(words, job, amount < words[_ENOUGH])
    if words[_N_CALLS] < _N_TRIALS:
        return _measured(words, job)
    gains = words[_TOGETHER] * 100 < words[_ALONE] * (100 - _GAIN)
    return _run(words, job, not gains)


def _measured(words: Any, job: int) -> int:
    """Run a kernel, with one thread and with several in turn, and take the time."""
    is_alone = words[_N_CALLS] & 1 == 0
    words[_N_CALLS] += 1
    start = _now(words)
    status = _run(words, job, is_alone)
    elapsed = _now(words) - start
    best = _ALONE if is_alone else _TOGETHER
    words[best] = min(words[best], elapsed)
    # The first call of the threads wakes them
    if words[_N_CALLS] > _WAKING and words[_TOGETHER] > _HOPELESS * words[_ALONE]:
        words[_N_CALLS] = _N_TRIALS
    return status


def _run(words: Any, job: int, is_alone: bool) -> int:
    if is_alone or int64s(words[_PARALLEL_FOR])[0] == 0:
        return call(words[_KERNEL], (words[_TABLE],))
    return _together(words, job)


def _together(words: Any, job: int) -> int:
    """Let each thread do its parts."""
    words[_STATUS] = 0
    if words[_RANDOM_KEY] != 0:
        _give_keys(words)
    # What a function of numpy's for arrays takes: where the first item of each array
    # is, how many items there are, and the bytes from one item to the next
    call(
        int64s(words[_PARALLEL_FOR])[0],
        (
            words[_RUN_PART],
            job + _FIRST_PART * _WORD,
            job + _N_PARTS * _WORD,
            job + _PART_BYTES * _WORD,
            job,
            0,
            1,
            words[_N_PARTS],
        ),
    )
    if words[_RANDOM_KEY] != 0:
        int64s(words[_RANDOM_KEY])[RUN] += 1
    if words[_FINISH] != 0:
        call(words[_FINISH], (words[_FINISH_ARGUMENT],))
    return words[_STATUS]


def _give_keys(words: Any) -> None:
    """Give each part the key and the number of the run, which it counts by itself."""
    source = int64s(words[_RANDOM_KEY])
    target = int64s(words[_PART_KEYS])
    for part in range(words[_N_PARTS]):
        for k in range(KEY, N_KEY_WORDS):
            target[part * N_KEY_WORDS + k] = source[k]


@operation
def run_part(arrays: int, dimensions: int, strides: int, job: int) -> int:
    """Run a kernel for some of the parts; the threading layer calls this.

    Parameters
    ----------
    arrays, dimensions, strides : int
        The addresses of: the address of the first part's table; the number of parts;
        the bytes from one table to the next.
    job : int
        The address of the job.
    """
    words = int64s(job)
    table = int64s(arrays)[0]
    for _ in range(int64s(dimensions)[0]):
        status = call(words[_KERNEL], (table,))
        if status != 0:
            words[_STATUS] = status
        table += int64s(strides)[0]
    return 0


@operation
def join_events(job: int) -> int:
    """Put the events that the parts found one after the other; the result is 0."""
    words = int64s(job)
    events, starts = words[_EVENTS], int64s(words[_STARTS])
    counts = int32s(words[_COUNTS])
    n_events = counts[0]
    for part in range(1, words[_N_PARTS]):
        target = int32s(events)
        for k in range(counts[part]):
            target[n_events + k] = target[starts[part] + k]
        n_events += counts[part]
    int32s(events)[words[_N_ELEMENTS]] = n_events
    return 0


@operation
def do_nothing(argument: int) -> int:
    """Return 0: for what parts leave to be done when all of them are done."""
    return 0


def _now(words: Any) -> int:
    """Return the performance counter in nanoseconds."""
    return nanoseconds(words[_COUNTER], words[_COUNTER_RESULT])
