"""Threads of a team leave the processor of another one, and may go anywhere."""

import os
import sys
import threading
import time

import pytest

from brian2numba.language import address_of
from brian2numba.operations import operation
from brian2numba.simulation.processors import (
    Processors,
    Seat,
    leave_processor_of,
    note_processor,
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's functions")


@operation
def leave(processors: Processors, seat: Seat, other: Seat, now: int):
    """Note the processor and leave it if the other is there; tell where that is."""
    note_processor(processors, seat)
    if not leave_processor_of(processors, seat, other, now):
        return -1
    return seat.processor[0] - 1


def in_thread(function):
    """Call a function in a thread of its own, whose processors are nobody else's."""
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def left(other, now=10**9, then=None):
    """Leave the first processor in a thread, which may run on others from then on.

    Return where it went and where it may run.
    """
    everywhere = os.sched_getaffinity(0)

    def run():
        os.sched_setaffinity(0, {min(everywhere)})
        time.sleep(0.001)
        os.sched_setaffinity(0, then or everywhere)
        processors, seat = Processors.of_system(), Seat()
        addresses = (address_of(record) for record in (processors, seat, other))
        return leave.call(*addresses, now), os.sched_getaffinity(0)

    return in_thread(run)


def seat_at(processor):
    seat = Seat()
    seat.processor[0] = processor + 1
    return seat


@linux
def test_a_thread_leaves_the_processor_of_another_one():
    everywhere = os.sched_getaffinity(0)
    if len(everywhere) == 1:
        pytest.skip("there is one processor")
    first = min(everywhere)
    where, allowed = left(seat_at(first))
    # The system may have moved it before, though this is unlikely
    assert where != first
    assert allowed == everywhere


@linux
def test_a_thread_stays_where_no_other_processor_is_allowed():
    first = min(os.sched_getaffinity(0))
    assert left(seat_at(first), then={first}) == (-1, {first})


@linux
def test_a_thread_stays_where_nobody_is_known_to_be():
    everywhere = os.sched_getaffinity(0)
    assert left(Seat()) == (-1, everywhere)


@linux
def test_a_thread_moves_rarely():
    first = min(os.sched_getaffinity(0))
    assert left(seat_at(first), now=1000)[0] == -1


def test_other_systems_are_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    processors, seat = Processors.of_system(), Seat()
    note_processor(processors, seat)
    assert not seat.processor[0]
    assert not leave_processor_of(processors, seat, seat_at(0), 10**9)
