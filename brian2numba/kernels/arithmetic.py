"""Python's operators where they are not one instruction of the processor."""

from __future__ import annotations

import math

from brian2numba.language import floor, int64

__all__ = ["floor_quotient", "integer_power", "modulus", "order"]

#: The bits of an integer but that of its sign
_WITHOUT_SIGN = 0x7FFFFFFFFFFFFFFF


def modulus(x: float, y: float) -> float:
    """Return ``x % y``, which has the sign of `y`."""
    rest = math.fmod(x, y)
    if rest == 0:
        return math.copysign(rest, y)
    if (rest < 0) != (y < 0):
        rest += y
    return rest


def floor_quotient(x: float, y: float) -> float:
    """Return ``x // y``; infinite or not a number where `y` is 0."""
    if y == 0:
        return x / y
    rest = math.fmod(x, y)
    quotient = (x - rest) / y
    if rest != 0 and (rest < 0) != (y < 0):
        quotient -= 1.0
    if quotient == 0:
        return math.copysign(0.0, x / y)
    # What is left of the division may have made it one too small
    whole = floor(quotient)
    return whole + 1.0 if quotient - whole > 0.5 else whole  # noqa: PLR2004 (a half)


def integer_power(x: int, n: int) -> int:
    """Return the lower 64 bits of ``x ** n``; `n` is 64 bits without a sign."""
    result = 1
    while n != 0:
        if n & 1 != 0:
            result = int64(result * x)
        x = int64(x * x)
        n = (n >> 1) & _WITHOUT_SIGN
    return result


def order(x: int, y: int) -> int:
    """Return 1, 0 or -1 if `x` is above, at or below `y`.

    The 64 bits of `x` are those of an integer without a sign, `y` may be negative.
    """
    # As one with a sign, a large x is negative
    if x < 0 or y < 0:
        return 1
    return int(x > y) - int(x < y)
