"""
The functions that a kernel calls: Brian's own, and those that users give.

Brian's own are functions of the library; what a timed array or a binomial function is
made with, they are given as *hidden arguments*, see below.

A user's function reaches a kernel in one of three ways: as Python source, which becomes
part of the kernel's source; as a plain Python function, whose source becomes so, too,
see `brian2numba.user_functions`; or as a function that numba has jitted. Arrays of a
function's namespace, what it refers to, and the random numbers travel as *hidden
arguments*: the equations say ``f(x)``, the kernel calls ``__f(x, __f_table)``, and
``def f(x)`` becomes ``def __f(x, table)``.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2.core.functions import Function

from brian2numba.errors import (
    NotCompiledError,
    UserFunctionError,
)
from brian2numba.generation import library
from brian2numba.generation.diagnosis import left_to_python
from brian2numba.generation.hidden_arguments import (
    FunctionSource,
    renamed,
    thread_arguments,
)
from brian2numba.generation.jitting import (
    jit_user_function,
    plain_values,
)
from brian2numba.generation.names import function_name
from brian2numba.user_functions import PlainFunction
from brian2numba.user_functions.of_brian import plain_form
from brian2numba.user_functions.of_cython import SourceOfCython
from brian2numba.user_functions.parts import TranslatedSource, unwrapped
from brian2numba.user_functions.references import Reference
from brian2numba.user_functions.translation import Translation, translated

__all__ = ["KernelFunctions", "collect_functions"]


@dataclass
class KernelFunctions:
    """What a kernel has to know of the functions that it calls.

    Attributes
    ----------
    names : dict
        What each function is called in the kernel.
    hidden_arguments : dict
        The hidden arguments that the kernel gives to each function.
    sources : list of str
        Python source of the functions that were given as source.
    objects : dict
        Jitted functions and other objects that the source refers to.
    values : dict
        Arrays and numbers of the functions' namespaces, by hidden argument.
    given : dict
        What functions of the library are given, by hidden argument: numbers, and arrays
        of doubles.
    references : dict
        What plain functions refer to in the user's script, by hidden argument.
    called : list
        References of these to other functions, and what they led to.
    described : dict
        The user's functions by their name in the kernel, for error messages.
    translations : dict
        The plain functions as source, by their name in the kernel.
    implicit : set of str
        The names in the kernel of those that may be left to Python.
    takes_numbers : set of str
        The names of those that can be called with single numbers only.
    """

    names: dict[str, str] = field(default_factory=dict)
    hidden_arguments: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    objects: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    references: dict[str, Reference] = field(default_factory=dict)
    called: list[tuple[Reference, Any]] = field(default_factory=list)
    described: dict[str, Function] = field(default_factory=dict)
    translations: dict[str, TranslatedSource] = field(default_factory=dict)
    implicit: set[str] = field(default_factory=set)
    takes_numbers: set[str] = field(default_factory=set)

    def are_users(self, names: set[str]) -> bool:
        """Tell whether one of some names in equations is that of a user's function."""
        return any(self.names.get(name) in self.described for name in names)


def collect_functions(
    variables: Mapping[str, Any], codeobj_class: type, owner: Any
) -> KernelFunctions:
    """Collect the functions that a code object's variables name.

    Parameters
    ----------
    variables : mapping
        The variables and functions of the code object by their names.
    codeobj_class : type
        The class of code object for which implementations are asked.
    owner : `Group`
        The group that owns the code object.

    Returns
    -------
    KernelFunctions
        Everything that the kernel needs to call them.

    Raises
    ------
    UserFunctionError
        If a function is given in a form that can't be used.
    """
    collector = _Collector(codeobj_class, owner, variables)
    for name in sorted(variables):
        if isinstance(variables[name], Function):
            collector.add(name, variables[name])
    return collector.result


@dataclass(frozen=True)
class _Called:
    """How a kernel calls a function: by which name, with which hidden arguments."""

    name: str
    hidden: tuple[str, ...]


