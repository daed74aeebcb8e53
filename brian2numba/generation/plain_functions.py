"""Plain Python functions as source, which becomes part of a kernel's."""

from __future__ import annotations

import ast
import inspect
import textwrap
import types
from typing import Any

from brian2.utils.stringtools import indent

__all__ = ["only_called", "verified_source"]


def verified_source(function: Any) -> str | None:
    """Return the source of a function, if it surely is what the function does.

    The file may have changed since it was imported; a function may also be part of a
    larger expression, or have parts of its own that refer to its surroundings. For
    these, the result is None.
    """
    if not isinstance(function, types.FunctionType) or function.__name__ == "<lambda>":
        return None
    code = function.__code__
    has_parts = any(isinstance(part, types.CodeType) for part in code.co_consts)
    if has_parts or code.co_cellvars or function.__defaults__:
        return None
    if code.co_kwonlyargcount or code.co_flags & _VARIABLE_ARGUMENTS:
        return None
    try:
        text = textwrap.dedent(inspect.getsource(function))
        is_it = any(_is_alike(text, function, imports) for imports in (True, False))
    except (OSError, TypeError, SyntaxError):
        return None
    return text if is_it else None


_VARIABLE_ARGUMENTS = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
#: What makes two code objects do the same
_COMPARED = ("co_code", "co_consts", "co_names", "co_varnames", "co_freevars")


def _is_alike(text: str, function: types.FunctionType, imports: bool) -> bool:
    """Tell whether source, compiled in the surroundings of a function, is its code.

    Python compiles ``np.exp(x)`` differently where the same piece of code (a file, a
    cell of a notebook) imports ``np``.
    """
    found = function.__globals__
    names = [n for n in function.__code__.co_names if inspect.ismodule(found.get(n))]
    imported = "".join(f"import {name}\n" for name in names) if imports else ""
    enclosing = ", ".join(function.__code__.co_freevars)
    whole = f"{imported}def _enclosing({enclosing}):\n{indent(text)}\n"
    outer = _function_in(compile(whole, "<source>", "exec"), "_enclosing")
    code = outer and _function_in(outer, function.__name__)
    return code is not None and all(
        getattr(code, name) == getattr(function.__code__, name) for name in _COMPARED
    )


def _function_in(code: types.CodeType, name: str) -> types.CodeType | None:
    parts = (part for part in code.co_consts if isinstance(part, types.CodeType))
    return next((part for part in parts if part.co_name == name), None)


def only_called(text: str, name: str) -> bool:
    """Tell whether source refers to something only to call it."""
    uses: list[Any] = []
    called: list[Any] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and node.id == name:
            uses.append(node)
        if isinstance(node, ast.Call):
            called.append(node.func)
    return all(any(use is function for function in called) for use in uses)
