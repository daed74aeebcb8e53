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

What takes time is that lines of memory go from one processor's cache to another one's:
each in 30 ns to 1 us, depending on where processors are. So what changes with each
level is on one line that the members wait for, and on one of each member that thread 0
waits for; all others are only read, or only used by one thread. Where one must be
written, the thread that writes does not wait until it has it.

Who waits does so in a loop for a short time, as a system takes some microseconds to
wake a thread, and sleeps then. Members that wait see to it that they are not on the
processor of another thread of the team.
"""

from __future__ import annotations

from typing import Annotated

from brian2numba.language import (
    Pointer,
    Record,
    boolean,
    call,
    exchange_shared,
    int64,
    load_shared,
    pause,
    publish_shared,
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
    "begin_alone",
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

    #: The epoch in which a thread has claimed it last; not used of the first task of
    #: thread 0, which it begins at once
    claimed: Annotated[Pointer[int64], 1]
    pieces: Pointer[Piece]
    n_pieces: int64
    rest_of_line: Annotated[Pointer[int64], 5]


class Level(Record):
    """Tasks that threads may do at once."""

    #: The epoch in which it was done last, or a number below 0 if one thread did it,
    #: and how often that was; members do not look at this line
    run: int64
    n_alone: int64
    rest_of_line: Annotated[Pointer[int64], 14]
    tasks: Pointer[Task]
    n_tasks: int64
    #: For each thread, and for one more, the number of its first task
    starts: Pointer[int64]
    #: Whether a piece failed in the present run
    has_failed: int64
    #: How many threads may look at it
    n_threads: int64
    rest_of_second_line: Annotated[Pointer[int64], 11]


class Member(Record):
    """A thread that helps."""

    #: 1 while it sleeps, or is about to: whoever writes 0 has to release its lock
    is_asleep: Annotated[Pointer[int64], 16]
    #: 1 while it may look at a level
    is_inside: Annotated[Pointer[int64], 16]
    #: The last epoch in which it has done tasks, times `_MOST_TASKS`, and how many
    done: Annotated[Pointer[int64], 16]
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

    epoch: Annotated[Pointer[int64], 1]
    #: The levels of the last two epochs: of even and of odd ones; 0 if there is nothing
    levels: Annotated[Pointer[int64], 2]
    rest_of_line: Annotated[Pointer[int64], 13]
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
#: How many turns of a loop thread 0 waits for others before it does tasks of theirs
_GRACE = 64
#: More than a level has tasks
_MOST_TASKS = 1 << 20


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
                _help(level, member, epoch)
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
    if level.has_failed != 0:
        level.has_failed = 0
    epoch = level.run = _begin_epoch(team, level)
    n_left = level.n_tasks - _do_own_tasks(level, epoch, 0)
    for _ in range(_GRACE):
        if n_left == _n_done_by_others(team, level, epoch):
            return
        pause()
    n_left -= _do_tasks_of_others(level, epoch, 0)
    _wait_for_others(team, level, epoch, n_left)


def begin_alone(level: Level) -> None:
    """Note that one thread does a level without telling others.

    Parameters
    ----------
    level : Level
        The level.
    """
    level.has_failed = 0
    level.n_alone += 1
    level.run = -level.n_alone


def _help(level: Level, member: Member, epoch: int) -> None:
    """Do tasks of a level, and say how many."""
    n_done = _do_own_tasks(level, epoch, member.number)
    if n_done > 0:
        publish_shared(member.done, epoch * _MOST_TASKS + n_done)
    n_more = _do_tasks_of_others(level, epoch, member.number)
    if n_more > 0:
        publish_shared(member.done, epoch * _MOST_TASKS + n_done + n_more)


def _n_done_by_others(team: Team, level: Level, epoch: int) -> int:
    """Return how many tasks of a level the members say that they have done."""
    total = 0
    for k in range(level.n_threads - 1):
        done = load_shared(team.members[k].done) - epoch * _MOST_TASKS
        total += max(done, 0)
    return total


def _wait_for_others(team: Team, level: Level, epoch: int, n_left: int) -> None:
    """Wait until other threads have done so many tasks."""
    deadline = 0
    turns = 0
    while n_left != _n_done_by_others(team, level, epoch):
        pause()
        turns += 1
        if turns == _TURNS:
            turns = 0
            deadline = _be_patient(team, deadline)


def _be_patient(team: Team, deadline: int) -> int:
    """Sleep a little if the deadline is over, or return one if there is none yet."""
    now = nanoseconds(team.counter)
    if deadline == 0:
        return now + _PATIENCE
    if now > deadline:
        # Perhaps the one that it waits for is on this thread's processor
        note_processor(team.processors, team.seat)
        call(team.acquire, (team.nap, _NAP, 0))
        note_processor(team.processors, team.seat)
    return deadline


def _begin_epoch(team: Team, level: Level) -> int:
    """Say that there is a level to do; return the epoch."""
    epoch = load_shared(team.epoch) + 1
    publish_shared(team.levels + (epoch & 1), int64(level))
    publish_shared(team.epoch, epoch)
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
        deadline = 0
        turns = 0
        while load_shared(member.is_inside) != 0:
            pause()
            turns += 1
            if turns == _TURNS:
                turns = 0
                deadline = _be_patient(team, deadline)


def _do_own_tasks(level: Level, epoch: int, number: int) -> int:
    """Do the tasks of a thread that nobody has begun; return how many."""
    n_done = 0
    for k in range(level.starts[number], level.starts[number + 1]):
        task = level.tasks[k]
        if (number == 0 and k == 0) or _claim(task, epoch):
            _do_task(level, task, epoch)
            n_done += 1
    return n_done


def _do_tasks_of_others(level: Level, epoch: int, number: int) -> int:
    """Do what others have not begun, from the end; return how many tasks."""
    first, end = level.starts[number], level.starts[number + 1]
    # That of thread 0 is begun
    n_begun = min(level.starts[1], 1)
    n_done = 0
    for from_end in range(level.n_tasks - n_begun):
        k = level.n_tasks - 1 - from_end
        if (k < first or k >= end) and _claim(level.tasks[k], epoch):
            _do_task(level, level.tasks[k], epoch)
            n_done += 1
    return n_done


def _claim(task: Task, epoch: int) -> bool:
    """Take a task; false if another thread does it or has done it."""
    claimed = load_shared(task.claimed)
    return claimed < epoch and replace_shared(task.claimed, claimed, epoch)


def _do_task(level: Level, task: Task, epoch: int) -> None:
    """Do the pieces of a task, until one fails."""
    for k in range(task.n_pieces):
        piece = task.pieces[k]
        if piece.is_due[0]:
            status = call(piece.kernel, (piece.table,))
            piece.status = status
            if status != 0:
                # The next pieces need this one
                level.has_failed = 1
                return
        piece.done = epoch
