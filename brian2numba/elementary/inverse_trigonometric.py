"""
Arcus functions without branches, which LLVM makes vector code of.

Identities lead back to small arguments, where polynomials in their squares are close to
the functions. The coefficients are those with the least largest error (Remez'
algorithm); where the identities change is as in Cephes (Moshier, Methods and Programs
for Mathematical Functions, 1989).
"""

from __future__ import annotations

import math

from brian2numba.language import fma

__all__ = ["arccos", "arcsin", "arctan"]

#: (arcsin(r) - r)/r**3 as a polynomial in r**2 up to 1/4, with an error below 2**-59
_S0, _S1, _S2 = 0.1666666666666674, 0.07499999999975031, 0.04464285717138313
_S3, _S4, _S5 = 0.03038194283722192, 0.02237221185326403, 0.017351661370466443
_S6, _S7, _S8 = 0.013980294185724957, 0.011402787293187213, 0.010760531616582818
_S9, _S10, _S11 = 0.003774551486524129, 0.021554839854081492, -0.020799245793653227
_S12 = 0.03251249716589752
#: (arctan(r) - r)/r**3 as a polynomial in r**2 up to tan(pi/8)**2, the error likewise
_T0, _T1, _T2 = -0.3333333333333323, 0.19999999999961326, -0.14285714280843645
_T3, _T4, _T5 = 0.11111110811360851, -0.09090898466899601, 0.07692071557803212
_T6, _T7, _T8 = -0.06663221446792796, 0.05848674544338584, -0.050425818030241085
_T9, _T10 = 0.03814215267257921, -0.017986798282533016

_HALF_PI_HIGH, _HALF_PI_LOW = 1.5707963267948966, 6.123233995736766e-17
#: The tangents of pi/8 and of 3*pi/8
_FIRST, _SECOND = 0.41421356237309503, 2.414213562373095


def _cube_of_arcsin(r: float, z: float) -> float:
    """Return ``arcsin(r) - r``, given ``z = r**2``."""
    w = z * z
    even = fma(fma(fma(_S12, w, _S10), w, _S8), w, _S6)
    even = fma(fma(fma(even, w, _S4), w, _S2), w, _S0)
    odd = fma(fma(fma(_S11, w, _S9), w, _S7), w, _S5)
    odd = fma(fma(odd, w, _S3), w, _S1)
    return r * z * fma(odd, z, even)


def _reduced(x: float) -> tuple[float, float, float, bool]:
    """Return r, its arcsin as a sum, and whether `x` is not `r` itself.

    For larger arguments ``arccos(x) = 2*arcsin(r)`` with ``r = sqrt((1 - x)/2)``.
    """
    is_large = x > 0.5  # noqa: PLR2004 (where the polynomial ends)
    remainder = 0.5 - 0.5 * x
    z = remainder if is_large else x * x
    root = math.sqrt(remainder)
    r = root if is_large else x
    return r, _cube_of_arcsin(r, z), remainder, is_large


def arcsin(x: float) -> float:
    """Return the angle between -pi/2 and pi/2 with the sine `x`."""
    r, cube, _, is_large = _reduced(math.fabs(x))
    of_large = _HALF_PI_HIGH - 2.0 * r
    lost = (_HALF_PI_HIGH - of_large) - 2.0 * r
    of_large = of_large + (lost + (_HALF_PI_LOW - 2.0 * cube))
    result = of_large if is_large else r + cube
    return math.copysign(result, x)


def arccos(x: float) -> float:
    """Return the angle between 0 and pi with the cosine `x`."""
    r, cube, remainder, is_large = _reduced(math.fabs(x))
    is_negative = x < 0.0
    # What the root lost
    divisor = r + r if r > 0.0 else 1.0
    lost = fma(-r, r, remainder) / divisor if is_large else 0.0
    angle = 2.0 * (r + (lost + cube))
    turned = 2.0 * (_HALF_PI_HIGH - (r + (cube - _HALF_PI_LOW)))
    of_large = turned if is_negative else angle
    of_small = (r + (cube - _HALF_PI_LOW)) if x > 0.0 else -(r + (cube + _HALF_PI_LOW))
    of_small = _HALF_PI_HIGH - of_small
    return of_large if is_large else of_small


def arctan(x: float) -> float:
    """Return the angle between -pi/2 and pi/2 with the tangent `x`."""
    size = math.fabs(x)
    is_middle = size > _FIRST
    is_large = size > _SECOND
    above = size - 1.0 if is_middle else size
    below = size + 1.0 if is_middle else 1.0
    above = -1.0 if is_large else above
    below = size if is_large else below
    r = above / below
    z = r * r
    w = z * z
    even = fma(fma(fma(_T10, w, _T8), w, _T6), w, _T4)
    even = fma(fma(even, w, _T2), w, _T0)
    odd = fma(fma(fma(fma(_T9, w, _T7), w, _T5), w, _T3), w, _T1)
    cube = r * z * fma(odd, z, even)
    start = 0.5 * _HALF_PI_HIGH if is_middle else 0.0
    start_low = 0.5 * _HALF_PI_LOW if is_middle else 0.0
    start = _HALF_PI_HIGH if is_large else start
    start_low = _HALF_PI_LOW if is_large else start_low
    return math.copysign(start + (r + (cube + start_low)), x)
