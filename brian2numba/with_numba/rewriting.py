"""The source of kernels with our operators and elementary functions, for numba."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from brian2numba.with_numba.elementary import name_of_vector_function
from brian2numba.with_numba.operators import (
    IN_PLACE,
    NAMES,
    OF_SINGLES,
    POWER_BY_NUMBER,
    ROOT,
)
from brian2numba.with_numba.syntax import own_names

__all__ = ["with_our_operators"]

_HALF = 0.5


def with_our_operators(
    module: ast.Module, constants: Mapping[str, Any], vectorises: bool
) -> ast.Module:
    """Return a source in which functions stand for operators, see `names_of_operators`.

    So do the functions that vectorise for those of modules, as in ``np.exp(x)``.

    Parameters
    ----------
    module : ast.Module
        The source of a kernel, with functions of users.
    constants : mapping
        What the names in it stand for.
    vectorises : bool
        Whether elementary functions are those that vectorise.
    """
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            _Rewriter(node, constants, vectorises).visit(node)
    return ast.fix_missing_locations(module)


class _Rewriter(ast.NodeTransformer):
    """Writes calls instead of operators in one function of a kernel's source."""

    def __init__(
        self, function: ast.FunctionDef, constants: Mapping[str, Any], vectorises: bool
    ) -> None:
        own = own_names(function)
        self._constants = {n: v for n, v in constants.items() if n not in own}
        self._vectorises = vectorises
        parts = ast.walk(function)
        names = {n.id for n in parts if isinstance(n, ast.Name)}
        self._has_singles = bool(names & {"_float32s", "_float32"})

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Write a call instead of an operator between two values."""
        self.generic_visit(node)
        name = self._name(node.op, node.right)
        if name is None:
            return node
        return _call(node, name, node.left, node.right)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Write the name of a function that vectorises instead of a module's."""
        match node.value:
            case ast.Name(id=name) if self._vectorises:
                thing = getattr(self._constants.get(name), node.attr, None)
                vectors = name_of_vector_function(thing)
                if vectors is not None:
                    return ast.copy_location(ast.Name(vectors, ast.Load()), node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        """Write an assignment where an operator changes a variable."""
        self.generic_visit(node)
        if not isinstance(node.target, ast.Name):
            return node
        name = self._name(node.op, node.value)
        if name is None:
            return node
        name += IN_PLACE if type(node.op) in NAMES else ""
        before = ast.Name(node.target.id, ast.Load())
        value = _call(node, name, before, node.value)
        return ast.copy_location(ast.Assign([node.target], value), node)

    def _name(self, op: ast.operator, right: ast.expr) -> str | None:
        """Return the function that stands for an operator before a value, if any."""
        if self._has_singles and type(op) in OF_SINGLES:
            return OF_SINGLES[type(op)][0]
        if isinstance(op, ast.Pow):
            number = self._number(right)
            if type(number) is int:
                return POWER_BY_NUMBER
            if self._vectorises and type(number) is float and number == _HALF:
                return ROOT
        return NAMES.get(type(op))

    def _number(self, node: ast.expr) -> Any:
        """Return the number that is written down, if it is one."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self._constants.get(name)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
                return -value
        return None


def _call(at: ast.AST, name: str, *arguments: ast.expr) -> ast.expr:
    call = ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
    return ast.copy_location(call, at)
