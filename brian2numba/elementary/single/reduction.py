"""
How far an angle is from the closest multiple of pi/2, in single precision.

See `brian2numba.elementary.reduction`; here the pieces have 23 bits.
"""

from __future__ import annotations

from brian2numba.elementary.reduction import N_BITS, TWO_OVER_PI
from brian2numba.elementary.single.constants import HALF, ZERO, single, singles
from brian2numba.language import float32_bits, float32_from_bits, fma

__all__ = ["FIRST_EXPONENT", "PIECES", "remainder"]

_N_OF_PIECE = 23
#: The exponent that the first entry of the table is for, that of 1/2
FIRST_EXPONENT = -1
_LAST_EXPONENT = 128 + 3 * _N_OF_PIECE


def _piece(exponent: int) -> float:
    """Return ``2**exponent * 2/pi`` rounded to a multiple of 4, without what is above.

    That is the closest multiple of 2**25, which contributes to a product with a number
    between 1 and 2 only multiples of 4.
    """
    fours, above = (
        (TWO_OVER_PI + (1 << unit >> 1)) >> unit
        for unit in (N_BITS + 2 - exponent, N_BITS + 2 + _N_OF_PIECE - exponent)
    )
    return single(4.0 * (fours - (above << _N_OF_PIECE)))


#: For each exponent, 23 bits of 2/pi
PIECES = tuple(_piece(k) for k in range(FIRST_EXPONENT, _LAST_EXPONENT + 1))

_FRACTION = 0x007FFFFF
_BITS_OF_ONE = 0x3F800000
_EXPONENT = 0xFF
_BIAS = 127
#: Added and taken away, they round to a multiple of 8, of 2**-20, of 2**-43 and of 1
_TO_8, _TO_20, _TO_43, _TO_1 = singles(
    1.5 * 2.0**26, 12.0, 1.5 * 2.0**-20, 1.5 * 2.0**23
)
_DOWN = single(2.0**-23)
_HALF_PI_HIGH, _HALF_PI_LOW = singles(1.5707963705062866, -4.371138828673793e-08)
#: Below, the angle itself is what remains
_QUARTER_PI = single(0.7853981)


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
    bits = float32_bits(max(x, HALF))
    k = ((bits >> 23) & _EXPONENT) - (_BIAS + FIRST_EXPONENT)
    m = float32_from_bits((bits & _FRACTION) | _BITS_OF_ONE)
    first = _digits(k)
    turns = fma(m, first, _TO_8) - _TO_8
    a = fma(m, first, -turns)
    m = m * _DOWN
    second = _digits(k + 23)
    b = fma(m, second, _TO_20) - _TO_20
    c = fma(m, second, -b)
    m = m * _DOWN
    third = _digits(k + 46)
    d = fma(m, third, _TO_43) - _TO_43
    rest = fma(m * _DOWN, _digits(k + 69), fma(m, third, -d))
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
    n = 0 if is_small else float32_bits(shifted)
    angle = x if is_small else angle
    # Not a number, if x is infinite
    rest = ZERO if is_small else rest + (x - x)
    return angle, rest, n
