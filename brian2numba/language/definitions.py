"""Where the functions of the library are defined: their syntax trees and names."""

from __future__ import annotations

import ast
import builtins
import inspect
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from brian2numba.errors import NotInLanguageError

__all__ = ["Definition", "definition_of", "is_of_package", "names_bound_by"]


#: The modules whose functions are meant for loops that become vector code
_INLINED = ("brian2numba.elementary.", "brian2numba.kernels.counter_based")
#: What repeats
_LOOPS = (ast.While, ast.For, ast.comprehension)


@dataclass(frozen=True)
class Definition:
    """A function in the language.

    Attributes
    ----------
    name : str
        Its name.
    tree : `ast.FunctionDef`
        Its syntax tree.
    names : mapping
        What the names in it stand for that are not its own.
    vectorises : bool
        Whether it calls functions that vectorise instead of the C library's. The
        library's own functions never do: they repeat others' random numbers.
    """

    name: str
    tree: ast.FunctionDef = field(repr=False)
    names: Mapping[str, Any] = field(repr=False)
    vectorises: bool = False

    @property
    def is_inlined(self) -> bool:
        """Whether LLVM inlines each call: only then are loops over it vectorised."""
        module = str(self.names.get("__name__", ""))
        return module.startswith(_INLINED)

    @cached_property
    def ends(self) -> bool:
        """Whether it ends whatever it reads, and writes to no array: it has no loop."""
        parts = list(ast.walk(self.tree))
        is_store = any(
            isinstance(part, ast.Subscript) and not isinstance(part.ctx, ast.Load)
            for part in parts
        )
        return not is_store and not any(isinstance(part, _LOOPS) for part in parts)

    @property
    def parameters(self) -> list[str]:
        """The names of the arguments."""
        arguments = self.tree.args
        if arguments.kwonlyargs or arguments.vararg or arguments.kwarg:
            raise NotInLanguageError(f"the arguments of {self.name}")
        return [argument.arg for argument in arguments.posonlyargs + arguments.args]

    def place(self, node: ast.AST) -> str:
        """Return where a statement is, as the beginning of a sentence."""
        module = self.names.get("__name__")
        of_module = f" of {module}" if module else ""
        return f"Line {getattr(node, 'lineno', 0)}{of_module}, in {self.name},"

    def value_of(self, name: str) -> Any:
        """Return what a name stands for.

        Raises
        ------
        NotInLanguageError
            If it stands for nothing.
        """
        if name in self.names:
            return self.names[name]
        if hasattr(builtins, name):
            return getattr(builtins, name)
        raise NotInLanguageError(f"the unknown name {name}")


def is_of_package(function: types.FunctionType) -> bool:
    """Tell whether a function is one of this package's."""
    return str(function.__module__).startswith("brian2numba.")


def names_bound_by(statement: ast.stmt) -> set[str]:
    """Return the names that a statement of a module gives a meaning to."""
    names = set()
    for node in ast.walk(statement):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                return {name}
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.alias(name=name, asname=asname):
                names.add(asname or name.split(".")[0])
    return names


_trees: dict[str, dict[str, ast.FunctionDef]] = {}


def definition_of(function: types.FunctionType) -> Definition:
    """Return the definition of a function of a module."""
    module = inspect.getmodule(function)
    if module is None:
        raise NotInLanguageError(f"{function.__name__}, which is in no module")
    if module.__name__ not in _trees:
        body = ast.parse(inspect.getsource(module)).body
        _trees[module.__name__] = {
            node.name: node for node in body if isinstance(node, ast.FunctionDef)
        }
    tree = _trees[module.__name__].get(function.__name__)
    if tree is None:
        raise NotInLanguageError(f"{function.__name__}, which is not in its module")
    return Definition(function.__name__, tree, function.__globals__)
