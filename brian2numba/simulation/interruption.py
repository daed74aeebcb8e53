"""
Runs that an exception ended within a step: the next run goes on there.

Otherwise the part of the step that was done before would be done twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from brian2.core.network import Network
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup

from brian2numba.hooks import overridden
from brian2numba.preferences import numba_is_target
from brian2numba.simulation.running import forget_loss, refused_to_other_threads
from brian2numba.simulation.schedule import Schedule
from brian2numba.target import NumbaCodeObject

__all__ = ["forget_on_restore", "remember", "resume"]


@dataclass(frozen=True)
class _Interruption:
    """Where a run was when an exception ended it."""

    #: What Brian changes when its one magic network becomes another
    network_id: Any
    t: float
    names: tuple[str, ...]
    position: int
    due_clocks: tuple[str, ...]
    done: tuple[int, ...]


_interruptions: WeakKeyDictionary[Network, _Interruption] = WeakKeyDictionary()


def remember(network: Network, schedule: Schedule) -> None:
    """Remember the entry that raised, if a step had begun."""
    if schedule.loop.in_step:
        _interruptions[network] = _Interruption(
            network.id,
            schedule.time(),
            _names(schedule),
            schedule.loop.position,
            schedule.due_clocks(),
            schedule.done(),
        )


def resume(network: Network, schedule: Schedule) -> None:
    """Let a schedule begin with the entry that raised, if there was one.

    Raises
    ------
    RuntimeError
        If the network has changed: it is not known what is left of the step.
    """
    interruption = _interruptions.pop(network, None)
    if interruption is None:
        return
    where = (network.id, float(network.t_))
    if where != (interruption.network_id, interruption.t):
        return
    if not schedule.has_time_for(interruption.due_clocks):
        # A run of no duration takes no step, nor the rest of one
        _interruptions[network] = interruption
        return
    if interruption.names != _names(schedule):
        _interruptions[network] = interruption
        raise RuntimeError(
            f"The last run of the network '{network.name}' was ended by an exception "
            f"within the time step at {interruption.t} s, and its objects have changed "
            "since: the step can't be completed. Use restore() to go back to a stored "
            "state."
        )
    schedule.resume(interruption.position, interruption.due_clocks, interruption.done)


def _names(schedule: Schedule) -> tuple[str, ...]:
    return tuple(entry.owner.name for entry in schedule.entries)


def forget_on_restore(device: Any) -> None:
    """Forget where a network was interrupted when an earlier state is restored.

    Where that happens within a run, the run goes on from there.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device, which networks ask for an override of ``restore``.
    """
    restore = overridden(device, "network_restore", Network, "restore")
    if restore is None:
        return

    def network_restore(network: Network, *args: Any, **kwds: Any) -> None:
        restore(network, *args, **kwds)
        _interruptions.pop(network, None)
        forget_loss(network)
        if Network._globally_running and numba_is_target():
            _prepare_again(network)

    device.network_restore = refused_to_other_threads(network_restore)


def _prepare_again(network: Network) -> None:
    """Do what a run does before its first step, as far as the state matters."""
    for obj in network.sorted_objects:
        generates = isinstance(obj, SpikeGeneratorGroup) and obj.active
        if generates and (obj._previous_dt is None or obj._spikes_changed):
            raise RuntimeError(
                f"The state of '{obj.name}' that was restored within a run is from "
                "before the first run, when its spikes had no time steps yet. Store "
                "the network after a run, e.g. run(0*ms)."
            )
        for code_object in obj.code_objects:
            if isinstance(code_object, NumbaCodeObject):
                code_object.before_run()
