"""
Sine, cosine and tangent in single precision, without branches.

What remains of an angle without quarter turns is a sum ``high + low``. Polynomials in
its square are close to the sine, the cosine and the tangent.
"""

from __future__ import annotations

from brian2numba.elementary.single.constants import HALF, ONE, singles
from brian2numba.elementary.single.reduction import remainder
from brian2numba.language import float32_bits, float32_from_bits, fma

__all__ = ["cos", "sin", "tan"]

#: (sin(r) - r)/r**3 as a polynomial in r**2, with an error below 2**-32
_S0, _S1, _S2, _S3 = singles(
    -0.1666666716337204,
    0.008333379402756691,
    -0.00019853065896313637,
    2.8325487164693186e-06,
)
#: (cos(r) - 1 + r**2/2)/r**4, with an error below 2**-32
_C0, _C1, _C2 = singles(
    0.04166664555668831, -0.0013887309469282627, 2.4432327336398885e-05
)
#: (tan(r) - r)/r**3, with an error below 2**-29
_T0, _T1, _T2, _T3 = singles(
    0.33333349227905273, 0.13332675397396088, 0.05405890569090843, 0.02128630131483078
)
_T4, _T5, _T6 = singles(
    0.010827045887708664, 9.895151742966846e-05, 0.004372251685708761
)

_SIGN = -0x80000000


def _sine_and_cosine(high: float, low: float) -> tuple[float, float]:
    """Return the sine and the cosine of an angle below pi/4."""
    z = high * high
    half = HALF * z
    most = ONE - half
    # `low` times the cosine
    more = fma(-low, half, low)
    more = fma(high * z, fma(fma(fma(_S3, z, _S2), z, _S1), z, _S0), more)
    rest = fma(z * z, fma(fma(_C2, z, _C1), z, _C0), -(high * low))
    return high + more, most + (((ONE - most) - half) + rest)


def _with_sign(x: float, sign: int) -> float:
    """Change the sign of a number if the first bit of an integer is set."""
    return float32_from_bits(float32_bits(x) ^ (sign & _SIGN))


def sin(x: float) -> float:
    """Return the sine of `x` (in radians)."""
    high, low, n = remainder(abs(x))
    sine, cosine = _sine_and_cosine(high, low)
    result = sine if n & 1 == 0 else cosine
    return _with_sign(result, (n << 30) ^ float32_bits(x))


def cos(x: float) -> float:
    """Return the cosine of `x` (in radians)."""
    high, low, n = remainder(abs(x))
    sine, cosine = _sine_and_cosine(high, low)
    result = cosine if n & 1 == 0 else sine
    return _with_sign(result, (n + 1) << 30)


def tan(x: float) -> float:
    """Return the tangent of `x` (in radians)."""
    high, low, n = remainder(abs(x))
    z = high * high
    w = z * z
    even = fma(fma(fma(_T6, w, _T4), w, _T2), w, _T0)
    odd = fma(fma(_T5, w, _T3), w, _T1)
    of_cube = fma(odd, z, even)
    cube = high * z
    # What the square and the cube lost
    lost = fma(high, fma(high, high, -z), fma(high, z, -cube))
    tangent = fma(cube, of_cube, high)
    # The derivative is 1 plus the square of the tangent
    more = fma(low * tangent, tangent, low)
    more = fma(cube, of_cube, fma(lost, of_cube, more))
    tangent = high + more
    lost = (high - tangent) + more
    # The tangent of an angle with a quarter turn more is minus the inverse
    inverse = ONE / tangent
    left = fma(-inverse, tangent, ONE) - inverse * lost
    result = tangent if n & 1 == 0 else fma(left, inverse, inverse)
    return _with_sign(result, (n << 31) ^ float32_bits(x))
