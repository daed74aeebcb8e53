"""Functions of one and two numbers with numpy's meaning, for functions of users."""

from __future__ import annotations

__all__ = [
    "full_like",
    "heaviside",
    "is_true",
    "isfinite",
    "isinf",
    "isnan",
    "maximum",
    "minimum",
    "ones_like",
    "sign",
    "zeros_like",
]


def maximum(x: float, y: float) -> float:
    """Return the larger number; what is not a number is passed on."""
    return x if x >= y or x != x else y  # noqa: PLR0124 (true for NaN only)


def minimum(x: float, y: float) -> float:
    """Return the smaller number; what is not a number is passed on."""
    return x if x <= y or x != x else y  # noqa: PLR0124


def heaviside(x: float, at_zero: float) -> float:
    """Return 0 below 0, 1 above, and `at_zero` in between."""
    if x != x:  # noqa: PLR0124
        return x * 1.0
    if x == 0:
        return at_zero * 1.0
    return 1.0 if x > 0 else 0.0


def sign(x: float) -> float:
    """Return -1, 0 or 1 in the type of `x`; what is not a number is passed on."""
    return x if x != x else int(x > 0) - int(x < 0)  # noqa: PLR0124


def isnan(x: float) -> bool:
    """Tell whether `x` is not a number."""
    return bool(x != x)  # noqa: PLR0124


def isinf(x: float) -> bool:
    """Tell whether `x` is infinite."""
    return bool(x == x and x - x != 0)  # noqa: PLR0124


def isfinite(x: float) -> bool:
    """Tell whether `x` is a number, and not infinite."""
    return bool(x - x == 0)


def is_true(x: float) -> bool:
    """Tell whether `x` is not 0."""
    return bool(x != 0)


def zeros_like(x: float) -> float:
    """Return 0 in the type of `x`."""
    return full_like(x, 0)


def ones_like(x: float) -> float:
    """Return 1 in the type of `x`."""
    return full_like(x, 1)


def full_like(x: float, value: float) -> float:
    """Return a value in the type of `x`."""
    return value if x == x or x != x else x  # noqa: PLR0124 (x is there for its type)
