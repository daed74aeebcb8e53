"""
Which entries of a schedule may be done at once: what their kernels read and write.

Two entries conflict if one of them writes what the other one uses. Parts of kernels
that are divided in the same way conflict with their own likes only: each thread does
its parts in the order of the schedule. Kernels of subgroups that have no element in
common don't conflict either.
"""

from __future__ import annotations

import enum
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from brian2.core.clocks import BaseClock
from brian2.core.variables import ArrayVariable, DynamicArrayVariable

from brian2numba.behaviours.spikes import PushBehaviour
from brian2numba.device.arrays import contents
from brian2numba.errors import Status
from brian2numba.generation.counter_draws import RANDOM_KEY
from brian2numba.generation.slots import (
    ArrayAddress,
    ArrayData,
    ArraySize,
    DynamicArraySize,
    LastItem,
    Slot,
)
from brian2numba.simulation.threads import Division
from brian2numba.target import NumbaCodeObject

__all__ = ["Conflict", "Use", "Uses", "conflict", "may_fail", "uses"]

#: The templates whose kernels use nothing in memory that they were not given as
#: variables, but for what `_others` yields
_KNOWN = {
    "adaptive_stateupdate",
    "ratemonitor",
    "reset",
    "spikegenerator",
    "spikemonitor",
    "statemonitor",
    "stateupdate",
    "summed_variable",
    "synapses",
    "synapses_push_spikes",
    "threshold",
}
#: What kernels may find to be wrong in a time step
_FAILURES = (Status.NO_REFRACTORY_PERIOD, Status.INTEGRATION_FAILED)
#: How slots are called that have the address of something that is no variable's
_ADDRESSES = "_address_of_"
#: What kernels of other templates may write
_EVERYTHING = "everything"


class Conflict(enum.Enum):
    """How two entries depend on each other."""

    NONE = "they may be done at once"
    #: Each part of the later one has to wait for the same part of the earlier one
    OF_PARTS = "their parts are done in order"
    #: The later one has to wait for the earlier one, neither of which is divided
    OF_WHOLES = "they are done in order"
    ALL = "the later one waits for all parts of the earlier one"


@dataclass(frozen=True)
class Use:
    """What a kernel does with something in memory.

    Attributes
    ----------
    is_written : bool
        Whether it may write it.
    own : hashable
        Which elements a part of it uses, see `Division.own`; None if that may be all.
    extent : tuple of int or None
        The first element that all of it uses, and the one after the last; None if that
        is not known.
    """

    is_written: bool
    own: Hashable = None
    extent: tuple[int, int] | None = None

    def and_also(self, other: Use) -> Use:
        """Return the use of what is used in two ways."""
        own = self.own if self.own == other.own else None
        extent = None
        if self.extent is not None and other.extent is not None:
            first, second = self.extent, other.extent
            extent = min(first[0], second[0]), max(first[1], second[1])
        return Use(self.is_written or other.is_written, own, extent)

    def is_apart(self, other: Use) -> bool:
        """Tell whether two kernels surely use no element in common."""
        if self.extent is None or other.extent is None:
            return False
        return self.extent[1] <= other.extent[0] or other.extent[1] <= self.extent[0]


type Uses = dict[Hashable, Use]


def uses(code_object: NumbaCodeObject, division: Division | None) -> Uses:
    """Return what a kernel uses.

    Parameters
    ----------
    code_object : NumbaCodeObject
        Has the kernel.
    division : Division or None
        How it is divided.
    """
    found: Uses = {}
    for slot in code_object.source.slots:
        if isinstance(slot, ArraySize | DynamicArraySize):
            continue
        variable = getattr(slot, "variable", None)
        if variable is None or isinstance(getattr(variable, "owner", None), BaseClock):
            continue
        is_written = not _is_only_read(slot, code_object)
        own = None if division is None else _own(slot, code_object, division)
        use = Use(is_written, own, _extent(slot, code_object))
        before = found.get(id(variable))
        found[id(variable)] = use if before is None else before.and_also(use)
    found.update((what, Use(is_written=True)) for what in _others(code_object))
    found[_EVERYTHING] = Use(is_written=code_object.template_name not in _KNOWN)
    return found


def _is_only_read(slot: Slot, code_object: NumbaCodeObject) -> bool:
    """Tell whether a kernel surely writes nothing by way of a slot."""
    if isinstance(slot, ArrayAddress):
        return code_object.template_name == "synapses_push_spikes"
    if not isinstance(slot, ArrayData) or isinstance(slot, LastItem):
        return False
    return slot.is_only_read(code_object.source.text)


def _own(slot: Any, code_object: NumbaCodeObject, division: Division) -> Hashable:
    """Return which elements of an array a part of a kernel uses."""
    if isinstance(slot, LastItem) or not isinstance(slot, ArrayData):
        return None
    if id(slot.variable) in division.own_variables:
        return division.own_variables[id(slot.variable)]
    index = _index_of(slot.variable, code_object)
    return None if index is None else division.own.get(index)


def _extent(slot: Any, code_object: NumbaCodeObject) -> tuple[int, int] | None:
    """Return which elements of an array a kernel uses, if it is one of a subgroup."""
    if isinstance(slot, LastItem) or not isinstance(slot, ArrayData):
        return None
    index = _index_of(slot.variable, code_object)
    chosen = None if index is None else code_object.variables.get(index)
    if not isinstance(chosen, ArrayVariable) or not _stays(chosen):
        return None
    elements = contents(chosen)
    return (int(elements.min()), int(elements.max()) + 1) if len(elements) else (0, 0)


def _index_of(variable: Any, code_object: NumbaCodeObject) -> str | None:
    """Return the only index by which a kernel uses a variable, if there is one."""
    indices = {
        code_object.variable_indices[name]
        for name, other in code_object.variables.items()
        if other is variable
    }
    return indices.pop() if len(indices) == 1 else None


def _stays(indices: ArrayVariable) -> bool:
    """Tell whether indices are those that a group was made with."""
    is_fixed = indices.constant and indices.read_only and not indices.scalar
    return is_fixed and not isinstance(indices, DynamicArrayVariable)


def _others(code_object: NumbaCodeObject) -> Iterator[Hashable]:
    """Yield what a kernel writes that is no variable."""
    if isinstance(code_object.behaviour, PushBehaviour):
        yield "queue", id(code_object.behaviour.pathway().queue)
    if code_object.draws_in_sequence:
        yield "random streams"
    for slot in code_object.source.slots:
        if slot.name == RANDOM_KEY or slot.name.startswith(_ADDRESSES):
            yield "memory", code_object.kernel.number(slot.name)


def conflict(first: Uses, second: Uses, are_divided: Sequence[bool]) -> Conflict:
    """Return how an entry depends on an earlier one.

    Parameters
    ----------
    first, second : dict
        What they use.
    are_divided : sequence of bool
        Whether threads share each.
    """
    found = Conflict.NONE
    for what in first.keys() & second.keys():
        one, other = first[what], second[what]
        if not (one.is_written or other.is_written) or one.is_apart(other):
            continue
        if not any(are_divided):
            return Conflict.OF_WHOLES
        if not all(are_divided) or one.own is None or one.own != other.own:
            return Conflict.ALL
        found = Conflict.OF_PARTS
    return found


def may_fail(code_object: NumbaCodeObject) -> bool:
    """Tell whether a kernel fails where a refractory period is none, or an integration.

    Others fail only if there is no memory.
    """
    return any(
        f"_Status.{status.name}" in code_object.source.text for status in _FAILURES
    )
