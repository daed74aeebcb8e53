"""What failed in a kernel, in terms of the functions and arrays of users."""

from __future__ import annotations

import ast
from collections.abc import Iterable

__all__ = ["function_at", "function_names", "name_of_array", "name_of_function"]


def function_at(source: str, line: int) -> tuple[str, int] | None:
    """Return the function that a line of a kernel's source is in.

    Parameters
    ----------
    source : str
        The source of the kernel, with the functions of users that are part of it.
    line : int
        The number of the line, from 1.

    Returns
    -------
    name, line : str, int
        The function's name in the source, and which of its lines it is, from 0;
        ``None`` if it is the kernel itself.
    """
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef) or node.name == "kernel":
            continue
        if node.lineno <= line <= (node.end_lineno or node.lineno):
            return node.name, line - node.lineno
    return None


def function_names(source: str, objects: Iterable[str]) -> list[str]:
    """Return the functions that a kernel may call, in the order of their numbers.

    Parameters
    ----------
    source : str
        The source of the kernel, with the functions of users that are part of it.
    objects : iterable of str
        The names of the objects that the source refers to.
    """
    nodes = ast.parse(source).body
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    return sorted(defined | set(objects))


def name_of_function(name: str, user_functions: Iterable[str]) -> str:
    """Return what a function is to users, given its name in a kernel's source.

    Parameters
    ----------
    name : str
        The name; helpers of a function ``f`` have it in front of theirs: ``_f_helper``.
    user_functions : iterable of str
        The names of the functions that the equations call.
    """
    return _without(name, ("_{}_",), user_functions)


def name_of_array(name: str, user_functions: Iterable[str]) -> str:
    """Return what an array is to users, given the name of its slot.

    Parameters
    ----------
    name : str
        The name of the slot, as in ``_namespace_f_table``.
    user_functions : iterable of str
        The names of the functions that the equations call.
    """
    return _without(name, ("_namespace_{}_", "_{}_"), user_functions)


def _without(name: str, beginnings: Iterable[str], functions: Iterable[str]) -> str:
    longest_first = sorted(functions, key=len, reverse=True)
    if name in longest_first:
        return name
    for beginning in beginnings:
        for function in longest_first:
            short = name.removeprefix(beginning.format(function))
            if short and short != name:
                return short
    return name
