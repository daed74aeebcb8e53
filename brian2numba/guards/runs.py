"""Guards of clocks and of networks: for how long they run, and in which steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from brian2.core.clocks import Clock
from brian2.core.network import Network, _get_all_objects

from brian2numba.guards.mechanism import Guard, described
from brian2numba.guards.numbers import as_numbers, check_positive
from brian2numba.preparing import slots_of

__all__ = ["GUARDS"]

#: A time that is more steps from 0 than this is no longer a double of its own
_MAX_STEPS = 2**53


def _check_dt(clock: Any, given: Mapping[str, Any]) -> None:
    dt = given.get("dt", given.get("dt_"))
    check_positive(dt, f"The time step dt of {described(clock)}", " s")
    if _is_running(clock) and float(dt) != clock.dt_:
        raise RuntimeError(
            f"The time step dt of {described(clock)} can't be set to {float(dt)} s "
            "while a network is running: the run knows in which steps it ends."
        )


def _is_running(clock: Any) -> bool:
    """Tell whether a network with a clock may be running."""
    if not Network._globally_running:
        return False
    networks = (reference() for reference in list(Network.__instances__()))
    return any(
        n is not None and clock in (getattr(n, "_clocks", None) or ()) for n in networks
    )


def _check_run(network: Any, given: Mapping[str, Any]) -> None:
    duration = as_numbers(given["duration"])
    if duration is None or duration.ndim:
        raise TypeError(f"The duration has to be one time, not {given['duration']!r}.")
    if not np.isfinite(duration):
        raise ValueError(f"The duration of a run has to be finite, not {duration} s.")
    objects = _get_all_objects(network.objects)
    slots, end = slots_of(network), float(network.t_ + duration)
    for obj in objects:
        _check_schedule(obj, slots, network)
    for clock in {obj.clock for obj in objects}:
        _check_steps(clock, end)
    _check_orders(objects)


def _check_steps(clock: Any, end: float) -> None:
    dt = getattr(clock, "dt_", None)
    if dt is not None and end / dt > _MAX_STEPS:
        raise OverflowError(
            f"A run until {end} s would be {end / dt:g} time steps of "
            f"{described(clock)}, whose dt is {dt} s. Beyond {_MAX_STEPS}, times are "
            "no longer exact."
        )


def _check_schedule(obj: Any, slots: list[str], network: Any) -> None:
    slot = str(obj.when).removeprefix("before_").removeprefix("after_")
    if slot not in slots:
        raise ValueError(
            f"{described(obj)} has when='{obj.when}', which is not in the schedule of "
            f"{described(network)}: {', '.join(slots)}, each also with "
            "'before_' or 'after_' in front of it."
        )


def _check_orders(objects: Iterable[Any]) -> None:
    """Refuse orders that can't be compared: those in a slot, names among numbers."""
    first: dict[str, Any] = {}
    for obj in sorted(objects, key=lambda obj: str(obj.name)):
        other = first.setdefault(obj.when, obj)
        try:
            _ = obj is other or obj.order < other.order
        except TypeError:
            raise TypeError(
                f"The order of {described(obj)} is {obj.order!r} and that of "
                f"{described(other)} is {other.order!r}: these can't be compared, but "
                f"both objects are in the slot '{obj.when}'. Orders should be numbers."
            ) from None


GUARDS = (
    Guard(Clock, "dt", _check_dt),
    Guard(Clock, "dt_", _check_dt),
    Guard(Network, "run", _check_run, override="network_run"),
    Guard(Network, "add"),
    Guard(Network, "remove"),
    Guard(Network, "store", override="network_store"),
    Guard(Network, "restore", override="network_restore"),
)
