"""Which expressions are truth values, which numpy adds and inverts in its own way."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import numpy as np

from brian2numba.errors import NotCompiledError
from brian2numba.user_functions.references import kind_of, plain_value
from brian2numba.user_functions.scope import Scope

__all__ = ["Booleans"]

#: Functions of numpy's whose results are truth values
_TELLING = {
    np.isnan,
    np.isinf,
    np.isfinite,
    np.isclose,
    np.signbit,
    np.logical_and,
    np.logical_or,
    np.logical_xor,
    np.logical_not,
    np.bool_,
    bool,
}
#: Operations of numpy's whose results are truth values if both sides are
_CLOSED = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.Add, ast.Mult)
#: What numpy does with two truth values instead of arithmetic
_LOGICAL: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.BitOr(),
    ast.Mult: ast.BitAnd(),
}


class Booleans:
    """The truth values in a function.

    Parameters
    ----------
    tree : ast.FunctionDef
        The function.
    scope : Scope
        Its names.
    given : iterable of str
        Which of its arguments are truth values.
    """

    def __init__(
        self, tree: ast.FunctionDef, scope: Scope, given: Iterable[str]
    ) -> None:
        self.scope = scope
        self.names = set(given)
        assigned: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        assigned.setdefault(target.id, []).append(node.value)
        arguments = {argument.arg for argument in tree.args.args}
        before = None
        while before != self.names:
            before = set(self.names)
            self.names |= {
                name
                for name, values in assigned.items()
                if name not in arguments and all(self.contain(v) for v in values)
            }

    def contain(self, node: ast.expr) -> bool:
        """Tell whether an expression surely is a truth value."""
        parts = _parts(node)
        if parts is not None:
            return all(self.contain(part) for part in parts)
        if isinstance(node, ast.Constant):
            return isinstance(node.value, bool)
        if isinstance(node, ast.Name) and node.id in self.scope.local:
            return node.id in self.names
        if isinstance(node, ast.Call):
            return self._is_telling(node.func, node.args)
        owner = node.value if isinstance(node, ast.Subscript) else node
        return self._is_boolean(node) or self._is_boolean(owner)

    def _is_telling(self, function: ast.expr, args: list[ast.expr]) -> bool:
        found = self.scope.thing(function)
        if found is None:
            return False
        if found[0] is np.where:
            return all(self.contain(argument) for argument in args[1:])
        try:
            return found[0] in _TELLING
        except TypeError:
            return False  # not hashable

    def _is_boolean(self, node: ast.expr) -> bool:
        """Tell whether something outside of the function is one, or has only such."""
        reference = self.scope.reference(node)
        if reference is None:
            return False
        kind = kind_of(plain_value(self.scope.value(reference)))
        return kind is not None and kind.dtype == "bool"

    def as_numpy_has_it(self, node: ast.expr) -> ast.expr:
        """Return what numpy makes of an operation of truth values.

        Raises
        ------
        NotCompiledError
            If numpy refuses it.
        """
        match node:
            case ast.UnaryOp(op=ast.Invert(), operand=operand):
                if self.contain(operand):
                    return ast.UnaryOp(ast.Not(), operand)
            case ast.BinOp(left=left, right=right, op=op):
                if self.contain(left) and self.contain(right):
                    if isinstance(op, ast.Sub):
                        raise NotCompiledError("it subtracts truth values")
                    if type(op) in _LOGICAL:
                        return ast.BinOp(left, _LOGICAL[type(op)], right)
        return node


def _parts(node: ast.expr) -> list[ast.expr] | None:
    """Return which parts make an expression a truth value if all of them are."""
    match node:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return []
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return [operand]
        case ast.BoolOp(values=values):
            return values
        case ast.IfExp(body=body, orelse=other):
            return [body, other]
        case ast.BinOp(left=left, right=right, op=op) if isinstance(op, _CLOSED):
            return [left, right]
    return None
