"""
Powers in single precision, without branches.

See `brian2numba.elementary.power`. The logarithm is known to some 36 bits.
"""

from __future__ import annotations

import math

from brian2numba.elementary.single.constants import (
    HALF,
    INF,
    NAN,
    ONE,
    ZERO,
    single,
    singles,
)
from brian2numba.elementary.single.exponential import exp_of_sum
from brian2numba.elementary.single.logarithm import LN2_HIGH, LN2_LOW, split_number
from brian2numba.language import float32_bits, float32_from_bits, floor, fma

__all__ = ["power", "square_root"]

_TWO_THIRDS_HIGH, _TWO_THIRDS_LOW = singles(0.6666666865348816, -1.9868215517249155e-08)
#: P, with an error below 2**-42 relative to the logarithm
_C0, _C1, _C2, _C3 = singles(
    0.3999999761581421, 0.28571972250938416, 0.22179731726646423, 0.19556283950805664
)

_SIGN = -0x80000000
#: Beyond, a power is 0 or infinite
_FAR = single(200.0)


def _logarithm(x: float) -> tuple[float, float]:
    """Return the logarithm of a positive number to some 36 bits, as a sum."""
    m, k = split_number(x)
    f = m - ONE
    divisor = m + ONE
    inverse = ONE / divisor
    s = f * inverse
    left = fma(-s, m - (divisor - ONE), fma(-s, divisor, f))
    s_low = left * inverse
    z = s * s
    z_low = fma(s + s, s_low, fma(s, s, -z))
    w = z * z
    of_polynomial = w * fma(fma(_C3, z, _C2), w, fma(_C1, z, _C0))
    first = z * _TWO_THIRDS_HIGH
    first_low = fma(z, _TWO_THIRDS_HIGH, -first)
    first_low = first_low + fma(z, _TWO_THIRDS_LOW, z_low * _TWO_THIRDS_HIGH)
    series = first + of_polynomial
    series_low = ((first - series) + of_polynomial) + first_low
    cubes = s * series
    cubes_low = fma(s, series, -cubes) + fma(s, series_low, s_low * series)
    of_m = (s + s) + cubes
    m_low = (((s + s) - of_m) + cubes) + ((s_low + s_low) + cubes_low)
    of_exponent = k * LN2_HIGH
    high = of_exponent + of_m
    return high, ((of_exponent - high) + of_m) + fma(k, LN2_LOW, m_low)


def power(x: float, y: float) -> float:
    """Return `x` to the power of `y`, as C99 defines it for all numbers."""
    size = abs(x)
    high, low = _logarithm(size)
    high = -INF if size == ZERO else high
    high = high if size < INF else size
    product = y * high
    rest = fma(y, high, -product) + y * low
    rest = rest if abs(product) < _FAR else ZERO
    result = exp_of_sum(product, rest)
    half = HALF * y
    is_integer = floor(y) == y
    is_odd = is_integer and floor(half) != half
    sign = float32_bits(x) & _SIGN
    sign = sign if is_odd else 0
    result = float32_from_bits(float32_bits(result) ^ sign)
    is_undefined = x < ZERO and x > -INF and not is_integer
    result = NAN if is_undefined else result
    is_one = y == ZERO or x == ONE or (size == ONE and abs(y) == INF)
    return ONE if is_one else result


def square_root(x: float) -> float:
    """Return `x` to the power of 1/2, which is no negative zero."""
    root = math.sqrt(x + ZERO)
    return INF if x == -INF else root
