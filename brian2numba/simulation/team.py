"""
Threads that share the work of time steps, in compiled code.

The thread that runs the network is number 0 of a `Team`; the others, its members, wait
in `serve`. Work is given to them in *levels*, one at a time: tasks of which none has to
wait for another. Each thread does its own tasks first, so that what it works with stays
in its processor's cache, and then those of others that have not begun them. So nobody
waits for a thread that the system does not run at present, unless it is in the middle
of a task.

A level is known by its *epoch*, a number that grows. A task is claimed by writing the
epoch into it: a member that comes late finds all tasks of its epoch claimed, however
far the others are.

Who waits does so in a loop for a short time, as a system takes some microseconds to
wake a thread, and sleeps then. Members that wait see to it that they are not on the
processor of another thread of the team.
"""

from __future__ import annotations

from typing import Annotated

from brian2numba.language import (
    Pointer,
    Record,
    add_shared,
    boolean,
    call,
    exchange_shared,
    int64,
    load_shared,
    pause,
    replace_shared,
    store_shared,
)
from brian2numba.operations import operation
from brian2numba.simulation.counter import PerformanceCounter, nanoseconds
from brian2numba.simulation.processors import (
    Processors,
    Seat,
    leave_processor_of,
    note_processor,
)

__all__ = [
    "Level",
    "Member",
    "Piece",
    "Task",
    "Team",
    "dismiss",
    "dissolve",
    "run_level",
    "serve",
    "wake",
]


class Piece(Record):
    """A kernel with a table for all of its elements, or for those of a part."""

    #: The position of its entry in the schedule
    position: int64
    kernel: int64
    table: int64
    #: Whether the clock of its entry takes part in the present step
    is_due: Pointer[boolean]
    #: What the kernel returned
    status: int64
    #: The number of the level's last run in which it was done, see `Level.run`
    done: int64


class Task(Record):
    """Pieces that one thread does in their order. A line of the processor's cache."""

    #: The epoch in which a thread has claimed it last
    claimed: Annotated[Pointer[int64], 1]
    pieces: Pointer[Piece]
    n_pieces: int64
    rest_of_line: Annotated[Pointer[int64], 5]


class Level(Record):
    """Tasks that threads may do at once."""

    #: How many tasks are not done yet; on a line of the cache of its own
    n_left: Annotated[Pointer[int64], 8]
    tasks: Pointer[Task]
    n_tasks: int64
    #: For each thread, and for one more, the number of its first task
    starts: Pointer[int64]
    #: Counts how often the level was done
    run: int64
    #: Whether a piece failed in the present run
    has_failed: int64
    #: How many threads may look at it
    n_threads: int64
    rest_of_line: Annotated[Pointer[int64], 2]


class Member(Record):
    """A thread that helps."""

    #: 1 while it sleeps, or is about to: whoever writes 0 has to release its lock
    is_asleep: Annotated[Pointer[int64], 8]
    #: 1 while it may look at a level
    is_inside: Annotated[Pointer[int64], 8]
    seat: Seat
    #: Its number, from 1 on
    number: int64
    #: A lock of Python's, on which it sleeps
    lock: int64
    counter: PerformanceCounter
    #: Where the counter's time goes
    time: Annotated[Pointer[int64], 8]


class Team(Record):
    """The threads, and what they have to do. It lives as long as the process."""

    epoch: Annotated[Pointer[int64], 8]
    #: The levels of the last two epochs: of even and of odd ones; 0 if there is nothing
    levels: Annotated[Pointer[int64], 8]
    #: Where the thread that runs the network is
    seat: Seat
    #: How many members there are: 0 in a process that was forked from one with threads
    n_members: int64
    members: Pointer[Member]
    #: Whether members have to leave
    is_over: Annotated[Pointer[int64], 1]
    #: Python's functions that wait for a lock, for some time, and that release it
    acquire: int64
    release: int64
    #: A lock that is never released: to wait for it is to sleep
    nap: int64
    counter: PerformanceCounter
    processors: Processors


#: How long a thread waits in a loop before it sleeps, in nanoseconds; and after how
#: many turns it looks at the counter
_PATIENCE = 50_000
_TURNS = 64
#: How long the thread that runs the network sleeps then, in microseconds; members
#: sleep until they are woken
_NAP = 50
_UNTIL_RELEASED = -1


@operation
def serve(team: Team, member: Member) -> int:
    """Do tasks, until the team is dissolved; a member's thread calls this.

    Parameters
    ----------
    team : Team
        The team.
    member : Member
        The thread.
    """
    epoch = 0
    while load_shared(team.is_over) == 0:
        epoch = _next_epoch(team, member, epoch)
        store_shared(member.is_inside, 1)
        is_wanted = True
        level = Level.from_address(load_shared(team.levels + (epoch & 1)))
        # The level may be that of a later epoch, or even be gone, if this has changed
        if level and load_shared(team.epoch) == epoch:
            is_wanted = member.number < level.n_threads
            if is_wanted:
                _do_tasks(level, epoch, member.number)
        store_shared(member.is_inside, 0)
        if not is_wanted:
            _sleep(team, member, epoch)
    return 0


