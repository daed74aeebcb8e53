"""
Steps of Runge-Kutta methods whose length follows from an estimate of their error.

Several elements of a group are integrated side by side over a time step, in *lanes*,
each with steps of its own. A step is tried in all lanes at once, from the first stage
to the last; then each accepts its step or tries a shorter one. A lane that has arrived
at the end of the time step takes the next element, as long as there is one; then it
goes along with steps of length 0.

The rules by which steps become longer and shorter are those of the GNU Scientific
Library, by which Brian's other targets integrate, and so are the numbers of steps.

References
----------
Galassi, M. et al. GNU Scientific Library Reference Manual, version 2.8, chapter
"Ordinary Differential Equations".
"""

from __future__ import annotations

import enum
import math
from typing import Any, NamedTuple

from brian2numba.elementary.power import power
from brian2numba.language import Pointer, Record, float64, int64

__all__ = [
    "LANES",
    "NO_ERROR",
    "TOO_LARGE",
    "Doing",
    "Journal",
    "Lanes",
    "Limits",
    "end_trial",
    "note_failure",
    "note_steps",
    "set_out",
]

#: How many elements are integrated side by side: two vectors of the widest processors,
#: so that one is computed while the other waits for its numbers
LANES = 16

#: A step is tried again with a shorter one where its error is so much larger than what
#: is allowed, and the next one is longer where it is smaller than the second
TOO_LARGE, _SMALL = 1.1, 0.5
#: Steps are shorter by this than what the error asks for, ...
_SAFETY = 0.9
#: ... and at most so much shorter or longer than the one before
_LEAST_FACTOR, _LARGEST_FACTOR = 0.2, 4.9
#: An error relative to what is allowed is at least this: the smallest normal double
NO_ERROR = 2.2250738585072014e-308


class Doing(enum.IntEnum):
    """What a lane is doing, or why it can't go on."""

    #: It has no element
    IS_IDLE = 0
    #: It is at the end of the time step
    HAS_ARRIVED = 1
    IS_ON_ITS_WAY = 2
    #: It has done more steps than it may
    TAKES_TOO_MANY_STEPS = 3
    #: The error is too large for all steps that change the time
    STEP_IS_TOO_SHORT = 4
    #: The error of the only step that it may do is too large
    ERROR_IS_TOO_LARGE = 5
    #: A variable that was a number becomes infinite or NaN, however short the step
    IS_NOT_A_NUMBER = 6


class Journal(Record):
    """What is kept of time steps: to take one back, and to tell how many steps it took.

    Pointers are to a number for each element.
    """

    n_elements: int64
    #: How many time steps there were
    n_updates: int64
    #: How many steps each element has done, and how many at most in a time step
    n_steps_in_all: Pointer[int64]
    most_steps: Pointer[int64]
    #: When each element was integrated last, ...
    times: Pointer[float64]
    #: ... and what it had before: a row for each variable that has changed
    before: Pointer[float64]
    #: Of an element that failed: where its last step began, how long it was, and how
    #: many there were before
    t: float64
    length: float64
    n_steps: int64


class Limits(NamedTuple):
    """What steps are limited by.

    ``order`` is that of the method, as the control of steps goes by it. Zero
    ``most_steps`` stand for any number. If steps do not adapt, there is one to the end.
    """

    order: float
    longest: float
    most_steps: int
    adapts: bool


class Lanes(NamedTuple):
    """What is known of some elements: pointers to a number for each."""

    doing: Any
    #: The element that it has, or had
    element: Any
    #: Whether the step that is tried ends with the time step
    is_last: Any
    #: The time at the begin of a step
    t: Any
    #: The length of the step that is tried, and of the one that comes next
    length: Any
    next_length: Any
    #: The largest error of a variable in units of what is allowed
    worst: Any
    n_steps: Any
    n_failed: Any


def set_out(lanes: Lanes, limits: Limits, k: int, t: float, dt: float) -> None:
    """Let a lane be on its way from the begin of a time step.

    Parameters
    ----------
    lanes : Lanes
        With the element, its state, and the length that its first step is to have.
    limits : Limits
        What steps are limited by.
    k : int
        The lane.
    t, dt : float
        The time, and the length of the time step.
    """
    lanes.doing[k] = Doing.IS_ON_ITS_WAY
    lanes.t[k] = t
    lanes.n_steps[k] = 0
    lanes.n_failed[k] = 0
    length = min(lanes.next_length[k], limits.longest) if limits.adapts else dt
    # Of elements that are new, or that somebody has given nothing useful
    lanes.next_length[k] = length if length > 0.0 else limits.longest
    _begin_step(lanes, k, t + dt)


def _begin_step(lanes: Lanes, k: int, end: float) -> None:
    """Let a lane try a step that is as long as it planned, or as time is left."""
    left = end - lanes.t[k]
    is_last = lanes.next_length[k] > left
    lanes.is_last[k] = 1 if is_last else 0
    lanes.length[k] = left if is_last else lanes.next_length[k]


def end_trial(lanes: Lanes, limits: Limits, end: float) -> int:
    """Let each lane go on from where a step has led it, or plan a shorter one.

    Parameters
    ----------
    lanes : Lanes
        With the error of the step, and the state after it if that is small enough.
    limits : Limits
        What is allowed.
    end : float
        The end of the time step.

    Returns
    -------
    int
        The first lane that can't go on; `LANES` if there is none.
    """
    if _advance(lanes, limits, end):
        _adapt(lanes, limits, end)
    return _begin_steps(lanes, limits, end)


