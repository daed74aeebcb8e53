"""
Python's operators where numba means something else by them than kernels do.

Numba has powers of its own, which raise an exception or differ in the last bit; it
divides in single precision, where kernels round the quotient of doubles; it lets single
precision and a truth value meet in single precision; and it divides the least integer
by -1 without a result. What is written here follows `brian2numba.lowering.operators`
and `brian2numba.lowering.expressions`.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

from numba import extending, types

from brian2numba.elementary.power import power as vector_power
from brian2numba.elementary.power import square_root
from brian2numba.kernels import arithmetic
from brian2numba.with_numba.elementary import are_numbers, of_any_type
from brian2numba.with_numba.functions import ERROR_MODEL, for_numba
from brian2numba.with_numba.words import intrinsic

__all__ = [
    "IN_PLACE",
    "NAMES",
    "OF_SINGLES",
    "POWER_BY_NUMBER",
    "ROOT",
    "names_of_operators",
]

_NUMBERS = (types.Integer, types.Float, types.Boolean)
_WHOLE = (types.Integer, types.Boolean)
#: Larger constant exponents are left to the C library
_LARGEST_EXPONENT = 64

#: The functions that stand for operators, by their names in sources
NAMES: dict[type[ast.operator], str] = {
    ast.Pow: "_power_of",
    ast.FloorDiv: "_floor_quotient_of",
    ast.Mod: "_modulus_of",
}
#: For exponents that are written down: a whole number, and a half
POWER_BY_NUMBER, ROOT = "_power_by_number", "_root_of"
#: Follows the name where an operator changes a variable
IN_PLACE = "_in_place"
#: In kernels with single precision only
OF_SINGLES: dict[type[ast.operator], tuple[str, Any]] = {
    ast.Add: ("_sum_of", operator.add),
    ast.Sub: ("_difference_of", operator.sub),
    ast.Mult: ("_product_of", operator.mul),
    ast.Div: ("_quotient_of", operator.truediv),
}


def names_of_operators(vectorises: bool) -> dict[str, Any]:
    """Return the functions that stand for operators, by their names in sources.

    Parameters
    ----------
    vectorises : bool
        Whether elementary functions are those that vectorise.
    """
    if vectorises not in _functions:
        _functions[vectorises] = {
            **_dividing_and_powers(vectorises, "", operator),
            **_dividing_and_powers(vectorises, IN_PLACE, _InPlace),
            **{name: _beside_truth(of) for name, of in OF_SINGLES.values()},
        }
    return _functions[vectorises]


class _InPlace:
    """Operators that change what stands on their left, if that is possible."""

    floordiv = operator.ifloordiv
    mod = operator.imod
    pow = operator.ipow


def _dividing_and_powers(vectorises: bool, suffix: str, others: Any) -> dict[str, Any]:
    """Return functions by their names; `others` has those for what is no number."""
    power = of_any_type(vector_power) if vectorises else math.pow
    functions = {
        NAMES[ast.Pow]: _power(power, others.pow),
        POWER_BY_NUMBER: _power_by_number(power, others.pow),
        ROOT: _root(others.pow),
        NAMES[ast.FloorDiv]: _division(operator.floordiv, others.floordiv, _opposite),
        NAMES[ast.Mod]: _division(operator.mod, others.mod, _nothing),
    }
    return {name + suffix: function for name, function in functions.items()}


_functions: dict[bool, dict[str, Any]] = {}


def _overloaded(implementation: Callable[..., Any], literal: bool = False) -> Any:
    """Return a function of two values that numba finds by their types."""

    def call(a: Any, b: Any) -> Any:
        """Stand for what numba finds for the types."""

    extending.overload(
        call,
        strict=False,
        prefer_literal=literal,
        jit_options={"error_model": ERROR_MODEL},
    )(implementation)
    return call


def _operator(of: Any) -> Any:
    """Return an operator as numba has it."""

    def of_any(a: Any, b: Any) -> Any:
        return of(a, b)

    return of_any


def _division(of_numbers: Any, of_others: Any, by_minus_one: Any) -> Any:
    """Return ``a // b`` or ``a % b``; by -1, it is done in another way."""

    def of_integers(a: Any, b: Any) -> Any:
        x, y = types.int64(a), types.int64(b)
        return by_minus_one(x) if y == -1 else of_numbers(x, y)

    def implementation(a: Any, b: Any) -> Any:
        a, b = types.unliteral(a), types.unliteral(b)
        if not are_numbers(a, b):
            return _operator(of_others)
        kind = _common(a, b)
        if kind == types.int64:
            return of_integers
        result, kind = kind, types.float64 if kind == types.float32 else kind
        return lambda a, b: result(of_numbers(kind(a), kind(b)))

    return _overloaded(implementation)


