"""Expressions of C's numbers as expressions of kernels."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from brian2numba.errors import NotCompiledError
from brian2numba.user_functions.c_types import TYPES, CType, Typed, common, converted
from brian2numba.user_functions.cython_syntax import is_cast
from brian2numba.user_functions.syntax import short

__all__ = ["NAMESPACE", "Expressions", "NoTypeYetError", "Signature"]

#: What Brian imports for every text
_ALWAYS = (
    *("acos", "asin", "atan", "ceil", "cos", "cosh", "exp", "expm1", "fabs", "floor"),
    *("fmod", "isinf", "log", "log10", "log1p", "sin", "sinh", "sqrt", "tan", "tanh"),
)
#: What takes one number, and what takes two
_OF_KERNELS = (
    *("acos", "asin", "atan", "cos", "cosh", "exp", "expm1", "log", "log10", "log1p"),
    *("sin", "sinh", "sqrt", "tan", "tanh"),
)
_OF_PYTHON = ("acosh", "asinh", "atanh", "erf", "erfc", "lgamma")
_OF_PAIRS = ("atan2", "copysign", "fmod", "hypot")
#: C's mathematics as expressions of kernels; each is given doubles
_FUNCTIONS = {
    **{name: f"_{name}({{}})" for name in _OF_KERNELS},
    **{name: f"_math.{name}({{}})" for name in _OF_PYTHON},
    **{name: f"_math.{name}({{}}, {{}})" for name in _OF_PAIRS},
    "ceil": "_np.ceil({})",
    "fabs": "_abs({})",
    "floor": "_np.floor({})",
    "pow": "({}) ** ({})",
    "tgamma": "_math.gamma({})",
}
#: Those that tell something; nothing compares with what is not a number
_TESTS = {
    "isfinite": "_abs({}) < _inf",
    "isinf": "_abs({}) == _inf",
    "isnan": "not _abs({}) >= 0",
}
_CONSTANTS = {
    "INFINITY": "_inf",
    "M_E": "_math.e",
    "M_PI": "_math.pi",
    "M_PI_2": "_math.pi / 2",
    "NAN": "_nan",
    "pi": "_math.pi",
}
#: What Brian puts before the names of arrays
NAMESPACE = "_namespace"
_BITS = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)
_ORDERS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)


class NoTypeYetError(Exception):
    """A variable has no type so far."""


@dataclass(frozen=True)
class Signature:
    """What a function takes and gives.

    Attributes
    ----------
    result : CType
        The type of its result.
    arguments : tuple of CType, optional
        Those of its arguments; ``None`` if it takes any numbers.
    """

    result: CType
    arguments: tuple[CType, ...] | None = None


class Expressions:
    """Translates the expressions of a function.

    Parameters
    ----------
    functions : mapping
        The functions of the user's that it may call.
    imported : mapping
        What is imported of C's mathematics, by the names in the text.
    arrays : mapping
        The types of the items of arrays, by the names in the namespace.
    """

    def __init__(
        self,
        functions: Mapping[str, Signature],
        imported: Mapping[str, str],
        arrays: Mapping[str, CType],
    ) -> None:
        self.arrays = arrays
        self._functions = functions
        self._imported = {**{n: n for n in (*_ALWAYS, "M_PI")}, **imported}
        #: The types of the function's variables; None where they are not known yet
        self.variables: dict[str, CType | None] = {}

    def typed(self, node: ast.expr) -> Typed:
        """Translate an expression.

        Raises
        ------
        NotCompiledError
            If it is not simple.
        NoTypeYetError
            If it has a variable whose type is not known yet.
        """
        method = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        if method is None:
            raise NotCompiledError(f"its text has '{short(node)}'")
        result: Typed = method(node)
        return result

    def _of_constant(self, node: ast.Constant) -> Typed:
        kinds = {
            bool: CType.TRUTH,
            int: CType.INTEGER,
            float: CType.DOUBLE,
        }
        if type(node.value) not in kinds:
            raise NotCompiledError(f"its text has '{short(node)}'")
        return Typed(node, kinds[type(node.value)])

    def _of_name(self, node: ast.Name) -> Typed:
        if node.id not in self.variables:
            text = _CONSTANTS.get(self._imported.get(node.id, ""))
            if text is None:
                raise NotCompiledError(f"its text uses '{node.id}'")
            return Typed(_expression(text, []), CType.DOUBLE)
        kind = self.variables[node.id]
        if kind is None:
            raise NoTypeYetError
        return Typed(ast.Name(node.id, ast.Load()), kind)

    def _of_unaryop(self, node: ast.UnaryOp) -> Typed:
        operand = self.typed(node.operand)
        result = ast.UnaryOp(node.op, operand.node)
        if isinstance(node.op, ast.Not):
            return Typed(result, CType.TRUTH)
        if operand.kind == CType.NATURAL and not isinstance(node.op, ast.UAdd):
            raise NotCompiledError(f"'{short(node)}' has no sign")
        if isinstance(node.op, ast.Invert) and not operand.kind.is_whole:
            raise NotCompiledError(f"its text has '{short(node)}'")
        return Typed(result, max(operand.kind, CType.INTEGER))

    def _of_binop(self, node: ast.BinOp) -> Typed:
        return self.operation(self.typed(node.left), node.op, self.typed(node.right))

    def operation(self, left: Typed, op: ast.operator, right: Typed) -> Typed:
        """Return the result of an operator."""
        kind = max(common(left, right), CType.INTEGER)
        shown = ast.unparse(ast.BinOp(left.node, op, right.node))
        if kind == CType.NATURAL and isinstance(op, (ast.Sub, *_BITS)):
            raise NotCompiledError(f"'{shown}' has no sign")
        if isinstance(op, ast.MatMult) or (isinstance(op, _BITS) and not kind.is_whole):
            raise NotCompiledError(f"its text has '{shown}'")
        is_whole_power = isinstance(op, ast.Pow) and isinstance(
            getattr(right.node, "value", None), int
        )
        if isinstance(op, ast.Pow) and kind.is_whole and not is_whole_power:
            # In C, a negative exponent gives 0
            raise NotCompiledError(f"its text has '{shown}' of integers")
        if CType.SINGLE in (left.kind, right.kind):
            left = left.cast(kind)
            right = right if is_whole_power else right.cast(kind)
        if isinstance(op, ast.FloorDiv) and not kind.is_whole:
            # As C has it: Python would find the integer below exactly
            quotient = ast.BinOp(left.node, ast.Div(), right.node)
            below = _expression("_np.floor({})", [quotient])
            return Typed(below, CType.DOUBLE).cast(kind)
        result = ast.BinOp(left.node, op, right.node)
        if isinstance(op, ast.Div) and kind.is_whole:
            return Typed(result, CType.DOUBLE)
        return Typed(result, kind)

    def _of_boolop(self, node: ast.BoolOp) -> Typed:
        values = [self.typed(value) for value in node.values]
        return Typed(ast.BoolOp(node.op, [v.node for v in values]), common(*values))

    def _of_compare(self, node: ast.Compare) -> Typed:
        values = [self.typed(value) for value in (node.left, *node.comparators)]
        for pair in itertools.pairwise(values):
            common(*pair)
        if not all(isinstance(op, _ORDERS) for op in node.ops):
            raise NotCompiledError(f"its text has '{short(node)}'")
        first, *others = (value.node for value in values)
        return Typed(ast.Compare(first, node.ops, others), CType.TRUTH)

    def _of_ifexp(self, node: ast.IfExp) -> Typed:
        test = self.typed(node.test).node
        values = [self.typed(node.body), self.typed(node.orelse)]
        kind = common(*values)
        first, second = (value.cast(kind).node for value in values)
        return Typed(ast.IfExp(test, first, second), kind)

    def _of_subscript(self, node: ast.Subscript) -> Typed:
        """Return an item of an array of the namespace."""
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        key, index = name.removeprefix(NAMESPACE), self.typed(node.slice)
        is_array = name.startswith(NAMESPACE) and key in self.arrays
        if not is_array or index.kind not in (CType.INTEGER, CType.NATURAL):
            raise NotCompiledError(f"its text has '{short(node)}'")
        item = ast.Subscript(ast.Name(key, ast.Load()), index.node, ast.Load())
        return Typed(item, self.arrays[key])

    # Calls

    def _of_call(self, node: ast.Call) -> Typed:
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise NotCompiledError(f"its text has '{short(node)}'")
        values = [self.typed(argument) for argument in node.args]
        cast = is_cast(node.func)
        if cast is not None:
            if cast not in TYPES:
                raise NotCompiledError(f"its text has a cast to '{cast}'")
            return values[0].cast(TYPES[cast])
        if not isinstance(node.func, ast.Name) or node.func.id in self.variables:
            raise NotCompiledError(f"its text calls '{short(node.func)}'")
        name = node.func.id
        if name in self._functions:
            return self._of_user(name, values)
        if name in self._imported:
            return _mathematics(self._imported[name], values)
        return _builtin(name, values)

    def _of_user(self, name: str, values: Sequence[Typed]) -> Typed:
        signature = self._functions[name]
        given = [value.node for value in values]
        if signature.arguments is not None:
            if len(signature.arguments) != len(values):
                raise NotCompiledError(f"'{name}' takes another number of arguments")
            pairs = zip(values, signature.arguments, strict=True)
            given = [converted(value, kind) for value, kind in pairs]
        call = ast.Call(ast.Name(name, ast.Load()), given, [])
        return Typed(call, signature.result)


def _mathematics(name: str, values: Sequence[Typed]) -> Typed:
    """Return a call of one of C's functions, which take doubles."""
    text = _FUNCTIONS.get(name) or _TESTS.get(name)
    if text is None or text.count("{}") != len(values):
        raise NotCompiledError(f"its text calls '{name}'")
    doubles = [value.cast(CType.DOUBLE).node for value in values]
    kind = CType.DOUBLE if name in _FUNCTIONS else CType.TRUTH
    return Typed(_expression(text, doubles), kind)


def _builtin(name: str, values: Sequence[Typed]) -> Typed:
    """Return a call of one of Python's functions that Cython knows for C's numbers."""
    types = {"bool": CType.TRUTH, "float": CType.DOUBLE, "int": CType.INTEGER}
    if name in types and len(values) == 1:
        return values[0].cast(types[name])
    nodes = [value.node for value in values]
    call = ast.Call(ast.Name(f"_{name}", ast.Load()), nodes, [])
    if name in ("min", "max") and len(values) > 1:
        return Typed(call, common(*values))
    if name == "abs" and len(values) == 1:
        return Typed(call, max(values[0].kind, CType.INTEGER))
    raise NotCompiledError(f"its text calls '{name}'")


def _expression(text: str, values: Sequence[ast.expr]) -> ast.expr:
    filled = text.format(*(ast.unparse(value) for value in values))
    return ast.parse(filled, mode="eval").body
