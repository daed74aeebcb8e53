"""Which names of a function are its own, and what the others lead to."""

from __future__ import annotations

import ast
import importlib
import symtable
import types
from typing import Any

from brian2numba.errors import NotCompiledError
from brian2numba.user_functions.references import (
    Reference,
    is_followed,
    kind_of,
    plain_value,
)

__all__ = ["Scope"]


class Scope:
    """The names of a function.

    Parameters
    ----------
    function : function
        The function.
    tree : ast.FunctionDef
        Its definition, whose imports of modules are taken out.

    Raises
    ------
    NotCompiledError
        If a name means several things.
    """

    def __init__(self, function: types.FunctionType, tree: ast.FunctionDef) -> None:
        self.function = function
        self._imports: dict[str, Any] = {}
        self._take_out_imports(tree)
        try:
            table = symtable.symtable(ast.unparse(tree), "<source>", "exec")
        except SyntaxError:
            raise NotCompiledError("it changes names of its surroundings") from None
        # From Python 3.14 on, annotations have a table as well
        (own,) = (t for t in table.get_children() if t.get_name() == tree.name)
        self.local, outer = _names(own)
        self.local -= set(self._imports)
        if both := self.local & outer:
            raise NotCompiledError(f"'{min(both)}' means several things in it")

    def _take_out_imports(self, tree: ast.FunctionDef) -> None:
        kept: list[ast.stmt] = []
        for node in tree.body:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._import(alias.name, alias.asname)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                self._import_from(node)
            else:
                kept.append(node)
        tree.body = kept or [ast.Pass()]

    def _import(self, name: str, as_name: str | None) -> None:
        module = _imported(name)
        first = name.split(".", maxsplit=1)[0]
        self._imports[as_name or first] = module if as_name else _imported(first)

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = _imported(str(node.module))
        for alias in node.names:
            if not hasattr(module, alias.name):
                raise NotCompiledError(f"it imports '{alias.name}', which is not there")
            self._imports[alias.asname or alias.name] = getattr(module, alias.name)

    def reference(self, node: ast.expr) -> Reference | None:
        """Return what an expression refers to outside of the function, if it does.

        Raises
        ------
        NotCompiledError
            If a name stands for nothing.
        """
        match node:
            case ast.Name(id=name) if name not in self.local:
                imported = (self._imports[name],) if name in self._imports else ()
                return Reference(self.function, name, imported=imported)
            case ast.Attribute(value=owner, attr=name):
                found = self._owner(owner)
                is_data = found is not None and is_followed(self.value(found), name)
                return found.step(name) if found is not None and is_data else None
            case ast.Subscript(value=owner, slice=ast.Constant(value=key)):
                found = self._owner(owner)
                is_data = found is not None and _has_items(self.value(found))
                return found.step((key,)) if found is not None and is_data else None
        return None

    def _owner(self, node: ast.expr) -> Reference | None:
        """Return what has attributes or items, which numbers and arrays keep theirs."""
        found = self.reference(node)
        if found is None or kind_of(plain_value(self.value(found))) is not None:
            return None
        return found

    def value(self, reference: Reference) -> Any:
        """Return what a reference leads to at present."""
        try:
            return reference.value()
        except (NameError, AttributeError, LookupError, TypeError) as error:
            raise NotCompiledError(f"'{reference}' is not there: {error}") from None

    def is_of_items(self, node: ast.expr) -> bool:
        """Tell whether an expression is an array that is the script's, or a list."""
        match node:
            case ast.List() | ast.Tuple():
                return True
            case ast.Compare(left=left, comparators=others):
                return any(self.is_of_items(part) for part in [left, *others])
            case ast.BinOp(left=left, right=right):
                return self.is_of_items(left) or self.is_of_items(right)
            case ast.UnaryOp(operand=operand):
                return self.is_of_items(operand)
        reference = self.reference(node)
        if reference is None:
            return False
        kind = kind_of(plain_value(self.value(reference)))
        return kind is not None and kind.n_dimensions > 0

    def thing(self, node: ast.expr) -> tuple[Any, str] | None:
        """Return what is called, and its name; None if that is the function's own."""
        reference = self.reference(node)
        if reference is not None:
            return self.value(reference), str(reference)
        if isinstance(node, ast.Attribute):
            found = self.reference(node.value)
            if found is not None and kind_of(plain_value(self.value(found))) is None:
                return getattr(self.value(found), node.attr, None), ast.unparse(node)
        return None


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise NotCompiledError(f"it imports '{name}', which is not there") from None


def _has_items(value: Any) -> bool:
    return isinstance(value, (dict, list, tuple))


def _names(table: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """Return the names that a function and its parts define, and those they don't."""
    local, outer = set(), set()
    for symbol in table.get_symbols():
        if symbol.is_local() or symbol.is_parameter():
            local.add(symbol.get_name())
        elif symbol.is_global():
            outer.add(symbol.get_name())
    for part in table.get_children():
        inner_local, inner_outer = _names(part)
        local |= {n for n in inner_local if n != ".0"}
        outer |= inner_outer
    return local, outer
