"""What pieces of syntax are, and how messages show them."""

from __future__ import annotations

import ast

__all__ = ["is_condition", "is_text", "is_type", "short"]


def is_text(node: ast.expr) -> bool:
    """Tell whether an expression is a text."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_type(node: ast.expr) -> bool:
    """Tell whether an expression names a type of numbers."""
    return isinstance(node, ast.Name) and node.id in ("int", "float", "bool")


def is_condition(node: ast.expr) -> bool:
    """Tell whether an expression is a comparison, or made of such."""
    return isinstance(node, (ast.Compare, ast.BoolOp))


def short(node: ast.AST, most: int = 40) -> str:
    """Return the first line of some source, for messages."""
    line = ast.unparse(node).splitlines()[0]
    return line if len(line) <= most else f"{line[: most - 3]}..."