class _Collector:
    """Adds functions and what they depend on, each once."""

    def __init__(
        self, codeobj_class: type, owner: Any, variables: Mapping[str, Any]
    ) -> None:
        self.codeobj_class = codeobj_class
        self.owner = owner
        self.taken = set(variables)
        self.result = KernelFunctions()
        # What Brian's optimiser computes may have no literal
        others = {"inf", "nan"} - self.taken
        self.result.names |= {name: f"_{name}" for name in sorted(others)}
        self._known: dict[int, _Called] = {}
        self._n_library_calls = 0

    def add(self, name: str, function: Function) -> None:
        """Add a function that equations call `name`."""
        called = self._call(function, name)
        self.result.names[name] = called.name
        self.result.hidden_arguments[name] = called.hidden

    def _call(self, function: Function, usual_name: str) -> _Called:
        """Return how the kernel calls `function`, after adding it if it is new."""
        if id(function) not in self._known:
            implementation = function.implementations[self.codeobj_class]
            code = implementation.get_code(self.owner)
            if code is None:
                name = implementation.name or usual_name
                called = _Called(name, library.HIDDEN_ARGUMENTS.get(name, ()))
            else:
                called = self._add(usual_name, function, implementation, code)
            self._known[id(function)] = called
        return self._known[id(function)]

    def _add(
        self, usual_name: str, function: Function, implementation: Any, code: Any
    ) -> _Called:
        """Add a user's function, called `usual_name` in equations."""
        if isinstance(code, library.LibraryCall):
            return self._add_library_call(code)
        name = self._free_name(usual_name)
        self.result.described[name] = function
        if isinstance(code, PlainFunction):
            return self._add_plain(name, function)
        namespace = implementation.get_namespace(self.owner) or {}
        dependencies = implementation.dependencies or {}
        if isinstance(code, SourceOfCython):
            self.result.implicit.add(name)
            text, names = str(code), {implementation.name}
        elif isinstance(code, str):
            names = {implementation.name, getattr(function.pyfunc, "__name__", None)}
            names.add(usual_name)
            text = textwrap.dedent(code)
        elif not callable(code):
            raise UserFunctionError(
                f"The implementation of the function '{usual_name}' for the numba "
                "target is neither Python source nor callable, but a "
                f"{type(code).__name__}. "
                "Give a string that defines a Python function, or a function."
            )
        elif namespace or dependencies:
            text, names = self._source_of_callable(
                name, code, given={*namespace, *dependencies}
            )
        else:
            return self._add_given(name, code, function)
        source = FunctionSource.parse(text, name, names, function, self._free_name)
        calls = {
            key: self._call(dependency, key) for key, dependency in dependencies.items()
        }
        return self._add_source(name, source, namespace, calls)

    def _add_library_call(self, call: library.LibraryCall) -> _Called:
        """Add a function that one of the library does, with what that is given."""
        # Not by its name, which may be that of an object, e.g. of a PoissonInput
        self._n_library_calls += 1
        hidden = [f"_given{self._n_library_calls}_{key}" for key in call.given]
        self.result.given.update(zip(hidden, call.given.values(), strict=True))
        if call.draws:
            hidden.append(library.RANDOM_STREAMS)
        return _Called(call.function, tuple(hidden))

    def _add_plain(self, name: str, function: Function) -> _Called:
        """Add a function without an implementation for this target."""
        self.result.implicit.add(name)
        try:
            if function.auto_vectorise:
                raise NotCompiledError("it is given the indices of all neurons")
            translation = translated(
                plain_form(function), _truth_values(function), name, self._free_name
            )
        except NotCompiledError as reason:
            raise left_to_python(self.owner, function, reason) from None
        if translation.takes_numbers:
            self.result.takes_numbers.add(name)
        return self._add_translation(translation)

    def _add_given(self, name: str, code: Any, function: Function) -> _Called:
        """Add a function object that was given for this target."""
        given = _truth_values(function)
        is_with_index = function.auto_vectorise and (
            unwrapped(code).__code__.co_argcount > len(given)
        )
        try:
            if function.auto_vectorise and not is_with_index:
                raise NotCompiledError("it leaves out the index")
            translation = translated(
                code, given + [False] * is_with_index, name, self._free_name, False
            )
        except NotCompiledError:
            # numba may know more of Python
            self.result.objects[name] = jit_user_function(
                code, name.strip("_"), function
            )
            return _Called(name, ())
        return self._add_translation(translation)

    def _add_translation(self, translation: Translation) -> _Called:
        self.result.sources += [source.text for source in translation.sources]
        self.result.translations |= {s.name: s for s in translation.sources}
        self.result.references |= translation.references
        self.result.objects |= translation.objects
        self.result.called += translation.called
        return _Called(translation.name, translation.hidden)

    def _source_of_callable(
        self, name: str, code: Any, given: set[str]
    ) -> tuple[str, set[str | None]]:
        """Return the source and name of a function object that needs namespaces."""
        python_function = unwrapped(code)
        try:
            text = textwrap.dedent(inspect.getsource(python_function))
        except (OSError, TypeError) as error:
            raise UserFunctionError(
                f"The source of the function '{name.strip('_')}' can't be found, which "
                "is needed for a function with a namespace or dependencies. Give its "
                "source as a string to @implementation('numba', ...)."
            ) from error
        found = plain_values(python_function)
        given = given | {python_function.__name__}
        own = {
            key: self._free_name(f"{name}_{key}") for key in found if key not in given
        }
        self.result.objects.update({own[key]: found[key] for key in own})
        return renamed(text, own), {python_function.__name__}

    def _add_source(
        self,
        name: str,
        source: FunctionSource,
        namespace: Mapping[str, Any],
        calls: Mapping[str, _Called],
    ) -> _Called:
        """Add a function given as source, with all that it is given silently."""
        hidden = {}
        calls = dict(calls)
        for key, value in namespace.items():
            if callable(value):
                calls[key] = _Called(self._free_name(f"{name}_{key}"), ())
                self.result.objects[calls[key].name] = jit_user_function(value, key)
            else:
                hidden[key] = self._free_name(f"{name}_{key}")
                self.result.values[hidden[key]] = np.asarray(value)
        for called in calls.values():
            hidden.update({argument: argument for argument in called.hidden})
        source_text = thread_arguments(
            source, tuple(hidden), {k: (c.name, c.hidden) for k, c in calls.items()}
        )
        self.result.sources.append(source_text)
        return _Called(name, tuple(hidden.values()))

    def _free_name(self, name: str) -> str:
        """Return a name for a function, or for something of it, that nothing has."""
        name = function_name(name)
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name


def _truth_values(function: Function) -> list[bool]:
    """Return which arguments of a function are truth values."""
    return [
        unit is bool or kind == "boolean"
        for unit, kind in zip(function._arg_units, function._arg_types, strict=True)
    ]
