"""
Poisson numbers whose means differ from element to element, made for a block at once.

For that the means have to be known before the loop over the elements. They are where
they are computed by simple assignments, of what no other element changes: these are
made in a loop of their own before.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from textwrap import dedent

__all__ = ["with_means_before"]

_POISSON = re.compile(
    r"\b_poisson_by_one\(((?:(?!_poisson_by_one\().)+?), _vectorisation_idx, "
    r"_uniform_stream_of\(_vectorisation_idx, _random_streams, (\d+)\)\)"
)
#: What is in the names of all that random numbers are drawn from
_RANDOM = "_random_"
#: The only index with which no element gets at what another one writes
_INDEX = "_idx"


def with_means_before(code: str) -> tuple[str, dict[str, str]]:
    """Let Poisson numbers be made before a loop, where their means can be known.

    Parameters
    ----------
    code : str
        The statements of a loop over elements.

    Returns
    -------
    str
        The changed statements; they read the numbers of the k-th draw of the code from
        ``_drawn<k>``.
    dict
        The statements that write the means of a block there, by the draw.
    """
    means: dict[str, str] = {}

    def drawn(match: re.Match[str]) -> str:
        mean, draw = match.groups()
        lines = _lines_for(mean, draw, code)
        if lines is None:
            return match.group()
        lines += [f"_drawn{draw}[{_INDEX} - _start] = _float64({mean})"]
        body = "".join(f"\n    {line}" for line in lines)
        means[draw] = f"for {_INDEX} in _range(_start, _stop):{body}"
        return f"_int64(_drawn{draw}[{_INDEX} - _start])"

    return _POISSON.sub(drawn, code), means


def _lines_for(mean: str, draw: str, code: str) -> list[str] | None:
    """Return the statements that a mean needs; None if it can't be known."""
    try:
        expression = ast.parse(mean, mode="eval").body
    except SyntaxError:
        return None  # a part of the arguments of another function
    statements = ast.parse(dedent(code)).body
    wanted, lines = _read(expression), list[str]()
    parts: list[ast.AST] = [expression]
    for statement in reversed(_before(statements, draw)):
        if wanted & _assigned(statement):
            if not _is_simple(statement):
                return None
            wanted = (wanted - _assigned(statement)) | _read(statement)
            lines.insert(0, ast.unparse(statement))
            parts.append(statement)
    are_known = all(_is_known(part, statements) for part in parts)
    return lines if are_known else None


def _before(statements: list[ast.stmt], draw: str) -> list[ast.stmt]:
    """Return the statements before the one with a draw."""
    n_before = next(
        k
        for k, statement in enumerate(statements)
        if f"{_RANDOM}streams, {draw})" in ast.unparse(statement)
    )
    return statements[:n_before]


def _names(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    names = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return {n.id for n in names if isinstance(n.ctx, context)}


def _read(node: ast.AST) -> set[str]:
    return _names(node, ast.Load)


def _assigned(statement: ast.stmt) -> set[str]:
    return _names(statement, ast.Store)


def _is_simple(statement: ast.stmt) -> bool:
    """Tell whether a statement does nothing but to give a name a value."""
    return (
        isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Name)
    )


def _is_known(node: ast.AST, statements: list[ast.stmt]) -> bool:
    """Tell whether what is computed is known before the loop, and may be done twice."""
    if any(_RANDOM in name for name in _read(node)):
        return False
    calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
    # Names that don't begin so are functions of users
    if not all(isinstance(f, ast.Name) and f.id.startswith("_") for f in calls):
        return False
    items = list(_items(node))
    arrays = {item.value.id for item in items if isinstance(item.value, ast.Name)}
    written = {
        ast.unparse(item.value)
        for statement in statements
        for item in _items(statement)
        if isinstance(item.ctx, ast.Store) and ast.unparse(item.slice) != _INDEX
    }
    are_own = all(ast.unparse(item.slice) == _INDEX for item in items)
    return are_own and not arrays & written


def _items(node: ast.AST) -> Iterator[ast.Subscript]:
    return (n for n in ast.walk(node) if isinstance(n, ast.Subscript))
