"""Where the clocks of a network stand when a run begins, and where it ends."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from brian2.core.clocks import BaseClock, Clock
from brian2.units import second

from brian2numba.hooks import Originals

__all__ = ["set_intervals"]

#: How Brian's clocks find the time steps of a run
_METHODS = ("set_interval", "_set_t_update_dt", "_calc_timestep")
_ORIGINALS = Originals(*((Clock, name) for name in _METHODS))
#: Brian warns of runs that end at later steps
_MANY_STEPS = 2**40


def set_intervals(clocks: Iterable[BaseClock], start: float, end: float) -> None:
    """Let clocks begin and end a run, as their ``set_interval`` does.

    Parameters
    ----------
    clocks : iterable of `BaseClock`
        The clocks.
    start, end : float
        The times at which the run begins and ends, in seconds.
    """
    for clock in clocks:
        is_brians = type(clock) is Clock and _ORIGINALS.are_there()
        if not (is_brians and _set(clock, start, end)):
            clock.set_interval(start * second, end * second)


def _set(clock: Any, start: float, end: float) -> bool:
    """Set the interval of a clock of Brian's; tell whether there is no more to it."""
    dt = clock.variables["dt"].get_value().item()
    if clock._old_dt not in (None, dt) or end / dt >= _MANY_STEPS:
        return False
    first = _time_step(start, dt)
    clock.variables["timestep"].get_value()[0] = first
    clock.variables["t"].get_value()[0] = first * dt
    clock._i_end = _time_step(end, dt)
    return True


def _time_step(time: float, dt: float) -> int:
    """Return the step at a time, or the next one if the time is within a step."""
    step = round(time / dt)
    if abs(step * dt - time) / dt <= Clock.epsilon_dt:
        return step
    return math.ceil(time / dt)