def _next_epoch(team: Team, member: Member, last: int) -> int:
    """Wait until there is another epoch than the last one, and return it."""
    deadline = 0
    turns = 0
    epoch = load_shared(team.epoch)
    while epoch == last:
        pause()
        turns += 1
        if turns == _TURNS:
            turns = 0
            now = nanoseconds(member.counter)
            _keep_apart(team, member, now)
            if deadline == 0:
                deadline = now + _PATIENCE
            elif now > deadline:
                _sleep(team, member, last)
                deadline = 0
        epoch = load_shared(team.epoch)
    return epoch


def _keep_apart(team: Team, member: Member, now: int) -> None:
    """Move if this thread is on a processor of those that come before it."""
    note_processor(team.processors, member.seat)
    leave_processor_of(team.processors, member.seat, team.seat, now)
    for k in range(member.number - 1):
        other = team.members[k]
        leave_processor_of(team.processors, member.seat, other.seat, now)


def _sleep(team: Team, member: Member, last: int) -> None:
    """Sleep until woken, unless a new epoch has begun meanwhile."""
    exchange_shared(member.is_asleep, 1)
    is_needed = load_shared(team.epoch) != last
    # If somebody has written 0 already, the lock is or will be released
    if is_needed and exchange_shared(member.is_asleep, 0) == 1:
        return
    call(team.acquire, (member.lock, _UNTIL_RELEASED, 0))


@operation
def dissolve(team: Team) -> int:
    """Let all members leave for good; the result is 0.

    Parameters
    ----------
    team : Team
        The team.
    """
    store_shared(team.is_over, 1)
    dismiss(team)
    wake(team, team.n_members + 1)
    return 0


def wake(team: Team, n_threads: int) -> None:
    """Wake the members that sleep, for levels of so many threads.

    Parameters
    ----------
    team : Team
        The team.
    n_threads : int
        The number of threads, with the one that runs the network.
    """
    for k in range(min(team.n_members, n_threads - 1)):
        member = team.members[k]
        asleep = load_shared(member.is_asleep)
        if asleep == 1 and exchange_shared(member.is_asleep, 0) == 1:
            note_processor(team.processors, team.seat)
            call(team.release, (member.lock,))


def run_level(team: Team, level: Level) -> None:
    """Let threads do all tasks of a level.

    Parameters
    ----------
    team : Team
        The team.
    level : Level
        The level.
    """
    level.run += 1
    level.has_failed = 0
    store_shared(level.n_left, level.n_tasks)
    epoch = _begin_epoch(team, level)
    _do_tasks(level, epoch, 0)
    _wait_for_zero(team, level.n_left)


def _wait_for_zero(team: Team, number: Pointer[int64]) -> None:
    """Wait until other threads have brought a number to 0."""
    deadline = 0
    turns = 0
    while load_shared(number) != 0:
        pause()
        turns += 1
        if turns == _TURNS:
            turns = 0
            now = nanoseconds(team.counter)
            if deadline == 0:
                deadline = now + _PATIENCE
            elif now > deadline:
                # Perhaps the one that it waits for is on this thread's processor
                note_processor(team.processors, team.seat)
                call(team.acquire, (team.nap, _NAP, 0))
                note_processor(team.processors, team.seat)


def _begin_epoch(team: Team, level: Level) -> int:
    """Say that there is a level to do, or nothing; return the epoch."""
    epoch = load_shared(team.epoch) + 1
    store_shared(team.levels + (epoch & 1), int64(level))
    store_shared(team.epoch, epoch)
    return epoch


def dismiss(team: Team) -> None:
    """Wait until no member looks at a level any more.

    Parameters
    ----------
    team : Team
        The team.
    """
    epoch = load_shared(team.epoch) + 1
    store_shared(team.levels + (epoch & 1), 0)
    store_shared(team.epoch, epoch)
    for k in range(team.n_members):
        member = team.members[k]
        _wait_for_zero(team, member.is_inside)


def _do_tasks(level: Level, epoch: int, number: int) -> None:
    """Do the tasks of a thread, and then what others have not begun."""
    first, end = level.starts[number], level.starts[number + 1]
    n_done = 0
    for k in range(first, end):
        n_done += _do_task(level, level.tasks[k], epoch)
    for k in range(level.n_tasks - end):
        n_done += _do_task(level, level.tasks[level.n_tasks - 1 - k], epoch)
    for k in range(first):
        n_done += _do_task(level, level.tasks[first - 1 - k], epoch)
    if n_done > 0:
        add_shared(level.n_left, -n_done)


def _do_task(level: Level, task: Task, epoch: int) -> int:
    """Do a task and return 1, or 0 if another thread does it or has done it."""
    claimed = load_shared(task.claimed)
    if claimed >= epoch or not replace_shared(task.claimed, claimed, epoch):
        return 0
    for k in range(task.n_pieces):
        piece = task.pieces[k]
        if piece.is_due[0]:
            status = call(piece.kernel, (piece.table,))
            piece.status = status
            if status != 0:
                # The next pieces need this one
                level.has_failed = 1
                return 1
        piece.done = level.run
    return 1
