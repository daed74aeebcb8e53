"""Python functions given as source: how they get arguments that users don't write."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from brian2numba.errors import UserFunctionError

__all__ = ["FunctionSource", "renamed", "thread_arguments"]


@dataclass(frozen=True)
class FunctionSource:
    """The parsed source of a user's function.

    Attributes
    ----------
    module : ast.Module
        All of the source: the function, its helper functions and its imports.
    functions : frozenset of str
        The functions that the source defines.
    """

    module: ast.Module
    functions: frozenset[str]

    @classmethod
    def parse(
        cls,
        text: str,
        kernel_name: str,
        names: set[str | None],
        function: Any,
        free_name: Callable[[str], str],
    ) -> FunctionSource:
        """Parse `text` and name the function in it `kernel_name`.

        Parameters
        ----------
        text : str
            Python source that defines the function.
        kernel_name : str
            What the function is to be called.
        names : set of str
            What it may be called in `text`; where `text` defines a single function, any
            name will do.
        function : `Function`
            Brian's description of the function.
        free_name : callable
            Makes a name that nothing else in the kernel has, of one that says what it
            is.

        Raises
        ------
        UserFunctionError
            If `text` is no Python, or does not define the function.
        """
        usual_name = kernel_name.strip("_")
        try:
            module = ast.parse(text)
        except SyntaxError as error:
            raise UserFunctionError(
                f"The implementation of the function '{usual_name}' for the numba "
                f"target is not Python: {error.msg} (line {error.lineno}).\n{text}"
            ) from error
        defined = [n for n in module.body if isinstance(n, ast.FunctionDef)]
        chosen = [n for n in defined if n.name in names] or defined
        if len(chosen) != 1:
            raise UserFunctionError(
                f"The implementation of the function '{usual_name}' for the numba "
                f"target defines {len(defined)} functions, of which none can be told "
                f"to be '{usual_name}'. Call it so, or state its name with "
                f"@implementation(..., name=...).\n{text}"
            )
        for definition in defined:
            definition.decorator_list = []
            definition.returns = None
            for argument in definition.args.args:
                argument.annotation = None
        # Sources that end up in the same kernel must not find each other's names
        others = sorted(_bound_names(module) - {chosen[0].name})
        own = {name: free_name(f"{kernel_name}_{name}") for name in others}
        _Renamer({**own, chosen[0].name: kernel_name}).visit(module)
        _accept_index(chosen[0], function)
        return cls(module, frozenset(d.name for d in defined))


def _bound_names(module: ast.Module) -> set[str]:
    """Return what a module calls something of its own; ``import math`` does not."""
    names = set()
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.asname for alias in node.names if alias.asname}
        else:
            stored = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            names |= {n.id for n in stored if isinstance(n.ctx, ast.Store)}
    return names


def _accept_index(definition: ast.FunctionDef, function: Any) -> None:
    """Let a function be called with the element's index although it takes none."""
    if not getattr(function, "auto_vectorise", False):
        return
    arguments = definition.args.args
    if len(arguments) == len(function._arg_units):
        arguments.append(ast.arg("_vectorisation_idx"))


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Return Python source with other names in the place of some."""
    return ast.unparse(_Renamer(names).visit(ast.parse(text)))


def thread_arguments(
    source: FunctionSource,
    hidden: tuple[str, ...],
    calls: Mapping[str, tuple[str, tuple[str, ...]]],
) -> str:
    """Return the source with hidden arguments added to its functions and calls.

    Parameters
    ----------
    source : FunctionSource
        The function and its helpers.
    hidden : tuple of str
        The names of the additional parameters.
    calls : mapping
        For each function that the source depends on, what it is called in the kernel
        and which hidden arguments it takes.
    """
    own = {name: (name, hidden) for name in source.functions}
    threader = _Threader({**calls, **own})
    module = threader.visit(source.module)
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            node.args.args += [ast.arg(name) for name in hidden]
    return ast.unparse(ast.fix_missing_locations(module))


class _Renamer(ast.NodeTransformer):
    """Renames functions where they are defined and where they are called."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self.names.get(node.arg, node.arg)
        return node

    def visit_alias(self, node: ast.alias) -> ast.alias:
        node.asname = self.names.get(node.asname or node.name, node.asname)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.name = self.names.get(node.name, node.name)
        self.generic_visit(node)
        return node


class _Threader(ast.NodeTransformer):
    """Adds hidden arguments to calls."""

    def __init__(self, calls: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
        self.calls = calls

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in self.calls:
            name, hidden = self.calls[node.func.id]
            node.func.id = name
            node.args += [ast.Name(h, ast.Load()) for h in hidden]
        return node
