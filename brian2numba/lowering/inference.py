"""The types of the variables of a function, which follow from its arguments."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from brian2numba.errors import NotInLanguageError
from brian2numba.language import ITEM_TYPES, Item
from brian2numba.language.definitions import Definition
from brian2numba.language.fields import field_kind
from brian2numba.language.kinds import (
    ADDRESSES,
    BOOL,
    FLOAT32,
    FLOAT64,
    INT64,
    UINT64,
    VOID,
    Array,
    CheckedPointer,
    Kind,
    Pointer,
    Reference,
    References,
    Tuple,
    TypeName,
    of_literal,
    unified,
)
from brian2numba.language.users_arrays import has_array
from brian2numba.language.values import constant
from brian2numba.lowering.calls import Callee
from brian2numba.lowering.operators import binary_kind, integer_power_kind

__all__ = ["Types"]


#: What constants consist of
_NUMBERS = (bool, int, float, np.float32)


class _NotKnownYetError(Exception):
    """A variable was not seen so far."""


class Types:
    """The types of a function's variables, of its expressions and of its result.

    Parameters
    ----------
    definition : Definition
        The function.
    kinds : sequence of Kind
        The types of its arguments.
    callees : object
        Finds what is called; see `brian2numba.lowering.module.Module`.
    """

    def __init__(
        self, definition: Definition, kinds: Sequence[Kind], callees: Any
    ) -> None:
        self.definition = definition
        self.callees = callees
        parameters = definition.parameters
        if len(parameters) != len(kinds):
            raise NotInLanguageError(
                f"a call of {definition.name} with {len(kinds)} arguments instead of "
                f"{len(parameters)}"
            )
        self.variables: dict[str, Kind] = dict(zip(parameters, kinds, strict=True))
        self.takes_arrays = has_array(kinds)
        self.result: Kind = VOID
        self.n_assignments: dict[str, int] = dict.fromkeys(parameters, 1)
        self._count(definition.tree.body)
        self._settle()

    def _count(self, statements: Sequence[ast.stmt]) -> None:
        for node in statements:
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    known = self.n_assignments.get(part.id, 0)
                    self.n_assignments[part.id] = known + 1

    def _settle(self) -> None:
        """Go through the statements until nothing new comes out."""
        nodes = [n for s in self.definition.tree.body for n in ast.walk(s)]
        while True:
            before = dict(self.variables)
            unknown: tuple[ast.AST, str] | None = None
            results: list[Kind] = []
            for node in nodes:
                try:
                    self._visit(node, results)
                except _NotKnownYetError as error:
                    unknown = node, str(error)
                except NotInLanguageError as error:
                    error.locate(self.definition.place(node))
                    raise
            if self.variables == before:
                break
        if unknown is not None:
            node, name = unknown
            beyond = NotInLanguageError(f"the variable {name} before it has a value")
            beyond.locate(self.definition.place(node))
            raise beyond
        if results:
            self.result = results[0]
            for kind in results[1:]:
                self.result = _one_of_two(self.result, kind)

    def _visit(self, node: ast.AST, results: list[Kind]) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assign(target, self.of(value))
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                self._variable(name)
                self._set(name, self._operation(type(op), ast.Name(name), value))
            case ast.For(target=ast.Name(id=name), iter=iterated):
                self._set(name, self._kind_of_items(iterated))
            case ast.Return(value=None):
                results.append(VOID)
            case ast.Return(value=value) if value is not None:
                results.append(self.of(value))

    def _assign(self, target: ast.expr, kind: Kind) -> None:
        match target:
            case ast.Name(id=name):
                self._set(name, kind)
            case ast.Tuple(elts=parts) if type(kind) is Tuple:
                if len(parts) != len(kind.kinds):
                    raise NotInLanguageError(f"{ast.unparse(target)} = {kind}")
                for part, part_kind in zip(parts, kind.kinds, strict=True):
                    self._assign(part, part_kind)
            case ast.Subscript() | ast.Attribute():
                pass
            case _:
                raise NotInLanguageError(f"an assignment to {ast.unparse(target)}")

    def _kind_of_items(self, iterated: ast.expr) -> Kind:
        """Return the type of what a loop goes through: an array, or a range."""
        is_variable = isinstance(iterated, ast.Name)
        kind = self.of(iterated) if is_variable else INT64
        return kind.item.value if isinstance(kind, Array) else INT64

    def _set(self, name: str, kind: Kind) -> None:
        known = self.variables.get(name, kind)
        self.variables[name] = unified(known, kind)

    def _variable(self, name: str) -> Kind:
        if name in self.variables:
            return self.variables[name]
        raise _NotKnownYetError(name)

    def of(self, node: ast.expr) -> Kind:
        """Return the type of an expression."""
        method = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        if method is None:
            return self._constant_kind(self.constant(node))
        kind: Kind = method(node)
        return kind

    def _of_name(self, node: ast.Name) -> Kind:
        if node.id in self.n_assignments:
            return self._variable(node.id)
        return self._constant_kind(self.constant(node))

    def _of_binop(self, node: ast.BinOp) -> Kind:
        return self._operation(type(node.op), node.left, node.right)

    def _of_unaryop(self, node: ast.UnaryOp) -> Kind:
        number = self.number(node)
        if number is not None:
            return self._constant_kind(number)
        if isinstance(node.op, ast.Not):
            return BOOL
        kind = self.of(node.operand)
        return INT64 if kind == BOOL else kind

    def _of_compare(self, node: ast.Compare) -> Kind:
        return BOOL

    def _of_boolop(self, node: ast.BoolOp) -> Kind:
        if not self.has_address(node):
            return self._one_of(node.values)
        if all(self.of(v) == BOOL or self.has_address(v) for v in node.values):
            return BOOL
        # In Python, one of the numbers is the result
        raise NotInLanguageError(f"{ast.unparse(node)}, which may be a number")

    def has_address(self, node: ast.expr) -> bool:
        """Tell whether an expression is a pointer or a record, or joins one."""
        if isinstance(node, ast.BoolOp):
            return any(self.has_address(value) for value in node.values)
        return isinstance(self.of(node), ADDRESSES)

    def _of_ifexp(self, node: ast.IfExp) -> Kind:
        return self._one_of([node.body, node.orelse])

    def _of_call(self, node: ast.Call) -> Kind:
        return self.callee(node.func).kind([self.of(arg) for arg in node.args])

    def _of_subscript(self, node: ast.Subscript) -> Kind:
        return self._item(self.of(node.value))

    def _of_tuple(self, node: ast.Tuple) -> Kind:
        return Tuple(tuple(self.of(part) for part in node.elts))

    def _of_attribute(self, node: ast.Attribute) -> Kind:
        if self.is_value(node.value):
            return self.attribute(self.of(node.value), node.attr)
        return self._constant_kind(self.constant(node))

    def is_value(self, node: ast.expr) -> bool:
        """Tell whether an expression is computed, or names a thing of the module."""
        match node:
            case ast.Name(id=name):
                return name in self.n_assignments
            case ast.Attribute(value=value):
                return self.is_value(value)
        return True

    def _one_of(self, nodes: Sequence[ast.expr]) -> Kind:
        kinds = [self.of(node) for node in nodes]
        result = kinds[0]
        for kind in kinds[1:]:
            result = _one_of_two(result, kind)
        return result

    def _operation(
        self, op: type[ast.operator], left: ast.expr, right: ast.expr
    ) -> Kind:
        kinds = self.of(left), self.of(right)
        is_pointer = isinstance(kinds[0], Pointer | References | CheckedPointer)
        if is_pointer and op is ast.Add:
            return kinds[0]
        numbers = self.number(left), self.number(right)
        a = of_literal(kinds[0], numbers[0], kinds[1])
        b = of_literal(kinds[1], numbers[1], kinds[0])
        if op is ast.Pow:
            power = integer_power_kind(a, b, numbers[1])
            if power is not None:
                return power
            if (a, kinds[1]) == (FLOAT32, INT64):
                return FLOAT32 if isinstance(numbers[1], int) else FLOAT64
        return binary_kind(op, a, b)

    @staticmethod
    def _item(kind: Kind) -> Kind:
        if isinstance(kind, Pointer | CheckedPointer | Array):
            return kind.item.value
        if isinstance(kind, References):
            return Reference(kind.record)
        if isinstance(kind, Tuple) and len(set(kind.kinds)) == 1:
            return kind.kinds[0]
        raise NotInLanguageError(f"an item of {kind}")

    @staticmethod
    def attribute(kind: Kind, name: str) -> Kind:
        """Return the type of an attribute of a value."""
        if isinstance(kind, Reference):
            return field_kind(kind.record, name)
        if isinstance(kind, Array) and name == "size" and kind.n_dimensions == 1:
            return INT64
        if not isinstance(kind, Tuple) or name not in kind.names:
            raise NotInLanguageError(f"the attribute {name} of {kind}")
        return kind.kinds[kind.names.index(name)]

    def _constant_kind(self, value: Any) -> Kind:
        if isinstance(value, Item):
            return TypeName(value)
        if isinstance(value, tuple):
            return Tuple(tuple(self._constant_kind(part) for part in value))
        # Tables have many numbers
        return FLOAT64 if isinstance(value, float) else constant(value).kind

    def number(self, node: ast.expr) -> Any:
        """Return the number that an expression is, if that is known."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name() | ast.Attribute() if not self.is_value(node):
                value = self.thing(node)
                return value if isinstance(value, _NUMBERS) else None
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
                return -value
        return None

    def constant(self, node: ast.expr) -> Any:
        """Return a constant: a number, a tuple of numbers, or a type of items."""
        match node:
            case ast.Constant(value=value):
                pass
            case ast.Name() | ast.Attribute():
                value = self.thing(node)
            case _:
                raise NotInLanguageError(f"the expression {ast.unparse(node)}")
        if isinstance(value, Hashable) and value in ITEM_TYPES:
            return ITEM_TYPES[value]
        parts = value if isinstance(value, tuple) else (value,)
        if all(isinstance(part, _NUMBERS) for part in parts):
            return value
        raise NotInLanguageError(f"the value of {ast.unparse(node)}")

    def thing(self, node: ast.expr) -> Any:
        """Return what a name stands for outside of the function."""
        match node:
            case ast.Name(id=name) if name not in self.n_assignments:
                return self.definition.value_of(name)
            case ast.Attribute(value=value, attr=name):
                return getattr(self.thing(value), name)
        raise NotInLanguageError(f"the object {ast.unparse(node)}")

    def callee(self, node: ast.expr) -> Callee:
        """Return what a call calls."""
        return self.callee_of(self.thing(node))

    def callee_of(self, thing: Any) -> Callee:
        """Return what this function calls where it names an object."""
        is_kernel = self.definition.name == "kernel"
        callee: Callee = self.callees.callee(
            thing, self.definition.vectorises, of_kernel=is_kernel
        )
        return callee


def _one_of_two(first: Kind, second: Kind) -> Kind:
    """Return the type of an expression that has one of two values."""
    numbers = {BOOL, INT64, UINT64, FLOAT32, FLOAT64}
    pair = {first, second}
    is_float = pair & {FLOAT32, FLOAT64} or pair == {INT64, UINT64}
    if first != second and pair <= numbers and is_float:
        # as numba has it
        return FLOAT64
    return unified(first, second)
