"""Python's operators: the type of what they give, and LLVM's instructions."""

from __future__ import annotations

import ast
from collections.abc import Callable

from brian2numba.errors import NotInLanguageError
from brian2numba.language.kinds import (
    BOOL,
    FLOAT32,
    FLOAT64,
    INT64,
    UINT64,
    Kind,
    Scalar,
    common,
    is_integer,
    of_literal,
)
from brian2numba.language.values import Code, Value, constant, convert, truth

__all__ = [
    "binary",
    "binary_kind",
    "compare",
    "integer_power_kind",
    "negate",
    "power_by_products",
    "unary",
]

_FLOATS = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_INTEGERS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul"}
_BITS = {ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor"}
_SHIFTS = {ast.LShift: "shl", ast.RShift: "ashr"}
_ORDERS = {
    ast.Lt: ("slt", "ult", "olt"),
    ast.LtE: ("sle", "ule", "ole"),
    ast.Gt: ("sgt", "ugt", "ogt"),
    ast.GtE: ("sge", "uge", "oge"),
    ast.Eq: ("eq", "eq", "oeq"),
    ast.NotEq: ("ne", "ne", "une"),
}
#: What is true of a negative number and of one without sign, and the other way around
_BELOW, _ABOVE = (ast.Lt, ast.LtE, ast.NotEq), (ast.Gt, ast.GtE, ast.NotEq)
#: Larger constant exponents are left to the C library
_LARGEST_EXPONENT = 64


def binary_kind(operator: type[ast.operator], left: Kind, right: Kind) -> Scalar:
    """Return the type of ``left operator right``."""
    kind = common(left, right)
    if operator in _BITS and (kind == BOOL or is_integer(kind)):
        return kind
    kind = INT64 if kind == BOOL else kind
    if operator is ast.Div and is_integer(kind):
        return FLOAT64
    if operator in _SHIFTS and not is_integer(kind):
        raise NotInLanguageError("a shift of a number that is no integer")
    if operator in _BITS or operator is ast.MatMult:
        raise NotInLanguageError(f"{operator.__name__} of {left} and {right}")
    return kind


def integer_power_kind(base: Kind, exponent: Kind, number: object) -> Scalar | None:
    """Return the type of a power of integers; None if they are not both integers.

    It is that of the base where the exponent can't be negative, else a float.
    """
    whole = (BOOL, INT64, UINT64)
    if base not in whole or exponent not in whole:
        return None
    is_natural = isinstance(number, int) and number >= 0
    if not is_natural and exponent == INT64:
        return FLOAT64
    return UINT64 if base == UINT64 else INT64


def binary(
    code: Code, operator: type[ast.operator], left: Value, right: Value
) -> Value | None:
    """Return ``left operator right``, or None where that takes a function."""
    left, right = _alike(code, left, right)
    kind = binary_kind(operator, left.kind, right.kind)
    a, b = convert(code, left, kind), convert(code, right, kind)
    if kind in (FLOAT32, FLOAT64):
        name = _FLOATS.get(operator)
    else:
        name = {**_INTEGERS, **_BITS, **_SHIFTS}.get(operator)
    if name is not None:
        name = "lshr" if name == "ashr" and kind == UINT64 else name
        return Value(code.emit(f"{name} {kind.llvm} {a.ref}, {b.ref}"), kind)
    if operator in (ast.FloorDiv, ast.Mod):
        if kind == INT64:
            return _divide_integers(code, operator, a, b)
        if kind == UINT64:
            return _divide_without_sign(code, operator, a, b)
    return None


def _alike(code: Code, left: Value, right: Value) -> tuple[Value, Value]:
    """Return operands; a number that is written down has the other one's type."""
    kinds = (
        of_literal(left.kind, left.number, right.kind),
        of_literal(right.kind, right.number, left.kind),
    )
    return convert(code, left, kinds[0]), convert(code, right, kinds[1])


def _divide_integers(
    code: Code, operator: type[ast.operator], a: Value, b: Value
) -> Value:
    """Divide as Python does, towards minus infinity; by 0 the result is 0."""
    if isinstance(b.number, int) and b.number > 0:
        divisor, by_zero, is_minus_one = b.ref, None, None
    else:
        # Division by 0, and of the least number by -1, stop the process
        by_zero = code.emit(f"icmp eq i64 {b.ref}, 0")
        is_minus_one = code.emit(f"icmp eq i64 {b.ref}, -1")
        is_bad = code.emit(f"or i1 {by_zero}, {is_minus_one}")
        divisor = code.emit(f"select i1 {is_bad}, i64 1, i64 {b.ref}")
    rest = code.emit(f"srem i64 {a.ref}, {divisor}")
    signs = code.emit(f"xor i64 {rest}, {divisor}")
    differ = code.emit(f"icmp slt i64 {signs}, 0")
    has_rest = code.emit(f"icmp ne i64 {rest}, 0")
    is_off = code.emit(f"and i1 {differ}, {has_rest}")
    if operator is ast.Mod:
        moved = code.emit(f"add i64 {rest}, {divisor}")
        result = code.emit(f"select i1 {is_off}, i64 {moved}, i64 {rest}")
        # With the divisor 1 in their place, the result is 0 as it should be
        return Value(result, INT64)
    quotient = code.emit(f"sdiv i64 {a.ref}, {divisor}")
    one = code.emit(f"zext i1 {is_off} to i64")
    result = code.emit(f"sub i64 {quotient}, {one}")
    if by_zero is not None:
        opposite = code.emit(f"sub i64 0, {a.ref}")
        result = code.emit(f"select i1 {is_minus_one}, i64 {opposite}, i64 {result}")
        result = code.emit(f"select i1 {by_zero}, i64 0, i64 {result}")
    return Value(result, INT64)


def _divide_without_sign(
    code: Code, operator: type[ast.operator], a: Value, b: Value
) -> Value:
    """Divide integers without sign; by 0 the result is 0, as numpy's."""
    by_zero = code.emit(f"icmp eq i64 {b.ref}, 0")
    divisor = code.emit(f"select i1 {by_zero}, i64 1, i64 {b.ref}")
    name = "urem" if operator is ast.Mod else "udiv"
    result = code.emit(f"{name} i64 {a.ref}, {divisor}")
    return Value(code.emit(f"select i1 {by_zero}, i64 0, i64 {result}"), UINT64)


def power_by_products(code: Code, base: Value, exponent: int) -> Value | None:
    """Return a power as products, for a small constant exponent."""
    if abs(exponent) > _LARGEST_EXPONENT:
        return None
    if exponent < 0:
        below = power_by_products(code, convert(code, base, _float(base)), -exponent)
        assert below is not None
        return binary(code, ast.Div, constant(1.0, _float(base)), below)
    base = convert(code, base, INT64) if base.kind == BOOL else base
    result: Value | None = None
    square = base
    while exponent:
        if exponent & 1:
            result = square if result is None else _product(code, result, square)
        exponent >>= 1
        if exponent:
            square = _product(code, square, square)
    assert isinstance(base.kind, Scalar)
    return constant(1, base.kind) if result is None else result


def _float(value: Value) -> Scalar:
    return FLOAT32 if value.kind == FLOAT32 else FLOAT64


def _product(code: Code, left: Value, right: Value) -> Value:
    product = binary(code, ast.Mult, left, right)
    assert product is not None
    return product


def compare(code: Code, operator: type[ast.cmpop], left: Value, right: Value) -> Value:
    """Return whether ``left operator right``."""
    if operator not in _ORDERS:
        raise NotInLanguageError(f"the comparison {operator.__name__}")
    left, right = _alike(code, left, right)
    if {left.kind, right.kind} == {INT64, UINT64}:
        return _compare_mixed(code, operator, left, right)
    kind = common(left.kind, right.kind)
    kind = INT64 if kind == BOOL else kind
    a, b = convert(code, left, kind), convert(code, right, kind)
    signed, unsigned, of_floats = _ORDERS[operator]
    names = {INT64: f"icmp {signed}", UINT64: f"icmp {unsigned}"}
    name = names.get(kind, f"fcmp {of_floats}")
    return Value(code.emit(f"{name} {kind.llvm} {a.ref}, {b.ref}"), BOOL)


def _compare_mixed(
    code: Code, operator: type[ast.cmpop], left: Value, right: Value
) -> Value:
    """Compare an integer with one without sign, exactly."""
    _, unsigned, _ = _ORDERS[operator]
    result = code.emit(f"icmp {unsigned} i64 {left.ref}, {right.ref}")
    signed = left if left.kind == INT64 else right
    is_negative = code.emit(f"icmp slt i64 {signed.ref}, 0")
    if operator in (_BELOW if signed is left else _ABOVE):
        return Value(code.emit(f"or i1 {result}, {is_negative}"), BOOL)
    return Value(code.emit(f"select i1 {is_negative}, i1 false, i1 {result}"), BOOL)


def negate(code: Code, value: Value) -> Value:
    """Return the opposite of a number."""
    if value.number is not None and not isinstance(value.number, bool):
        assert isinstance(value.kind, Scalar)
        is_whole = is_integer(value.kind)
        return constant(-value.number, None if is_whole else value.kind)
    if value.kind in (FLOAT32, FLOAT64):
        return Value(code.emit(f"fneg {value.kind.llvm} {value.ref}"), value.kind)
    kind = UINT64 if value.kind == UINT64 else INT64
    number = convert(code, value, kind)
    return Value(code.emit(f"sub i64 0, {number.ref}"), kind)


def _invert(code: Code, value: Value) -> Value:
    kind = UINT64 if value.kind == UINT64 else INT64
    number = convert(code, value, kind)
    if value.kind != BOOL and not is_integer(value.kind):
        raise NotInLanguageError("~ of a number that is no integer")
    return Value(code.emit(f"xor i64 {number.ref}, -1"), kind)


def _not(code: Code, value: Value) -> Value:
    return Value(code.emit(f"xor i1 {truth(code, value).ref}, true"), BOOL)


def _plus(code: Code, value: Value) -> Value:
    return convert(code, value, INT64) if value.kind == BOOL else value


#: What unary operators do
unary: dict[type[ast.unaryop], Callable[[Code, Value], Value]] = {
    ast.USub: negate,
    ast.UAdd: _plus,
    ast.Not: _not,
    ast.Invert: _invert,
}
