"""
Whether a time step multiplies the state by a matrix and adds a vector, and by which.

Brian's abstract code is computed with affine functions of the state in the place of
numbers. What is not one is found in doing so.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Affine", "NotAffineError", "affine_update", "value_of"]

type _Array = np.ndarray[Any, Any]

_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "expm1": math.expm1,
    "int": float,
    "log": math.log,
    "sqrt": math.sqrt,
}


class NotAffineError(Exception):
    """The state is not multiplied by constants; says what there is instead."""


@dataclass(frozen=True)
class Affine:
    """A number plus multiples of the state variables.

    Attributes
    ----------
    constant : float
        The number.
    factors : `numpy.ndarray`
        The factor of each state variable.
    """

    constant: float
    factors: _Array

    @property
    def is_constant(self) -> bool:
        """Whether it does not depend on the state."""
        return not self.factors.any()

    def times(self, factor: float) -> Affine:
        """Return a multiple."""
        return Affine(self.constant * factor, self.factors * factor)

    def plus(self, other: Affine) -> Affine:
        """Return a sum."""
        return Affine(self.constant + other.constant, self.factors + other.factors)


def affine_update(
    code: str, state: Sequence[str], constants: Mapping[str, float]
) -> tuple[_Array, _Array]:
    """Return the matrix and the vector of a state update.

    Parameters
    ----------
    code : str
        The statements of abstract code.
    state : sequence of str
        The names of the state variables.
    constants : mapping of str to float
        The numbers that other names stand for.

    Raises
    ------
    NotAffineError
        If it is something else.
    """
    unit = np.eye(len(state))
    values = {name: Affine(0.0, unit[k]) for k, name in enumerate(state)}
    evaluation = _Evaluation(len(state), constants, values)
    for statement in ast.parse(code).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=expression):
                values[name] = evaluation.of(expression)
            case _:
                raise NotAffineError(f"the statement '{ast.unparse(statement)}'")
    matrix = np.array([values[name].factors for name in state])
    return matrix, np.array([values[name].constant for name in state])


def value_of(expression: ast.expr, constants: Mapping[str, float]) -> float:
    """Return the value of an expression of constants.

    Raises
    ------
    NotAffineError
        If it is made of something else as well.
    """
    return _Evaluation(0, constants, {}).of(expression).constant


class _Evaluation:
    """Computes expressions with affine functions of `n` state variables."""

    def __init__(
        self, n: int, constants: Mapping[str, float], values: Mapping[str, Affine]
    ) -> None:
        self._zero = np.zeros(n)
        self._constants, self._values = constants, values

    def of(self, node: ast.expr) -> Affine:
        """Return the value of an expression."""
        try:
            return self._of(node)
        except (ArithmeticError, ValueError):
            raise NotAffineError(f"'{ast.unparse(node)}' has no value") from None

    def _of(self, node: ast.expr) -> Affine:
        match node:
            case ast.Constant(value=bool() | int() | float() as number):
                return Affine(float(number), self._zero)
            case ast.Name(id=name):
                return self._named(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._of(operand).times(-1.0)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._of(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(node, op, self._of(left), self._of(right))
            case ast.Call(func=ast.Name(id=name), args=[argument]):
                if name in _FUNCTIONS:
                    number = self._number(self._of(argument), node)
                    return Affine(_FUNCTIONS[name](number), self._zero)
        raise NotAffineError(f"'{ast.unparse(node)}' is not linear")

    def _named(self, name: str) -> Affine:
        if name in self._values:
            return self._values[name]
        if name in self._constants:
            return Affine(float(self._constants[name]), self._zero)
        raise NotAffineError(f"'{name}' is no constant that is the same for all")

    def _operation(
        self, node: ast.expr, op: ast.operator, left: Affine, right: Affine
    ) -> Affine:
        match op:
            case ast.Add():
                return left.plus(right)
            case ast.Sub():
                return left.plus(right.times(-1.0))
            case ast.Mult() if left.is_constant:
                return right.times(left.constant)
            case ast.Mult():
                return left.times(self._number(right, node))
            case ast.Div():
                # Brian's state updates divide floating point numbers
                return left.times(1.0 / self._number(right, node))
            case ast.Pow():
                power = self._number(left, node) ** self._number(right, node)
                return Affine(float(power), self._zero)
        raise NotAffineError(f"'{ast.unparse(node)}' is not linear")

    @staticmethod
    def _number(value: Affine, node: ast.expr) -> float:
        if not value.is_constant:
            raise NotAffineError(f"'{ast.unparse(node)}' is not linear")
        return value.constant
