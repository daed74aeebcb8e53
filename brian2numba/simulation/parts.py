"""
Kernels whose work is divided between threads: each part has some of the elements.

The parts call the kernel with tables of their own, which say where they begin and end.
What has to be done once, before and after all parts, is here.
"""

from __future__ import annotations

from brian2numba.kernels.counter_based import CountedBuffers
from brian2numba.language import Pointer, Record, call, int32, int64
from brian2numba.operations import operation

__all__ = [
    "COUNT_ITEMS",
    "Job",
    "begin_parts",
    "do_nothing",
    "events_to_share",
    "finish_parts",
]

#: How far apart threads write numbers of events: on lines of the cache of their own
COUNT_ITEMS = 32


class Job(Record):
    """A kernel whose work is divided."""

    n_parts: int64
    #: The spike queue whose events are delivered, or 0; what counts those that are due
    #: and can be divided; and what advances the queue
    queue: int64
    count: int64
    advance: int64
    #: Where events are found: the event space (or null), the number of neurons, which
    #: is where it has the number of events, and for each part the first neuron and how
    #: many events (each `COUNT_ITEMS` behind the one before)
    events: Pointer[int32]
    n_elements: int64
    starts: Pointer[int64]
    counts: Pointer[int32]
    #: The key of counter-based random numbers, or null; and a copy for each part, which
    #: all count the runs of the kernel
    random_key: Pointer[CountedBuffers]
    part_keys: Pointer[CountedBuffers]


def events_to_share(job: Job) -> int:
    """Return how many events are to be delivered; below 0 if they can't be divided.

    Parameters
    ----------
    job : Job
        The kernel.
    """
    return call(job.count, (job.queue,)) if job.queue != 0 else 0


def begin_parts(job: Job) -> None:
    """Prepare all parts: each has the key and the number of the run, and counts it.

    Parameters
    ----------
    job : Job
        The kernel.
    """
    if job.random_key:
        key = job.random_key[0]
        for k in range(job.n_parts):
            part_key = job.part_keys[k]
            part_key.key_low, part_key.key_high = key.key_low, key.key_high
            part_key.run = key.run


def finish_parts(job: Job) -> None:
    """Do what is left when all parts are done.

    Parameters
    ----------
    job : Job
        The kernel.
    """
    if job.random_key:
        job.random_key[0].run += 1
    if job.queue != 0:
        call(job.advance, (job.queue,))
    if job.events:
        _join_events(job)


def _join_events(job: Job) -> None:
    """Put the events that the parts found one after the other.

    Each part wrote its events to where its own neurons begin in the event space.
    """
    n_events = job.counts[0]
    for part in range(1, job.n_parts):
        n_new = job.counts[part * COUNT_ITEMS]
        for k in range(n_new):
            job.events[n_events + k] = job.events[job.starts[part] + k]
        n_events += n_new
    job.events[job.n_elements] = n_events


@operation
def do_nothing(argument: int) -> int:
    """Return 0: takes the place of what only one of the parts may do, after them."""
    return 0
