"""Functions of users with what kernels know in the place of what they refer to."""

from __future__ import annotations

import ast
import types
from typing import Any, Protocol

import numpy as np
from brian2.core.functions import Function

from brian2numba.errors import NotCompiledError
from brian2numba.user_functions.booleans import Booleans
from brian2numba.user_functions.calls import (
    clipped,
    effect_of,
    library_name,
    plain_function,
    rewritten,
)
from brian2numba.user_functions.parts import Given, Part, unwrapped
from brian2numba.user_functions.references import Reference
from brian2numba.user_functions.scope import Scope

__all__ = ["Functions", "Rewriter"]

#: Types that `astype` may ask for, as functions of Python
_TYPES = ("int", "float", "bool")


class Functions(Protocol):
    """The functions of a translation; see `brian2numba.user_functions.translation`."""

    called: list[tuple[Reference, Any]]

    def add(self, function: Any, given: list[Given]) -> Part:
        """Add a function that is called with some arguments."""

    def use(self, thing: Any) -> ast.expr:
        """Return the expression for a function of the library."""

    def use_value(self, part: Part, reference: Reference, value: Any) -> ast.expr:
        """Return the name by which a function gets a number or an array."""


class Rewriter(ast.NodeTransformer):
    """Puts what kernels know in the place of what a function refers to."""

    def __init__(
        self, functions: Functions, part: Part, scope: Scope, booleans: Booleans
    ) -> None:
        self.functions = functions
        self.part = part
        self.scope = scope
        self.booleans = booleans

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Put what the name leads to in its place."""
        return self._data(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Put what the attribute leads to in its place."""
        if self.scope.reference(node) is not None:
            return self._data(node)
        self.generic_visit(node)
        return node.value if node.attr == "real" else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Put what the item leads to in its place."""
        if self.scope.reference(node) is not None:
            return self._data(node)
        self.generic_visit(node)
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """Invert truth values as numpy does."""
        return self._operation(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Add and multiply truth values as numpy does."""
        return self._operation(node)

    def _operation(self, node: ast.expr) -> ast.expr:
        other = self.booleans.as_numpy_has_it(node)
        self.generic_visit(other)
        return other

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """Drop an annotation."""
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        other = ast.Assign([node.target], self.visit(node.value))
        return ast.copy_location(other, node)

    def visit_Raise(self, node: ast.Raise) -> ast.stmt:
        """Drop what is raised: Python runs the function once more for that."""
        other = ast.Raise(ast.Name("RuntimeError", ast.Load()), None)
        return ast.copy_location(other, node)

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        """Drop the message."""
        return ast.copy_location(ast.Assert(self.visit(node.test), None), node)

    def _data(self, node: ast.expr) -> ast.expr:
        """Return what stands for an expression that leads out of the function."""
        reference = self.scope.reference(node)
        if reference is None:
            return node
        value = self.scope.value(reference)
        if isinstance(value, (types.FunctionType, Function)):
            return self._function(value, reference)
        known = plain_function(value)
        if callable(known) and library_name(known) is not None:
            return self.functions.use(known)
        return self.functions.use_value(self.part, reference, value)

    def _function(self, value: Any, reference: Reference) -> ast.expr:
        """Return a function that is not called, but passed on."""
        known = plain_function(value)
        if known is not value:
            return self.functions.use(known)
        if effect_of(value, str(reference)) is not None:
            raise NotCompiledError(f"it passes on the function '{reference}'")
        n_arguments = unwrapped(value).__code__.co_argcount
        part = self.functions.add(value, [Given(False)] * n_arguments)
        if part.references or part.calls:
            raise NotCompiledError(f"it passes on the function '{reference}'")
        return ast.Name(part.name, ast.Load())

    # Calls

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Put what kernels know in the place of a call."""
        found = self.scope.thing(node.func)
        if found is None:
            return self._method(node)
        thing, name = found
        effect = effect_of(thing, name)
        if effect is None:
            return self._user_call(node, thing)
        node.args = [self.visit(argument) for argument in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        thing = plain_function(thing)
        other = rewritten(thing, node, self.functions.use)
        if other is not None:
            return other
        node.func = self.functions.use(thing)
        return node

    def _method(self, node: ast.Call) -> ast.expr:
        """Return a call of a method, or of a function within the function."""
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if owner is None:
            self.generic_visit(node)
            return node
        assert isinstance(node.func, ast.Attribute)
        method = node.func.attr
        owner = self.visit(owner)
        if method == "astype":
            kind = node.args[0] if len(node.args) == 1 else None
            if isinstance(kind, ast.Name) and kind.id in _TYPES:
                return ast.Call(ast.Name(kind.id, ast.Load()), [owner], [])
        args = [self.visit(argument) for argument in node.args]
        names = {str(k.arg): self.visit(k.value) for k in node.keywords}
        if method == "clip":
            low = args[0] if args else names.get("min")
            high = args[1] if len(args) > 1 else names.get("max")
            return clipped(owner, low, high, self.functions.use)
        if method == "copy" and not args:
            return owner
        if method == "round":
            return ast.Call(self.functions.use(np.round), [owner, *args], [])
        node.func.value, node.args = owner, args
        node.keywords = [ast.keyword(name, value) for name, value in names.items()]
        return node

    def _given(self, node: ast.expr | None) -> Given:
        """Return what an argument of a call is."""
        if node is None:
            return Given(False, varies=False)
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        varies = bool(names & self.scope.local - self.part.same)
        return Given(self.booleans.contain(node), varies)

    def _user_call(self, node: ast.Call, thing: Any) -> ast.expr:
        """Return the call of a function of the user's."""
        function = unwrapped(thing)
        if not isinstance(function, types.FunctionType):
            raise NotCompiledError(f"it calls '{ast.unparse(node.func)}'")
        code, defaults = function.__code__, function.__defaults__ or ()
        names = code.co_varnames[: code.co_argcount]
        given = dict(zip(names, node.args, strict=False))
        given |= {str(keyword.arg): keyword.value for keyword in node.keywords}
        if len(node.args) > len(names) or not given.keys() <= set(names):
            raise NotCompiledError(f"it calls '{ast.unparse(node)}'")
        part = self.functions.add(function, [self._given(given.get(n)) for n in names])
        reference = self.scope.reference(node.func)
        if reference is not None:
            self.functions.called.append((reference, thing))
        arguments = []
        for position, name in enumerate(names):
            if name in given:
                arguments.append(self.visit(given[name]))
                continue
            number = position - (len(names) - len(defaults))
            if number < 0:
                raise NotCompiledError(f"it calls '{ast.unparse(node)}'")
            reference = Reference(function, number)
            arguments.append(
                self.functions.use_value(self.part, reference, reference.value())
            )
        call = ast.Call(ast.Name(part.name, ast.Load()), arguments, [])
        self.part.calls.append((call, part.name))
        return call
