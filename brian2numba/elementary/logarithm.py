"""
Logarithms without branches, which LLVM makes vector code of.

A number is ``m * 2**k`` with m between the roots of 1/2 and 2. With ``f = m - 1`` and
``s = f/(2 + f)``, ``log(m) = f - f**2/2 + s*(f**2/2 + R(s**2))``, where R is the series
of ``log((1 + s)/(1 - s))/s - 2``. (This form, which keeps the first digits exact, is
due to K. C. Ng, 1986.) Its coefficients are those with the least largest error.
"""

from __future__ import annotations

import math

from brian2numba.language import float64_bits, float64_from_bits, fma

__all__ = ["log", "log1p", "log10", "split_number"]

#: log(2), of which the first part has 42 bits: times an exponent it is exact
_LN2_HIGH, _LN2_LOW = 0.6931471805598903, 5.497923018708371e-14
#: 1/log(10)
_TENTH_HIGH, _TENTH_LOW = 0.4342944819032518, 1.098319650216765e-17
#: R(z)/z, with an error below 2**-58 relative to the logarithm
_C0, _C1 = 0.6666666666666731, 0.39999999999436087
_C2, _C3 = 0.28571428738359755, 0.22222198936084125
_C4, _C5 = 0.1818354737262836, 0.15314446778030544
_C6 = 0.147922857152269

_ROOT_BITS = 0x3FE6A09E667F3BCD  # the root of 1/2
_ONE_MINUS_ROOT = 0x3FF0000000000000 - _ROOT_BITS
_FRACTION = 0x000FFFFFFFFFFFFF
_EXPONENT = 0xFFF
#: The bits of 2**52, to whose last ones an integer is added to make a float of it
_INTEGER_BITS = 0x4330000000000000
_BIAS = 2.0**52 + 1023.0
_LEAST_NORMAL = 2.0**-1022
_TO_NORMAL, _BITS_TO_NORMAL = 2.0**54, 54.0
#: Below, log1p(x) rounds to x
_NO_SQUARE = 2.0**-54


def _mantissa(x: float, bias: float) -> tuple[float, float]:
    """Return m and k of a normal number; k is less by ``bias - _BIAS``."""
    bits = float64_bits(x) + _ONE_MINUS_ROOT
    # A shift that fills with zeros: AVX2 has no other one
    exponent = (bits >> 52) & _EXPONENT
    k = float64_from_bits(exponent | _INTEGER_BITS) - bias
    return float64_from_bits((bits & _FRACTION) + _ROOT_BITS), k


def split_number(x: float) -> tuple[float, float]:
    """Return m and k of a positive number. Subnormal ones are made normal before."""
    is_tiny = x < _LEAST_NORMAL
    normal = x * _TO_NORMAL if is_tiny else x
    bias = _BIAS + _BITS_TO_NORMAL if is_tiny else _BIAS
    return _mantissa(normal, bias)


def _parts(m: float, k: float) -> tuple[float, float]:
    """Return the logarithm of ``m * 2**k`` as a sum; the second number is smaller."""
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    odd = fma(fma(_C5, w, _C3), w, _C1)
    even = fma(fma(fma(_C6, w, _C4), w, _C2), w, _C0)
    half_square = 0.5 * f * f
    series = fma(fma(odd, z, even), z, half_square)
    of_exponent = k * _LN2_HIGH
    high = of_exponent + f
    rest = (of_exponent - high) + f
    low = fma(s, series, fma(k, _LN2_LOW, rest)) - half_square
    return high, low


def _of_any(x: float, of_positive: float) -> float:
    """Return the logarithm of `x`, given what it is if that is positive and finite."""
    result = of_positive if x < math.inf else x
    of_others = -math.inf if x == 0.0 else math.nan
    return of_others if x <= 0.0 else result


def log(x: float) -> float:
    """Return the natural logarithm."""
    m, k = split_number(x)
    high, low = _parts(m, k)
    return _of_any(x, high + low)


def log10(x: float) -> float:
    """Return the logarithm to base 10."""
    m, k = split_number(x)
    high, low = _parts(m, k)
    product = high * _TENTH_HIGH
    rest = fma(high, _TENTH_HIGH, -product)
    rest = rest + fma(high, _TENTH_LOW, low * _TENTH_HIGH)
    return _of_any(x, product + rest)


def log1p(x: float) -> float:
    """Return the natural logarithm of ``1 + x``."""
    total = 1.0 + x
    of_x = total - 1.0
    lost = (1.0 - (total - of_x)) + (x - of_x)
    m, k = _mantissa(total, _BIAS)
    high, low = _parts(m, k)
    result = _of_any(total, high + (low + lost / total))
    return x if math.fabs(x) < _NO_SQUARE else result
