"""
Kernels that several threads share: each does a part of the elements.

`run_in_parts` is called as kernels are, with the address of a `Job`, which says which
kernel it is, with which tables, and how long it took with one and with several threads.
The threads are those of numba's threading layer.
"""

from __future__ import annotations

from typing import Annotated

from brian2numba.kernels.counter_based import CountedBuffers
from brian2numba.language import Pointer, Record, call, int32, int64
from brian2numba.operations import operation
from brian2numba.simulation.counter import PerformanceCounter, nanoseconds

__all__ = ["Job", "do_nothing", "join_events", "run_in_parts", "run_part"]


class Job(Record):
    """A kernel that several threads share."""

    #: The kernel, with its table for all elements
    kernel: int64
    table: int64
    #: What numba's threading layer splits between threads, as a loop of a generalized
    #: ufunc over one array whose items are the tables of the parts: the address of the
    #: first table, how many there are, and the bytes from one to the next
    first_part: Annotated[Pointer[int64], 1]
    n_parts: Annotated[Pointer[int64], 1]
    part_bytes: Annotated[Pointer[int64], 1]
    #: Where the address of the threading layer's function for parallel loops is; that
    #: is 0 if this process has no threads
    parallel_for: Pointer[int64]
    #: The address of `run_part`, which that function calls
    run_part: int64
    #: What a part returned that failed
    status: int64
    #: What has to be done after the parts: a function (or 0) and its argument
    finish: int64
    finish_argument: int64
    #: For `join_events`: the event space, the number of neurons, which is where it has
    #: the number of events, and for each part the first neuron and how many events
    events: Pointer[int32]
    n_elements: int64
    starts: Pointer[int64]
    counts: Pointer[int32]
    #: What tells how much there is to do: a function and its argument. Without a
    #: function (0) it is measured whether several threads are faster
    amount: int64
    amount_argument: int64
    #: How much there has to be for several threads
    enough: int64
    counter: PerformanceCounter
    #: Measured calls so far; the shortest time of one thread, and of several
    n_calls: int64
    alone: int64
    together: int64
    #: The key of counter-based random numbers, or null; and a copy for each part, which
    #: all count the runs of the kernel
    random_key: Pointer[CountedBuffers]
    part_keys: Pointer[CountedBuffers]


#: How many calls are measured, in turn with one thread and with several
_N_TRIALS = 12
#: What takes so many times as long with several threads is measured no more, ...
_HOPELESS = 3
#: ... but for the first so many calls, one of which wakes the threads
_WAKING = 2
#: Several threads have to save this part of the time, in percent: others want to use
#: the processors as well
_GAIN = 10


@operation
def run_in_parts(job: Job) -> int:
    """Run a kernel on several threads, or on one if that was found to be faster.

    Parameters
    ----------
    job : Job
        The kernel.

    Returns
    -------
    int
        The status of the kernel; of the last part that failed, if one did.
    """
    if job.amount != 0:
        amount = call(job.amount, (job.amount_argument,))
        return _run(job, amount < job.enough)
    if job.n_calls < _N_TRIALS:
        return _measured(job)
    gains = job.together * 100 < job.alone * (100 - _GAIN)
    return _run(job, not gains)


def _measured(job: Job) -> int:
    """Run a kernel, with one thread and with several in turn, and take the time."""
    is_alone = job.n_calls & 1 == 0
    job.n_calls += 1
    start = nanoseconds(job.counter)
    status = _run(job, is_alone)
    elapsed = nanoseconds(job.counter) - start
    if is_alone:
        job.alone = min(job.alone, elapsed)
    else:
        job.together = min(job.together, elapsed)
    if job.n_calls > _WAKING and job.together > _HOPELESS * job.alone:
        # That ends the trials
        job.n_calls = _N_TRIALS
    return status


def _run(job: Job, is_alone: bool) -> int:
    """Run a kernel with one thread or, where there are any, with several."""
    if is_alone or job.parallel_for[0] == 0:
        return call(job.kernel, (job.table,))
    return _together(job)


def _together(job: Job) -> int:
    """Let each thread do its parts."""
    job.status = 0
    if job.random_key:
        _give_keys(job)
    n_inner_dimensions, n_arrays, n_threads = 0, 1, job.n_parts[0]
    call(
        job.parallel_for[0],
        (
            job.run_part,
            job.first_part,
            job.n_parts,
            job.part_bytes,
            job,
            n_inner_dimensions,
            n_arrays,
            n_threads,
        ),
    )
    if job.random_key:
        job.random_key[0].run += 1
    if job.finish != 0:
        call(job.finish, (job.finish_argument,))
    return job.status


def _give_keys(job: Job) -> None:
    """Give each part the key and the number of the run, which it counts by itself."""
    key = job.random_key[0]
    for k in range(job.n_parts[0]):
        part_key = job.part_keys[k]
        part_key.key_low, part_key.key_high = key.key_low, key.key_high
        part_key.run = key.run


@operation
def run_part(
    first_part: Pointer[int64],
    n_parts: Pointer[int64],
    part_bytes: Pointer[int64],
    job: Job,
) -> int:
    """Run a kernel for some of the parts, one after the other; a thread calls this.

    The parameters are those of a loop of a generalized ufunc. The result plays no role.

    Parameters
    ----------
    first_part, n_parts, part_bytes : pointer to int64
        The address of the first of these parts' tables; how many these are; the bytes
        from one table to the next.
    job : Job
        The kernel.
    """
    table = first_part[0]
    for _ in range(n_parts[0]):
        status = call(job.kernel, (table,))
        if status != 0:
            job.status = status
        table += part_bytes[0]
    return 0


@operation
def join_events(job: Job) -> int:
    """Put the events that the parts found one after the other; the result is 0.

    Each part wrote its events to where its own neurons begin in the event space.
    """
    n_events = job.counts[0]
    for part in range(1, job.n_parts[0]):
        for k in range(job.counts[part]):
            job.events[n_events + k] = job.events[job.starts[part] + k]
        n_events += job.counts[part]
    job.events[job.n_elements] = n_events
    return 0


@operation
def do_nothing(argument: int) -> int:
    """Return 0: takes the place of what only one of the parts may do, after them."""
    return 0
