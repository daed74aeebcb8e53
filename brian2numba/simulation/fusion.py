"""
State updates and thresholds that are done in one pass over the neurons.

The threshold reads what the state update has just written. Done together, what a neuron
reads and writes passes through the processor once. Brian's order of execution has other
objects between the two; it is kept wherever one of them could tell the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from brian2numba.simulation.releases import may_await_releases
from brian2numba.simulation.sleep import Sleeper, neurons_may_sleep
from brian2numba.target import FUSIBLE_TEMPLATES, NumbaCodeObject

__all__ = ["Fusion", "Pair", "fusions", "pairs"]

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
    sleeper : Sleeper or None
        Knows whether neurons may sleep, if the preference for it is set.
    sleeps : bool
        Whether neurons may, so that the code object lets them.
    """

    updater: int
    thresholder: int
    code_object: NumbaCodeObject
    sleeper: Sleeper | None = None
    sleeps: bool = False

    def is_up_to_date(self) -> bool:
        """Tell whether neurons may sleep exactly if they may in this code object."""
        return self.sleeper is None or self.sleeps == (self.sleeper.obstacle() is None)


@dataclass(frozen=True)
class Pair:
    """A state update and a threshold of the same group.

    Attributes
    ----------
    updater, thresholder : int
        Their positions in the schedule.
    obstacle : str or None
        Why they can't be done at once, if they can't.
    """

    updater: int
    thresholder: int
    obstacle: str | None


def fusions(entries: Sequence[Entry], profile: bool = False) -> Iterator[Fusion]:
    """Yield what can be done at once in a schedule.

    Parameters
    ----------
    entries : sequence of Entry
        The entries in the order of a time step.
    profile : bool, optional
        Whether the two are done one by one now and then, to be measured.
    """
    for pair in pairs(entries):
        if pair.obstacle is None:
            updater, thresholder = pair.updater, pair.thresholder
            both = entries[updater], entries[thresholder]
            awaits = not profile and may_await_releases(entries, *both)
            sleeper, sleeps = None, False
            if neurons_may_sleep() and not profile:
                sleeper = Sleeper(entries, updater, thresholder, awaits)
                sleeps = sleeper.obstacle() is None
            choices = {"_awaits_releases": awaits, "_sleeps": sleeps}
            code_object = _code_object(*both, choices)
            yield Fusion(updater, thresholder, code_object, sleeper, sleeps)


def pairs(entries: Sequence[Entry]) -> Iterator[Pair]:
    """Yield the state updates and thresholds of the same group, see `fusions`."""
    fused = set()
    for position, entry in enumerate(entries):
        if not _has_template(entry, _THRESHOLD):
            continue
        updater = _updater_of(entry, entries[:position])
        if updater is None:
            continue
        if updater in fused:
            obstacle: str | None = "another threshold is done with the state update"
        else:
            obstacle = _obstacle(entries[updater : position + 1])
        if obstacle is None:
            fused.add(updater)
        yield Pair(updater, position, obstacle)


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


def _obstacle(entries: Sequence[Entry]) -> str | None:
    """Return why the last entry can't be done together with the first one, if so."""
    updater, *between, threshold = entries
    if updater.owner.clock is not threshold.owner.clock:
        return "the state update and the threshold have different clocks"
    return _obstacle_in_code(updater.code_object, threshold.code_object) or (
        _obstacle_in_between(between, _arrays(threshold.code_object))
    )


def _obstacle_in_code(first: NumbaCodeObject, second: NumbaCodeObject) -> str | None:
    for code_object in (first, second):
        if code_object.source.calls_users:
            return f"{code_object.owner.name} calls functions of yours"
        if not _is_elementwise(code_object):
            return f"{code_object.owner.name} uses variables of other elements"
    if second.draws:
        return "the threshold draws random numbers"
    if not _agree(first.variables, second.variables):
        return "names mean one thing in the equations and another in the threshold"
    return None


def _obstacle_in_between(entries: Sequence[Entry], arrays: set[Any]) -> str | None:
    for entry in entries:
        if entry.obstacle is not None:
            return f"Python runs {entry.owner.name} in between"
        if not arrays.isdisjoint(_arrays(entry.code_object)):
            return f"{entry.owner.name}, in between, uses the same variables"
    return None


def _is_elementwise(code_object: NumbaCodeObject) -> bool:
    """Tell whether what a kernel does to an element depends on this element alone."""
    return all(
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


def _code_object(
    updater: Entry, threshold: Entry, choices: Mapping[str, bool]
) -> NumbaCodeObject:
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
        # What the usual kernels are not given keeps their sources as they are
        template_kwds={
            **threshold.owner.template_kwds,
            **{name: True for name, is_chosen in choices.items() if is_chosen},
        },
        override_conditional_write=threshold.owner.override_conditional_write,
    )
    # Only the state update may draw, and it draws the same numbers either way
    fused.random_role = first.random_role
    return fused
