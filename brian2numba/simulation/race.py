"""
Whether threads are faster than one: found by trying, again and again.

A race has windows of some time steps, by one thread and by several in turn. Threads
have to be clearly faster, as others want to use the processors as well. What takes so
little time that threads can't be faster is not tried. After a race that threads lost,
the next one is later each time: what they lose is a small part of the run. If they won,
they are watched: a processor that somebody else uses makes all threads wait.

Results do not depend on it: they are those of one thread.
"""

from __future__ import annotations

import enum
from typing import Annotated

from brian2numba.language import Pointer, Record, int64
from brian2numba.simulation.counter import PerformanceCounter, nanoseconds

__all__ = ["Choice", "Race", "begin_turn", "end_turn"]


class Choice(enum.IntEnum):
    """Who decides."""

    #: The race
    BY_RACE = 0
    #: Somebody who wants one thread, ...
    ONE = 1
    #: ... or several
    SEVERAL = 2


class Race(Record):
    """Who is faster, one thread or several."""

    choice: int64
    #: Whether several were faster in the last race
    several_win: int64
    #: How many turns there are until the next race
    n_until_race: int64
    #: How many races in a row one thread has won
    n_lost: int64
    #: Within a race: how many turns it has had, and the number of the window
    n_turns: int64
    number: int64
    #: Within a window: when it began, how many turns were let pass, whether that was
    #: enough, how many count, their time in nanoseconds and that of the shortest
    begun: int64
    n_passed: int64
    is_warm: int64
    n_counted: int64
    window: int64
    shortest: int64
    #: The time of the windows of one thread, and of several, in nanoseconds
    alone: Annotated[Pointer[int64], 8]
    together: Annotated[Pointer[int64], 8]
    #: When the present turn began
    start: int64
    #: What a turn of one thread took in the last race
    alone_turn: int64
    #: While threads are watched: how many turns were looked at, and their time
    n_watched: int64
    watched: int64
    #: How often in a row they were found to be slow, after races that they had won
    n_alarms: int64
    counter: PerformanceCounter


#: How many windows a race has of each kind, and how many turns of a window count
_N_WINDOWS = 8
_N_COUNTED = 8
#: Turns, and nanoseconds, at the beginning of a window that do not count: threads wake
#: up, which systems take long for, and caches fill
_N_PASSED = 2
_WARM = 1_000_000
#: A turn of one thread that takes less than so many nanoseconds ends the race, ...
_SHORT = 8_000
#: ... and so do windows of several, from so many on, that all take so many percent of
#: those of one
_N_SEEN, _HOPELESS = 2, 125
#: Threads have to save this part of the time, in percent
_GAIN = 10
#: Turns between two races: at least so many, and so many times those of a race; and
#: how often that is doubled at most
_PAUSE, _PAUSE_IN_RACES = 4096, 16
_MOST_DOUBLED = 5
#: One of so many turns of threads is watched, and so many of these are added up
_RARE, _N_WATCHED = 4, 16
#: A turn that is watched takes at most so many times as long as one thread's
_HICCUP = 4
#: So many alarms are a race that is lost
_MOST_ALARMS = 3
#: A window takes at most so many times as long as the shortest: the system was busy
_OUTLIER = 2


def begin_turn(race: Race) -> bool:
    """Begin the turn of a time step; tell whether several threads do it.

    Parameters
    ----------
    race : Race
        The race.
    """
    if race.choice != Choice.BY_RACE:
        return race.choice == Choice.SEVERAL
    if race.n_until_race > 0:
        if race.several_win == 0:
            return False
        if race.n_until_race % _RARE == 0:
            race.start = nanoseconds(race.counter)
        return True
    race.start = nanoseconds(race.counter)
    return race.number & 1 == 1


def end_turn(race: Race) -> None:
    """End a turn.

    Parameters
    ----------
    race : Race
        The race.
    """
    if race.n_until_race > 0:
        if race.several_win != 0 and race.n_until_race % _RARE == 0:
            _watch(race, nanoseconds(race.counter) - race.start)
        race.n_until_race = max(race.n_until_race - 1, 0)
        if race.n_until_race == 1:
            race.n_alarms = 0
    elif race.choice == Choice.BY_RACE:
        _count(race, nanoseconds(race.counter))


def _watch(race: Race, elapsed: int) -> None:
    """Give an alarm if threads are slower than one thread was."""
    race.n_watched += 1
    race.watched += min(elapsed, _HICCUP * race.alone_turn)
    if race.n_watched < _N_WATCHED:
        return
    is_slow = race.watched > _N_WATCHED * race.alone_turn
    race.n_watched = race.watched = 0
    if is_slow:
        race.n_alarms += 1
        race.n_until_race = 0
        if race.n_alarms == _MOST_ALARMS:
            _end_race(race, False, True)


def _count(race: Race, now: int) -> None:
    """Add the time of a turn to its window, unless it is one of the first."""
    race.n_turns += 1
    if race.is_warm == 0:
        if race.n_passed == 0:
            race.begun = race.start
        race.n_passed += 1
        is_late = race.n_passed >= _N_PASSED and now - race.begun >= _WARM
        race.is_warm = 1 if is_late else 0
        return
    elapsed = now - race.start
    race.window += elapsed
    race.shortest = elapsed if race.n_counted == 0 else min(race.shortest, elapsed)
    race.n_counted += 1
    if race.n_counted == _N_COUNTED:
        _end_window(race)


def _end_window(race: Race) -> None:
    """Note the time of a window, and see whether the race is over."""
    number = race.number
    windows = race.alone if number & 1 == 0 else race.together
    windows[number // 2] = race.window
    race.number += 1
    race.window = race.n_counted = race.n_passed = race.is_warm = 0
    # Of a window, others may have taken a part
    is_short = number == 0 and race.shortest < _SHORT
    n_pairs = (number + 1) // 2 if number & 1 == 1 else 0
    is_hopeless = n_pairs >= _N_SEEN and _is_hopeless(race, n_pairs)
    if is_short or is_hopeless:
        _end_race(race, False, True)
    elif number == 2 * _N_WINDOWS - 1:
        alone, together = _sum(race.alone), _sum(race.together)
        race.alone_turn = alone // (_N_WINDOWS * _N_COUNTED)
        wins = together * 100 < alone * (100 - _GAIN)
        _end_race(race, wins, not wins)


def _is_hopeless(race: Race, n_windows: int) -> bool:
    """Tell whether the shortest window of several is much longer than one of one."""
    alone, together = race.alone[0], race.together[0]
    for k in range(1, n_windows):
        alone = min(alone, race.alone[k])
        together = min(together, race.together[k])
    return together * 100 > alone * _HOPELESS


def _sum(windows: Pointer[int64]) -> int:
    """Return the sum of the windows' times, without what others have taken."""
    least = windows[0]
    for k in range(1, _N_WINDOWS):
        least = min(least, windows[k])
    total = 0
    for k in range(_N_WINDOWS):
        total += min(windows[k], _OUTLIER * least)
    return total


def _end_race(race: Race, wins: bool, is_lost: bool) -> None:
    """Note who has won, and when the next race is."""
    n_turns = race.n_turns
    race.n_turns = race.number = 0
    race.several_win = 1 if wins else 0
    race.n_watched = race.watched = 0
    if not wins:
        race.n_alarms = 0
    race.n_lost = min(race.n_lost + 1, _MOST_DOUBLED) if is_lost else 0
    pause = max(_PAUSE, _PAUSE_IN_RACES * n_turns)
    race.n_until_race = pause << race.n_lost
