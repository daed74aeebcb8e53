"""
Sine, cosine and tangent without branches, which LLVM makes vector code of.

What remains of an angle without quarter turns is a sum ``high + low``. Polynomials in
its square are close to the sine and the cosine; their coefficients are those with the
least largest error (Remez' algorithm).
"""

from __future__ import annotations

import math

from brian2numba.elementary.reduction import remainder
from brian2numba.language import float64_bits, float64_from_bits, fma

__all__ = ["cos", "sin", "tan"]

#: (sin(r) - r)/r**3 as a polynomial in r**2, with an error below 2**-57
_S0, _S1 = -0.16666666666666638, 0.008333333333323733
_S2, _S3 = -0.0001984126983066934, 2.7557313946180222e-06
_S4, _S5 = -2.505079292742422e-08, 1.589859444338582e-10
#: (cos(r) - 1 + r**2/2)/r**4, with an error below 2**-63
_C0, _C1 = 0.04166666666666666, -0.001388888888888334
_C2, _C3 = 2.4801587294844662e-05, -2.755731580324733e-07
_C4, _C5 = 2.0875908929613284e-09, -1.1368738701115263e-11

_SIGN = -0x8000000000000000


def _both(high: float, low: float) -> tuple[float, float, float, float]:
    """Return the sine and the cosine of an angle below pi/4, each as a sum."""
    z = high * high
    w = z * z
    even = fma(fma(_S4, w, _S2), w, _S0)
    odd = fma(fma(_S5, w, _S3), w, _S1)
    # The cosine, with which `low` would have to be multiplied, is close enough to 1
    of_sine = fma(high * z, fma(odd, z, even), low)
    even = fma(fma(_C4, w, _C2), w, _C0)
    odd = fma(fma(_C5, w, _C3), w, _C1)
    half = 0.5 * z
    most = 1.0 - half
    rest = fma(w, fma(odd, z, even), -(high * low))
    return high, of_sine, most, ((1.0 - most) - half) + rest


def _with_sign(x: float, sign: int) -> float:
    """Change the sign of a number if the first bit of an integer is set."""
    return float64_from_bits(float64_bits(x) ^ (sign & _SIGN))


def sin(x: float) -> float:
    """Return the sine of `x` (in radians)."""
    high, low, n = remainder(math.fabs(x))
    high, of_sine, most, of_cosine = _both(high, low)
    result = high + of_sine if n & 1 == 0 else most + of_cosine
    return _with_sign(result, (n << 62) ^ float64_bits(x))


def cos(x: float) -> float:
    """Return the cosine of `x` (in radians)."""
    high, low, n = remainder(math.fabs(x))
    high, of_sine, most, of_cosine = _both(high, low)
    result = most + of_cosine if n & 1 == 0 else high + of_sine
    return _with_sign(result, (n + 1) << 62)


def tan(x: float) -> float:
    """Return the tangent of `x` (in radians)."""
    high, low, n = remainder(math.fabs(x))
    high, of_sine, most, of_cosine = _both(high, low)
    is_even = n & 1 == 0
    above = high if is_even else most
    above_rest = of_sine if is_even else of_cosine
    below = most if is_even else high
    below_rest = of_cosine if is_even else of_sine
    divisor = below + below_rest
    below_rest = (below - divisor) + below_rest
    inverse = 1.0 / divisor
    quotient = (above + above_rest) * inverse
    # What is left of the division, of the sums above and below
    rest = fma(-quotient, divisor, above) + fma(-quotient, below_rest, above_rest)
    return _with_sign(fma(rest, inverse, quotient), (n << 63) ^ float64_bits(x))
