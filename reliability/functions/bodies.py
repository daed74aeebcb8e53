"""Bodies of functions, written statement by statement."""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

from reliability.functions.effects import EFFECTS, Effect
from reliability.functions.expressions import TEMPLATES, in_parentheses
from reliability.functions.referred import Thing

__all__ = ["Writer"]

_CONSTANTS = tuple(k / 4 for k in (2, 1, 4, -2, 6, -3, 9, -5, 5))
#: The arguments as numbers, integers and booleans
_NUMBERS = {"x": "x", "v": "v/mV/4", "t": "t/ms"}

#: Only where the result is a number without unit
_EARLY_RETURN = "if {p}:\n    return {a}"
_STATEMENTS = {
    False: (
        "y = y + {a}",
        "y += {a}",
        "y = np.where({p}, y, {a})",
        "for n in range(3):\n    y = y/2 + n*{a}",
        "for u in (0.5, {c}):\n    y = y*u + {a}",
        "y = (u := {a}) + u*y",
        "def local(u, scale={c}):\n    return scale*u + {a}\n\n"
        "y = local(y) + local({b}, 2.0)",
        "double = lambda u: 2*u\ny = double(y) - {a}",
        "first, second = {a}, {b}\ny = y + first*second",
        "steps = [{c}, {a}]\ny = y + steps[0]*steps[1]",
    ),
    True: (
        "y = y + {a}",
        "if {p}:\n    y = {a}",
        "if {p}:\n    y = {a}\nelif {q}:\n    y = y + {b}\nelse:\n    y = -y",
        "n = 0\nwhile y < 20 and n < 4:\n    y = 1.5*y + {c}\n    n += 1",
        "for n in range(5):\n    y = y/2 + n*{a}\n    if y > 3:\n        break",
        "for n in range(4):\n    if n % 2 == 1:\n        continue\n    y += n*{a}",
        "for u in (0.5, {c}):\n    y = y*u + {a}",
        "y = (u := {a}) + u*y",
        "values = [n*{a} for n in range(4)]\ny = y + values[{k} % 4] + len(values)",
        "values = []\nfor n in range(3):\n    values.append(n*{a})\ny += sum(values)",
        "steps = np.zeros(3)\nfor n in range(3):\n    steps[n] = n*{a}\n"
        "y += steps.sum()",
        "def local(u):\n    return u*{c} if u > 0 else {a}\n\ny = local(y)",
        'if y > 4.25:\n    raise ValueError("too large")',
        'if {p}:\n    raise RuntimeError("too large", {c})',
        "if y > 8:\n    raise ValueError(f'{{y:.3f}} is too large')",
        'if {p}:\n    kind = "low"\nelse:\n    kind = "high"\n'
        'y = y + (1.0 if kind == "low" else {c})',
        "assert y < 50, 'too large'",
    ),
}


