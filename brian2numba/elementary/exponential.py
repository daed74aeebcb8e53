"""
Exponential functions without branches, which LLVM makes vector code of.

An argument is reduced to ``x = n*log(2) + r`` with ``|r| <= log(2)/2``, where a
polynomial is close to ``exp(r)``; then ``exp(x) = 2**n * exp(r)``. The method, and the
division of log(2) in two parts so that ``n`` times the first one is exact, are Cody's
and Waite's (Software Manual for the Elementary Functions, 1980). The coefficients are
those with the least largest error (Remez' algorithm).
"""

from __future__ import annotations

import math

from brian2numba.language import float64_bits, float64_from_bits, fma

__all__ = ["exp", "exp_of_sum", "expm1", "exprel", "half_of_exp", "part_of_expm1"]

_LOG2_E = 1.4426950408889634
#: log(2), of which the first part has 33 bits
_LN2_HIGH, _LN2_LOW = 0.6931471806019545, -4.2009150726810846e-11
#: A number of this size has no bits for a fraction; its last 12 bits are the rounded
#: number that was added, plus twice the bias of an exponent
_ROUND = 1.5 * 2.0**52 + 2046.0
#: (exp(r) - 1 - r - r**2/2)/r**3, with an error below 2**-63 relative to exp(r)
_C0, _C1 = 0.16666666666666674, 0.04166666666666669
_C2, _C3 = 0.00833333333332233, 0.0013888888888869452
_C4, _C5 = 0.00019841269885406007, 2.480158735766524e-05
_C6, _C7 = 2.7557244324051548e-06, 2.755724421215086e-07
_C8, _C9 = 2.510912961785326e-08, 2.0924177462441424e-09

_EXPONENT = -(2**52)

#: Where exp is 0 and infinite in double precision
_LEAST, _LARGEST = -746.0, 710.0
#: Where expm1 is -1
_LEAST_OF_EXPM1 = -40.0
#: Where exprel is infinite
_LARGEST_OF_EXPREL = 718.0
#: Below, expm1(x) rounds to x
_NO_SQUARE = 2.0**-54
#: Below, exprel(x) is 1
_NEAR_ZERO = 1e-16


def _tail(r: float) -> float:
    """Return ``exp(r) - 1 - r``."""
    square = r * r
    # Two sums of half the length, which the processor works on at the same time
    even = fma(fma(fma(fma(_C8, square, _C6), square, _C4), square, _C2), square, _C0)
    odd = fma(fma(fma(fma(_C9, square, _C7), square, _C5), square, _C3), square, _C1)
    return fma(fma(odd, r, even), r * square, 0.5 * square)


def exp(x: float) -> float:
    """Return e to the power of `x`."""
    high, tail, shifted = _reduced(max(min(x, _LARGEST), _LEAST))
    return _scaled(1.0 + (high + tail), shifted)


def half_of_exp(y: float) -> float:
    """Return half of ``exp(y)``, which may be finite where ``exp(y)`` is not."""
    high, tail, shifted = _reduced(y)
    return _scaled(0.5 * (1.0 + (high + tail)), shifted)


def exp_of_sum(x: float, rest: float) -> float:
    """Return e to the power of ``x + rest``, where `rest` is small."""
    y = max(min(x, _LARGEST), _LEAST)
    shifted = fma(y, _LOG2_E, _ROUND)
    n = shifted - _ROUND
    high = fma(-n, _LN2_HIGH, y)
    low = fma(-n, _LN2_LOW, rest)
    p = 1.0 + (high + (_tail(high + low) + low))
    return _scaled(p, shifted)


def _reduced(y: float) -> tuple[float, float, float]:
    """Return ``exp(r) - 1`` as a sum, and the number with the bits of n."""
    shifted = fma(y, _LOG2_E, _ROUND)
    n = shifted - _ROUND
    high = fma(-n, _LN2_HIGH, y)
    # `high` is exact and `r` is not
    r = fma(-n, _LN2_LOW, high)
    return high, fma(-n, _LN2_LOW, _tail(r)), shifted


def _scaled(p: float, shifted: float) -> float:
    """Return ``2**n * p``; one factor alone would be too large, or too small."""
    bits = float64_bits(shifted)
    # The exponent of the first factor is half the sum of both, without a shift to the
    # right, which keeps the sign and for which AVX2 has no instruction
    first = (bits << 51) & _EXPONENT
    second = (bits << 52) - first
    return p * float64_from_bits(first) * float64_from_bits(second)


def part_of_expm1(y: float, unit: float, unit_bits: int) -> float:
    """Return ``(exp(y) - 1)*unit``.

    Parameters
    ----------
    y : float
        The exponent, such that the result is finite.
    unit : float
        A power of two.
    unit_bits : int
        What makes its exponent of the last bits of `_ROUND`.
    """
    high, tail, shifted = _reduced(y)
    scale = float64_from_bits((float64_bits(shifted) - unit_bits) << 52)
    base = scale - unit
    total = fma(scale, high, base)
    # What the sums lost; the larger part comes first
    lost = fma(scale, high, base - total) + ((scale - base) - unit)
    return total + fma(scale, tail, lost)


def expm1(x: float) -> float:
    """Return ``exp(x) - 1``."""
    y = max(min(x, _LARGEST), _LEAST_OF_EXPM1)
    result = 2.0 * part_of_expm1(y, 0.5, 1024)
    return x if math.fabs(x) < _NO_SQUARE else result


def exprel(x: float) -> float:
    """Return ``(exp(x) - 1)/x``, which is 1 where `x` is 0."""
    limited = min(x, _LARGEST_OF_EXPREL)
    y = max(limited, _LEAST_OF_EXPM1)
    result = part_of_expm1(y, 2.0**-16, 1039) / (limited * 2.0**-16)
    return 1.0 if math.fabs(x) < _NEAR_ZERO else result
