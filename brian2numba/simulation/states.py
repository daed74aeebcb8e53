"""
States of groups and pathways, stored and restored without a detour.

What the numba target keeps for the next run depends on which arrays have changed. To
store a state changes none; and where nobody has written to an array since it was
stored, restoring it changes nothing either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.devices.device import RuntimeDevice, get_device
from brian2.groups.group import VariableOwner
from brian2.synapses.synapses import SynapticPathway

from brian2numba.adaptive import forget_last_steps
from brian2numba.device.arrays import copied, is_ours, put_back
from brian2numba.hooks import Originals, replace_brians
from brian2numba.preferences import numba_is_target
from brian2numba.recordings.restoring import (
    refuse_rows_of_disk,
    tell_that_restored,
)
from brian2numba.simulation.running import is_in_use_elsewhere

__all__ = ["attach_states"]

#: What a device does for a state that is stored or restored
_METHODS = ("get_value", "fill_with_array", "resize", "resize_along_first")


def attach_states(device: Any) -> None:
    """Let groups whose arrays a device has be stored and restored quickly.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device, with all of its methods. A method that somebody has wrapped stays
        as it is.
    """
    states = _States(device)
    replace_brians(VariableOwner, "_full_state", states.storing)
    replace_brians(SynapticPathway, "_full_state", states.storing_with_delays)
    replace_brians(VariableOwner, "_restore_from_full_state", states.restoring)


class _States:
    """Methods that take the place of Brian's."""

    def __init__(self, device: Any) -> None:
        self._device = device
        own = vars(device)
        self._overrides = [(name, own.get(name)) for name in _METHODS]
        self._originals = Originals(*((RuntimeDevice, name) for name in _METHODS))

    def _are_direct(self) -> bool:
        """Tell whether arrays can be reached without the device's methods."""
        is_usual = (
            get_device() is self._device
            and numba_is_target()
            and not is_in_use_elsewhere()
            and self._originals.are_there()
        )
        own = vars(self._device)
        for name, method in self._overrides:
            is_usual = is_usual and own.get(name) is method
        return is_usual

    def storing(self, method: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return ``VariableOwner._full_state``."""

        def _full_state(owner: Any) -> Any:
            if not self._are_direct():
                return method(owner)
            return {
                variable.name: copied(variable)
                for variable in owner.variables.values()
                if isinstance(variable, ArrayVariable)
                and variable.owner is not None
                and variable.owner.name == owner.name
            }

        return _full_state

    def storing_with_delays(self, method: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return ``SynapticPathway._full_state``."""

        def _full_state(pathway: Any) -> Any:
            delays = pathway.variables["delay"]
            container = self._device.arrays.get(delays)
            if not (self._are_direct() and is_ours(container)):
                return method(pathway)
            with container.only_read():
                state = method(pathway)
            return state | {"delay": copied(delays)}

        return _full_state

    def restoring(
        self, method: Callable[[Any, Any], None]
    ) -> Callable[[Any, Any], None]:
        """Return ``VariableOwner._restore_from_full_state``."""

        def _restore_from_full_state(owner: Any, state: Any) -> None:
            if self._are_direct():
                put_back_all(owner, state)
            else:
                method(owner, state)
            forget_last_steps(owner, state)
            tell_that_restored(owner)

        def put_back_all(owner: Any, state: Any) -> None:
            arrays, variables = self._device.arrays, owner.variables
            for name, (values, size) in state.items():
                variable = variables[name]
                refuse_rows_of_disk(values, arrays.get(variable), owner)
                kind = type(variable)
                if kind is ArrayVariable and variable.device is self._device:
                    arrays[variable][:] = values
                elif kind is DynamicArrayVariable and is_ours(arrays.get(variable)):
                    put_back(variable, arrays[variable], values, size)
                else:
                    method(owner, {name: (values, size)})

        return _restore_from_full_state
