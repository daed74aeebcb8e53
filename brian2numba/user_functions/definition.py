"""The syntax tree of a function, if its source is there and surely is what it does."""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import linecache
import types
from collections.abc import Iterator
from typing import Any

from brian2numba.errors import NotCompiledError

__all__ = ["definition_of"]

#: What makes two code objects do the same, beside their constants
_COMPARED = (
    "co_code",
    "co_names",
    "co_varnames",
    "co_freevars",
    "co_cellvars",
    "co_argcount",
    "co_kwonlyargcount",
    "co_posonlyargcount",
)
_DEFINITIONS = (ast.FunctionDef, ast.Lambda)
type _Node = ast.FunctionDef | ast.Lambda
_VARIABLE_ARGUMENTS = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
_GENERATORS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


def definition_of(function: types.FunctionType) -> ast.FunctionDef:
    """Return a new syntax tree of a function; that of a lambda is a function's, too.

    The file may have changed since it was imported. What is found there counts if it
    compiles to the same instructions.

    Raises
    ------
    NotCompiledError
        If there is no source, or a kind of function that kernels can't call.
    """
    code = function.__code__
    if code.co_flags & _VARIABLE_ARGUMENTS or code.co_kwonlyargcount:
        raise NotCompiledError("it takes any number of arguments, or some by name only")
    if code.co_flags & _GENERATORS:
        raise NotCompiledError("it is a generator or a coroutine")
    linecache.checkcache(code.co_filename)
    text = "".join(linecache.getlines(code.co_filename, function.__globals__))
    found = _found(text, code) if text else None
    if found is None:
        raise NotCompiledError(
            "its source can't be found, or is no longer what the function does"
        )
    return _as_function(found)


def _found(text: str, code: types.CodeType) -> _Node | None:
    """Return the node of a file that compiles to some code."""
    try:
        nodes, parts = _compiled(text)
    except (SyntaxError, ValueError):
        return None
    for part in parts.get(code.co_name, ()):
        if _is_alike(part, code):
            for node in nodes:
                if _is_origin(node, part):
                    return node
    return None


@functools.lru_cache(maxsize=16)
def _compiled(text: str) -> tuple[list[_Node], dict[str, list[types.CodeType]]]:
    """Return the functions of a file, and the code of each by their names."""
    nodes = [n for n in ast.walk(ast.parse(text)) if isinstance(n, _DEFINITIONS)]
    parts: dict[str, list[types.CodeType]] = {}
    for code in _all_code(compile(text, "<source>", "exec", dont_inherit=True)):
        parts.setdefault(code.co_name, []).append(code)
    return nodes, parts


def _all_code(code: types.CodeType) -> Iterator[types.CodeType]:
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield part
            yield from _all_code(part)


def _is_alike(one: types.CodeType, other: types.CodeType) -> bool:
    """Tell whether two code objects do the same."""
    if len(one.co_consts) != len(other.co_consts):
        return False
    return all(getattr(one, n) == getattr(other, n) for n in _COMPARED) and all(
        _is_same_constant(a, b)
        for a, b in zip(one.co_consts, other.co_consts, strict=True)
    )


def _is_same_constant(one: Any, other: Any) -> bool:
    if isinstance(one, types.CodeType) and isinstance(other, types.CodeType):
        return _is_alike(one, other)
    # 1 and True and 1.0 are equal, 0.0 and -0.0 as well
    return type(one) is type(other) and repr(one) == repr(other)


def _is_origin(node: _Node, code: types.CodeType) -> bool:
    """Tell whether code was made of a node of the same file."""
    if isinstance(node, ast.FunctionDef):
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        return (node.name, first) == (code.co_name, code.co_firstlineno)
    if code.co_name != "<lambda>":
        return False
    places = set(code.co_positions())
    body = node.body
    whole = (body.lineno, body.end_lineno, body.col_offset, body.end_col_offset)
    return whole in places


def _as_function(node: _Node) -> ast.FunctionDef:
    """Return a copy of a node, as a function without decorators and annotations."""
    if isinstance(node, ast.Lambda):
        own = copy.deepcopy(node)
        body = ast.copy_location(ast.Return(own.body), own.body)
        result = ast.parse("def function():\n    pass").body[0]
        assert isinstance(result, ast.FunctionDef)
        result.args, result.body = own.args, [body]
        return result
    result = copy.deepcopy(node)
    result.decorator_list, result.returns = [], None
    for argument in result.args.posonlyargs + result.args.args:
        argument.annotation = None
    return result
