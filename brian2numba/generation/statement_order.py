"""
Statements whose effect others see, where two names lead to one array by two indices.

The neurons before and after a synapse can be the same one, and code can change an
index. Values are read before the first statement and written after the last, but for
those: they are written before another name of theirs is used, and read again after it
was changed. Subexpressions are computed again after what they depend on has changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from brian2.utils.stringtools import get_identifiers, indent

from brian2numba.generation.aliases import is_array

__all__ = ["StatementOrder"]


class Translator(Protocol):
    """What translates single steps."""

    variables: dict[str, Any]
    variable_indices: dict[str, str]

    def translate_statement(self, statement: Any) -> str:
        """Return a statement."""

    def translate_to_read_arrays(self, names: list[str]) -> list[str]:
        """Return the lines that read variables."""

    def translate_to_write_arrays(self, names: list[str]) -> list[str]:
        """Return the lines that write variables."""

    def check_indices(self, names: set[str]) -> list[str]:
        """Return the lines that check indices."""


class StatementOrder:
    """The statements of a block, and what they read and write on the way.

    Parameters
    ----------
    translator : Translator
        Translates single steps.
    conditions : mapping of str to str
        The name of the condition under which a variable changes, by its own name.
    names : set of str
        The variables that the statements read, write, or look up others by. What they
        read was read before.
    """

    def __init__(
        self, translator: Translator, conditions: Mapping[str, str], names: set[str]
    ) -> None:
        self._translator = translator
        self._variables = translator.variables
        self._indices = translator.variable_indices
        self._conditions = conditions
        self._names = names
        #: The subexpressions that have a value so far
        self._known: dict[str, Any] = {}
        #: What is no longer what the array holds
        self._stale: set[str] = set()
        #: What the array does not hold yet, in the order of the assignments
        self._pending: list[str] = []
        #: What is looked up by an index that was not checked
        self._unchecked: set[str] = set()
        self._lines: list[str] = []

    def lines(self, statements: Sequence[Any]) -> list[str]:
        """Return the lines that compute, and write what was computed."""
        for statement in statements:
            self._read_for(statement)
            if is_array(self._variables.get(statement.var)):
                self._assign(statement)
            else:
                self._compute(statement)
        self._write(sorted(self._pending))
        return self._lines

    def _read_for(self, statement: Any) -> None:
        """Read again what a statement needs."""
        name = statement.var
        used = get_identifiers(statement.expr)
        if name in self._conditions:
            used |= {name, self._conditions[name]}
        elif statement.inplace:
            used |= {name}
        for other in sorted(used):
            self._renew(other)

    def _assign(self, statement: Any) -> None:
        """Add a statement that assigns to an element of an array."""
        name = statement.var
        self._renew(self._indices[name])
        self._write_pending(self._affected(name))
        self._compute(statement)
        self._pending = [n for n in self._pending if n != name] + [name]
        self._outdate(name)

    def _compute(self, statement: Any) -> None:
        name = statement.var
        line = self._translator.translate_statement(statement)
        if name in self._conditions:
            self._lines += [f"if {self._conditions[name]}:", indent(line)]
        else:
            self._lines.append(line)
        self._stale.discard(name)
        self._outdate_subexpressions(name)
        if statement.subexpression:
            self._known[name] = statement

    def _affected(self, name: str) -> set[str]:
        """Return the variables that lead to something else when one has changed."""
        same = self._variables[name]
        return {
            n
            for n in self._names - {name}
            if self._variables[n] is same or self._indices[n] == name
        }

    def _outdate(self, name: str) -> None:
        """Note what has to be read or computed again after a variable has changed."""
        for other in self._affected(name):
            if self._indices[other] == name:
                self._unchecked.add(other)
            if other not in self._stale:
                self._stale.add(other)
                self._outdate_subexpressions(other)
                self._outdate_looked_up(other)

    def _outdate_looked_up(self, index: str) -> None:
        looked_up = {n for n in self._names if self._indices[n] == index}
        self._write_pending(looked_up)
        self._unchecked |= looked_up
        for name in looked_up - self._stale:
            self._stale.add(name)
            self._outdate_subexpressions(name)

    def _outdate_subexpressions(self, name: str) -> None:
        """Note what depends on a variable, or on a subexpression.

        Brian knows of subexpressions of variables, but not of those of others.
        """
        for other, statement in self._known.items():
            if other not in self._stale and name in get_identifiers(statement.expr):
                self._stale.add(other)
                self._outdate_subexpressions(other)

    def _renew(self, name: str) -> None:
        """Read a variable again, or compute a subexpression again."""
        if name not in self._stale:
            return
        self._stale.discard(name)
        if name in self._known:
            statement = self._known[name]
            self._read_for(statement)
            self._compute(statement)
            return
        self._renew(self._indices[name])
        self._check({name})
        same = self._variables[name]
        self._write_pending({n for n in self._names if self._variables[n] is same})
        self._lines += self._translator.translate_to_read_arrays([name])

    def _write_pending(self, names: set[str]) -> None:
        """Write variables that others are going to be read from."""
        self._write([name for name in self._pending if name in names])
        self._pending = [name for name in self._pending if name not in names]

    def _write(self, names: list[str]) -> None:
        self._check(set(names))
        self._lines += self._translator.translate_to_write_arrays(names)

    def _check(self, names: set[str]) -> None:
        unchecked = names & self._unchecked
        self._unchecked -= unchecked
        self._lines += self._translator.check_indices(unchecked)
