"""Hyperbolic functions in single precision, without branches."""

from __future__ import annotations

import math

from brian2numba.elementary.single.constants import ONE, TWO, single, singles
from brian2numba.elementary.single.exponential import part_of_expm1, quarter_of_exp
from brian2numba.language import fma

__all__ = ["cosh", "sinh", "tanh"]

#: Where sinh and cosh are infinite, and where tanh(x/2) is 1
_LARGEST, _LARGEST_OF_TANH = singles(89.6, 20.0)
#: Below, tanh(x) rounds to x
_NO_CUBE = single(2.0**-13)
_SIXTEENTH = single(0.0625)
#: (sinh(r) - r)/r**3 as a polynomial in r**2 up to 1, with an error below 2**-31
_C0, _C1, _C2, _C3 = singles(
    0.1666666716337204,
    0.00833331048488617,
    0.00019842895562760532,
    2.7822131869470468e-06,
)


def sinh(x: float) -> float:
    """Return the hyperbolic sine."""
    size = abs(x)
    z = x * x
    of_small = fma(x * z, fma(fma(fma(_C3, z, _C2), z, _C1), z, _C0), x)
    quarter, rest = quarter_of_exp(min(size, _LARGEST))
    of_large = TWO * (quarter + (rest - _SIXTEENTH / quarter))
    return of_small if size < ONE else math.copysign(of_large, x)


def cosh(x: float) -> float:
    """Return the hyperbolic cosine."""
    quarter, rest = quarter_of_exp(min(abs(x), _LARGEST))
    return TWO * (quarter + (rest + _SIXTEENTH / quarter))


def tanh(x: float) -> float:
    """Return the hyperbolic tangent."""
    size = abs(x)
    total, rest = part_of_expm1(min(size + size, _LARGEST_OF_TANH), ONE, 127)
    t = total + rest
    rest = (total - t) + rest
    divisor = t + TWO
    lost = min(t, TWO) - (divisor - max(t, TWO)) + rest
    inverse = ONE / divisor
    quotient = t * inverse
    # What is left of the division, and what the sums lost
    left = fma(-quotient, divisor, t) + fma(-quotient, lost, rest)
    result = fma(left, inverse, quotient)
    return x if size < _NO_CUBE else math.copysign(result, x)
