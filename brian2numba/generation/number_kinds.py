"""What kinds of numbers expressions of Brian's abstract code are, in kernels."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from brian2.core.functions import Function
from brian2.core.variables import Constant

__all__ = ["BOOLEAN", "DTYPES", "FLOAT", "INTEGER", "UNSIGNED", "NumberKinds"]

BOOLEAN, INTEGER, UNSIGNED, FLOAT = "boolean", "integer", "unsigned", "float"

_OF_DTYPES = {"b": BOOLEAN, "i": INTEGER, "u": INTEGER, "f": FLOAT}
#: The types of variables that only code has
DTYPES = {BOOLEAN: bool, INTEGER: np.int64, UNSIGNED: np.uint64, FLOAT: np.float64}
#: Names that Brian reserves for indices and for how many there are
_COUNTED = ("i", "j", "N")
#: Functions that give back one of their arguments, or what is as large
_SAME = ("abs", "clip")


class NumberKinds:
    """Finds the kinds of expressions.

    An integer is one of 64 bits, with a sign unless it is *unsigned*: that needs a
    variable of type uint64, or a number from 2**63 on.

    Parameters
    ----------
    variables : mapping
        The variables and functions that expressions name.
    """

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        # Kept with the expressions, whose identity may not become another's
        self._found: dict[int, tuple[ast.AST, str]] = {}

    def of(self, node: ast.AST) -> str:
        """Return the kind of the number that an expression is."""
        found = self._found.get(id(node))
        if found is None:
            found = self._found[id(node)] = (node, self._kind(node))
        return found[1]

    def _kind(self, node: ast.AST) -> str:
        kind = FLOAT
        match node:
            case ast.Constant(value=value):
                kind = _of_constant(value)
            case ast.Name(id=name):
                kind = self.of_variable(name)
            case ast.Call(func=ast.Name(id=name), args=args):
                kind = self._of_call(name, args)
            case ast.UnaryOp(op=ast.Not()) | ast.Compare() | ast.BoolOp():
                kind = BOOLEAN
            case ast.UnaryOp(op=op, operand=operand):
                kind = self._of_sign(op, operand)
            case ast.BinOp(left=left, op=op, right=right):
                kind = self._of_operation(left, op, right)
        return kind

    def of_variable(self, name: str) -> str:
        """Return the kind of a variable."""
        if name in ("True", "False"):
            return BOOLEAN
        variable = self._variables.get(name)
        if isinstance(variable, Constant):
            # Whatever its type, Brian makes a float of an integer from 2**63 on
            return _of_constant(variable.value)
        dtype = getattr(variable, "dtype", None)
        if dtype is None:
            return FLOAT
        dtype = np.dtype(dtype)
        return UNSIGNED if dtype == np.uint64 else _OF_DTYPES.get(dtype.kind, FLOAT)

    def function(self, name: str) -> Any:
        """Return the function of a name, if it is one."""
        return self._variables.get(name)

    @property
    def has_single_precision(self) -> bool:
        """Whether a variable is a float of single precision."""
        dtypes = (getattr(var, "dtype", None) for var in self._variables.values())
        return any(dtype == np.float32 for dtype in dtypes)

    def is_natural(self, node: ast.AST) -> bool:
        """Tell whether an expression is an integer that can't be negative."""
        match node:
            case ast.Constant(value=int(value)):
                return value >= 0
            case ast.Name(id=name):
                variable = self._variables.get(name)
                if name in _COUNTED:
                    return self.of(node) == INTEGER
                if isinstance(variable, Constant):
                    return self.of(node) == INTEGER and variable.value >= 0
                dtype = getattr(variable, "dtype", None)
                return dtype is not None and np.dtype(dtype).kind in "bu"
            case ast.BinOp(left=left, op=ast.Add() | ast.Mult() | ast.Pow(), right=b):
                # Where 64 bits with a sign can't hold it, they are right without one
                return self.is_natural(left) and self.is_natural(b)
        return self.of(node) in (BOOLEAN, UNSIGNED)

    def joined(self, nodes: Iterable[ast.AST]) -> str:
        """Return the kind of what is computed of several numbers."""
        nodes = list(nodes)
        kinds = {self.of(node) for node in nodes}
        if FLOAT in kinds:
            return FLOAT
        if UNSIGNED not in kinds:
            return INTEGER
        # As in numpy, integers with and without sign meet as floats
        return UNSIGNED if all(self.is_natural(node) for node in nodes) else FLOAT

    def _of_call(self, name: str, args: list[ast.expr]) -> str:
        function = self._variables.get(name)
        if name == "int":
            kind = self.of(args[0])
            return UNSIGNED if kind == UNSIGNED else INTEGER
        if name in _SAME and args:
            return self.joined(args)
        if not isinstance(function, Function):
            return FLOAT
        kind = str(function._return_type)
        return self.joined(args) if kind == "highest" else kind

    def _of_sign(self, op: ast.unaryop, operand: ast.expr) -> str:
        match operand:
            case ast.Constant(value=int(value)) if isinstance(op, ast.USub):
                return _of_constant(-value)
        return self.joined([operand])

    def _of_operation(self, left: ast.expr, op: ast.operator, right: ast.expr) -> str:
        if isinstance(op, ast.Div):
            return FLOAT
        if not isinstance(op, ast.Pow):
            return self.joined([left, right])
        if FLOAT in (self.of(left), self.of(right)) or not self.is_natural(right):
            return FLOAT
        return self.joined([left])


def _of_constant(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return BOOLEAN
    if isinstance(value, (int, np.integer)):
        return UNSIGNED if value >= 2**63 else INTEGER
    return FLOAT
