"""Expressions, written as LLVM's instructions."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from brian2numba.elementary.power import square_root
from brian2numba.errors import NotInLanguageError
from brian2numba.kernels import arithmetic
from brian2numba.language import Item
from brian2numba.language.checks import leave_if_reported, moved_within
from brian2numba.language.fields import moved, read_field, record_at
from brian2numba.language.kinds import (
    ADDRESSES,
    BOOL,
    FLOAT32,
    FLOAT64,
    INT64,
    Array,
    CheckedPointer,
    Kind,
    Pointer,
    Reference,
    References,
    Scalar,
    Tuple,
    TypeName,
    is_integer,
)
from brian2numba.language.users_arrays import length_of
from brian2numba.language.values import Value, constant, convert, truth
from brian2numba.lowering.accesses import load
from brian2numba.lowering.calls import Elementary
from brian2numba.lowering.operators import (
    binary,
    compare,
    integer_power_kind,
    power_by_products,
    unary,
)
from brian2numba.lowering.speculation import is_cheap, is_harmless

__all__ = ["Expressions"]

_OF_FLOATS = {ast.Mod: arithmetic.modulus, ast.FloorDiv: arithmetic.floor_quotient}


class Expressions:
    """Writes the instructions of expressions.

    Parameters
    ----------
    code : FunctionCode
        The function that they are part of.
    """

    def __init__(self, code: Any) -> None:
        self.code = code
        self.types = code.types

    def value(self, node: ast.expr) -> Value:
        """Write an expression; return its value."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise NotInLanguageError(f"the expression {ast.unparse(node)}")
        value: Value = method(node)
        return value

    def truth(self, node: ast.expr) -> Value:
        """Write a condition."""
        if isinstance(node, ast.BoolOp) and self.types.has_address(node):
            return self._of_truths(node)
        return truth(self.code, self.value(node))

    def _constant(self, node: ast.expr) -> Value:
        return self._known(self.types.constant(node))

    def _known(self, value: Any) -> Value:
        if isinstance(value, Item):
            return Value("", TypeName(value))
        if isinstance(value, tuple):
            parts = tuple(self._known(part) for part in value)
            kind = Tuple(tuple(part.kind for part in parts))
            return Value("", kind, parts=parts)
        return constant(value)

    def _name(self, node: ast.Name) -> Value:
        if node.id in self.types.n_assignments:
            value: Value = self.code.variable(node.id)
            return value
        return self._constant(node)

    def _tuple(self, node: ast.Tuple) -> Value:
        parts = tuple(self.value(part) for part in node.elts)
        return Value("", Tuple(tuple(part.kind for part in parts)), parts=parts)

    def _attribute(self, node: ast.Attribute) -> Value:
        if not self.types.is_value(node.value):
            return self._constant(node)
        owner = self.value(node.value)
        if isinstance(owner.kind, Reference):
            return read_field(self.code, owner, node.attr)
        self.types.attribute(owner.kind, node.attr)
        assert isinstance(owner.kind, Tuple)
        if isinstance(owner.kind, Array) and node.attr == "size":
            return length_of(owner)
        return owner.parts[owner.kind.names.index(node.attr)]

    def _subscript(self, node: ast.Subscript) -> Value:
        owner, index = self.value(node.value), self.value(node.slice)
        item = self.item(owner, index)
        if isinstance(node.value, ast.Name) and node.value.id == "_slots":
            return replace(item, scope=f"slot {index.number}")
        return item

    def item(self, owner: Value, index: Value) -> Value:
        """Write the access to an item of an array or a record."""
        if isinstance(owner.kind, CheckedPointer | Array):
            return load(self.code, owner, index)
        if isinstance(owner.kind, References):
            return record_at(self.code, owner, index)
        if isinstance(owner.kind, Pointer):
            # The address of an array that is found in memory belongs to the array
            return replace(load(self.code, owner, index), scope=owner.scope)
        if not isinstance(owner.kind, Tuple):
            raise NotInLanguageError(f"an item of {owner.kind}")
        n_parts, numbers = len(owner.parts), [part.number for part in owner.parts]
        if isinstance(index.number, int) and -n_parts <= index.number < n_parts:
            return owner.parts[index.number]
        if index.number is not None or not numbers or None in numbers:
            raise NotInLanguageError(f"an item of {owner.kind}")
        is_single = owner.parts[0].kind == FLOAT32
        return load(self.code, self.code.module.table(numbers, is_single), index)

    def _binop(self, node: ast.BinOp) -> Value:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.Pow):
            return self._power(left, right)
        return self.binary(type(node.op), left, right)

    def binary(self, op: type[ast.operator], left: Value, right: Value) -> Value:
        """Write an operation of two values."""
        if op is ast.Pow:
            return self._power(left, right)
        if op is ast.Add and isinstance(left.kind, CheckedPointer):
            return moved_within(self.code, left, right)
        if op is ast.Add and isinstance(left.kind, Pointer | References):
            return moved(self.code, left, right)
        result = binary(self.code, op, left, right)
        if result is not None:
            return result
        kind = FLOAT64 if FLOAT64 in (left.kind, right.kind) else left.kind
        return self._of_floats(_OF_FLOATS[op], kind, left, right)

    def _of_floats(self, function: Any, kind: Kind, *args: Value) -> Value:
        """Call a function of doubles; in single precision, round its result."""
        doubles = [convert(self.code, arg, FLOAT64) for arg in args]
        callee = self.code.module.callee(function)
        result = callee.emit(self.code, doubles)
        is_single = all(arg.kind == FLOAT32 for arg in args)
        return convert(self.code, result, FLOAT32) if is_single else result

    def _power(self, base: Value, exponent: Value) -> Value:
        if isinstance(exponent.number, int):
            result = power_by_products(self.code, base, int(exponent.number))
            if result is not None:
                return result
        whole = integer_power_kind(base.kind, exponent.kind, exponent.number)
        if whole is not None and is_integer(whole):
            # The same 64 bits with and without sign
            given = [convert(self.code, v, INT64) for v in (base, exponent)]
            callee = self.code.module.callee(arithmetic.integer_power)
            return convert(self.code, callee.emit(self.code, given), whole)
        if exponent.number == 0.5 and self.types.definition.vectorises:  # noqa: PLR2004
            return Elementary(square_root, self.code.module).emit(self.code, [base])
        value: Value = self.types.callee_of(math.pow).emit(self.code, [base, exponent])
        return value

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        number = self.types.number(node)
        if number is not None:
            return self._known(number)
        is_not = isinstance(node.op, ast.Not)
        value = self.truth if is_not else self.value
        return unary[type(node.op)](self.code, value(node.operand))

    def _compare(self, node: ast.Compare) -> Value:
        if self.types.takes_arrays and not all(map(is_cheap, node.comparators[1:])):
            # Where a comparison before is false, Python asks for no element
            raise NotInLanguageError(f"the expression {ast.unparse(node)}")
        return self._chain(self.value(node.left), node.ops, node.comparators)

    def _chain(
        self, left: Value, ops: Sequence[ast.cmpop], nodes: Sequence[ast.expr]
    ) -> Value:
        """Write comparisons in a row, of a value with what follows."""
        right = self.value(nodes[0])
        result = self._comparison(ops[0], left, right)
        if len(ops) == 1:
            return result
        if all(is_cheap(n) or is_harmless(n, self.types) for n in nodes[1:]):
            return self._and(result, self._chain(right, ops[1:], nodes[1:]))
        return self._short_circuit(
            True, result, lambda: self._chain(right, ops[1:], nodes[1:]), BOOL
        )

    def _comparison(self, op: ast.cmpop, left: Value, right: Value) -> Value:
        if not isinstance(op, (ast.In, ast.NotIn)):
            return compare(self.code, type(op), left, right)
        if isinstance(right.kind, Array):
            raise NotInLanguageError("a search in an array")
        found = constant(False)
        for part in right.parts:
            equal = compare(self.code, ast.Eq, left, part)
            found = Value(self.code.emit(f"or i1 {found.ref}, {equal.ref}"), BOOL)
        return found if isinstance(op, ast.In) else unary[ast.Not](self.code, found)

    def _and(self, left: Value, right: Value) -> Value:
        return Value(self.code.emit(f"and i1 {left.ref}, {right.ref}"), BOOL)

    def _boolop(self, node: ast.BoolOp) -> Value:
        kind = self.types.of(node)
        if kind == BOOL:
            return self._of_truths(node)
        is_and, value = isinstance(node.op, ast.And), self.value(node.values[0])
        for other in node.values[1:]:
            value = self._short_circuit(is_and, value, partial(self.value, other), kind)
        return value

    def _of_truths(self, node: ast.BoolOp) -> Value:
        """Write ``and`` or ``or`` where only the truth of what is joined counts."""
        is_and, value = isinstance(node.op, ast.And), self.truth(node.values[0])
        for other in node.values[1:]:
            if is_cheap(other):
                # No branch: LLVM makes vector code of it
                name, right = "and" if is_and else "or", self.truth(other)
                ref = self.code.emit(f"{name} i1 {value.ref}, {right.ref}")
                value = Value(ref, BOOL)
            else:
                value = self._short_circuit(
                    is_and, value, partial(self.truth, other), BOOL
                )
        return value

    def _short_circuit(
        self, is_and: bool, left: Value, right: Callable[[], Value], kind: Kind
    ) -> Value:
        code = self.code
        left = convert(code, left, kind)
        condition = truth(code, left)
        more, end = code.label(), code.label()
        start = code.block
        code.branch(condition, *((more, end) if is_and else (end, more)))
        code.begin(more)
        other = convert(code, right(), kind)
        return self._joined([(left, start), (other, code.block)], end, kind)

    def _ifexp(self, node: ast.IfExp) -> Value:
        code, kind = self.code, self.types.of(node)
        condition = self.truth(node.test)
        if isinstance(kind, Scalar) and is_cheap(node.body) and is_cheap(node.orelse):
            return self.selected(condition, node.body, node.orelse, kind)
        first, second, end = code.label(), code.label(), code.label()
        code.branch(condition, first, second)
        ways = []
        for label, part in ((first, node.body), (second, node.orelse)):
            code.begin(label)
            value = convert(code, self.value(part), kind)
            ways.append((value, code.block))
            if part is node.body:
                code.jump(end)
        return self._joined(ways, end, kind)

    def selected(
        self, condition: Value, first: ast.expr, second: ast.expr, kind: Scalar
    ) -> Value:
        """Return the value of one of two expressions, which are both computed."""
        code, of = self.code, kind.llvm
        one = convert(code, self.value(first), kind).ref
        other = convert(code, self.value(second), kind).ref
        ref = code.emit(f"select i1 {condition.ref}, {of} {one}, {of} {other}")
        return Value(ref, kind)

    def _joined(self, ways: list[tuple[Value, str]], end: str, kind: Kind) -> Value:
        """Go on at a label with the value from one of several blocks."""
        if not isinstance(kind, (Scalar, *ADDRESSES)):
            raise NotInLanguageError(f"one of several values, which are {kind}")
        self.code.jump(end)
        self.code.begin(end)
        pairs = ", ".join(f"[ {value.ref}, %{block} ]" for value, block in ways)
        scopes = {value.scope for value, _ in ways}
        scope = scopes.pop() if len(scopes) == 1 else ""
        return Value(self.code.emit(f"phi {kind.llvm} {pairs}"), kind, scope=scope)

    def _call(self, node: ast.Call) -> Value:
        if node.keywords:
            raise NotInLanguageError(f"the keywords in {ast.unparse(node)}")
        args = [self.value(argument) for argument in node.args]
        result: Value = self.types.callee(node.func).emit(self.code, args)
        leave_if_reported(self.code, args)
        if isinstance(result.kind, ADDRESSES) and not result.scope:
            scopes = {arg.scope for arg in args if arg.scope}
            if len(scopes) == 1:
                return Value(result.ref, result.kind, scope=scopes.pop())
        return result
