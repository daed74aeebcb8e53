"""
Which names code uses, and whether its units agree: found once for the same code.

Brian asks for the names four times for each object of a run, and looks up in a cache of
its own what is known: to make a key of all variables of a group, down to their sizes,
takes it most of the time between a model's last line and its first time step.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from brian2.codegen import codeobject
from brian2.core.preferences import prefs
from brian2.core.variables import ArrayVariable, Constant, Subexpression

from brian2numba.hooks import is_brians
from brian2numba.preferences import numba_may_be_used, sources_are_reused
from brian2numba.reuse.comparison import Comparison
from brian2numba.reuse.descriptions import (
    Description,
    NotDescribedError,
    described,
    with_subexpressions,
)
from brian2numba.reuse.owners import Aliases, identifiers_in
from brian2numba.reuse.table import Table

__all__ = ["exponents", "forget_identifiers", "keep_identifiers"]

type _Names = tuple[frozenset[str], frozenset[str], frozenset[str]]

#: What was found: a code object takes two or three entries of 2 kB
_found = Table(2048)

_IS_CONSISTENT = True


def keep_identifiers() -> None:
    """Let Brian look first whether it knows the names in the code of an object.

    Nothing changes where no model is for the numba target.
    """
    # What others have put there may find something else
    if is_brians(codeobject.analyse_identifiers):
        codeobject.analyse_identifiers = _known_names(codeobject.analyse_identifiers)
    if is_brians(codeobject.check_units_statements):
        codeobject.check_units_statements = _known_consistency(
            codeobject.check_units_statements
        )


def forget_identifiers() -> None:
    """Forget what is known of code."""
    _found.clear()


def _is_wanted() -> bool:
    return sources_are_reused() and numba_may_be_used()


def _known_names(analyse: Callable[..., Any]) -> Callable[..., Any]:
    """Return Brian's analysis of the names in code, with a table in front of it."""

    @functools.wraps(analyse)
    def analyse_identifiers(code: Any, variables: Any, recursive: bool = False) -> Any:
        is_usual = isinstance(code, str) and isinstance(variables, Mapping)
        if not (is_usual and _is_wanted()):
            return analyse(code, variables, recursive)
        used = _Used(code, variables)
        key = used.key("names", recursive)
        if key is None:
            return analyse(code, variables, recursive)
        found: _Names | None = _found.get(key)
        if found is None or Comparison.is_on:
            anew = analyse(code, variables, recursive)
            shortened = _each(used.aliases.of, anew)
            _found.put(key, shortened)
            if found is not None:
                Comparison.compare(f"the names in {code!r}", found, shortened)
            return anew
        return tuple(set(names) for names in _each(used.aliases.behind, found))

    return analyse_identifiers


def _each(changed: Callable[[str], str], names: Iterable[Iterable[str]]) -> _Names:
    """Return sets of names that are changed."""
    defined, known, unknown = (frozenset(map(changed, some)) for some in names)
    return defined, known, unknown


def _known_consistency(check: Callable[..., Any]) -> Callable[..., Any]:
    """Return Brian's check of units, with a table of what was consistent before it."""

    @functools.wraps(check)
    def check_units_statements(code: Any, variables: Any) -> None:
        key = None
        if isinstance(code, str) and _is_wanted():
            values = exponents(code, variables) if "**" in code else ()
            key = _Used(code, variables).key("units", values)
        if key is None or Comparison.is_on or _found.get(key) is None:
            check(code, variables)
            if key is not None:
                _found.put(key, _IS_CONSISTENT)

    return check_units_statements


class _Used:
    """The variables on which it depends what is found of code.

    Parameters
    ----------
    code : str
        The code.
    variables : mapping
        The variables that it may use.
    """

    def __init__(self, code: str, variables: Mapping[str, Any]) -> None:
        self._code = code
        # Brian refuses subexpressions that draw random numbers, wherever they are
        names = {name for name, v in variables.items() if type(v) is Subexpression}
        self._variables = with_subexpressions(names | identifiers_in(code), variables)
        self.aliases = Aliases(self._variables, [code])

    def key(self, kind: str, facts: Any) -> Description | None:
        """Return what it depends on; None if it can't be described."""
        try:
            variables = described(sorted(self._variables.items()), self.aliases)
        except NotDescribedError:
            return None
        return kind, self._code, facts, prefs["core.default_float_dtype"], variables


def exponents(code: str, variables: Mapping[str, Any]) -> Description:
    """Return the values that exponents may have, on which units depend."""
    used = {name: variables.get(name) for name in identifiers_in(code)}
    return tuple(
        (name, repr(variable.get_value()))
        for name, variable in sorted(used.items())
        if isinstance(variable, Constant)
        or (isinstance(variable, ArrayVariable) and variable.scalar)
    )
