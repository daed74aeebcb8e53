"""
Whether a function means the same for the values of one neuron as for those of all.

Brian's numpy target calls functions with arrays, kernels call them with numbers. A
function that adds up its argument, or asks for its length, is not compiled, unless it
could not be called with arrays at all: one that branches on its argument is meant for
numbers, whatever else it does.
"""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brian2numba.errors import NotCompiledError
from brian2numba.user_functions.calls import ELEMENTWISE_METHODS, Effect, effect_of
from brian2numba.user_functions.scope import Scope
from brian2numba.user_functions.syntax import is_condition, is_text, is_type, short

__all__ = ["Elementwise", "check_elementwise"]


_OF_IDENTITY = (ast.Is, ast.IsNot, ast.In, ast.NotIn)


#: Functions of Python's that compare the items of what they are given
_OF_ITEMS = ("all", "any", "max", "min", "sorted")
#: Functions that take tables, or lists of what belongs together, beside values
_WITH_TABLES = (
    "array",
    "asarray",
    "digitize",
    "interp",
    "searchsorted",
    "sum",
)


class _Value(enum.IntEnum):
    """How an expression depends on the neurons."""

    SAME = 0
    #: A list or tuple of the function's own, of neurons' values
    LIST = 1
    #: A value for each neuron, made by the function; or one that it was given
    NEW = 2
    GIVEN = 3


@dataclass(frozen=True)
class Elementwise:
    """What is known of a function that may be compiled.

    Attributes
    ----------
    takes_numbers : bool
        Whether it can be called with single numbers only.
    same : frozenset of str
        Its variables that are the same for all neurons.
    """

    takes_numbers: bool
    same: frozenset[str]


def check_elementwise(
    tree: ast.FunctionDef, scope: Scope, given: Iterable[str]
) -> Elementwise:
    """Refuse a function that means something else for arrays.

    Parameters
    ----------
    tree : ast.FunctionDef
        The function.
    scope : Scope
        Its names.
    given : iterable of str
        Which of its arguments are neurons' values.

    Returns
    -------
    Elementwise
        What is known of it then.

    Raises
    ------
    NotCompiledError
        If kernels can't call it.
    """
    analysis = _Analysis(scope)
    analysis.variables.update(dict.fromkeys(given, _Value.GIVEN))
    before = None
    while before != analysis.variables:
        before = dict(analysis.variables)
        analysis.findings = _Findings()
        analysis.run(tree.body)
    findings = analysis.findings
    if findings.always:
        takes_numbers = findings.takes_numbers and not findings.tells_arrays
        raise NotCompiledError(findings.always[0], takes_numbers)
    if findings.for_arrays and not findings.takes_numbers:
        raise NotCompiledError(findings.for_arrays[0])
    arguments = {argument.arg for argument in tree.args.args}
    same = arguments - set(analysis.variables)
    same |= {n for n, kind in analysis.variables.items() if kind == _Value.SAME}
    return Elementwise(findings.takes_numbers, frozenset(same))


@dataclass
class _Findings:
    """What was found in a function.

    Attributes
    ----------
    takes_numbers : bool
        Whether it fails for arrays.
    tells_arrays : bool
        Whether it fails for numbers, or tells them from arrays.
    for_arrays : list of str
        What means something else for arrays, if it takes them.
    always : list of str
        What can't be compiled in any case.
    """

    takes_numbers: bool = False
    tells_arrays: bool = False
    for_arrays: list[str] = field(default_factory=list)
    always: list[str] = field(default_factory=list)


