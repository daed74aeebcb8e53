"""From functions of users to source that kernels can hold."""

from __future__ import annotations

import ast
import linecache
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
from brian2numba.user_functions.definition import definition_of
from brian2numba.user_functions.elementwise import check_elementwise
from brian2numba.user_functions.references import Reference, kind_of, plain_value
from brian2numba.user_functions.scope import Scope

__all__ = ["TranslatedSource", "Translation", "translated", "unwrapped"]

#: Types that `astype` may ask for, as functions of Python
_TYPES = ("int", "float", "bool")


def unwrapped(function: Any) -> Any:
    """Return the function that the user wrote, without Brian's and numba's wrappers."""
    if isinstance(function, Function):
        function = function.pyfunc
    while True:
        inner = getattr(function, "_orig_func", None) or getattr(
            function, "py_func", None
        )
        if inner is None:
            return function
        function = inner


@dataclass(frozen=True)
class TranslatedSource:
    """A function as source of kernels, and where it comes from.

    Attributes
    ----------
    name : str
        What it is called.
    text : str
        The source.
    file_name : str
        The file of the user's that it is in.
    lines : mapping
        The lines there, by those of the text, from 0.
    """

    name: str
    text: str
    file_name: str
    lines: Mapping[int, int]

    def origin(self, line: int) -> tuple[str, str] | None:
        """Return the user's statement for a line of the text, and where it is."""
        if line not in self.lines:
            return None
        number = self.lines[line]
        statement = linecache.getline(self.file_name, number).strip()
        return statement, f" ({Path(self.file_name).name}, line {number})"


@dataclass(frozen=True)
class Translation:
    """A function and those that it calls, as source of kernels.

    Attributes
    ----------
    name : str
        What the function is called.
    sources : tuple of TranslatedSource
        The functions.
    hidden : tuple of str
        The arguments that the function is given beyond those of the user's.
    references : mapping
        What these are, by their names.
    objects : mapping
        Functions of the library that the sources name.
    called : tuple
        References to functions, and the functions that they led to.
    takes_numbers : bool
        Whether one of the functions can be called with single numbers only.
    """

    name: str
    sources: tuple[TranslatedSource, ...]
    hidden: tuple[str, ...]
    references: Mapping[str, Reference]
    objects: Mapping[str, Any]
    called: tuple[tuple[Reference, Any], ...]
    takes_numbers: bool


def translated(
    function: Any,
    given: Sequence[bool],
    name: str,
    free_name: Callable[[str], str],
    of_arrays: bool = True,
) -> Translation:
    """Translate a function to source of kernels.

    Parameters
    ----------
    function : callable
        The function.
    given : sequence of bool
        The arguments that it is called with: whether they are truth values.
    name : str
        What it is to be called.
    free_name : callable
        Makes a name that nothing else in the kernel has, of one that says what it is.
    of_arrays : bool, optional
        Whether it was written to be called with arrays, so that it has to mean the
        same for one number. Defaults to ``True``.

    Raises
    ------
    NotCompiledError
        If kernels can't call it.
    """
    functions = _Functions(free_name, of_arrays)
    try:
        top = functions.add(function, [Given(is_boolean) for is_boolean in given], name)
    except NotCompiledError as reason:
        takes_numbers = reason.takes_numbers or functions.takes_numbers
        raise NotCompiledError(str(reason), takes_numbers) from None
    needs = functions.needs()
    for part in functions.parts.values():
        part.receive(needs)
    return Translation(
        top.name,
        tuple(part.source() for part in functions.parts.values()),
        needs[top.name],
        {n: r for part in functions.parts.values() for n, r in part.references.items()},
        functions.objects,
        tuple(functions.called),
        functions.takes_numbers,
    )


@dataclass(frozen=True)
class Given:
    """What a function is called with.

    Attributes
    ----------
    is_boolean : bool
        Whether it is a truth value.
    varies : bool
        Whether it differs from neuron to neuron.
    """

    is_boolean: bool
    varies: bool = True


@dataclass
class _Part:
    """One of the functions of a translation.

    Attributes
    ----------
    name : str
        What it is called in kernels.
    tree : ast.FunctionDef
        Its definition.
    file_name : str
        Where it is defined.
    references : dict
        What it refers to, by the names of the arguments that it gets for them.
    calls : list
        The calls of other functions of the translation, with their names.
    """

    name: str
    tree: ast.FunctionDef
    file_name: str
    references: dict[str, Reference] = field(default_factory=dict)
    calls: list[tuple[ast.Call, str]] = field(default_factory=list)

    def receive(self, needs: Mapping[str, Sequence[str]]) -> None:
        """Take the hidden arguments, and pass them on."""
        self.tree.args.args += [ast.arg(name) for name in needs[self.name]]
        for call, callee in self.calls:
            call.args += [ast.Name(name, ast.Load()) for name in needs[callee]]
        ast.fix_missing_locations(self.tree)

    def source(self) -> TranslatedSource:
        """Return it as source."""
        text = ast.unparse(self.tree)
        written = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.stmt)][1:]
        found = [n for n in ast.walk(self.tree) if isinstance(n, ast.stmt)][1:]
        lines = {
            node.lineno - 1: origin.lineno
            for node, origin in zip(written, found, strict=True)
            if hasattr(origin, "lineno")
        }
        return TranslatedSource(self.name, text, self.file_name, lines)