@extending.register_jitable
def _opposite(x: Any) -> Any:
    return -x


@extending.register_jitable
def _nothing(x: Any) -> Any:
    return types.int64(0)


def _power(of_floats: Any, of_others: Any) -> Any:
    """Return ``a ** b``."""
    of_integers = for_numba(arithmetic.integer_power)

    def implementation(a: Any, b: Any) -> Any:
        a, b = types.unliteral(a), types.unliteral(b)
        if not are_numbers(a, b):
            return _operator(of_others)
        if isinstance(a, _WHOLE) and isinstance(b, _WHOLE) and _is_natural(b):
            kind = _widened(a)
            return lambda a, b: kind(of_integers(types.int64(a), types.int64(b)))
        return _in_floats(of_floats, a, b)

    return _overloaded(implementation)


def _power_by_number(of_floats: Any, of_others: Any) -> Any:
    """Return ``a ** b`` for an integer `b` that is written down."""
    of_integers = for_numba(arithmetic.integer_power)

    def implementation(a: Any, b: Any) -> Any:
        number = b.literal_value if isinstance(b, types.Literal) else None
        if not (isinstance(a, _NUMBERS) and isinstance(number, int)):
            return _operator(of_others)
        kind = _widened(types.unliteral(a))
        if abs(number) <= _LARGEST_EXPONENT:
            return _products(kind, number)
        if isinstance(kind, types.Integer) and number > 0:
            return lambda a, b: kind(of_integers(types.int64(a), number))
        return _in_floats(of_floats, kind, types.int64)

    return _overloaded(implementation, literal=True)


def _root(of_others: Any) -> Any:
    """Return ``a ** 0.5`` where elementary functions are those that vectorise."""
    of_numbers = of_any_type(square_root)

    def implementation(a: Any, b: Any) -> Any:
        if not are_numbers(a):
            return _operator(of_others)
        return lambda a, b: of_numbers(a)

    return _overloaded(implementation)


def _products(kind: Any, exponent: int) -> Any:
    """Return a power as products, in the order of the direct translation."""
    if exponent < 0 and isinstance(kind, types.Integer):
        kind = types.float64
    n, is_inverse = abs(exponent), exponent < 0

    def product(a: Any, b: Any) -> Any:
        result, square = kind(1), kind(a)
        rest = n
        while rest > 0:
            if rest & 1:
                result *= square
            rest >>= 1
            square *= square
        return result

    if not is_inverse:
        return product
    of = extending.register_jitable(product)
    return lambda a, b: kind(1) / of(a, b)


def _in_floats(of_floats: Any, a: types.Type, b: types.Type) -> Any:
    kind = types.float32 if {a, b} == {types.float32} else types.float64
    return lambda a, b: of_floats(kind(a), kind(b))


def _beside_truth(of_numbers: Any) -> Any:
    """Return an operator by which single precision and a truth value make a double."""

    @intrinsic
    def operation(typing_context: Any, a: types.Type, b: types.Type) -> Any:
        given = [types.unliteral(kind) for kind in (a, b)]
        if set(given) == {types.float32, types.boolean}:
            given = [types.float64, types.float64]
        of = typing_context.resolve_value_type(of_numbers)
        found = typing_context.resolve_function_type(of, tuple(given), {})

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            pairs = zip(args, signature.args, found.args, strict=True)
            converted = [context.cast(builder, v, old, new) for v, old, new in pairs]
            return context.get_function(of, found)(builder, converted)

        return found.return_type(a, b), codegen

    return operation


def _widened(kind: types.Type) -> types.Type:
    """Return the type in which kernels compute with a number."""
    if isinstance(kind, types.Float) or kind == types.uint64:
        return kind
    return types.int64


def _is_natural(kind: types.Type) -> bool:
    return isinstance(kind, types.Boolean) or not kind.signed


def _common(a: types.Type, b: types.Type) -> types.Type:
    """Return the type in which kernels do an operation of two numbers."""
    pair = {_widened(a), _widened(b)}
    if len(pair) == 1:
        return pair.pop()
    return types.float64
