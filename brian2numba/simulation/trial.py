"""Preparing a network as a run does, and leaving everything as if it had not been."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from brian2.core.base import BrianObject
from brian2.core.clocks import BaseClock
from brian2.core.network import Network
from brian2.devices.device import get_device

from brian2numba.device.random_counters import attach_random_counters
from brian2numba.preparing import is_prepared, prepare
from brian2numba.simulation.clocks import set_intervals
from brian2numba.simulation.running import the_only_run
from brian2numba.simulation.schedule import Schedule

__all__ = ["prepared", "undisturbed"]

type _States = list[tuple[Any, str, Any]]

_OF_CLOCKS = ("_i_end", "_old_dt")
_OF_OBJECTS = ("_network", "_active")
_OF_NETWORKS = ("_id", "_clocks", "_stopped", "t_")


def prepared(network: Network, namespace: Any, is_compiled: bool) -> Schedule | None:
    """Do all that comes before the first time step of a run.

    Parameters
    ----------
    network : `Network`
        The network; this has to be within `undisturbed`.
    namespace : dict
        What names in its equations mean.
    is_compiled : bool
        Whether compiled code would run it, and not Brian's own loop.

    Returns
    -------
    Schedule or None
        What compiled code would work with.
    """
    objects = network.sorted_objects
    network._clocks = {obj.clock for obj in objects}
    now = float(network.t)
    set_intervals(network._clocks, now, now)
    if not is_compiled:
        network.before_run(namespace)
        return None
    if not is_prepared(network, objects, namespace):
        prepare(network, objects, namespace)
    return Schedule([obj for obj in objects if obj.active], network._clocks)


@contextmanager
def undisturbed(network: Network) -> Iterator[None]:
    """Leave times, random numbers and what belongs to whom as they are.

    Raises
    ------
    RuntimeError
        If a network is running in another thread, or this one at present.
    """
    with the_only_run(network):
        states = [
            *_states(_living(BrianObject), _OF_OBJECTS),
            *_states(_living(BaseClock), _OF_CLOCKS),
            *_states([network], _OF_NETWORKS),
        ]
        times = _times_of_clocks()
        is_stopped, objects = Network._globally_stopped, network.objects
        try:
            with attach_random_counters(get_device()).undisturbed():
                yield
        finally:
            network.objects = objects
            Network._globally_stopped = is_stopped
            for array, value in times:
                array[:] = value
            for obj, name, value in states:
                setattr(obj, name, value)


def _living(kind: Any) -> list[Any]:
    """Return all objects of a kind that there are."""
    objects = [reference() for reference in list(kind.__instances__())]
    return [obj for obj in objects if obj is not None]


def _states(objects: list[Any], names: tuple[str, ...]) -> _States:
    """Return attributes of objects, but for those that they have not got."""
    return [
        (obj, name, getattr(obj, name))
        for obj in objects
        for name in names
        if name == "t_" or name in vars(obj)
    ]


def _times_of_clocks() -> list[tuple[Any, Any]]:
    """Return where all clocks have their times, and what is there."""
    arrays = [
        clock.variables[name].get_value()
        for clock in _living(BaseClock)
        for name in ("timestep", "t")
    ]
    return [(array, array.copy()) for array in arrays]
