"""
Exponential functions in single precision, without branches.

See `brian2numba.elementary.exponential`. What is rounded before the last operation is
kept where it would cost more than a quarter of a unit in the last place.
"""

from __future__ import annotations

from brian2numba.elementary.single.constants import (
    HALF,
    INF,
    LARGEST,
    ONE,
    TWO,
    ZERO,
    single,
    singles,
)
from brian2numba.language import float32_bits, float32_from_bits, fma

__all__ = ["exp", "exp_of_sum", "expm1", "exprel", "part_of_expm1", "quarter_of_exp"]

_LOG2_E = single(1.4426950216293335)
#: log(2), of which the first part has 16 bits: times an exponent it is exact
_LN2_HIGH, _LN2_LOW = singles(0.693145751953125, 1.428606765330187e-06)
#: A number of this size has no bits for a fraction; its last 9 bits are the rounded
#: number that was added, plus twice the bias of an exponent
_ROUND = single(1.5 * 2.0**23 + 254.0)
#: (exp(r) - 1 - r - r**2/2)/r**3, with an error below 2**-27 relative to exp(r)
_C0, _C1, _C2, _C3 = singles(
    0.16666534543037415, 0.04166724160313606, 0.008367438800632954, 0.001386346179060638
)

_EXPONENT = -(2**23)

#: Where exp is 0 and infinite in single precision
_LEAST, _MOST = singles(-104.0, 89.0)
#: Where expm1 is -1
_LEAST_OF_EXPM1 = single(-20.0)
#: Where exprel is infinite
_MOST_OF_EXPREL = single(95.0)
#: Below, expm1(x) rounds to x, and exprel(x) to 1
_NO_SQUARE = single(2.0**-25)
#: The unit of a difference that would be too large for the format
_SMALL_UNIT = single(2.0**-16)


def _tail(r: float, more: float) -> float:
    """Return ``exp(r) - 1 - r + more``."""
    square = r * r
    cubes = r * square * fma(fma(_C3, r, _C2), square, fma(_C1, r, _C0))
    # The largest part is rounded only in the sum
    return fma(HALF * r, r, cubes + more)


def _reduced(y: float) -> tuple[float, float, float]:
    """Return ``exp(r) - 1`` as a sum, and the number with the bits of n."""
    shifted = fma(y, _LOG2_E, _ROUND)
    n = shifted - _ROUND
    high = fma(-n, _LN2_HIGH, y)
    low = -n * _LN2_LOW
    # `high` is exact and ``high + low`` is not
    return high, _tail(high + low, low), shifted


def _scaled(p: float, shifted: float) -> float:
    """Return ``2**n * p``; one factor alone would be too large, or too small."""
    bits = float32_bits(shifted)
    first = (bits << 22) & _EXPONENT
    second = (bits << 23) - first
    return p * float32_from_bits(first) * float32_from_bits(second)


def exp(x: float) -> float:
    """Return e to the power of `x`."""
    high, tail, shifted = _reduced(max(min(x, _MOST), _LEAST))
    return _scaled(ONE + (high + tail), shifted)


def quarter_of_exp(y: float) -> tuple[float, float]:
    """Return a quarter of ``exp(y)`` as a sum, for `y` that is not negative.

    It may be finite where ``exp(y)`` is not.
    """
    high, tail, shifted = _reduced(y)
    part = high + tail
    p = ONE + part
    scale = float32_from_bits((float32_bits(shifted) - 129) << 23)
    return scale * p, scale * ((ONE - p) + part)


def exp_of_sum(x: float, rest: float) -> float:
    """Return e to the power of ``x + rest``, where `rest` is small."""
    y = max(min(x, _MOST), _LEAST)
    shifted = fma(y, _LOG2_E, _ROUND)
    n = shifted - _ROUND
    high = fma(-n, _LN2_HIGH, y)
    low = fma(-n, _LN2_LOW, rest)
    return _scaled(ONE + (high + _tail(high + low, low)), shifted)


def part_of_expm1(y: float, unit: float, unit_bits: int) -> tuple[float, float]:
    """Return ``(exp(y) - 1)*unit`` as a sum, of which the first number is larger.

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
    scale = float32_from_bits((float32_bits(shifted) - unit_bits) << 23)
    base = scale - unit
    total = fma(scale, high, base)
    # What the sums lost; the larger part comes first
    lost = fma(scale, high, base - total) + ((scale - base) - unit)
    return total, fma(scale, tail, lost)


def expm1(x: float) -> float:
    """Return ``exp(x) - 1``."""
    total, rest = part_of_expm1(max(min(x, _MOST), _LEAST_OF_EXPM1), HALF, 128)
    result = TWO * (total + rest)
    return x if abs(x) < _NO_SQUARE else result


def exprel(x: float) -> float:
    """Return ``(exp(x) - 1)/x``, which is 1 where `x` is 0."""
    limited = min(x, _MOST_OF_EXPREL)
    total, rest = part_of_expm1(max(limited, _LEAST_OF_EXPM1), _SMALL_UNIT, 143)
    divisor = limited * _SMALL_UNIT
    inverse = ONE / divisor
    quotient = min(total * inverse, LARGEST)
    # What is left of the division
    left = fma(-quotient, divisor, total) + rest
    left = left if x > -INF else ZERO
    result = fma(left, inverse, quotient)
    return ONE if abs(x) < _NO_SQUARE else result
