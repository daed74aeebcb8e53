"""
Random numbers that depend on what they are for, and on no number before them.

A counter-based generator is a function from a key and a counter to random bits. Here
the key stands for a seed and an object, the counter for a neuron or synapse, a run of
the object's code, and a draw in that code. Loops over such numbers are vector code.

References
----------
Salmon, J. K., Moraes, M. A., Dror, R. O. and Shaw, D. E. (2011). Parallel random
numbers: as easy as 1, 2, 3. Proceedings of SC '11, article 16: Philox4x32-10 (section
3.3 and table 2; the constants are those of the authors' library Random123).

Box, G. E. P. and Muller, M. E. (1958). A note on the generation of random normal
deviates. The Annals of Mathematical Statistics, 29(2), 610-611.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from brian2numba.elementary.logarithm import log_of_normal
from brian2numba.language import float64_from_bits, fma, int64s

__all__ = [
    "KEY",
    "RUN",
    "Key",
    "close_key",
    "fill_rand",
    "fill_randn",
    "normal_pair",
    "open_key",
    "philox",
    "rand_at",
    "randn_at",
    "random_bits",
    "uniform",
]

_WORD = 0xFFFFFFFF
_MULTIPLIER_0, _MULTIPLIER_1 = 0xD2511F53, 0xCD9E8D57
# The golden ratio, and the root of 3 less 1, by which keys change between rounds
_WEYL_0, _WEYL_1 = 0x9E3779B9, 0xBB67AE85

# The bits of 1.0, in front of 52 random ones: a number of [1, 2)
_ONE = 0x3FF0000000000000
# cos(2 pi r) and sin(2 pi r)/r by powers of r*r, for |r| <= 1/8: interpolated at
# Chebyshev's points, with errors below 5e-17
_COS = (
    7.810290968144191,
    -26.42425703488269,
    60.24462008593029,
    -85.45681709034115,
    64.93939402236538,
    -19.73920880217842,
    1.0,
)
_SIN = (
    3.7808689593022957,
    -15.093804209987114,
    42.058685020160894,
    -76.70585970427454,
    81.60524927594804,
    -41.341702240399634,
    6.283185307179586,
)

#: Where the key and the run are in a block of words, see `counter_streams`
KEY, RUN = 13, 15

# The elements 0 to 255 share their random bits with 256 to 511, and so on
_HALF = 256


class Key(NamedTuple):
    """What the numbers of all elements and draws have in common.

    Attributes
    ----------
    low, high : int
        The generator's key, 32 bits each.
    run : int
        The number of the run of the code.
    address : int
        Of the words that they were read from.
    """

    low: int
    high: int
    run: int
    address: int


def open_key(address: int) -> Key:
    """Return the key and the run that are in a block of words."""
    words = int64s(address)
    return Key(words[KEY], words[KEY + 1], words[RUN], address)


def close_key(key: Key) -> None:
    """Say that a run is over."""
    int64s(key.address)[RUN] = key.run + 1


def rand_at(element: int, key: Key, draw: int) -> float:
    """Return a uniform number of [0, 1).

    Parameters
    ----------
    element : int
        The neuron or synapse.
    key : Key
        The key.
    draw : int
        Which draw of the code it is.
    """
    bits = random_bits(_shared(element), 0, draw, key)
    is_second = element & _HALF != 0
    return uniform(bits[2], bits[3]) if is_second else uniform(bits[0], bits[1])


def randn_at(element: int, key: Key, draw: int) -> float:
    """Return a number of the standard normal distribution; see `rand_at`."""
    pair = normal_pair(random_bits(_shared(element), 0, draw, key))
    return pair[1] if element & _HALF != 0 else pair[0]


def fill_rand(numbers: Any, start: int, stop: int, key: Key, draw: int) -> None:
    """Make the uniform numbers of a block of elements.

    Parameters
    ----------
    numbers : pointer to float64
        Where they are wanted; there is room for a number for each of 512 elements.
    start, stop : int
        The elements; `start` is a multiple of 512.
    key, draw : Key, int
        See `rand_at`.
    """
    first = _shared(start)
    for k in range(min(stop - start, _HALF)):
        bits = random_bits(first + k, 0, draw, key)
        numbers[k] = uniform(bits[0], bits[1])
        numbers[k + _HALF] = uniform(bits[2], bits[3])


def fill_randn(numbers: Any, start: int, stop: int, key: Key, draw: int) -> None:
    """Make the normal numbers of a block of elements; see `fill_rand`."""
    first = _shared(start)
    for k in range(min(stop - start, _HALF)):
        pair = normal_pair(random_bits(first + k, 0, draw, key))
        numbers[k] = pair[0]
        numbers[k + _HALF] = pair[1]


def _shared(element: int) -> int:
    """Return a number that two elements share."""
    return ((element >> 9) << 8) | (element & (_HALF - 1))


def random_bits(element: int, count: int, draw: int, key: Key) -> tuple[int, ...]:
    """Return 128 random bits in four words.

    Parameters
    ----------
    element, count, draw : int
        What they are for: 32, 32 and 16 bits.
    key : Key
        The key, and the run, of which 48 bits count.
    """
    last = ((key.run >> 16) & 0xFFFF0000) | draw
    return philox(element & _WORD, count, key.run & _WORD, last, key.low, key.high)


def uniform(high: int, low: int) -> float:
    """Return a number of [0, 1) with 52 bits."""
    return float64_from_bits(_ONE | (high << 20) | (low >> 12)) - 1.0


def normal_pair(bits: tuple[int, ...]) -> tuple[float, float]:
    """Return two independent normal numbers by Box and Muller's transformation.

    They are the coordinates of a point at a random angle, whose squared distance from 0
    is exponentially distributed. The angle is a quarter turn times a random integer,
    and up to an eighth of a turn more or less.
    """
    distance = math.sqrt(-2.0 * log_of_normal(1.0 - uniform(bits[0], bits[1])))
    quarter = bits[2] >> 30
    fraction = float64_from_bits(
        _ONE | ((bits[2] & 0x3FFFFFFF) << 22) | (bits[3] >> 10)
    )
    turn = (fraction - 1.5) * 0.25
    square = turn * turn
    along = distance * _series(_COS, square)
    across = distance * turn * _series(_SIN, square)
    x = across if quarter & 1 != 0 else along
    y = along if quarter & 1 != 0 else across
    return (-x if (quarter + 1) & 2 != 0 else x), (-y if quarter & 2 != 0 else y)


def _series(coefficients: tuple[float, ...], x: float) -> float:
    result = fma(coefficients[0], x, coefficients[1])
    result = fma(result, x, coefficients[2])
    result = fma(result, x, coefficients[3])
    result = fma(result, x, coefficients[4])
    result = fma(result, x, coefficients[5])
    return fma(result, x, coefficients[6])


def philox(  # noqa: PLR0913, PLR0917
    c0: int, c1: int, c2: int, c3: int, k0: int, k1: int
) -> tuple[int, ...]:
    """Return four random words for a counter and a key, by Philox4x32-10.

    Parameters
    ----------
    c0, c1, c2, c3, k0, k1 : int
        Words of 32 bits.
    """
    words = _round((c0, c1, c2, c3), k0, k1, 0)
    words = _round(words, k0, k1, 1)
    words = _round(words, k0, k1, 2)
    words = _round(words, k0, k1, 3)
    words = _round(words, k0, k1, 4)
    words = _round(words, k0, k1, 5)
    words = _round(words, k0, k1, 6)
    words = _round(words, k0, k1, 7)
    words = _round(words, k0, k1, 8)
    return _round(words, k0, k1, 9)


def _round(words: tuple[int, ...], k0: int, k1: int, number: int) -> tuple[int, ...]:
    """Multiply two of the words, and mix the halves of the products."""
    first, second = words[0] * _MULTIPLIER_0, words[2] * _MULTIPLIER_1
    return (
        ((second >> 32) & _WORD) ^ words[1] ^ ((k0 + number * _WEYL_0) & _WORD),
        second & _WORD,
        ((first >> 32) & _WORD) ^ words[3] ^ ((k1 + number * _WEYL_1) & _WORD),
        first & _WORD,
    )
