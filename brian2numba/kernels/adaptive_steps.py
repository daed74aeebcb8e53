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

from brian2numba.language import Pointer, Record, float64, int64

__all__ = [
    "LANES",
    "Doing",
    "Journal",
    "Lanes",
    "Limits",
    "Method",
    "aim",
    "end_trial",
    "note_failure",
    "set_out",
]

#: How many elements are integrated side by side
LANES = 8

#: A step is tried again with a shorter one where its error is so much larger than what
#: is allowed, and the next one is longer where it is smaller than the second
_TOO_LARGE, _SMALL = 1.1, 0.5
#: Steps are shorter by this than what the error asks for, ...
_SAFETY = 0.9
#: ... and at most so much shorter or longer than the one before
_LEAST_FACTOR, _LARGEST_FACTOR = 0.2, 4.9
#: An error relative to what is allowed is at least this: the smallest normal double
_NO_ERROR = 2.2250738585072014e-308


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
    #: A variable that was a number has become NaN
    IS_NOT_A_NUMBER = 6


class Journal(Record):
    """What is kept of the last time step, to take it back where an element fails."""

    n_elements: int64
    #: When each element was integrated last, ...
    times: Pointer[float64]
    #: ... and what it had before: a row for each variable, and for the length of steps
    before: Pointer[float64]
    #: Of an element that failed: where its last step began, how long it was, and how
    #: many there were before
    t: float64
    length: float64
    n_steps: int64


class Method(NamedTuple):
    """A Runge-Kutta method with an estimate of its error.

    ``nodes`` has the time of each stage in units of the step, and that of the solution
    at the end. ``weights`` has a row for each stage, and one for the solution: what the
    slopes of the stages before count. ``error`` has what they count in the error.
    ``order`` is the order that the control of steps goes by.
    """

    n_variables: int
    n_stages: int
    order: float
    nodes: Any
    weights: Any
    error: Any


class Limits(NamedTuple):
    """What steps are limited by.

    ``errors`` has the largest error of each variable. Zero `most_steps` stand for any
    number. If steps do not adapt, there is one to the end.
    """

    errors: Any
    longest: float
    most_steps: int
    adapts: bool


class Lanes(NamedTuple):
    """What is known of some elements of a group: pointers to a number for each.

    The numbers of ``state`` (at the begin of a step), ``trial`` (where slopes are
    wanted), ``errors`` and ``slopes`` are in rows of `LANES`: one for each variable,
    and for each variable of each stage.
    """

    doing: Any
    #: The element that it has, or had
    element: Any
    #: Whether the step that is tried ends with the time step
    is_last: Any
    #: The time at the begin of a step, and where slopes are wanted
    t: Any
    t_of_trial: Any
    #: The length of the step that is tried, and of the one that comes next
    length: Any
    next_length: Any
    #: The largest error of a variable in units of what is allowed
    worst: Any
    n_steps: Any
    n_failed: Any
    state: Any
    trial: Any
    errors: Any
    slopes: Any


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
    length = left if is_last else lanes.next_length[k]
    lanes.is_last[k] = is_last
    lanes.length[k] = length


def aim(method: Method, lanes: Lanes, stage: int) -> None:
    """Find out where the slopes of a stage are wanted; after the last: the solution.

    Parameters
    ----------
    method : Method
        The method.
    lanes : Lanes
        With the slopes of all stages before.
    stage : int
        The stage, or the number of stages.
    """
    node = method.nodes[stage]
    for k in range(LANES):
        lanes.t_of_trial[k] = lanes.t[k] + node * lanes.length[k]
    _add_slopes(
        method, lanes, method.weights + stage * method.n_stages, stage, lanes.trial
    )
    for i in range(method.n_variables):
        trial, state = lanes.trial + i * LANES, lanes.state + i * LANES
        for k in range(LANES):
            trial[k] = state[k] + lanes.length[k] * trial[k]


def _add_slopes(
    method: Method, lanes: Lanes, weights: Any, n_stages: int, total: Any
) -> None:
    """Let numbers be the sums of the weighted slopes of some stages."""
    n = method.n_variables * LANES
    for m in range(n):
        total[m] = 0.0
    for stage in range(n_stages):
        weight, slopes = weights[stage], lanes.slopes + stage * n
        if weight != 0.0:
            for m in range(n):
                total[m] += weight * slopes[m]


