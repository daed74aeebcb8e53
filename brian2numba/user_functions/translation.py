"""From functions of users to source that kernels can hold."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from brian2numba.errors import NotCompiledError
from brian2numba.user_functions.booleans import Booleans
from brian2numba.user_functions.calls import library_name
from brian2numba.user_functions.definition import definition_of
from brian2numba.user_functions.elementwise import check_elementwise
from brian2numba.user_functions.parts import (
    Given,
    Part,
    TranslatedSource,
    unwrapped,
)
from brian2numba.user_functions.references import Reference, kind_of, plain_value
from brian2numba.user_functions.rewriting import Rewriter
from brian2numba.user_functions.scope import Scope

__all__ = ["Translation", "translated"]


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
    functions = Functions(free_name, of_arrays)
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


class Functions:
    """The functions that one function leads to, each once."""

    def __init__(self, free_name: Callable[[str], str], of_arrays: bool) -> None:
        self.free_name = free_name
        self.of_arrays = of_arrays
        self.parts: dict[int, Part] = {}
        self.objects: dict[str, Any] = {}
        self.called: list[tuple[Reference, Any]] = []
        self.takes_numbers = False
        self._uses: dict[int, str] = {}
        self._varying: dict[int, set[str]] = {}

    def add(
        self, function: Any, given: Sequence[Given], name: str | None = None
    ) -> Part:
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
        part = Part(name or self.free_name(own_name), tree, file_name)
        self.parts[id(function)] = part
        self._take_defaults(part, function, len(given))
        part.same = self._check(function, tree, scope, given)
        names = [argument.arg for argument in tree.args.args]
        booleans = {n for n, one in zip(names, given, strict=True) if one.is_boolean}
        rewriter = Rewriter(self, part, scope, Booleans(tree, scope, booleans))
        tree.body = [rewriter.visit(statement) for statement in tree.body]
        tree.name = part.name
        return part

    def _check(
        self,
        function: types.FunctionType,
        tree: ast.FunctionDef,
        scope: Scope,
        given: Sequence[Given],
    ) -> frozenset[str]:
        """Refuse a function that means something else for arrays.

        Returns
        -------
        frozenset of str
            The variables that are the same for all neurons.
        """
        names = [a.arg for a in tree.args.posonlyargs + tree.args.args]
        varying = {n for n, one in zip(names, given, strict=False) if one.varies}
        self._varying[id(function)] = varying
        if not self.of_arrays:
            return frozenset()
        found = check_elementwise(tree, scope, varying)
        self.takes_numbers |= found.takes_numbers
        return found.same

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
        self, part: Part, function: types.FunctionType, n_given: int
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

    def use_value(self, part: Part, reference: Reference, value: Any) -> ast.expr:
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
