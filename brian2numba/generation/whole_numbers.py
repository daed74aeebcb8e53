"""
What operations of integers and truth values mean, said before Brian optimises code.

Brian's optimiser takes a power of integers for an integer, and the sum of two truth
values for a truth value: the same operation would have another result where it is
written in another way, or happens to be computed once for all neurons. Here abstract
code gets functions that say what is meant:

- A power of integers is that of floats where it becomes part of a float, and where the
  exponent may be negative. Only with an exponent that can't be is it an integer else.
- Truth values count as 0 and 1.
- Brian hands the value of a variable that it knows to sympy, which has one kind of
  numbers: it makes ``u += -1`` of ``u = u - 1``, and floats of a quotient of integers.
  Such values are hidden in a function.

`docs/numbers.md` has what comes of it.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from brian2.core.functions import DEFAULT_FUNCTIONS, Function
from brian2.core.variables import AuxiliaryVariable, Subexpression
from brian2.parsing.rendering import NodeRenderer
from brian2.utils.stringtools import get_identifiers

from brian2numba.generation.number_kinds import (
    BOOLEAN,
    DTYPES,
    FLOAT,
    UNSIGNED,
    NumberKinds,
)

__all__ = ["FUNCTIONS", "as_written", "explained"]

_AS_FLOAT, _AS_WRITTEN = "_as_float", "_as_written"


def _function(name: str, pyfunc: Any, n_arguments: int, result: str) -> Function:
    function = Function(
        pyfunc,
        arg_units=[None] * n_arguments,
        return_unit=1,
        arg_types=["any"] * n_arguments,
        return_type=result,
    )
    function.implementations.add_implementation("numba", code=None, name=name)
    return function


#: What the code that is explained may call
FUNCTIONS = {
    "int": DEFAULT_FUNCTIONS["int"],
    _AS_FLOAT: _function("_float64", float, 1, "float"),
    _AS_WRITTEN: _function(_AS_WRITTEN, abs, 1, "highest"),
}
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_SIGNS = NodeRenderer.expression_ops
_ENDS = re.compile(r"([;\n])")
#: Functions whose result is a float only if an argument is
_OF_ANY = ("int", "sign", "poisson", "timestep")


def explained(
    blocks: Mapping[str | None, str], variables: dict[str, Any]
) -> dict[str | None, str]:
    """Return blocks of abstract code that say what their operations mean.

    Parameters
    ----------
    blocks : mapping
        Statements, by the name of the block.
    variables : dict
        The variables and functions that they name. Subexpressions are replaced, and
        functions added, where the code needs it.
    """
    known = {**FUNCTIONS, **variables}
    subexpressions = _explained_subexpressions(known)
    result = {name: _block(code, dict(known)) for name, code in blocks.items()}
    if subexpressions or result != dict(blocks):
        variables |= {**FUNCTIONS, **subexpressions}
    return result


def as_written(node: Any) -> Any:
    """Return the syntax tree of a value that was hidden from sympy."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=[value]) if name == _AS_WRITTEN:
            return value
    return node


def _block(code: str, known: dict[str, Any]) -> str:
    parts = _ENDS.split(code)
    parts[::2] = [_statement(part, known) for part in parts[::2]]
    return "".join(parts)


def _explained_subexpressions(known: Mapping[str, Any]) -> dict[str, Any]:
    """Return those that need other text."""
    found = {}
    for name, variable in known.items():
        if isinstance(variable, Subexpression):
            rewriter = _Rewriter(NumberKinds(known))
            is_float = np.dtype(variable.dtype).kind == "f"
            expression = rewriter.expression(variable.expr, is_float=is_float)
            if rewriter.has_changed:
                found[name] = copy.copy(variable)
                found[name].expr = expression
                found[name].identifiers = get_identifiers(expression)
    return found


def _statement(text: str, known: dict[str, Any]) -> str:
    """Return a statement with its meaning; `known` gets the variable that it makes."""
    try:
        (node,) = ast.parse(text.strip()).body
    except (SyntaxError, ValueError):
        # It is empty, or Brian says what is wrong with it
        return text
    operator: ast.operator | None = None
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            pass
        case ast.AugAssign(target=ast.Name(id=name), op=operator, value=value):
            pass
        case _:
            return text
    assigned = _assigned(name, operator, value, known)
    if assigned is None:
        return text
    operator, value = assigned
    sign = "" if operator is None else _SIGNS[type(operator).__name__]
    margin = text[: len(text) - len(text.lstrip())]
    return f"{margin}{name} {sign}= {NodeRenderer().render_node(value)}"


def _assigned(
    name: str, operator: ast.operator | None, value: ast.expr, known: dict[str, Any]
) -> tuple[ast.operator | None, ast.expr] | None:
    """Return what is assigned to a variable, and in place by which operator.

    None stands for what is there already.
    """
    kinds = NumberKinds(known)
    rewriter = _Rewriter(kinds)
    if name not in known:
        result = rewriter.visit(value)
        known[name] = AuxiliaryVariable(name, dtype=DTYPES[kinds.of(result)])
        return (operator, result) if rewriter.has_changed else None
    target = kinds.of_variable(name)
    if operator is not None and {target, kinds.of(value)} == {BOOLEAN}:
        value = ast.BinOp(ast.Name(name), operator, value)
        operator = None
    is_float = target == FLOAT or isinstance(operator, ast.Div)
    result = rewriter.visit(value, is_float=is_float)
    if operator is None and target != BOOLEAN and _is_for_integers(value, kinds):
        return _hidden(name, result)
    return (operator, result) if rewriter.has_changed else None