def end_trial(method: Method, lanes: Lanes, limits: Limits, end: float) -> int:
    """Let each lane accept the step that was tried, or plan a shorter one.

    Parameters
    ----------
    method : Method
        The method.
    lanes : Lanes
        With all slopes, and with the solution where the last of them would be tried.
    limits : Limits
        What is allowed.
    end : float
        The end of the time step.

    Returns
    -------
    int
        The first lane that can't go on; `LANES` if there is none.
    """
    _find_worst_errors(method, lanes, limits)
    _accept_states(method, lanes)
    failed = LANES
    for k in range(LANES):
        if lanes.doing[k] == Doing.IS_ON_ITS_WAY:
            if lanes.worst[k] > _TOO_LARGE:
                _shorten(method, lanes, limits, k, end)
            else:
                _advance(method, lanes, limits, k, end)
            failed = min(failed, k if lanes.doing[k] > Doing.IS_ON_ITS_WAY else LANES)
    return failed


def _find_worst_errors(method: Method, lanes: Lanes, limits: Limits) -> None:
    """Find the largest error of each lane.

    One that is NaN counts as none, unless the variable itself has become NaN.
    """
    _add_slopes(method, lanes, method.error, method.n_stages, lanes.errors)
    for k in range(LANES):
        lanes.worst[k] = _NO_ERROR
    for i in range(method.n_variables):
        allowed, errors = limits.errors[i], lanes.errors + i * LANES
        for k in range(LANES):
            error = abs(lanes.length[k] * errors[k]) / allowed
            lanes.worst[k] = error if error > lanes.worst[k] else lanes.worst[k]
    for i in range(method.n_variables):
        state, trial = lanes.state + i * LANES, lanes.trial + i * LANES
        for k in range(LANES):
            is_lost = _is_nan(trial[k]) and not _is_nan(state[k])
            is_lost &= lanes.worst[k] <= _TOO_LARGE
            lanes.worst[k] = math.inf if is_lost else lanes.worst[k]


def _is_nan(x: float) -> bool:
    return x != x  # noqa: PLR0124


def _accept_states(method: Method, lanes: Lanes) -> None:
    """Let the variables of lanes be what was tried where the error is small enough."""
    for i in range(method.n_variables):
        state, trial = lanes.state + i * LANES, lanes.trial + i * LANES
        for k in range(LANES):
            state[k] = trial[k] if lanes.worst[k] <= _TOO_LARGE else state[k]


def _shorten(method: Method, lanes: Lanes, limits: Limits, k: int, end: float) -> None:
    """Let a lane try a shorter step, unless it may not or that changes nothing."""
    length = lanes.length[k]
    factor = _SAFETY / lanes.worst[k] ** (1.0 / method.order)
    shorter = length * max(factor, _LEAST_FACTOR)
    reached = end if lanes.is_last[k] else lanes.t[k] + length
    if not limits.adapts:
        lanes.doing[k] = Doing.ERROR_IS_TOO_LARGE
    elif shorter < length and reached + shorter != reached:
        lanes.length[k] = shorter
        lanes.is_last[k] = False
        lanes.n_failed[k] += 1
    else:
        lanes.doing[k] = Doing.STEP_IS_TOO_SHORT


def _advance(method: Method, lanes: Lanes, limits: Limits, k: int, end: float) -> None:
    """Let a lane go on from where its step has led it."""
    if not limits.adapts:
        lanes.n_steps[k] += 1
        _arrive(lanes, k)
        return
    # The last step may be short by chance: it says nothing of the next one
    if lanes.is_last[k]:
        lanes.t[k] = end
    else:
        lanes.t[k] += lanes.length[k]
        lanes.next_length[k] = _next_length(method, lanes, limits, k)
    if limits.most_steps > 0 and lanes.n_steps[k] > limits.most_steps:
        lanes.doing[k] = Doing.TAKES_TOO_MANY_STEPS
        return
    lanes.n_steps[k] += 1
    if lanes.t[k] >= end:
        _arrive(lanes, k)
    else:
        _begin_step(lanes, k, end)


def _arrive(lanes: Lanes, k: int) -> None:
    """Let a lane be at the end of the time step."""
    lanes.doing[k] = Doing.HAS_ARRIVED
    lanes.length[k] = 0.0


def _next_length(method: Method, lanes: Lanes, limits: Limits, k: int) -> float:
    """Return how long the step after an accepted one is to be."""
    length, worst = lanes.length[k], lanes.worst[k]
    # Powers take long, and most steps are as long as they may be
    if worst < _SMALL and length < limits.longest:
        factor = _SAFETY / worst ** (1.0 / (method.order + 1.0))
        length *= min(max(factor, 1.0), _LARGEST_FACTOR)
    return min(length, limits.longest)


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
