"""What failed in a kernel, in terms of the functions and arrays of users."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "function_at",
    "function_names",
    "line_of_use",
    "users_name",
]


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


def line_of_use(source: str, name: str) -> int:
    """Return the first line that uses an element of an array of the user's.

    Parameters
    ----------
    source : str
        The source of the kernel, with the functions of users that are part of it.
    name : str
        What the kernel calls the array.

    Returns
    -------
    int
        The number of the line, from 1: in the kernel if no function has one.
    """
    functions = {
        node.name: node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
    }
    found = _first_use(functions, "kernel", name)
    return functions["kernel"].lineno if found is None else found


def _first_use(
    functions: Mapping[str, ast.FunctionDef], function: str, name: str
) -> int | None:
    """Find where a function, or one that it calls, uses an element of a variable."""
    names = {name}
    for node in _in_order(functions[function]):
        match node:
            case ast.Assign(targets=[ast.Name(id=other)], value=ast.Name(id=value)):
                names |= {other} if value in names else set()
            case ast.Subscript(value=ast.Name(id=value)) if value in names:
                return node.lineno
            case ast.Call(func=ast.Name(id=called), args=args) if called in functions:
                parameters = functions[called].args.args
                for parameter, arg in zip(parameters, args, strict=False):
                    if isinstance(arg, ast.Name) and arg.id in names:
                        line = _first_use(functions, called, parameter.arg)
                        if line is not None:
                            return line
    return None


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Go through a syntax tree as it is written."""
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)


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


def users_name(name: str, user_functions: Iterable[str]) -> str:
    """Return what a function is to users, or an array that belongs to one.

    Parameters
    ----------
    name : str
        The name, as in ``__f``; functions in the source of one have that one's in front
        of theirs: ``__f_helper``.
    user_functions : iterable of str
        What the functions are called in the kernel that the equations call.
    """
    longest_first = sorted(user_functions, key=len, reverse=True)
    owners = [f for f in longest_first if name.startswith(f"{f}_")]
    if owners and name not in longest_first:
        return name.removeprefix(f"{owners[0]}_")
    return name.lstrip("_")