class Writer:
    """
    Writes a function, and remembers what it refers to.

    Parameters
    ----------
    draw : callable
        Draws from hypothesis's strategies.
    one_number : bool
        Whether the function is for one number.
    arguments : sequence of str
        Its arguments.
    things : sequence of Thing
        What it may refer to.
    """

    def __init__(
        self,
        draw: st.DrawFn,
        one_number: bool,
        arguments: Sequence[str],
        things: Sequence[Thing],
    ) -> None:
        self._draw = draw
        self._one_number = one_number
        self.arguments = arguments
        self._things = things
        self._used: list[Thing] = []
        self._effects: list[Effect] = []
        self._names = {
            "number": [_NUMBERS[name] for name in arguments if name in _NUMBERS],
            "integer": [name for name in arguments if name == "k"] or ["2"],
            "boolean": [name for name in arguments if name == "b"],
        }
        self._counter = itertools.count(1)

    def choose(self, options: Sequence[Any]) -> Any:
        """Choose one of several, the first one for the smallest case."""
        return self._draw(st.sampled_from(options))

    def chance(self, of: int) -> bool:
        """Return whether one of so many cases came up."""
        return bool(self._draw(st.integers(0, of - 1)) == of - 1)

    def body(self, is_number: bool) -> list[str]:
        """Write all statements but the last, which returns something like ``y``.

        Parameters
        ----------
        is_number : bool
            Whether the result is a number without unit.
        """
        statements = [f"y = 1.0*{in_parentheses(self.number(2))}"]
        self._names["number"].append("y")
        statements += [self._of_thing(thing) for thing in self._things]
        if self._one_number and is_number and self.chance(3):
            statements.append(self._filled(_EARLY_RETURN, 1))
        statements += [self._statement() for _ in range(self._draw(st.integers(0, 3)))]
        # A third of the functions for arrays have some
        if not self._one_number and self.chance(3):
            options = st.lists(
                st.sampled_from(EFFECTS), min_size=1, max_size=2, unique=True
            )
            self._effects += self._draw(options)
            statements += [self._filled(e.statement, 1) for e in self._effects]
        return [line for statement in statements for line in statement.splitlines()]

    def number(self, depth: int) -> str:
        """Write an expression."""
        return self._expression("number", depth)

    def integer(self, depth: int) -> str:
        """Write an expression of integers."""
        return self._expression("integer", depth)

    def definitions(self) -> tuple[str, ...]:
        """Return the lines that define what was used."""
        lines = [self._constants(thing.definition) for thing in self._used]
        return (*lines, *(e.definition for e in self._effects if e.definition))

    def changes(self) -> list[str]:
        """Return what can be changed of what was used."""
        return [
            self._constants(change) for thing in self._used for change in thing.changes
        ]

    def assigned(self) -> tuple[str, ...]:
        """Return the names that changes assign."""
        return tuple(name for thing in self._used for name in thing.assigned)

    def looked_at(self) -> tuple[str, ...]:
        """Return expressions for what the function leaves."""
        return tuple(e.looked_at for e in self._effects if e.looked_at)

    def _statement(self) -> str:
        if self.chance(4):
            return self._local()
        return self._filled(self.choose(_STATEMENTS[self._one_number]), 1)

    def _of_thing(self, thing: Thing) -> str:
        """Write a statement that refers to something, if the arguments let it."""
        numbers = (*thing.numbers, *thing.integers)
        uses = [f"y = y + {number}" for number in numbers]
        uses += [f"y = np.where({boolean}, y, {{a}})" for boolean in thing.booleans]
        possible = self._possible((*thing.statements, *uses))
        if not possible:
            return "pass"
        self._use(thing)
        return self._filled(self.choose(possible), 1)

    def _local(self) -> str:
        name = f"w{next(self._counter)}"
        kind = self.choose(("number", "integer", "boolean"))
        statement = f"{name} = {self._expression(kind, 2)}"
        self._names[kind].append(name)
        return statement

    def _expression(self, kind: str, depth: int) -> str:
        names = self._names[kind]
        if names and (depth == 0 or self.chance(3)):
            return str(self.choose(names))
        if self._things and self.chance(2):
            thing = self.choose(self._things)
            templates = self._possible(getattr(thing, f"{kind}s"))
            if templates:
                self._use(thing)
                return self._filled(self.choose(templates), depth - 1)
        templates = self._possible(TEMPLATES[self._one_number][kind])
        return self._filled(self.choose(templates), depth - 1)

    def _possible(self, templates: Sequence[str]) -> list[str]:
        """Return the templates that name no argument which there isn't."""
        missing = {"k", "v", "t", "b"}.difference(self.arguments)
        return [
            template
            for template in templates
            if not missing.intersection(re.findall(r"(?<![\w{.])\w+\b(?!=)", template))
        ]

    def _use(self, thing: Thing) -> None:
        if thing not in self._used:
            self._used.append(thing)

    def _filled(self, template: str, depth: int) -> str:
        """Fill a template with expressions that have no more than so many levels."""
        fields = {name for _, name, _, _ in string.Formatter().parse(template) if name}
        limits = dict(zip("cd", sorted(self._two_constants()), strict=True))
        values = {
            name: str(limits[name]) if name in limits else self._field(name, depth)
            for name in sorted(fields)
        }
        return self._constants(template).format(**values)

    def _field(self, name: str, depth: int) -> str:
        depth = max(depth, 0)
        kinds = {"a": "number", "b": "number", "k": "integer", "m": "integer"}
        if name == "x":
            arrays = ["x", "(v/mV)"] if "v" in self.arguments else ["x"]
            return str(self.choose(arrays))
        return in_parentheses(self._expression(kinds.get(name, "boolean"), depth))

    def _two_constants(self) -> Iterator[float]:
        first = self.choose(_CONSTANTS)
        yield first
        yield self.choose([c for c in _CONSTANTS if c != first])

    def _constants(self, text: str) -> str:
        """Put constants where places are left for them."""
        parts = text.split("#")
        return parts[0] + "".join(f"{self.choose(_CONSTANTS)}{p}" for p in parts[1:])
