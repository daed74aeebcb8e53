"""
Which names code uses, and whether its units agree: found once for the same code.

Brian asks for the names four times for each object of a run, and looks up in a cache of
its own what is known: to make a key of all variables of a group, down to their sizes,
takes it most of the time between a model's last line and its first time step.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from brian2.codegen import codeobject
from brian2.core.preferences import prefs
from brian2.core.variables import ArrayVariable, Constant, Subexpression

from brian2numba.hooks import is_brians
from brian2numba.reuse.comparison import Comparison
from brian2numba.reuse.descriptions import (
    Description,
    NotDescribedError,
    described,
    identifiers_in,
    with_subexpressions,
)
from brian2numba.reuse.table import Table

__all__ = ["exponents", "forget_identifiers", "keep_identifiers"]

type _Names = tuple[frozenset[str], frozenset[str], frozenset[str]]

#: What was found: a code object takes up to ten entries of some hundred bytes
_found = Table(4096)

_IS_CONSISTENT = True


def keep_identifiers(is_wanted: Callable[[], bool]) -> None:
    """Let Brian look first whether it knows the names in the code of an object.

    Parameters
    ----------
    is_wanted : callable
        Tells whether a model may be for the numba target. Nothing changes for others.
    """
    # What others have put there may find something else
    if is_brians(codeobject.analyse_identifiers):
        codeobject.analyse_identifiers = _known_names(
            codeobject.analyse_identifiers, is_wanted
        )
    if is_brians(codeobject.check_units_statements):
        codeobject.check_units_statements = _known_consistency(
            codeobject.check_units_statements, is_wanted
        )


def forget_identifiers() -> None:
    """Forget what is known of code."""
    _found.clear()


def _known_names(
    analyse: Callable[..., Any], is_wanted: Callable[[], bool]
) -> Callable[..., Any]:
    """Return Brian's analysis of the names in code, with a table in front of it."""

    @functools.wraps(analyse)
    def analyse_identifiers(code: Any, variables: Any, recursive: bool = False) -> Any:
        key = _key_of_names(code, variables, recursive) if is_wanted() else None
        if key is None:
            return analyse(code, variables, recursive)
        found: _Names | None = _found.get(key)
        if found is None:
            found = _frozen(analyse(code, variables, recursive))
            _found.put(key, found)
        elif Comparison.is_on:
            anew = _frozen(analyse(code, variables, recursive))
            Comparison.compare(f"the names in {code!r}", found, anew)
        # The caller's own
        return tuple(set(names) for names in found)

    return analyse_identifiers


def _frozen(names: tuple[set[str], set[str], set[str]]) -> _Names:
    defined, known, unknown = names
    return frozenset(defined), frozenset(known), frozenset(unknown)


def _known_consistency(
    check: Callable[..., Any], is_wanted: Callable[[], bool]
) -> Callable[..., Any]:
    """Return Brian's check of units, with a table of what was consistent before it."""

    @functools.wraps(check)
    def check_units_statements(code: Any, variables: Any) -> None:
        key = _key_of_units(code, variables) if is_wanted() else None
        if key is None or Comparison.is_on or _found.get(key) is None:
            check(code, variables)
            if key is not None:
                _found.put(key, _IS_CONSISTENT)

    return check_units_statements


def _key_of_names(code: Any, variables: Any, recursive: bool) -> Description | None:
    """Return what the names in code depend on; None if it can't be described."""
    if not isinstance(variables, Mapping):
        return None
    return _key("names", (code, recursive), variables)


def _key_of_units(code: Any, variables: Mapping[str, Any]) -> Description | None:
    """Return what the units in code depend on; None if it can't be described."""
    facts = code, exponents(code, variables) if "**" in code else ()
    return _key("units", facts, variables)


def _key(
    kind: str, facts: Description, variables: Mapping[str, Any]
) -> Description | None:
    # Brian refuses subexpressions that draw random numbers, wherever they are
    names = {name for name, v in variables.items() if type(v) is Subexpression}
    used = with_subexpressions(names | identifiers_in(facts[0]), variables)
    try:
        description = described(sorted(used.items()))
    except NotDescribedError:
        return None
    return kind, *facts, prefs["core.default_float_dtype"], description


def exponents(code: str, variables: Mapping[str, Any]) -> Description:
    """Return the values that exponents may have, on which units depend."""
    used = {name: variables.get(name) for name in identifiers_in(code)}
    return tuple(
        (name, repr(variable.get_value()))
        for name, variable in sorted(used.items())
        if isinstance(variable, Constant)
        or (isinstance(variable, ArrayVariable) and variable.scalar)
    )
