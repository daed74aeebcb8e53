"""
The source of kernels and functions as numba takes it.

numba knows no records: what makes and finds them, ``Clock()`` and
``Clock.from_address(address)``, becomes a call of a function with a name of its own. Of
the members of enums and of modules, their values take the place.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from brian2numba.language import Record
from brian2numba.language.fields import RecordAt
from brian2numba.with_numba.stack import new_record
from brian2numba.with_numba.words import call_of

__all__ = ["own_names", "resolved"]

_UNKNOWN = object()


def resolved(function: ast.FunctionDef, names: Mapping[str, Any]) -> dict[str, Any]:
    """Make of a function what numba takes; return what the new names in it stand for.

    Parameters
    ----------
    function : ast.FunctionDef
        The function, which is changed.
    names : mapping
        What the names in it stand for.
    """
    rewriter = _Rewriter(function, names)
    function.decorator_list.clear()
    function.returns = None
    for argument in ast.walk(function.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    function.body = [rewriter.visit(statement) for statement in function.body]
    ast.fix_missing_locations(function)
    return rewriter.made


def own_names(function: ast.FunctionDef) -> set[str]:
    """Return the names of a function's arguments and variables."""
    names = set()
    for node in ast.walk(function):
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
    return names


class _Rewriter(ast.NodeTransformer):
    """Writes what numba knows instead of records and members of enums."""

    def __init__(self, function: ast.FunctionDef, names: Mapping[str, Any]) -> None:
        own = own_names(function)
        self._names = {name: v for name, v in names.items() if name not in own}
        #: What the new names stand for
        self.made: dict[str, Any] = {}

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Write a number for a member of an enum, a function for ``from_address``."""
        thing = self._thing(node)
        if isinstance(thing, (int, float)):
            number = thing if isinstance(thing, bool) else thing + 0
            return ast.copy_location(ast.Constant(number), node)
        if _record_of(thing) is not None:
            return self._call_of(node, thing)
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Write a function for a class of records."""
        thing = self._thing(node)
        return node if _record_of(thing) is None else self._call_of(node, thing)

    def _thing(self, node: ast.expr) -> Any:
        """Return what an expression stands for outside of the function."""
        match node:
            case ast.Name(id=name):
                return self._names.get(name, _UNKNOWN)
            case ast.Attribute(value=value, attr=name):
                owner = self._thing(value)
                return _UNKNOWN if owner is _UNKNOWN else getattr(owner, name)
        return _UNKNOWN

    def _call_of(self, node: ast.expr, thing: Any) -> ast.expr:
        record = _record_of(thing)
        assert record is not None
        action = "new" if thing is record else thing.__name__
        if (record, action) not in _functions:
            name = f"_{record.__name__}_{action}_{len(_functions)}"
            _functions[record, action] = name, _made(record, action)
        name, function = _functions[record, action]
        self.made[name] = function
        return ast.copy_location(ast.Name(name, ast.Load()), node)


#: What makes and finds records, and its name in sources; two may be called the same
_functions: dict[tuple[type[Record], str], tuple[str, Any]] = {}


def _record_of(thing: Any) -> type[Record] | None:
    """Return the class of records that an object is, or is a method of."""
    record = getattr(thing, "__self__", thing)
    is_one = isinstance(record, type) and issubclass(record, Record)
    return record if is_one and record is not Record else None


def _made(record: type[Record], action: str) -> Any:
    if action == "new":
        return new_record(record)
    found = RecordAt(record, are_several=action == "array_at")
    return call_of(action, 1, found.kind, found.emit)
