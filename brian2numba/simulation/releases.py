"""
Groups whose refractory neurons need not be looked at in each time step.

Between spikes, a neuron stays refractory until its period is over, and then it is not.
Where nothing but the group's own spikes has a say in that, one kernel can know in which
step there is something to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from brian2.core.clocks import BaseClock
from brian2.core.functions import DEFAULT_FUNCTIONS, Function
from brian2.core.variables import ArrayVariable, Constant, Subexpression
from brian2.utils.stringtools import get_identifiers

from brian2numba.generation.followed import Followed
from brian2numba.generation.slots import NamespaceArray
from brian2numba.generation.source import KernelSource
from brian2numba.simulation.entries import Entry
from brian2numba.target import NumbaCodeObject

__all__ = ["gives_arrays_to_users", "may_await_releases"]

#: How the abstract code of a state update begins where the period is a time
_PERIOD = re.compile(
    r"(?:_refractory_period = (?P<named>.*)\n)?"
    r"not_refractory = timestep\(t - lastspike, dt\) >= timestep\((?P<period>.*), dt\)"
)


def may_await_releases(
    entries: Sequence[Entry], updater: Entry, threshold: Entry
) -> bool:
    """Tell whether refractory neurons need a look only when one may be released.

    Parameters
    ----------
    entries : sequence of Entry
        All that a time step does.
    updater, threshold : Entry
        Those of a group that are done in one pass.
    """
    if not threshold.owner.template_kwds.get("_uses_refractory"):
        return False
    match = _PERIOD.match(updater.owner.abstract_code)
    if match is None:
        return False
    variables = updater.code_object.variables
    period = match["named"] or match["period"]
    used = list(_used(period, variables))
    constant = [variables[name] for name in ("lastspike", "dt")] + used
    if not all(isinstance(variable, ArrayVariable | Constant) for variable in constant):
        return False
    if any(_advances(variable) for variable in used):
        return False
    alone = {*constant, variables["not_refractory"]}
    pair = [updater.code_object, threshold.code_object]
    others = [e.code_object for e in entries if e.code_object not in pair]
    written = {
        code_object.variables[name]
        for code_object in pair
        for name in code_object.accesses.written | code_object.accesses.once
    }
    return written.isdisjoint(constant) and not any(
        _may_write(code_object, alone)
        for code_object in others
        if isinstance(code_object, NumbaCodeObject)
    )


def _used(expression: str, variables: dict[str, Any]) -> Iterator[Any]:
    """Yield what a period is computed from; None for what is not known."""
    for name in get_identifiers(expression):
        variable = variables.get(name)
        if isinstance(variable, Subexpression):
            yield from _used(variable.expr, variables)
        elif not _is_pure(name, variable):
            yield variable


def _is_pure(name: str, function: Any) -> bool:
    """Tell whether this is a function whose value depends on its arguments alone."""
    return (
        isinstance(function, Function)
        and DEFAULT_FUNCTIONS.get(name) is function
        and function.stateless
    )


def _advances(variable: Any) -> bool:
    """Tell whether a variable is a clock's, such as the time."""
    is_of_clock = isinstance(getattr(variable, "owner", None), BaseClock)
    return is_of_clock and variable.name != "dt"


def _may_write(code_object: NumbaCodeObject, variables: Iterable[Any]) -> bool:
    """Tell whether a kernel may write one of some variables."""
    source, variables = code_object.source, set(variables)
    if gives_arrays_to_users(source):
        return True
    for slot in source.slots:
        variable = getattr(slot, "variable", None)
        if variable in variables and not slot.is_only_read(source.text):
            return True
    return False


def gives_arrays_to_users(source: KernelSource) -> bool:
    """Tell whether functions of users are given arrays, which may share memory.

    Parameters
    ----------
    source : KernelSource
        The kernel that calls them.
    """
    return source.calls_users and any(
        isinstance(slot, NamespaceArray)
        or (isinstance(slot, Followed) and slot.kind.n_dimensions > 0)
        for slot in source.slots
    )