def _is_for_integers(value: ast.expr, kinds: NumberKinds) -> bool:
    """Tell whether sympy would compute something else than integers do."""
    for node in ast.walk(value):
        match node:
            case ast.Name() if kinds.of(node) == UNSIGNED:
                return True
            case ast.BinOp(op=ast.FloorDiv() | ast.Mod()) if kinds.of(node) != FLOAT:
                return True
    return False


def _hidden(name: str, value: Any) -> tuple[ast.operator | None, ast.expr]:
    """Return how to assign a value without sympy: in place, or as it is written."""
    match value:
        case ast.BinOp(
            left=ast.Name(id=left),
            op=ast.Add() | ast.Sub() | ast.Mult() as operator,
            right=right,
        ) if left == name and name not in get_identifiers(ast.unparse(right)):
            return operator, right
    return None, ast.Call(ast.Name(_AS_WRITTEN), [value], [])


class _Rewriter:
    """Rewrites expressions.

    Parameters
    ----------
    kinds : NumberKinds
        Finds the kinds of expressions.
    """

    def __init__(self, kinds: NumberKinds) -> None:
        self._kinds = kinds
        self.has_changed = False

    def expression(self, text: str, *, is_float: bool) -> str:
        """Return an expression with its meaning."""
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except SyntaxError:
            return text
        result = self.visit(tree, is_float=is_float)
        return NodeRenderer().render_node(result) if self.has_changed else text

    def visit(self, node: Any, *, is_float: bool = False) -> Any:
        """Return a syntax tree with its meaning.

        Parameters
        ----------
        node : `ast.expr`
            The expression.
        is_float : bool
            Whether its value becomes part of a float.
        """
        match node:
            case ast.BinOp():
                return self._operation(node, is_float)
            case ast.UnaryOp(op=op, operand=operand):
                return ast.UnaryOp(op, self.visit(operand, is_float=is_float))
            case ast.Compare(left=left, ops=ops, comparators=others):
                any_float = self._any_float(left, *others)
                sides = [self.visit(n, is_float=any_float) for n in (left, *others)]
                return ast.Compare(sides[0], ops, sides[1:])
            case ast.BoolOp(op=op, values=values):
                return ast.BoolOp(op, [self.visit(value) for value in values])
            case ast.Call(func=ast.Name(id=name)):
                return self._call(node, name, is_float)
        return node

    def _any_float(self, *nodes: ast.expr) -> bool:
        return any(self._kinds.of(node) == FLOAT for node in nodes)

    def _call(self, node: ast.Call, name: str, is_float: bool) -> ast.Call:
        function = self._kinds.function(name)
        if function is not DEFAULT_FUNCTIONS.get(name) or name in _OF_ANY:
            is_float = False
        elif name in ("abs", "clip"):
            is_float = is_float or self._any_float(*node.args)
        else:
            is_float = True
        args = [self.visit(arg, is_float=is_float) for arg in node.args]
        if name in ("abs", "clip", "sign") and self._all_boolean(*node.args):
            args[0] = self._changed("int", args[0])
        return ast.Call(node.func, args, node.keywords)

    def _operation(self, node: ast.BinOp, is_float: bool) -> Any:
        left, right = node.left, node.right
        any_float = self._any_float(left, right)
        if isinstance(node.op, ast.Pow):
            return self._power(node, is_float and not any_float)
        is_passed_on = is_float and isinstance(node.op, _OPERATORS)
        is_float = any_float or is_passed_on or isinstance(node.op, ast.Div)
        a, b = (self.visit(n, is_float=is_float) for n in (left, right))
        if self._all_boolean(left, right) and not isinstance(node.op, ast.Div):
            a = self._changed("int", a)
        return ast.BinOp(a, node.op, b)

    def _power(self, node: ast.BinOp, is_float: bool) -> ast.BinOp:
        base, exponent = self.visit(node.left), self.visit(node.right)
        if not self._any_float(node.left, node.right):
            if is_float or not self._kinds.is_natural(node.right):
                base = self._as_float(base)
            elif self._all_boolean(node.left):
                base = self._changed("int", base)
        return ast.BinOp(base, node.op, exponent)

    def _as_float(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.Constant(value=int(value)):
                self.has_changed = True
                return ast.Constant(float(value))
        return self._changed(_AS_FLOAT, node)

    def _all_boolean(self, *nodes: ast.expr) -> bool:
        return all(self._kinds.of(node) == BOOLEAN for node in nodes)

    def _changed(self, function: str, *args: ast.expr) -> ast.Call:
        self.has_changed = True
        return ast.Call(ast.Name(function), list(args), [])
