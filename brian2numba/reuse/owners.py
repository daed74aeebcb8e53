"""
Names of variables without the names of objects.

What a subexpression of another object refers to has, in Brian, a name that contains
that object's: ``_half_post_neurongroup_1_v``. Kernels have no such names, and objects
that are made again mostly have another one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from brian2.core.variables import AuxiliaryVariable
from brian2.utils.stringtools import get_identifiers

from brian2numba.device.arrays import owner_name

__all__ = ["Aliases", "identifiers_in"]

#: Stands for the name of an object; it is in no name otherwise
_MARK = "_<>_"
_NAMES = re.compile(r"\b_\w+")


@functools.lru_cache(maxsize=1024)
def identifiers_in(code: str) -> frozenset[str]:
    """Return the names in code."""
    return frozenset(get_identifiers(code))


class Aliases:
    """Names of variables without the names of objects, where these are in them.

    Parameters
    ----------
    variables : mapping
        The variables by their names.
    code : iterable of str
        Code that uses them.

    Attributes
    ----------
    owners : tuple of str
        The names of objects that stay in names: without them, two would be the same.
    """

    def __init__(self, variables: Mapping[str, Any], code: Iterable[str]) -> None:
        self.owners: tuple[str, ...] = ()
        self._aliases: dict[str, str] = {}
        owners = {f"_{owner_name(v)}_" for v in variables.values()} - {"__"}
        # As kernels lose them
        parts = sorted(owners, key=len, reverse=True)
        for name, variable in variables.items():
            if name[0] == "_" and not isinstance(variable, AuxiliaryVariable):
                alias = _without(name, parts)
                if alias != name:
                    self._aliases[name] = alias
        if self._aliases and not self._can_be_told_apart(variables, code):
            found = {p for p in parts if any(p in name for name in self._aliases)}
            self.owners = tuple(sorted(found))
            self._aliases = {}
        self._names = {alias: name for name, alias in self._aliases.items()}

    def _can_be_told_apart(self, names: Iterable[str], code: Iterable[str]) -> bool:
        """Tell whether names still differ, and no other one ends with one of them."""
        of_code = {name for block in code for name in identifiers_in(block)}
        others = {*names, *of_code} - self._aliases.keys()
        return (
            len(set(self._aliases.values())) == len(self._aliases)
            and self._aliases.keys().isdisjoint(of_code)
            and not any(other.endswith(tuple(self._aliases)) for other in others)
        )

    def __bool__(self) -> bool:
        return bool(self._aliases)

    def of(self, name: str) -> str:
        """Return a name without the name of an object."""
        return self._aliases.get(name, name)

    def behind(self, alias: str) -> str:
        """Return the name for which another one stands here."""
        return self._names.get(alias, alias)

    def in_code(self, code: str) -> str:
        """Return code with such names."""
        if not self._aliases:
            return code
        return _NAMES.sub(lambda found: self.of(found.group()), code)

    def are_in(self, names: Iterable[str]) -> bool:
        """Tell whether some of these names have another one here."""
        return not self._aliases.keys().isdisjoint(names)

    def shortened(self) -> Callable[[str], str]:
        """Return what takes names of objects out of names that end with these."""
        return _replaced(self._aliases)

    def lengthened(self) -> Callable[[str], str]:
        """Return what puts them in again."""
        return _replaced(self._names)


def _without(name: str, parts: Iterable[str]) -> str:
    for part in parts:
        if name.find(part) > 0:
            name = name.replace(part, _MARK)
    return name


def _replaced(names: Mapping[str, str]) -> Callable[[str], str]:
    """Return what replaces names, also where something stands before them."""
    if not names:
        return lambda text: text
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(f"({'|'.join(map(re.escape, longest_first))})(?!\\w)")
    return lambda text: pattern.sub(lambda found: names[found.group()], text)
