"""
Operations of integers without sign, of 64 bits, with their types written down.

numpy, numba and C have rules of their own for what an integer with sign and one without
make together, and for numbers that are written down. Where the types are the same on
both sides, or floats, all mean the same.
"""

from __future__ import annotations

import ast
from typing import Any

from brian2numba.generation.number_kinds import FLOAT, UNSIGNED, NumberKinds

__all__ = ["with_types"]


def with_types(node: Any, kinds: NumberKinds) -> Any:
    """Return an expression in which operands of numbers without sign have casts.

    Parameters
    ----------
    node : `ast.expr`
        The expression.
    kinds : NumberKinds
        Finds the kinds of expressions.
    """
    return _Typed(kinds).visit(node)


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name), list(args), [])


class _Typed(ast.NodeTransformer):
    """Adds the casts. The kinds are those of the expressions before."""

    def __init__(self, kinds: NumberKinds) -> None:
        self._kinds = kinds

    def _as_unsigned(self, node: ast.expr) -> Any:
        # To visit a node may change it
        kind = self._kinds.of(node)
        typed = self.visit(node)
        return typed if kind == UNSIGNED else _call("_uint64", typed)

    def _as_float(self, node: ast.expr) -> Any:
        kind = self._kinds.of(node)
        typed = self.visit(node)
        return typed if kind == FLOAT else _call("_float64", typed)

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        """Give an operation operands of one type."""
        sides = node.left, node.right
        found = {self._kinds.of(side) for side in sides}
        if UNSIGNED not in found:
            return self.generic_visit(node)
        if isinstance(node.op, ast.Pow):
            return self._power(node)
        if self._kinds.of(node) == FLOAT:
            left, right = map(self._as_float, sides)
        else:
            left, right = map(self._as_unsigned, sides)
        return ast.BinOp(left, node.op, right)

    def _power(self, node: ast.BinOp) -> Any:
        kind = self._kinds.of(node)
        if kind == FLOAT:
            sides = self._as_float(node.left), self._as_float(node.right)
            return ast.BinOp(sides[0], node.op, sides[1])
        base, exponent = self.visit(node.left), self.visit(node.right)
        power: ast.expr = ast.BinOp(base, node.op, exponent)
        if not isinstance(exponent, ast.Constant):
            # The same 64 bits with and without sign
            given = _call("_int64", base), _call("_int64", exponent)
            power = _call("_integer_power", *given)
        return _call("_uint64", power) if kind == UNSIGNED else power

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        """Give a number with another sign, modulo 2**64, its type."""
        is_literal = isinstance(node.operand, ast.Constant)
        is_unsigned = self._kinds.of(node.operand) == UNSIGNED
        typed: Any = self.generic_visit(node)
        return _call("_uint64", typed) if is_unsigned and not is_literal else typed

    def visit_Compare(self, node: ast.Compare) -> Any:
        """Give the sides of a comparison one type; integers are compared exactly."""
        left, right = node.left, node.comparators[0]
        kinds = self._kinds.of(left), self._kinds.of(right)
        if UNSIGNED not in kinds or FLOAT in kinds:
            return self.generic_visit(node)
        if self._kinds.joined([left, right]) == UNSIGNED:
            a, b = self._as_unsigned(left), self._as_unsigned(right)
            return ast.Compare(a, node.ops, [b])
        a, b = self.visit(left), self.visit(right)
        if kinds[0] == UNSIGNED:
            order, zero = _call("_order", _call("_int64", a), b), ast.Constant(0)
            return ast.Compare(order, node.ops, [zero])
        order, zero = _call("_order", _call("_int64", b), a), ast.Constant(0)
        return ast.Compare(zero, node.ops, [order])

    def visit_Call(self, node: ast.Call) -> Any:
        """Give functions arguments of one type, and their results one."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        found = [self._kinds.of(arg) for arg in node.args]
        if UNSIGNED not in found or name not in ("int", "abs", "sign", "clip"):
            return self.generic_visit(node)
        if name in ("int", "abs"):
            return self.visit(node.args[0])
        if name == "sign":
            of_unsigned: Any = self.generic_visit(node)
            return _call("_uint64", of_unsigned)
        cast = self._as_float if self._kinds.of(node) == FLOAT else self._as_unsigned
        clipped = ast.Call(node.func, [cast(arg) for arg in node.args], [])
        return clipped if cast == self._as_float else _call("_uint64", clipped)
