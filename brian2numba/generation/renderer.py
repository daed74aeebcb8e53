"""Expressions of Brian's equations, rendered as Python that numba compiles."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence, Set

from brian2.parsing.rendering import NodeRenderer

from brian2numba.generation.counter_draws import CounterDraws
from brian2numba.generation.number_kinds import FLOAT, NumberKinds

__all__ = ["NumbaNodeRenderer"]

#: Powers of more factors are not computed as products
_MOST_FACTORS = 64


class NumbaNodeRenderer(NodeRenderer):
    """Render the syntax tree of an expression as numba-compatible Python.

    Parameters
    ----------
    names : mapping of str to str
        The names in the kernel of functions, and of what else has another name there.
    hidden_arguments : mapping of str to sequence of str
        What a function (by its name in the expression) is given beyond the arguments
        that the expression states, e.g. the arrays of its namespace.
    auto_vectorise : set of str
        The functions (by their name in the expression) that also take the index of
        the neuron or synapse.
    draws : CounterDraws, optional
        Numbers the draws of random numbers, where these are counter-based.
    kinds : NumberKinds, optional
        Finds the kinds of expressions.
    """

    def __init__(
        self,
        names: Mapping[str, str],
        hidden_arguments: Mapping[str, Sequence[str]],
        auto_vectorise: Set[str] = frozenset(),
        draws: CounterDraws | None = None,
        kinds: NumberKinds | None = None,
    ) -> None:
        super().__init__(auto_vectorise=set(auto_vectorise))
        self.names = names
        self.hidden_arguments = hidden_arguments
        self.draws = draws
        self.kinds = NumberKinds({}) if kinds is None else kinds

    def render_Name(self, node: ast.Name) -> str:
        """Render the name of a variable."""
        return self.names.get(node.id, node.id)

    def render_func(self, node: ast.Name) -> str:
        """Render the name of a function."""
        return self.names.get(node.id, node.id)

    def render_Call(self, node: ast.Call) -> str:
        """Render a function call with the arguments that the expression leaves out."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if self.names.get(name) == "_int" and self.kinds.of(node.args[0]) != FLOAT:
            node = ast.Call(ast.Name("_int64"), node.args, [])
        rendered = super().render_Call(node)
        hidden = self.hidden_arguments.get(ast.unparse(node.func), ())
        if not hidden:
            return rendered
        if self.draws is not None and isinstance(node.func, ast.Name):
            name = self.render_func(node.func)
            called, hidden = self.draws.hidden_arguments(name, hidden)
            rendered = called + rendered.removeprefix(name)
        separator = "" if rendered.endswith("()") else ", "
        return f"{rendered[:-1]}{separator}{', '.join(hidden)})"

    def render_BinOp(self, node: ast.BinOp) -> str:
        """Render an operation."""
        if isinstance(node.op, ast.Pow):
            return self._power(node.left, node.right)
        return str(super().render_BinOp(node))

    def _power(self, base: ast.expr, exponent: ast.expr) -> str:
        """Render a power; ``exp(x)**y`` is ``exp(y*x)``, for half the cost."""
        if isinstance(base, ast.Call) and self.render_node(base.func) == "_exp":
            product = ast.BinOp(exponent, ast.Mult(), base.args[0])
            return self.render_Call(ast.Call(base.func, [product], []))
        sides = [self.render_element_parentheses(n) for n in (base, exponent)]
        written = _written(exponent)
        kinds = [self.kinds.of(side) for side in (base, exponent)]
        if written is None and FLOAT not in kinds:
            return f"_integer_power(_int64({sides[0]}), _int64({sides[1]}))"
        # numba's powers of 0 with a negative integer raise an exception
        if written is None and kinds[1] != FLOAT:
            sides[1] = f"_float64({sides[1]})"
        is_double = kinds[0] == FLOAT and not self.kinds.has_single_precision
        if written is not None and -_MOST_FACTORS <= written < 0 and is_double:
            return f"1.0 / ({sides[0]} ** {-written})"
        return f"{sides[0]} ** {sides[1]}"

    def render_Compare(self, node: ast.Compare) -> str:
        """Render a comparison; numbers of time steps are compared as floats."""
        sides = [self._as_float(side) for side in (node.left, *node.comparators)]
        return str(super().render_Compare(ast.Compare(sides[0], node.ops, sides[1:])))

    def _as_float(self, node: ast.expr) -> ast.expr:
        """Return a call of ``timestep`` as one that gives the same number as a float.

        Up to 2**53 they compare alike, and this one is computed for several neurons at
        a time.
        """
        match node:
            case ast.Call(func=ast.Name(id=name), args=args):
                if self.names.get(name) == "_timestep":
                    return ast.Call(ast.Name("_whole_steps"), args, [])
        return node

    def render_Constant(self, node: ast.Constant) -> str:
        """Render a number; infinity and what is no number have no literals."""
        if isinstance(node.value, float) and math.isnan(node.value):
            return "_nan"
        if isinstance(node.value, float) and math.isinf(node.value):
            return "1e999"
        return super().render_Constant(node)


def _written(node: ast.expr) -> int | None:
    """Return the integer that is written down, if it is one."""
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return -value
    return None
