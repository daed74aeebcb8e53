"""
State updates and thresholds that are done in one pass over the neurons.

The threshold reads what the state update has just written. Done together, what a neuron
reads and writes passes through the processor once. Brian's order of execution has other
objects between the two; it is kept wherever one of them could tell the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.core.clocks import BaseClock
from brian2.core.variables import (
    ArrayVariable,
    Constant,
    DynamicArrayVariable,
    Variable,
)
from brian2.devices.device import get_device

from brian2numba.simulation.entries import Entry
from brian2numba.target import FUSIBLE_TEMPLATES, NumbaCodeObject

__all__ = ["Fusion", "fusions"]

_UPDATE, _THRESHOLD = FUSIBLE_TEMPLATES


@dataclass(frozen=True)
class Fusion:
    """A state update and a threshold that are done at once.

    Attributes
    ----------
    updater, thresholder : int
        Their positions in the schedule. Both are done when the first one is due.
    code_object : NumbaCodeObject
        Does both.
    """

    updater: int
    thresholder: int
    code_object: NumbaCodeObject


def fusions(entries: Sequence[Entry]) -> Iterator[Fusion]:
    """Yield what can be done at once in a schedule.

    Parameters
    ----------
    entries : sequence of Entry
        The entries in the order of a time step.
    """
    fused = set()
    for position, entry in enumerate(entries):
        if not _has_template(entry, _THRESHOLD):
            continue
        updater = _updater_of(entry, entries[:position])
        if updater is None or updater in fused:
            continue
        if _may_be_fused(entries[updater : position + 1]):
            fused.add(updater)
            code_object = _code_object(entries[updater], entry)
            yield Fusion(updater, position, code_object)


def _has_template(entry: Entry, name: str) -> bool:
    code_object = entry.code_object
    is_ours = isinstance(code_object, NumbaCodeObject)
    return is_ours and code_object.template_name == name


def _updater_of(threshold: Entry, entries: Sequence[Entry]) -> int | None:
    """Return the position of the state updater of a threshold's group."""
    updater = getattr(threshold.owner.group, "state_updater", None)
    for position, entry in enumerate(entries):
        if updater is not None and entry.owner is updater:
            is_one = len(updater.code_objects) == 1 and _has_template(entry, _UPDATE)
            return position if is_one else None
    return None


def _may_be_fused(entries: Sequence[Entry]) -> bool:
    """Tell whether the last entry can be done together with the first one."""
    updater, *between, threshold = entries
    if updater.owner.clock is not threshold.owner.clock:
        return False
    first, second = updater.code_object, threshold.code_object
    if not (_is_elementwise(first) and _is_elementwise(second)) or second.draws:
        return False
    if not _agree(first.variables, second.variables):
        return False
    arrays = _arrays(second)
    return all(
        entry.is_native and arrays.isdisjoint(_arrays(entry.code_object))
        for entry in between
    )


def _is_elementwise(code_object: NumbaCodeObject) -> bool:
    """Tell whether what a kernel does to an element depends on this element alone."""
    return not code_object.source.calls_users and all(
        code_object.variable_indices[name] in ("_idx", "0")
        and not isinstance(variable, DynamicArrayVariable)
        for name, variable in code_object.variables.items()
        if isinstance(variable, ArrayVariable)
    )


def _agree(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Tell whether names that two code objects share mean the same."""
    return all(_same(first[name], second[name]) for name in first.keys() & second)


def _same(first: Any, second: Any) -> bool:
    if first is second:
        return True
    if isinstance(first, Constant) and isinstance(second, Constant):
        return bool(np.array_equal(first.value, second.value))
    return False


def _arrays(code_object: NumbaCodeObject) -> set[Any]:
    """Return the arrays that a kernel may read or write, but for the clock's."""
    variables = (getattr(slot, "variable", None) for slot in code_object.source.slots)
    return {v for v in variables if v is not None and not _is_of_clock(v)}


def _is_of_clock(variable: Variable) -> bool:
    return isinstance(getattr(variable, "owner", None), BaseClock)


def _code_object(updater: Entry, threshold: Entry) -> NumbaCodeObject:
    """Return the code object that does both."""
    first, second = updater.code_object, threshold.code_object
    code = f"{updater.owner.abstract_code}\n{threshold.owner.abstract_code}"
    name = f"{first.owner.name}_update_and_threshold_codeobject*"
    fused = get_device().code_object(
        owner=first.owner,
        name=name,
        abstract_code={None: code},
        variables={**first.variables, **second.variables},
        template_name=_THRESHOLD,
        variable_indices={**first.variable_indices, **second.variable_indices},
        codeobj_class=NumbaCodeObject,
        template_kwds=threshold.owner.template_kwds,
        override_conditional_write=threshold.owner.override_conditional_write,
    )
    # Only the state update may draw, and it draws the same numbers either way
    fused.random_role = first.random_role
    return fused
