"""Hyperbolic functions without branches, which LLVM makes vector code of."""

from __future__ import annotations

import math

from brian2numba.elementary.exponential import half_of_exp, part_of_expm1
from brian2numba.language import fma

__all__ = ["cosh", "sinh", "tanh"]

#: Where sinh and cosh are infinite, and where tanh is 1
_LARGEST, _LARGEST_OF_TANH = 710.5, 20.0
#: Keeps infinity from being divided by itself
_FINITE = 1e300
#: Below, sinh(x) and tanh(x) round to x
_NO_CUBE = 2.0**-28


def sinh(x: float) -> float:
    """Return the hyperbolic sine."""
    size = math.fabs(x)
    # (exp(x) - 1)/2 = h, and exp(-x) = 1/(1 + 2*h)
    half = 2.0 * part_of_expm1(min(size, _LARGEST), 0.25, 1025)
    result = half + min(half, _FINITE) / (1.0 + 2.0 * half)
    return x if size < _NO_CUBE else math.copysign(result, x)


def cosh(x: float) -> float:
    """Return the hyperbolic cosine."""
    half = half_of_exp(min(math.fabs(x), _LARGEST))
    return half + 0.25 / half


def tanh(x: float) -> float:
    """Return the hyperbolic tangent."""
    size = math.fabs(x)
    t = part_of_expm1(min(size + size, 2.0 * _LARGEST_OF_TANH), 1.0, 1023)
    divisor = t + 2.0
    lost = min(t, 2.0) - (divisor - max(t, 2.0))
    inverse = 1.0 / divisor
    quotient = t * inverse
    # What is left of the division, and what the sum lost
    rest = fma(-quotient, divisor, t) - quotient * lost
    result = fma(rest, inverse, quotient)
    return x if size < _NO_CUBE else math.copysign(result, x)
