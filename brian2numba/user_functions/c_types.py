"""The types of C that the text of a function may name, and how they meet."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass

from brian2numba.errors import NotCompiledError

__all__ = ["TYPES", "CType", "Typed", "common", "conversion", "converted"]


class CType(enum.IntEnum):
    """What C distinguishes of numbers, in the order in which one becomes another.

    Integers have 64 bits here: that those of 32 overflow is left out.
    """

    TRUTH = 0
    INTEGER = 1
    #: Without a sign
    NATURAL = 2
    SINGLE = 3
    DOUBLE = 4

    @property
    def is_whole(self) -> bool:
        """Whether numbers of this type have no fraction."""
        return self < CType.SINGLE


#: The types by their names
TYPES = {
    "double": CType.DOUBLE,
    "float": CType.SINGLE,
    "size_t": CType.NATURAL,
    **dict.fromkeys(("bint", "bool"), CType.TRUTH),
    **dict.fromkeys(
        ("int", "long", "long long", "int32_t", "int64_t", "Py_ssize_t"), CType.INTEGER
    ),
}

#: What kernels call the conversions
_CASTS = {
    CType.TRUTH: "_bool",
    CType.INTEGER: "_int64",
    CType.NATURAL: "_int64",
    CType.SINGLE: "_float32",
    CType.DOUBLE: "_float64",
}


@dataclass(frozen=True)
class Typed:
    """An expression of Python, and the type that C gives it."""

    node: ast.expr
    kind: CType

    @property
    def is_natural(self) -> bool:
        """Whether it is an integer that surely is not negative."""
        value = self.node.value if isinstance(self.node, ast.Constant) else None
        is_written = isinstance(value, int) and value >= 0
        return is_written or self.kind in (CType.NATURAL, CType.TRUTH)

    def cast(self, kind: CType) -> Typed:
        """Return it as a number of another type, as a cast converts it."""
        if kind == self.kind:
            return self
        value = self.node.value if isinstance(self.node, ast.Constant) else None
        if kind == CType.DOUBLE and isinstance(value, (int, float)):
            return Typed(ast.Constant(float(value)), kind)
        return Typed(conversion(self.node, kind), kind)


def conversion(node: ast.expr, kind: CType) -> ast.expr:
    """Return a number of whatever type as one of another."""
    return ast.Call(ast.Name(_CASTS[kind], ast.Load()), [node], [])


def converted(value: Typed, kind: CType) -> ast.expr:
    """Return a value as what is assigned, returned or given to a function.

    Raises
    ------
    NotCompiledError
        If Cython refuses it: a fraction becomes an integer by a cast only. And if C
        keeps an integer other than 0 and 1 as a truth value.
    """
    shown = ast.unparse(value.node)
    if kind.is_whole and not value.kind.is_whole:
        raise NotCompiledError(f"'{shown}' becomes an integer without a cast")
    if kind == CType.TRUTH != value.kind and shown not in ("0", "1"):
        raise NotCompiledError(f"'{shown}' becomes a truth value")
    return value.cast(kind).node


def common(*values: Typed) -> CType:
    """Return the type in which numbers meet.

    Raises
    ------
    NotCompiledError
        If one has no sign and another may be negative: in C, that would be huge.
    """
    kind = max(value.kind for value in values)
    if kind == CType.NATURAL and not all(value.is_natural for value in values):
        raise NotCompiledError("integers with and without sign meet")
    return kind