class _Functions:
    """The functions that one function leads to, each once."""

    def __init__(self, free_name: Callable[[str], str], of_arrays: bool) -> None:
        self.free_name = free_name
        self.of_arrays = of_arrays
        self.parts: dict[int, _Part] = {}
        self.objects: dict[str, Any] = {}
        self.called: list[tuple[Reference, Any]] = []
        self.takes_numbers = False
        self._uses: dict[int, str] = {}
        self._varying: dict[int, set[str]] = {}

    def add(
        self, function: Any, given: Sequence[Given], name: str | None = None
    ) -> _Part:
        """Add a function that is called with some arguments."""
        function = unwrapped(function)
        if id(function) in self.parts:
            self._check_again(function, given)
            return self.parts[id(function)]
        if not isinstance(function, types.FunctionType):
            raise NotCompiledError(
                f"it is not a Python function but a {type(function).__name__}"
            )
        tree = definition_of(function)
        scope = Scope(function, tree)
        own_name = function.__name__.strip("<>")
        file_name = function.__code__.co_filename
        part = _Part(name or self.free_name(own_name), tree, file_name)
        self.parts[id(function)] = part
        self._take_defaults(part, function, len(given))
        self._check(function, tree, scope, given)
        names = [argument.arg for argument in tree.args.args]
        booleans = {n for n, one in zip(names, given, strict=True) if one.is_boolean}
        rewriter = _Rewriter(self, part, scope, Booleans(tree, scope, booleans))
        tree.body = [rewriter.visit(statement) for statement in tree.body]
        tree.name = part.name
        return part

    def _check(
        self,
        function: types.FunctionType,
        tree: ast.FunctionDef,
        scope: Scope,
        given: Sequence[Given],
    ) -> None:
        """Refuse a function that means something else for arrays."""
        names = [a.arg for a in tree.args.posonlyargs + tree.args.args]
        varying = {n for n, one in zip(names, given, strict=False) if one.varies}
        self._varying[id(function)] = varying
        if self.of_arrays:
            self.takes_numbers |= check_elementwise(tree, scope, varying)

    def _check_again(
        self, function: types.FunctionType, given: Sequence[Given]
    ) -> None:
        """Look at a function that is called with other arguments than before."""
        names = function.__code__.co_varnames
        known = self._varying[id(function)]
        varies = [
            Given(one.is_boolean, one.varies or name in known)
            for name, one in zip(names, given, strict=False)
        ]
        if {n for n, one in zip(names, varies, strict=False) if one.varies} != known:
            tree = definition_of(function)
            self._check(function, tree, Scope(function, tree), varies)

    def _take_defaults(
        self, part: _Part, function: types.FunctionType, n_given: int
    ) -> None:
        """Let arguments that are not given have their default values."""
        arguments = part.tree.args
        names = [a.arg for a in arguments.posonlyargs + arguments.args]
        defaults = function.__defaults__ or ()
        if not len(names) - len(defaults) <= n_given <= len(names):
            raise NotCompiledError(
                f"it takes {len(names)} arguments, but is called with {n_given}"
            )
        first = len(names) - len(defaults)
        for position in range(n_given, len(names)):
            reference = Reference(function, position - first)
            value = self.use_value(part, reference, reference.value())
            statement = ast.Assign([ast.Name(names[position], ast.Store())], value)
            part.tree.body.insert(0, statement)
        given = [ast.arg(name) for name in names[:n_given]]
        part.tree.args = ast.arguments([], given, None, [], [], None, [])

    def needs(self) -> dict[str, tuple[str, ...]]:
        """Return the hidden arguments of each function, also those it passes on."""
        needs = {part.name: set(part.references) for part in self.parts.values()}
        before = None
        while before != needs:
            before = {name: set(own) for name, own in needs.items()}
            for part in self.parts.values():
                for _, callee in part.calls:
                    needs[part.name] |= needs[callee]
        return {name: tuple(sorted(own)) for name, own in needs.items()}

    def use(self, thing: Any) -> ast.expr:
        """Return the expression for a function of the library."""
        known = library_name(thing)
        if known is not None:
            return ast.parse(known, mode="eval").body
        if id(thing) not in self._uses:
            name = self.free_name(thing.__name__)
            self._uses[id(thing)] = name
            self.objects[name] = thing
        return ast.Name(self._uses[id(thing)], ast.Load())

    def use_value(self, part: _Part, reference: Reference, value: Any) -> ast.expr:
        """Return the name by which a function gets a number or an array."""
        if kind_of(plain_value(value)) is None:
            raise NotCompiledError(
                f"it uses '{reference}', which is a {type(value).__name__}"
            )
        for name, known in part.references.items():
            if known == reference:
                return ast.Name(name, ast.Load())
        name = self.free_name(f"{part.name.lstrip('_')}_{reference.identifier}")
        part.references[name] = reference
        return ast.Name(name, ast.Load())


class _Rewriter(ast.NodeTransformer):
    """Puts what kernels know in the place of what a function refers to."""

    def __init__(
        self, functions: _Functions, part: _Part, scope: Scope, booleans: Booleans
    ) -> None:
        self.functions = functions
        self.part = part
        self.scope = scope
        self.booleans = booleans

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._data(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if self.scope.reference(node) is not None:
            return self._data(node)
        self.generic_visit(node)
        return node.value if node.attr == "real" else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if self.scope.reference(node) is not None:
            return self._data(node)
        self.generic_visit(node)
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        return self._operation(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        return self._operation(node)

    def _operation(self, node: ast.expr) -> ast.expr:
        other = self.booleans.as_numpy_has_it(node)
        self.generic_visit(other)
        return other

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        other = ast.Assign([node.target], self.visit(node.value))
        return ast.copy_location(other, node)

    def visit_Raise(self, node: ast.Raise) -> ast.stmt:
        # Python runs the function once more, for the user's own exception
        other = ast.Raise(ast.Name("RuntimeError", ast.Load()), None)
        return ast.copy_location(other, node)

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
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
        return Given(self.booleans.contain(node), bool(names & self.scope.local))

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