class _Analysis:
    """Goes through a function; see `check_elementwise`."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.variables: dict[str, _Value] = {}
        #: Those of lambda functions, comprehensions and functions within the function
        self._inner: list[dict[str, _Value]] = []
        self.findings = _Findings()

    # Statements

    def run(self, statements: Iterable[ast.stmt]) -> None:
        """Look at statements."""
        for node in statements:
            self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        method = getattr(self, f"_see_{type(node).__name__.lower()}", None)
        if method is not None:
            method(node)
        elif not isinstance(node, (ast.Raise, ast.Pass, ast.Break, ast.Continue)):
            self._never(f"it has the statement '{short(node)}'")

    def _see_assign(self, node: ast.Assign) -> None:
        kind = self.of(node.value)
        for target in node.targets:
            self._store(target, kind, node.value)

    def _see_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._store(node.target, self.of(node.value), node.value)

    def _see_augassign(self, node: ast.AugAssign) -> None:
        self._augmented(node.target, self.of(node.value))

    def _see_for(self, node: ast.For) -> None:
        self._store(node.target, self._item(self._iterated(node.iter)), None)
        self.run([*node.body, *node.orelse])

    def _see_while(self, node: ast.While | ast.If) -> None:
        self._truth(node.test)
        self.run([*node.body, *node.orelse])

    _see_if = _see_while

    def _see_functiondef(self, node: ast.FunctionDef) -> None:
        self._set(node.name, _Value.NEW)
        self._inner.append(_arguments(node.args))
        self.run(node.body)
        self._inner.pop()

    def _see_return(self, node: ast.Return | ast.Expr) -> None:
        if node.value is not None and not is_text(node.value):
            self.of(node.value)

    _see_expr = _see_return

    def _see_assert(self, node: ast.Assert) -> None:
        self._truth(node.test)

    def _see_match(self, node: ast.Match) -> None:
        self._truth(node.subject)
        self._never(f"it has the statement '{short(node)}'")

    def _value(self, name: str) -> _Value:
        """Return what a variable is."""
        for variables in [*reversed(self._inner), self.variables]:
            if name in variables:
                return variables[name]
        return _Value.SAME

    def _set(self, name: str, kind: _Value) -> None:
        """Note what a variable is set to."""
        variables = self._inner[-1] if self._inner else self.variables
        variables[name] = max(kind, variables.get(name, kind))

    def _store(self, target: ast.expr, kind: _Value, value: ast.expr | None) -> None:
        match target:
            case ast.Name(id=name) if name in self.scope.local:
                self._set(name, kind)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                values: list[Any] = [None] * len(parts)
                if isinstance(value, (ast.Tuple, ast.List)):
                    values = list(value.elts)
                for part, own in zip(parts, values, strict=False):
                    part_kind = self._item(kind) if own is None else self.of(own)
                    self._store(part, part_kind, own)
            case ast.Subscript(value=ast.Name(id=name)) if name in self.scope.local:
                if self._value(name) == _Value.GIVEN:
                    self._not_for_arrays(f"it changes its argument '{name}'")
            case _:
                self._never(f"it changes '{ast.unparse(target)}'")

    def _augmented(self, target: ast.expr, kind: _Value) -> None:
        if isinstance(target, ast.Name) and target.id in self.scope.local:
            before = self._value(target.id)
            if before == _Value.GIVEN:
                # In place, where it is an array
                self._not_for_arrays(f"it changes its argument '{target.id}'")
            elif kind > before:
                self._set(target.id, _Value.NEW)
        else:
            self._store(target, kind, None)

    # Expressions

    def of(self, node: ast.expr) -> _Value:
        """Return how an expression depends on the neurons."""
        method = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        if method is None:
            self._never(f"it has the expression '{short(node)}'")
            return _Value.SAME
        kind: _Value = method(node)
        return kind

    def _of_constant(self, node: ast.Constant) -> _Value:
        if not isinstance(node.value, (bool, int, float)):
            self._never(f"it uses {ast.unparse(node)}")
        return _Value.SAME

    def _of_name(self, node: ast.Name) -> _Value:
        return self._value(node.id)

    def _of_list(self, node: ast.List | ast.Tuple) -> _Value:
        return _Value.LIST if self._new(node.elts) else _Value.SAME

    _of_tuple = _of_list

    def _of_unaryop(self, node: ast.UnaryOp) -> _Value:
        if isinstance(node.op, ast.Not):
            self._truth(node.operand)
        return self._new([node.operand])

    def _of_boolop(self, node: ast.BoolOp) -> _Value:
        for value in node.values[:-1]:
            self._truth(value)
        return self._new(node.values)

    def _of_ifexp(self, node: ast.IfExp) -> _Value:
        self._truth(node.test)
        return max(self.of(node.body), self.of(node.orelse))

    def _of_namedexpr(self, node: ast.NamedExpr) -> _Value:
        kind = self.of(node.value)
        self._store(node.target, kind, node.value)
        return kind

    def _of_listcomp(self, node: ast.ListComp | ast.GeneratorExp) -> _Value:
        self._inner.append({})
        for part in node.generators:
            kind = self._item(self._iterated(part.iter))
            self._store(part.target, kind, None)
            for condition in part.ifs:
                self._truth(condition)
        item = self.of(node.elt)
        self._inner.pop()
        return _Value.LIST if item else _Value.SAME

    _of_generatorexp = _of_listcomp

    def _of_lambda(self, node: ast.Lambda) -> _Value:
        self._inner.append(_arguments(node.args))
        kind = self._new([node.body])
        self._inner.pop()
        return kind

    def _of_compare(self, node: ast.Compare) -> _Value:
        if any(isinstance(op, _OF_IDENTITY) for op in node.ops):
            self._never("it compares with 'is' or 'in'")
        kind = self._new([node.left, *node.comparators])
        if kind and len(node.ops) > 1:
            self.findings.takes_numbers = True
        return kind

    def _of_binop(self, node: ast.BinOp) -> _Value:
        sides = node.left, node.right
        kinds = [self.of(side) for side in sides]
        if _Value.LIST in kinds or any(self._is_sequence(side) for side in sides):
            self._not_for_arrays(f"it computes with a list: '{short(node)}'")
        return _Value.NEW if any(kinds) else _Value.SAME

    def _of_attribute(self, node: ast.Attribute) -> _Value:
        if self.scope.reference(node) is not None:
            return _Value.SAME
        kind = self.of(node.value)
        if kind >= _Value.NEW and node.attr not in ("real", "imag"):
            self._tells_arrays(f"it asks for '{short(node)}'")
            return _Value.SAME
        return kind

    def _of_subscript(self, node: ast.Subscript) -> _Value:
        if self.scope.reference(node) is not None:
            return _Value.SAME
        kind = self.of(node.value)
        of_index = self._index(node.slice)
        if kind >= _Value.NEW:
            self._not_for_arrays(f"it takes a part of an array: '{short(node)}'")
            if isinstance(node.slice, ast.Slice):
                return kind
        if of_index and (self._is_sequence(node.value) or kind == _Value.LIST):
            self.findings.takes_numbers = True
        return _Value.NEW if of_index else self._item(kind)

    def _never(self, reason: str) -> None:
        self.findings.always.append(reason)

    def _tells_arrays(self, reason: str) -> None:
        self.findings.tells_arrays = True
        self._never(reason)

    def _not_for_arrays(self, reason: str) -> None:
        self.findings.for_arrays.append(reason)

    def _new(self, parts: Iterable[ast.expr]) -> _Value:
        """Return what an operation makes that treats each neuron alike."""
        kinds = [self.of(part) for part in parts]
        return _Value.NEW if any(kinds) else _Value.SAME

    def _is_sequence(self, node: ast.expr) -> bool:
        reference = self.scope.reference(node)
        if reference is None:
            return isinstance(node, (ast.List, ast.Tuple))
        return isinstance(self.scope.value(reference), (list, tuple))

    def _truth(self, node: ast.expr) -> None:
        """Look at a condition: arrays have no truth value."""
        if self.of(node) >= _Value.NEW:
            self.findings.takes_numbers = True

    def _iterated(self, node: ast.expr) -> _Value:
        kind = self.of(node)
        if kind >= _Value.NEW:
            self._tells_arrays(f"it goes through '{short(node)}'")
        return kind

    @staticmethod
    def _item(kind: _Value) -> _Value:
        # An item of an array is one number, for whichever neuron
        return _Value.GIVEN if kind == _Value.LIST else _Value.SAME

    def _index(self, index: ast.expr) -> _Value:
        if isinstance(index, ast.Slice):
            bounds = (index.lower, index.upper, index.step)
            if self._new(bound for bound in bounds if bound is not None):
                self.findings.takes_numbers = True
            return _Value.SAME
        if isinstance(index, ast.Tuple):
            return max((self._index(part) for part in index.elts), default=_Value.SAME)
        kind = self.of(index)
        if kind and is_condition(index):
            self._not_for_arrays("it uses a condition as an index")
        return kind

    # Calls

    def _of_call(self, node: ast.Call) -> _Value:
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        if any(keyword.arg is None for keyword in node.keywords):
            self._never(f"it calls '{short(node)}'")
            return _Value.SAME
        found = self.scope.thing(node.func)
        if found is None:
            return self._own_call(node, values)
        kinds = [self._argument(value) for value in values]
        if found[0] is np.array and self._is_ragged(node):
            self.findings.takes_numbers = True
        try:
            effect = effect_of(*found)
        except NotCompiledError as reason:
            self._never(str(reason))
            return _Value.SAME
        return self._effect(effect, node, kinds)

    def _is_ragged(self, node: ast.Call) -> bool:
        """Tell whether arrays can't be put together: some parts would be numbers."""
        if not (node.args and isinstance(node.args[0], (ast.List, ast.Tuple))):
            return False
        kinds = {bool(self.of(part)) for part in node.args[0].elts}
        return kinds == {False, True}

    def _argument(self, node: ast.expr) -> _Value:
        if isinstance(node, (ast.Name, ast.Attribute)):
            reference = self.scope.reference(node)
            if reference is not None:
                return _Value.SAME
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, type(None))):
            return _Value.SAME  # of an option
        return self.of(node)

    def _effect(
        self, effect: Effect | None, node: ast.Call, kinds: list[_Value]
    ) -> _Value:
        if not any(kinds):
            return _Value.SAME
        name, shown = ast.unparse(node.func), short(node)
        is_of_list = max(kinds) == _Value.LIST
        if effect is Effect.OF_ALL or (name == "sum" and not is_of_list):
            self._not_for_arrays(f"'{name}' makes something of all neurons' values")
            return _Value.SAME
        if effect is Effect.TELLS_ARRAYS:
            if not is_of_list:
                self._tells_arrays(f"it asks for '{shown}'")
            return _Value.SAME
        if effect is Effect.GOES_THROUGH:
            if not is_of_list:
                self._tells_arrays(f"it goes through '{shown}'")
            return _Value.LIST
        if effect is Effect.ONE_NUMBER:
            if name in _OF_ITEMS and len(kinds) == 1 and not is_of_list:
                self._tells_arrays(f"it goes through '{shown}'")
                return _Value.SAME
            self.findings.takes_numbers = True
        if effect is Effect.ELEMENTWISE:
            self._check_pairs(node)
        # np.asarray gives the array itself
        return max(kinds) if name.endswith("asarray") else _Value.NEW

    def _check_pairs(self, node: ast.Call) -> None:
        """Refuse arrays beside the values of neurons: each item is for one of these."""
        name = ast.unparse(node.func).split(".")[-1]
        arguments = list(node.args)
        if name in ("select", "piecewise"):
            lists = (a for a in node.args if isinstance(a, (ast.List, ast.Tuple)))
            arguments = [item for one in lists for item in one.elts]
        elif name in _WITH_TABLES:
            return
        for argument in arguments:
            if self.scope.is_of_items(argument):
                self._never(f"'{short(argument)}' has an item for each neuron")

    def _own_call(self, node: ast.Call, values: list[ast.expr]) -> _Value:
        """Look at a call of a function within the function, or of a method."""
        if isinstance(node.func, ast.Attribute):
            owner = self.of(node.func.value)
            kind = max([owner, *(self.of(v) for v in values if not is_type(v))])
            method = node.func.attr
            if owner and method not in ELEMENTWISE_METHODS and method != "append":
                self._not_for_arrays(
                    f"'{short(node.func)}' makes something of all neurons' values"
                )
            return _Value.NEW if kind else _Value.SAME
        if isinstance(node.func, (ast.Name, ast.Lambda)):
            return self._new([*values, node.func])
        self._never(f"it calls '{short(node.func)}'")
        return _Value.SAME


def _arguments(args: ast.arguments) -> dict[str, _Value]:
    """Return what the arguments of a function within the function are."""
    return {a.arg: _Value.NEW for a in args.posonlyargs + args.args}
