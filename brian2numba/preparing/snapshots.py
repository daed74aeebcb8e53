"""What the attributes of an object were, and whether they still are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from operator import is_
from typing import Any
from weakref import ProxyType, ref

import numpy as np
from brian2.core.base import BrianObject
from brian2.core.variables import Variables

__all__ = ["Snapshot"]

#: Arrays of more bytes are not read when code is made
_SMALL = 64
#: Attributes of which only matters which object they are. What names in a namespace
#: mean is looked at one by one, and the rest may be all that a script has
_AS_A_WHOLE = frozenset({"namespace"})


class Snapshot:
    """The attributes of an object, and what is in those that can change in place.

    Attributes are the same if they are the same objects. Those that are objects of a
    model, or lead to some, are not kept alive: a model goes when nobody refers to it.

    Parameters
    ----------
    obj : object
        The object.
    ignored : frozenset of str
        The attributes that do not matter. Containers with objects of a model do not,
        either: a network knows its objects.
    """

    def __init__(self, obj: Any, ignored: frozenset[str] = frozenset()) -> None:
        own = vars(obj)
        within = _without(own, _AS_A_WHOLE)
        objects = {n for n, value in within.items() if _leads_to_objects(value)}
        self._ignored = ignored | objects
        self._objects = {n: ref(own[n]) for n in objects if _is_object(own[n])}
        self._kept = _without(own, self._ignored)
        within = _without(self._kept, _AS_A_WHOLE)
        parts = [part for value in within.values() for part in _parts(value)]
        containers = [part for part in parts if not isinstance(part, np.ndarray)]
        self._containers = [(part, _copied(part)) for part in containers]
        self._arrays = [(p, p.tobytes()) for p in parts if isinstance(p, np.ndarray)]
        variables = [v for v in self._kept.values() if isinstance(v, Variables)]
        tables = [table for v in variables for table in (v._variables, v.indices)]
        # Variables are equal if they are the same
        self._tables = [(table, dict(table)) for table in tables]
        #: Ways to look at what is in containers, which show what is there now
        self._views = [view for part in containers for view in _views(part)]
        self._ids = self._ids_of(own)

    def is_unchanged(self, obj: Any) -> bool:
        """Tell whether the object has the same attributes now."""
        own = vars(obj)
        ids = self._ids_of(own)
        if ids != self._ids or any(seen() is None for seen in self._objects.values()):
            if not self._is_same(own):
                return False
            # Next time at once
            self._ids = ids
        for position, (table, kept) in enumerate(self._tables):
            if table != kept:
                if not _same(table, kept):
                    return False
                self._tables[position] = table, dict(table)
        return all(array.tobytes() == kept for array, kept in self._arrays)

    def _ids_of(self, own: dict[str, Any]) -> list[int]:
        """Return the identities of all: of what is kept here, nothing else has them."""
        return list(map(id, chain(own.keys(), own.values(), *self._views)))

    def _is_same(self, own: dict[str, Any]) -> bool:
        """Look at one thing after the other, but for what does not matter."""
        return (
            _same_items(_without(own, self._ignored), self._kept)
            and all(own.get(n) is seen() for n, seen in self._objects.items())
            and all(_same(container, kept) for container, kept in self._containers)
        )


def _is_object(value: Any) -> bool:
    """Tell whether this is an object of a model, and no weak proxy of one."""
    return isinstance(value, BrianObject) and type(value) is not ProxyType


def _leads_to_objects(value: Any) -> bool:
    """Tell whether this is, or contains, an object of a model."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple, set)):
        return any(map(_leads_to_objects, value))
    return _is_object(value)


def _without(attributes: dict[str, Any], ignored: frozenset[str]) -> dict[str, Any]:
    return {n: value for n, value in attributes.items() if n not in ignored}


def _parts(value: Any) -> Iterator[Any]:
    """Yield what can change in place within a value."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _parts(item)
    elif isinstance(value, list):
        yield value
        for item in value:
            yield from _parts(item)
    elif isinstance(value, set) or (
        isinstance(value, np.ndarray) and value.nbytes <= _SMALL
    ):
        yield value


def _is_small(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.nbytes <= _SMALL


def _copied(container: Any) -> Any:
    return (
        dict(container) if isinstance(container, dict) else type(container)(container)
    )


def _views(container: Any) -> list[Iterable[Any]]:
    is_mapping = isinstance(container, dict)
    return [container.keys(), container.values()] if is_mapping else [container]


def _same(now: Any, before: Any) -> bool:
    if isinstance(now, set):
        return now == before
    if isinstance(now, list):
        return len(now) == len(before) and all(map(is_, now, before))
    default = getattr(now, "default_factory", None)
    if default is None:
        return _same_items(now, before)
    # To look for an index may add it
    names, usual = now.keys() | before.keys(), default()
    return all(now.get(n, usual) == before.get(n, usual) for n in names)


def _same_items(now: dict[Any, Any], before: dict[Any, Any]) -> bool:
    return now.keys() == before.keys() and all(now[k] is before[k] for k in now)
