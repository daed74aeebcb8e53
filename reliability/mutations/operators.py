"""Small changes of a source that a test should notice."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Mutant", "mutants"]

#: Another operator for each one
_COMPARISONS = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
_OPERATIONS = {ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.FloorDiv: "*"}


@dataclass(frozen=True)
class Mutant:
    """A changed source.

    Attributes
    ----------
    line : int
        The line of the change.
    before, after : str
        What stood there, and what stands there now.
    source : str
        The whole source.
    """

    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.before!r} became {self.after!r}"


def mutants(source: str) -> Iterator[Mutant]:
    """Yield all mutants of a source, in the order of its lines."""
    tree = ast.parse(source)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    seen = set()
    for function in functions:
        for statement in function.body:
            for node in ast.walk(statement):
                for replaced, text in _changes(source, node):
                    place = replaced.lineno, replaced.col_offset, text
                    if place not in seen:
                        seen.add(place)
                        yield _mutant(source, replaced, text)


def _changes(source: str, node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Yield the nodes to replace and what to put there."""

    def text(part: ast.AST) -> str:
        segment = ast.get_source_segment(source, part) or ""
        return f"({segment})" if isinstance(part, ast.NamedExpr) else segment

    match node:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            if type(op) in _COMPARISONS:
                yield node, f"{text(left)} {_COMPARISONS[type(op)]} {text(right)}"
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            yield node, f"({text(left)}) {_OPERATIONS[type(op)]} ({text(right)})"
        case ast.BoolOp(op=op, values=values):
            other = " or " if isinstance(op, ast.And) else " and "
            yield node, other.join(f"({text(value)})" for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, f"bool({text(operand)})"
        case ast.Constant(value=bool(value)):
            yield node, str(not value)
        case ast.Constant(value=int(value)):
            yield node, str(value + 1)
        case ast.If(test=test) | ast.While(test=test):
            yield test, "False"
        case ast.AugAssign() | ast.Raise():
            yield node, "pass"
        case ast.Expr(value=ast.Call()):
            yield node, "pass"


def _mutant(source: str, node: ast.AST, after: str) -> Mutant:
    before = ast.get_source_segment(source, node) or ""
    lines = source.splitlines(keepends=True)
    start = _position(lines, node.lineno, node.col_offset)
    end = _position(lines, node.end_lineno, node.end_col_offset)
    return Mutant(node.lineno, before, after, source[:start] + after + source[end:])


def _position(lines: list[str], line: int, column: int) -> int:
    """Return where a place is in the source; columns are counted in bytes."""
    column = len(lines[line - 1].encode()[:column].decode())
    return sum(map(len, lines[: line - 1])) + column
