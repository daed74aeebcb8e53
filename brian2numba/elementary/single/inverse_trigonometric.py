"""
Arcus functions in single precision, without branches.

See `brian2numba.elementary.inverse_trigonometric`.
"""

from __future__ import annotations

import math

from brian2numba.elementary.single.constants import (
    HALF,
    LARGEST,
    ONE,
    TWO,
    ZERO,
    singles,
)
from brian2numba.language import float32, fma

__all__ = ["arccos", "arcsin", "arctan"]

#: (arcsin(r) - r)/r**3 as a polynomial in r**2 up to 1/4, with an error below 2**-27
_S0, _S1, _S2, _S3, _S4 = singles(
    0.16666752099990845,
    0.074953094124794,
    0.04546915367245674,
    0.02418474107980728,
    0.042158398777246475,
)
#: (arctan(r) - r)/r**3 as a polynomial in r**2 up to tan(pi/8)**2, below 2**-30
_T0, _T1, _T2, _T3, _T4 = singles(
    -0.33333316445350647,
    0.19998528063297272,
    -0.14244391024112701,
    0.10599168390035629,
    -0.060900524258613586,
)

_HALF_PI_HIGH, _HALF_PI_LOW = singles(1.5707963705062866, -4.371138828673793e-08)
#: The tangents of pi/8 and of 3*pi/8
_FIRST, _SECOND = singles(0.4142135679721832, 2.4142136573791504)
_THREE, _FOUR = singles(3.0, 4.0)
_QUARTER_PI_HIGH, _QUARTER_PI_LOW = HALF * _HALF_PI_HIGH, HALF * _HALF_PI_LOW


def _cube_of_arcsin(r: float, z: float) -> float:
    """Return ``arcsin(r) - r``, given ``z = r**2``."""
    w = z * z
    even = fma(fma(_S4, w, _S2), w, _S0)
    return r * z * fma(fma(_S3, w, _S1), z, even)


def _reduced(x: float) -> tuple[float, float, float, bool]:
    """Return r, its arcsin as a sum, and whether `x` is not `r` itself.

    For larger arguments ``arccos(x) = 2*arcsin(r)`` with ``r = sqrt((1 - x)/2)``.
    """
    is_large = x > HALF
    remainder = HALF - HALF * x
    z = remainder if is_large else x * x
    root = float32(math.sqrt(remainder))
    r = root if is_large else x
    return r, _cube_of_arcsin(r, z), remainder, is_large


def arcsin(x: float) -> float:
    """Return the angle between -pi/2 and pi/2 with the sine `x`."""
    r, cube, remainder, is_large = _reduced(abs(x))
    # What the root lost, divided by 2*r: the line is close where that matters
    cube_of_large = fma(fma(-r, r, remainder), fma(-_FOUR, r, _THREE), cube)
    of_large = fma(-TWO, r, _HALF_PI_HIGH)
    lost = fma(-TWO, r, _HALF_PI_HIGH - of_large)
    of_large = of_large + (lost + fma(-TWO, cube_of_large, _HALF_PI_LOW))
    result = of_large if is_large else r + cube
    return math.copysign(result, x)


def arccos(x: float) -> float:
    """Return the angle between 0 and pi with the cosine `x`."""
    r, cube, remainder, is_large = _reduced(abs(x))
    is_negative = x < ZERO
    # What the root lost
    divisor = r + r if r > ZERO else ONE
    lost = fma(-r, r, remainder) / divisor if is_large else ZERO
    angle = TWO * (r + (lost + cube))
    turned = TWO * (_HALF_PI_HIGH - (r + ((lost + cube) - _HALF_PI_LOW)))
    of_large = turned if is_negative else angle
    of_small = _HALF_PI_HIGH - math.copysign(r, x)
    low = (_HALF_PI_HIGH - of_small) - math.copysign(r, x)
    of_small = of_small + (low + (_HALF_PI_LOW - math.copysign(cube, x)))
    return of_large if is_large else of_small


def arctan(x: float) -> float:
    """Return the angle between -pi/2 and pi/2 with the tangent `x`."""
    size = min(abs(x), LARGEST)
    is_middle = size > _FIRST
    is_large = size > _SECOND
    above = size - ONE if is_middle else size
    below = size + ONE if is_middle else ONE
    # What these sums lost
    of_above = size - (above + ONE)
    of_below = min(size, ONE) - (below - max(size, ONE))
    is_sum = is_middle and not is_large
    of_above = of_above if is_sum else ZERO
    of_below = of_below if is_sum else ZERO
    above = -ONE if is_large else above
    below = size if is_large else below
    inverse = ONE / below
    r = above * inverse
    left = fma(-r, below, above) + fma(-r, of_below, of_above)
    z = r * r
    w = z * z
    even = fma(fma(_T4, w, _T2), w, _T0)
    cube = r * z * fma(fma(_T3, w, _T1), z, even)
    start = _QUARTER_PI_HIGH if is_middle else ZERO
    start_low = _QUARTER_PI_LOW if is_middle else ZERO
    start = _HALF_PI_HIGH if is_large else start
    start_low = _HALF_PI_LOW if is_large else start_low
    rest = fma(left, inverse, cube + start_low)
    return math.copysign(start + (r + rest), x)
