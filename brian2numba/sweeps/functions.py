"""
Which function a sweep is of: a name, and a hash of what its results depend on.

The hash is of the function's source without comments and formatting, of the functions
and classes of its file that it uses, and of the constants that it names, also within
strings, where Brian looks for names, too. What other files define is not in it.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np
from brian2.core.functions import Function
from brian2.equations.equations import Equations

__all__ = [
    "digest_of_functions",
    "globals_named_in_strings",
    "globals_of",
    "name_of_function",
]

#: What names in equations can stand for
_IN_EQUATIONS = (bool, int, float, str, np.ndarray, np.generic, FunctionType, Function)


def name_of_function(function: Callable[..., Any]) -> str:
    """Return the name that users gave a function."""
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__qualname__", type(function).__qualname__)


def digest_of_functions(*functions: Callable[..., Any] | None) -> str:
    """Return a hash of what the results of functions depend on."""
    found = hashlib.sha256()
    seen: set[int] = set()
    for function in functions:
        for fact in _facts(function, seen):
            found.update(fact.encode() + b"\0")
    return found.hexdigest()


def _facts(value: Any, seen: set[int]) -> Iterator[str]:
    """Yield what is known of a value, each function once."""
    if isinstance(value, functools.partial):
        yield from _facts([value.func, value.args, value.keywords], seen)
    elif isinstance(value, MethodType):
        yield from _facts(value.__func__, seen)
    elif isinstance(value, FunctionType):
        if id(value) not in seen:
            seen.add(id(value))
            yield from _facts_of_function(value, seen)
    elif isinstance(value, type):
        yield _source(value) or value.__qualname__
    else:
        yield from _facts_of_constant(value, seen)


def _facts_of_constant(value: Any, seen: set[int]) -> Iterator[str]:
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        yield repr(value)
    elif isinstance(value, np.ndarray | np.generic):
        array = np.ascontiguousarray(value)
        yield f"{array.dtype} {array.shape}"
        yield array.tobytes().hex() if array.dtype.kind != "O" else repr(array)
        yield repr(getattr(value, "dim", None))
    elif isinstance(value, list | tuple | dict):
        if id(value) not in seen:
            seen.add(id(value))
            for element in value.items() if isinstance(value, dict) else value:
                yield from _facts(element, seen)
    elif isinstance(value, Equations):
        yield str(value)
    else:
        yield type(value).__qualname__


def _facts_of_function(function: FunctionType, seen: set[int]) -> Iterator[str]:
    code = function.__code__
    yield _source(function) or _text_of_code(code)
    yield from _facts([function.__defaults__, function.__kwdefaults__], seen)
    used = _all_used(function)
    for name in sorted(used):
        yield name
        yield from _facts(used[name], seen)


def globals_named_in_strings(*functions: Callable[..., Any] | None) -> dict[str, Any]:
    """Return the constants and functions of a script that its strings may name.

    Brian finds the constants of equations among the globals of the function that runs
    them; but for who sends a function to another process, a name in a string is no use
    of it.

    Parameters
    ----------
    functions : callable or None
        The functions. Those of modules that can be imported need nothing.
    """
    found: dict[str, Any] = {}
    waiting: list[Any] = list(functions)
    seen: set[int] = set()
    while waiting:
        function = waiting.pop()
        if isinstance(function, functools.partial | MethodType):
            waiting.append(_inner(function))
        if not isinstance(function, FunctionType) or id(function) in seen:
            continue
        seen.add(id(function))
        used = _all_used(function)
        waiting += used.values()
        if function.__module__ == "__main__":
            found |= {
                name: value
                for name, value in used.items()
                if isinstance(value, _IN_EQUATIONS)
                and function.__globals__.get(name) is value
            }
    return found


def globals_of(function: Any) -> dict[str, Any]:
    """Return the global variables of a function; none of what is no plain one."""
    while isinstance(function, functools.partial | MethodType):
        function = _inner(function)
    return function.__globals__ if isinstance(function, FunctionType) else {}


def _inner(function: functools.partial[Any] | MethodType) -> Any:
    if isinstance(function, functools.partial):
        return function.func
    return function.__func__


def _all_used(function: FunctionType) -> dict[str, Any]:
    """Return what a function uses by a name, also one in a string."""
    used = dict(_used(_names(function.__code__, function.__doc__), function))
    # Strings among the constants name others, as equations name their parameters
    return used | dict(_used(_names_in_strings(list(used.values())), function))


def _used(names: set[str], function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield what the names are that this function's file or closure defines."""
    variables = dict(function.__globals__)
    cells = function.__closure__ or ()
    for name, cell in zip(function.__code__.co_freevars, cells, strict=True):
        try:
            variables[name] = cell.cell_contents
        except ValueError:  # not yet defined
            continue
    # Brian looks for local names first
    for name in names.intersection(variables).difference(function.__code__.co_varnames):
        value = variables[name]
        is_defined = isinstance(value, type | FunctionType)
        if not is_defined or value.__module__ == function.__module__:
            yield name, value


def _names(code: CodeType, documentation: str | None = None) -> set[str]:
    """Return the names in a function, also those within its strings."""
    names = {*code.co_names, *code.co_freevars}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
        elif constant != documentation:
            names |= _names_in_strings(constant)
    return names


def _names_in_strings(value: Any) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", " ".join(_strings(value))))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Equations):
        yield str(value)
    elif isinstance(value, list | tuple | dict):
        for element in value.values() if isinstance(value, dict) else value:
            yield from _strings(element)


def _source(defined: Any) -> str | None:
    """Return a source without comments and formatting; None if there is none."""
    try:
        return ast.unparse(ast.parse(textwrap.dedent(inspect.getsource(defined))))
    except (OSError, TypeError, SyntaxError):
        return None


def _text_of_code(code: CodeType) -> str:
    constants = [
        _text_of_code(constant) if isinstance(constant, CodeType) else repr(constant)
        for constant in code.co_consts
    ]
    return repr((code.co_code.hex(), constants, code.co_names, code.co_varnames))
