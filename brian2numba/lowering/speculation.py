"""
What is computed whether it is needed or not, so that code has no branch there.

LLVM moves what only one branch needs into it, also an array's element. Loops with
branches become vector code as well, but not on processors that can't read an array
under a condition, as ARM's without SVE.
"""

from __future__ import annotations

import ast
from collections.abc import Container

from brian2numba.elementary.vector import VECTOR_FUNCTIONS
from brian2numba.language import float32, float64
from brian2numba.language.kinds import FLOAT32, FLOAT64
from brian2numba.lowering.inference import Types

__all__ = ["alternatives", "is_cheap", "is_harmless"]

_CHEAP = (
    ast.Compare,
    ast.Name,
    ast.Constant,
    ast.BoolOp,
    ast.UnaryOp,
    ast.operator,
    ast.unaryop,
    ast.cmpop,
    ast.boolop,
    ast.expr_context,
    ast.BinOp,
)
_COSTLY = (ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_CONVERSIONS = (float32, float64)
_VECTOR_FUNCTIONS = {id(thing) for thing in VECTOR_FUNCTIONS}


def is_cheap(node: ast.expr) -> bool:
    """Tell whether to compute an expression in any case costs and changes nothing."""
    parts = list(ast.walk(node))
    return all(isinstance(p, _CHEAP) and not isinstance(p, _COSTLY) for p in parts)


def alternatives(
    node: ast.If, types: Types, known: Container[str]
) -> tuple[str, ast.expr, ast.expr] | None:
    """Return the two values of a variable that a condition decides between.

    Parameters
    ----------
    node : ast.If
        A statement.
    types : Types
        The types of the function that it is part of.
    known : container of str
        The variables that have a value before.

    Returns
    -------
    name, value, other : str, ast.expr, ast.expr
        The variable, its value if the condition is true, and its value if not; ``None``
        if the statement is another one, or had better not compute both.
    """
    match node.body, node.orelse:
        case (
            [ast.Assign(targets=[ast.Name(id=name)], value=value)],
            [ast.Assign(targets=[ast.Name(id=same)], value=other)],
        ) if name == same:
            pass
        case [ast.Assign(targets=[ast.Name(id=name) as place], value=value)], []:
            other = place
            if name not in known:
                return None
        case _:
            return None
    is_float = types.variables[name] in (FLOAT32, FLOAT64)
    if is_float and all(is_harmless(part, types) for part in (value, other)):
        return name, value, other
    return None


def is_harmless(node: ast.expr, types: Types) -> bool:
    """Tell whether an expression is arithmetic of numbers, that vectors can do."""
    match node:
        case ast.Call(func=function, args=args, keywords=[]):
            thing = types.thing(function)
            is_vector = types.definition.vectorises and id(thing) in _VECTOR_FUNCTIONS
            known = is_vector or thing in _CONVERSIONS
            return known and all(is_harmless(argument, types) for argument in args)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult(), right=right):
            return is_harmless(left, types) and is_harmless(right, types)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            is_float = types.of(left) in (FLOAT32, FLOAT64)
            return is_float and all(is_harmless(n, types) for n in (left, right))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return is_harmless(operand, types)
    return isinstance(node, ast.Name | ast.Constant)
