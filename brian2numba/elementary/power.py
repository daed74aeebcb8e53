"""
Powers without branches, which LLVM makes vector code of.

``x**y = exp(y*log(x))``, where the logarithm has to be known to some 64 bits for the
result to be right to 53. It is computed as a sum of two numbers, of which the second
has what the first one lacks (Dekker, A floating-point technique for extending the
available precision, Numer. Math. 18, 1971). With ``s = (m - 1)/(m + 1)``, ``log(m)`` is
``2*s + s*(2/3*s**2 + s**4*P(s**2))``.
"""

from __future__ import annotations

import math

from brian2numba.elementary.exponential import exp_of_sum
from brian2numba.elementary.logarithm import split_number
from brian2numba.language import float64_bits, float64_from_bits, floor, fma

__all__ = ["power", "square_root"]

#: log(2), of which the first part has 42 bits: times an exponent it is exact
_LN2_HIGH, _LN2_LOW = 0.6931471805598903, 5.497923018708371e-14
_TWO_THIRDS_HIGH, _TWO_THIRDS_LOW = 0.6666666666666666, 3.700743415417188e-17
#: P, with an error below 2**-64 relative to the logarithm
_C0, _C1 = 0.4000000000000039, 0.2857142857091102
_C2, _C3 = 0.22222222386897209, 0.18181795153871777
_C4, _C5 = 0.15386293481632676, 0.132669615289665
_C6 = 0.13107464565570204

_SIGN = -0x8000000000000000
#: Beyond, a power is 0 or infinite
_FAR = 1000.0


def _logarithm(x: float) -> tuple[float, float]:
    """Return the logarithm of a positive number to some 64 bits, as a sum."""
    m, k = split_number(x)
    f = m - 1.0
    divisor = m + 1.0
    inverse = 1.0 / divisor
    s = f * inverse
    left = fma(-s, m - (divisor - 1.0), fma(-s, divisor, f))
    s_low = left * inverse
    z = s * s
    z_low = fma(s + s, s_low, fma(s, s, -z))
    w = z * z
    even = fma(fma(fma(_C6, w, _C4), w, _C2), w, _C0)
    odd = fma(fma(_C5, w, _C3), w, _C1)
    of_polynomial = w * fma(odd, z, even)
    first = z * _TWO_THIRDS_HIGH
    first_low = fma(z, _TWO_THIRDS_HIGH, -first)
    first_low = first_low + fma(z, _TWO_THIRDS_LOW, z_low * _TWO_THIRDS_HIGH)
    series = first + of_polynomial
    series_low = ((first - series) + of_polynomial) + first_low
    cubes = s * series
    cubes_low = fma(s, series, -cubes) + fma(s, series_low, s_low * series)
    of_m = (s + s) + cubes
    m_low = (((s + s) - of_m) + cubes) + ((s_low + s_low) + cubes_low)
    of_exponent = k * _LN2_HIGH
    high = of_exponent + of_m
    return high, ((of_exponent - high) + of_m) + fma(k, _LN2_LOW, m_low)


def power(x: float, y: float) -> float:
    """Return `x` to the power of `y`, as C99 defines it for all numbers."""
    size = math.fabs(x)
    high, low = _logarithm(size)
    high = -math.inf if size == 0.0 else high
    high = high if size < math.inf else size
    product = y * high
    rest = fma(y, high, -product) + y * low
    rest = rest if math.fabs(product) < _FAR else 0.0
    result = exp_of_sum(product, rest)
    half = 0.5 * y
    is_integer = floor(y) == y
    is_odd = is_integer and floor(half) != half
    sign = float64_bits(x) & _SIGN
    sign = sign if is_odd else 0
    result = float64_from_bits(float64_bits(result) ^ sign)
    is_undefined = x < 0.0 and x > -math.inf and not is_integer
    result = math.nan if is_undefined else result
    is_one = y == 0.0 or x == 1.0 or (size == 1.0 and math.fabs(y) == math.inf)
    return 1.0 if is_one else result


def square_root(x: float) -> float:
    """Return `x` to the power of 1/2, which is no negative zero."""
    root = math.sqrt(x + 0.0)
    return math.inf if x == -math.inf else root