def _advance(lanes: Lanes, limits: Limits, end: float) -> bool:
    """Let lanes that accept their steps be where these have led them.

    Tell whether there is more to do: to find powers takes long, and most steps are as
    long as they may be.
    """
    is_more = False
    for k in range(LANES):
        accepts = lanes.doing[k] == Doing.IS_ON_ITS_WAY and lanes.worst[k] <= TOO_LARGE
        rejects = lanes.doing[k] == Doing.IS_ON_ITS_WAY and lanes.worst[k] > TOO_LARGE
        is_last = lanes.is_last[k] != 0
        may_grow = lanes.worst[k] < _SMALL and lanes.length[k] < limits.longest
        is_more |= rejects or (accepts and not is_last and may_grow)
        t = end if is_last else lanes.t[k] + lanes.length[k]
        # As the library counts: one more may be done than what is said
        is_too_many = accepts and 0 < limits.most_steps < lanes.n_steps[k]
        moves = accepts and not is_too_many
        has_arrived = accepts and (t >= end or not limits.adapts)
        # The last step may be short by chance: it says nothing of the next one
        goes_on = moves and not is_last and limits.adapts
        lanes.next_length[k] = lanes.length[k] if goes_on else lanes.next_length[k]
        lanes.t[k] = t if moves else lanes.t[k]
        lanes.n_steps[k] += 1 if moves else 0
        doing = Doing.HAS_ARRIVED if has_arrived else lanes.doing[k]
        lanes.doing[k] = Doing.TAKES_TOO_MANY_STEPS if is_too_many else doing
    return is_more


def _adapt(lanes: Lanes, limits: Limits, end: float) -> None:
    """Let lanes try shorter steps after large errors, and plan longer ones after small.

    The powers are of our own kind, which vector code is made of.
    """
    for k in range(LANES):
        doing, worst, length = lanes.doing[k], lanes.worst[k], lanes.length[k]
        is_last, is_of_step = lanes.is_last[k] != 0, doing >= Doing.HAS_ARRIVED
        rejects = doing == Doing.IS_ON_ITS_WAY and worst > TOO_LARGE
        order = limits.order if rejects else limits.order + 1.0
        factor = _SAFETY / power(worst, 1.0 / order)
        shorter = length * max(factor, _LEAST_FACTOR)
        reached = end if is_last else lanes.t[k] + length
        is_change = shorter < length and reached + shorter != reached
        tries_again = rejects and is_change and limits.adapts
        lanes.length[k] = shorter if tries_again else length
        lanes.n_failed[k] += 1 if tries_again else 0
        reason = _reason(limits, worst)
        lanes.doing[k] = reason if rejects and not tries_again else doing
        may_grow = is_of_step and worst < _SMALL and not is_last and limits.adapts
        longer = length * min(max(factor, 1.0), _LARGEST_FACTOR)
        planned = min(longer, limits.longest)
        lanes.next_length[k] = planned if may_grow else lanes.next_length[k]


def _reason(limits: Limits, worst: float) -> int:
    """Return why a lane can't go on that has a large error and no shorter step."""
    reason = Doing.STEP_IS_TOO_SHORT if limits.adapts else Doing.ERROR_IS_TOO_LARGE
    return Doing.IS_NOT_A_NUMBER if worst == math.inf else reason


def _begin_steps(lanes: Lanes, limits: Limits, end: float) -> int:
    """Let lanes try their next steps; return the first one that can't go on."""
    failed = LANES
    for k in range(LANES):
        is_going = lanes.doing[k] == Doing.IS_ON_ITS_WAY
        rejects = lanes.worst[k] > TOO_LARGE
        left = end - lanes.t[k]
        is_last = lanes.next_length[k] > left and not rejects
        planned = left if is_last else lanes.next_length[k]
        length = lanes.length[k] if rejects else planned
        has_failed = lanes.doing[k] > Doing.IS_ON_ITS_WAY
        lanes.is_last[k] = 1 if is_last else 0
        # Of one that has failed, the length will be told
        lanes.length[k] = (
            length if is_going else (lanes.length[k] if has_failed else 0.0)
        )
        failed = min(failed, k if has_failed else LANES)
    return failed


def note_steps(journal: Journal, lanes: Lanes, k: int) -> None:
    """Note how many steps a lane has done for its element.

    Parameters
    ----------
    journal : Journal
        Where it is noted.
    lanes : Lanes
        The lanes.
    k : int
        The lane.
    """
    element, n_steps = lanes.element[k], lanes.n_steps[k]
    if element < journal.n_elements:
        journal.n_steps_in_all[element] += n_steps
        journal.most_steps[element] = max(journal.most_steps[element], n_steps)


def note_failure(journal: Journal, lanes: Lanes, k: int) -> None:
    """Note where a lane could not go on.

    Parameters
    ----------
    journal : Journal
        Where it is noted.
    lanes : Lanes
        The lanes.
    k : int
        The lane.
    """
    journal.t = lanes.t[k]
    journal.length = lanes.length[k]
    journal.n_steps = lanes.n_steps[k]
