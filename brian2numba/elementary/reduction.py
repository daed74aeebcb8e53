"""
How far an angle is from the closest multiple of pi/2, for angles of any size.

The method is Payne's and Hanek's (Radian reduction for trigonometric functions, ACM
SIGNUM Newsletter 18(1), 1983): of ``x * 2/pi`` only the last digits before the point
and those after it matter, so that of 2/pi only digits are needed whose place depends on
the exponent of `x`. They are taken from a table, in four pieces of 52 bits. In all
that follows each sum and product up to the last piece is exact, because of where its
first and its last bit are.
"""

from __future__ import annotations

from brian2numba.language import float64_bits, float64_from_bits, fma

__all__ = ["FIRST_EXPONENT", "N_BITS", "PIECES", "TWO_OVER_PI", "remainder"]

#: 2/pi times 2**1400
TWO_OVER_PI = int(
    "A2F9836E4E441529FC2757D1F534DDC0DB6295993C439041FE5163ABDEBBC561B7246E3A424DD2E0"
    "06492EEA09D1921CFE1DEB1CB129A73EE88235F52EBB4484E99C7026B45F7E413991D639835339F4"
    "9C845F8BBDF9283B1FF897FFDE05980FEF2F118B5A0A6D1F6D367ECF27CB09B74F463F669E5FEA2D"
    "7527BAC7EBE5F17B3D0739F78A5292EA6BFB5FB11F8D5D0856033046FC7B6BABF0CFBC209AF4361D"
    "A9E391615EE61B086599855F14A068",
    16,
)
#: How many digits these are
N_BITS = 1400
#: The exponent that the first entry of the table is for, that of 1/2
FIRST_EXPONENT = -1
_LAST_EXPONENT = 1024 + 3 * 52


def _piece(exponent: int) -> float:
    """Return ``2**exponent * 2/pi`` rounded to a multiple of 4, without what is above.

    That is the closest multiple of 2**54, which contributes to a product with a number
    between 1 and 2 only multiples of 4.
    """
    fours, above = (
        (TWO_OVER_PI + (1 << unit >> 1)) >> unit
        for unit in (N_BITS + 2 - exponent, N_BITS + 54 - exponent)
    )
    return 4.0 * (fours - (above << 52))


#: For each exponent, 52 bits of 2/pi
PIECES = tuple(_piece(k) for k in range(FIRST_EXPONENT, _LAST_EXPONENT + 1))

_FRACTION = 0x000FFFFFFFFFFFFF
_BITS_OF_ONE = 0x3FF0000000000000
_EXPONENT = 0x7FF
_BIAS = 1023
#: Added and taken away, they round to a multiple of 8, of 2**-49, of 2**-101 and of 1
_TO_8, _TO_49, _TO_101, _TO_1 = 1.5 * 2.0**55, 12.0, 1.5 * 2.0**-49, 1.5 * 2.0**52
_DOWN = 2.0**-52
_HALF_PI_HIGH, _HALF_PI_LOW = 1.5707963267948966, 6.123233995736766e-17
#: Below, the angle itself is what remains
_QUARTER_PI = 0.7853981633974483


def _digits(k: int) -> float:
    return PIECES[k]


def remainder(x: float) -> tuple[float, float, int]:
    """Return the remainder of an angle, and the number of quarter turns.

    Parameters
    ----------
    x : float
        The angle; not negative.

    Returns
    -------
    high, low : float
        The angle without quarter turns, as a sum; between -pi/4 and pi/4.
    n : int
        Their number, of which the last two bits are right.
    """
    bits = float64_bits(max(x, 0.5))
    k = ((bits >> 52) & _EXPONENT) - (_BIAS + FIRST_EXPONENT)
    m = float64_from_bits((bits & _FRACTION) | _BITS_OF_ONE)
    first = _digits(k)
    turns = fma(m, first, _TO_8) - _TO_8
    a = fma(m, first, -turns)
    m = m * _DOWN
    second = _digits(k + 52)
    b = fma(m, second, _TO_49) - _TO_49
    c = fma(m, second, -b)
    m = m * _DOWN
    third = _digits(k + 104)
    d = fma(m, third, _TO_101) - _TO_101
    rest = fma(m * _DOWN, _digits(k + 156), fma(m, third, -d))
    shifted = (a + b) + _TO_1
    large = (a + b) - (shifted - _TO_1)
    small = c + d
    high = large + small
    part = high - large
    low = ((large - (high - part)) + (small - part)) + rest
    angle = high * _HALF_PI_HIGH
    lost = fma(high, _HALF_PI_HIGH, -angle)
    rest = lost + fma(high, _HALF_PI_LOW, low * _HALF_PI_HIGH)
    is_small = x < _QUARTER_PI
    n = 0 if is_small else float64_bits(shifted)
    angle = x if is_small else angle
    # Not a number, if x is infinite
    rest = 0.0 if is_small else rest + (x - x)
    return angle, rest, n
