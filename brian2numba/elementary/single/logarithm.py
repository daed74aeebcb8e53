"""
Logarithms in single precision, without branches.

A number is ``m * 2**k`` with m between the roots of 1/2 and 2. With ``f = m - 1``,
``log(m) = f - f**2/2 + f**3*P(f)``, as in Cephes (Moshier, Methods and Programs for
Mathematical Functions, 1989): a longer polynomial takes less time than a division.
"""

from __future__ import annotations

from brian2numba.elementary.single.constants import (
    HALF,
    INF,
    NAN,
    ONE,
    ZERO,
    single,
    singles,
)
from brian2numba.language import float32_bits, float32_from_bits, fma

__all__ = ["LN2_HIGH", "LN2_LOW", "log", "log1p", "log10", "split_number"]

#: log(2), of which the first part has 16 bits: times an exponent it is exact
LN2_HIGH, LN2_LOW = singles(0.693145751953125, 1.428606765330187e-06)
#: 1/log(10)
_TENTH_HIGH, _TENTH_LOW = singles(0.4342944920063019, -1.0103049952192578e-08)
#: P, with an error below 2**-27 relative to the logarithm
_C0, _C1, _C2, _C3 = singles(
    0.3333333134651184, -0.2500081956386566, 0.2000124156475067, -0.166234090924263
)
_C4, _C5, _C6, _C7 = singles(
    0.14201579988002777, -0.13159610331058502, 0.12762217223644257, -0.07636439055204391
)

_ROOT_BITS = 0x3F3504F3  # the root of 1/2
_ONE_MINUS_ROOT = 0x3F800000 - _ROOT_BITS
_FRACTION = 0x007FFFFF
_EXPONENT = 0x1FF
#: The bits of 2**23, to whose last ones an integer is added to make a float of it
_INTEGER_BITS = 0x4B000000
_BIAS = single(2.0**23 + 127.0)
_LEAST_NORMAL = single(2.0**-126)
_TO_NORMAL, _BITS_TO_NORMAL = singles(2.0**25, 25.0)
#: Below, log1p(x) rounds to x
_NO_SQUARE = single(2.0**-25)


def _mantissa(x: float, bias: float) -> tuple[float, float]:
    """Return m and k of a normal number; k is an exponent less a bias."""
    bits = float32_bits(x) + _ONE_MINUS_ROOT
    exponent = (bits >> 23) & _EXPONENT
    k = float32_from_bits(exponent | _INTEGER_BITS) - bias
    return float32_from_bits((bits & _FRACTION) + _ROOT_BITS), k


def split_number(x: float) -> tuple[float, float]:
    """Return m and k of a positive number. Subnormal ones are made normal before."""
    is_tiny = x < _LEAST_NORMAL
    normal = x * _TO_NORMAL if is_tiny else x
    m, k = _mantissa(normal, _BIAS)
    return m, k - (_BITS_TO_NORMAL if is_tiny else ZERO)


def _parts(m: float, k: float, more: float) -> tuple[float, float]:
    """Return the logarithm of ``m * 2**k``, plus `more`, as a sum."""
    f = m - ONE
    z = f * f
    even = fma(fma(fma(_C6, z, _C4), z, _C2), z, _C0)
    odd = fma(fma(fma(_C7, z, _C5), z, _C3), z, _C1)
    of_exponent = k * LN2_HIGH
    high = of_exponent + f
    rest = (of_exponent - high) + f
    rest = fma(k, LN2_LOW, rest + more)
    rest = fma(f * z, fma(odd, f, even), rest)
    # The largest part is rounded only in the sum
    return high, fma(-HALF * f, f, rest)


def _of_any(x: float, of_positive: float) -> float:
    """Return the logarithm of `x`, given what it is if that is positive and finite."""
    result = of_positive if x < INF else x
    of_others = -INF if x == ZERO else NAN
    return of_others if x <= ZERO else result


def log(x: float) -> float:
    """Return the natural logarithm."""
    m, k = split_number(x)
    high, low = _parts(m, k, ZERO)
    return _of_any(x, high + low)


def log10(x: float) -> float:
    """Return the logarithm to base 10."""
    m, k = split_number(x)
    high, low = _parts(m, k, ZERO)
    product = high * _TENTH_HIGH
    rest = fma(high, _TENTH_LOW, fma(high, _TENTH_HIGH, -product))
    return _of_any(x, product + fma(low, _TENTH_HIGH, rest))


def log1p(x: float) -> float:
    """Return the natural logarithm of ``1 + x``."""
    total = ONE + x
    of_x = total - ONE
    lost = (ONE - (total - of_x)) + (x - of_x)
    m, k = _mantissa(total, _BIAS)
    high, low = _parts(m, k, lost / total)
    result = _of_any(total, high + low)
    return x if abs(x) < _NO_SQUARE else result
