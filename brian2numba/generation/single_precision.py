"""
Numbers that are written down, and constants, beside variables of single precision.

In kernels, an operation has double precision if one of its operands has, and numbers
that are written down, constants and the time step have. A model in single precision
would be computed in double precision, with conversions at each step, and half as many
neurons at a time. Here such numbers are rounded where they meet variables of single
precision, as Python's numbers are in numpy. Where a variable of double precision takes
part, e.g. the time ``t``, the operations with it stay as they are.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable, Constant

from brian2numba.generation.number_kinds import FLOAT, NumberKinds

__all__ = ["SingleNumbers", "is_held_by_singles"]

#: What an expression is: numbers that take the precision of others, a number that has
#: single precision, and anything else
_ADAPTS, _SINGLE, _OTHER = "adapts", "single", "other"

#: Up to here, all integers are numbers of single precision
_LARGEST_INTEGER = 2**24
_LIMITS = np.finfo(np.float32)
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
#: The functions, by their names in kernels, whose results have their arguments' type
_OF_FLOATS = {
    *("_acos", "_asin", "_atan", "_cos", "_cosh", "_exp", "_expm1", "_exprel"),
    *("_log", "_log10", "_log1p", "_sin", "_sinh", "_sqrt", "_tan", "_tanh"),
    *("_abs", "_ceil", "_clip", "_floor"),
}
_NORMAL_NUMBER = "_randn"


def is_held_by_singles(number: float) -> bool:
    """Tell whether single precision has a number but for its last digits."""
    size = abs(number)
    is_normal = _LIMITS.smallest_normal <= size <= _LIMITS.max
    return bool(is_normal or size == 0 or not math.isfinite(size))


class SingleNumbers:
    """Rounds what meets single precision.

    Parameters
    ----------
    kinds : NumberKinds
        Finds the kinds of expressions.
    names : mapping of str to str
        The names that functions have in kernels.
    """

    def __init__(self, kinds: NumberKinds, names: Mapping[str, str]) -> None:
        self._kinds = kinds
        self._names = names

    def rounded(self, node: Any) -> Any:
        """Return an expression with conversions where its numbers are rounded."""
        return self._visit(node, self._of(node) == _SINGLE)

    def operand(self, node: Any) -> Any:
        """Return an operand that meets a variable of single precision."""
        return self._cast(node, self._of(node) != _OTHER)

    def _visit(self, node: Any, rounds: bool) -> Any:
        """Return an expression; without `rounds`, it is part of other operations."""
        result = node
        match node:
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _OPERATORS:
                is_special = isinstance(op, ast.Pow) and _is_special(right)
                right = right if is_special else self._cast(right, rounds)
                result = ast.BinOp(self._cast(left, rounds), op, right)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                result = ast.UnaryOp(ast.Not(), self.rounded(operand))
            case ast.UnaryOp(op=op, operand=operand):
                result = ast.UnaryOp(op, self._visit(operand, rounds))
            case ast.Compare(left=left, ops=ops, comparators=others):
                left, *others = self._together([left, *others])
                result = ast.Compare(left, ops, others)
            case ast.BoolOp(op=op, values=values):
                result = ast.BoolOp(op, [self.rounded(value) for value in values])
            case ast.Call(func=function, args=args) if self._is_of_floats(function):
                result = ast.Call(function, self._together(args), [])
        return result

    def _together(self, nodes: list[ast.expr]) -> list[ast.expr]:
        """Return expressions that are compared, or given to one function."""
        rounds = self._joined(nodes) == _SINGLE
        return [self._cast(node, rounds) for node in nodes]

    def _cast(self, node: Any, rounds: bool) -> Any:
        """Return an operand, which is rounded if it adapts."""
        if rounds and self._of(node) == _ADAPTS:
            return ast.Call(ast.Name("_float32"), [node], [])
        return self._visit(node, rounds)

    def _of(self, node: ast.expr) -> str:
        """Return what an expression is."""
        found = _OTHER
        match node:
            case ast.Constant(value=value):
                found = _of_number(value)
            case ast.Name(id=name):
                found = self._of_variable(name)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                found = self._of(operand)
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _OPERATORS:
                found = self._joined([left, right])
            case ast.Call(func=function, args=args) if self._is_of_floats(function):
                found = self._joined(args)
            case ast.Call(func=ast.Name(id=name)):
                is_normal = self._names.get(name) == _NORMAL_NUMBER
                found = _ADAPTS if is_normal else _OTHER
        return found

    def _of_variable(self, name: str) -> str:
        variable = self._kinds.function(name)
        if isinstance(variable, Constant):
            is_float = self._kinds.of_variable(name) == FLOAT
            is_held = is_float and is_held_by_singles(variable.value)
            return _ADAPTS if is_held else _OTHER
        if _is_time_step(variable):
            return _ADAPTS
        dtype = getattr(variable, "dtype", None)
        return _SINGLE if dtype is not None and dtype == np.float32 else _OTHER

    def _joined(self, nodes: list[ast.expr]) -> str:
        found = {self._of(node) for node in nodes}
        return next((kind for kind in (_OTHER, _SINGLE) if kind in found), _ADAPTS)

    def _is_of_floats(self, function: ast.expr) -> bool:
        name = function.id if isinstance(function, ast.Name) else ""
        return self._names.get(name, name) in _OF_FLOATS


def _is_time_step(variable: Any) -> bool:
    is_array = isinstance(variable, ArrayVariable)
    return is_array and variable.name == "dt" and variable.scalar


def _is_special(exponent: ast.expr) -> bool:
    """Tell whether a power is a product, or a root."""
    match exponent:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int())):
            return True
        case ast.Constant(value=value):
            return isinstance(value, int) or value == 0.5  # noqa: PLR2004
    return False


def _of_number(value: Any) -> str:
    """Return what a number is that is written down."""
    if isinstance(value, (bool, np.bool_)):
        return _OTHER
    if isinstance(value, (int, np.integer)):
        return _ADAPTS if abs(int(value)) <= _LARGEST_INTEGER else _OTHER
    is_number = isinstance(value, (float, np.floating))
    return _ADAPTS if is_number and is_held_by_singles(float(value)) else _OTHER
