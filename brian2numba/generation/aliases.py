"""
One name for each element that code changes.

Names of equations can lead to one element of one array: ``v`` and ``v_post`` in the
code of synapses, a variable and one that is linked to it. A kernel has a local variable
for each name, which is read before the first statement and written after the last: what
is assigned by one name would not be seen by the other. Here they become one name,
before Brian looks at what depends on what.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from brian2.core.variables import ArrayVariable, AuxiliaryVariable, Subexpression
from brian2.parsing.statements import parse_statement
from brian2.utils.stringtools import get_identifiers, word_substitute

__all__ = ["is_array", "one_name_each", "other_names", "renamed_subexpressions"]

_ENDS = re.compile(r"[;\n]")


def is_array(variable: Any) -> bool:
    """Tell whether a variable has values of its own, which code may change."""
    is_auxiliary = isinstance(variable, AuxiliaryVariable)
    return isinstance(variable, ArrayVariable) and not is_auxiliary


def other_names(
    blocks: Iterable[str],
    variables: Mapping[str, Any],
    indices: Mapping[str, str],
    conditions: Mapping[str, str],
) -> dict[str, str]:
    """Find the names that stand for what has another name already.

    Parameters
    ----------
    blocks : iterable of str
        Abstract code.
    variables, indices : mapping
        The variables that it names, and the names of their indices.
    conditions : mapping of str to str
        The name of the condition under which a variable changes, by its own name.

    Returns
    -------
    dict of str
        The name to use, by the one that it replaces. Names of what no statement changes
        are left as they are.
    """
    may_change = [id(v) for v in variables.values() if is_array(v) and not v.read_only]
    if len(set(may_change)) == len(may_change):
        return {}
    blocks = list(blocks)
    written = {name for block in blocks for name in _assigned(block)}
    used = _used(blocks, written, variables, indices, conditions)
    named: dict[Any, list[str]] = {}
    for name in sorted(used):
        if is_array(variables.get(name)) and not variables[name].read_only:
            named.setdefault(_element(name, variables, indices), []).append(name)
    of_indices = {indices[name] for name in used if name in indices}
    result = {}
    for names in named.values():
        if not written.isdisjoint(names):
            best = min(names, key=lambda n: (n not in of_indices, n[0] == "_", len(n)))
            result.update({name: best for name in names if name != best})
    return result


def one_name_each(code: str, names: Mapping[str, str]) -> str:
    """Return code with names replaced."""
    return str(word_substitute(code, dict(names))) if names else code


def renamed_subexpressions(
    variables: Mapping[str, Any], names: Mapping[str, str]
) -> dict[str, Any]:
    """Return the subexpressions that refer to what is called something else now."""
    renamed = {}
    for name, variable in variables.items():
        if names and isinstance(variable, Subexpression):
            expression = one_name_each(variable.expr, names)
            if expression != variable.expr:
                renamed[name] = copy.copy(variable)
                renamed[name].expr = expression
                renamed[name].identifiers = get_identifiers(expression)
    return renamed


def _assigned(code: str) -> Iterator[str]:
    """Yield the names that statements assign to."""
    for line in _ENDS.split(code):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                yield parse_statement(line)[0]
            except ValueError:
                # Brian says what is wrong with it
                return


def _used(
    blocks: Iterable[str],
    written: set[str],
    variables: Mapping[str, Any],
    indices: Mapping[str, str],
    conditions: Mapping[str, str],
) -> set[str]:
    """Return all names that the code refers to, also by others."""
    left = [name for block in blocks for name in get_identifiers(block)]
    left += [conditions[name] for name in written if name in conditions]
    used: set[str] = set()
    while left:
        name = left.pop()
        variable = variables.get(name)
        if name in used or variable is None:
            continue
        used.add(name)
        if isinstance(variable, Subexpression):
            left += variable.identifiers
        if name in indices:
            left.append(indices[name])
    return used


def _element(
    name: str, variables: Mapping[str, Any], indices: Mapping[str, str]
) -> tuple[Any, ...]:
    """Return what two names share where they lead to one element of one array."""
    index = indices[name]
    if index in ("_idx", "0") or not is_array(variables.get(index)):
        return id(variables[name]), index
    return id(variables[name]), _element(index, variables, indices)
