"""
Random numbers that depend on what they are for, and on no number before them.

A counter-based generator is a function from a key and a counter to random bits. Here
the key stands for a seed and an object, the counter for a neuron or synapse, a run of
the object's code, and a draw in that code. Loops over such numbers are vector code.

References
----------
Salmon, J. K., Moraes, M. A., Dror, R. O. and Shaw, D. E. (2011). Parallel random
numbers: as easy as 1, 2, 3. Proceedings of SC '11, article 16: Philox4x32-7 (section
3.3 and table 2; the constants are those of the authors' library Random123).

Box, G. E. P. and Muller, M. E. (1958). A note on the generation of random normal
deviates. The Annals of Mathematical Statistics, 29(2), 610-611.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from brian2numba.kernels.random_buffers import RandomBuffers
from brian2numba.language import (
    Pointer,
    float64,
    float64_bits,
    float64_from_bits,
    fma,
    int64,
    interleaved,
    same_memory,
    uint16,
)

__all__ = [
    "CountedBuffers",
    "Key",
    "close_key",
    "fill_rand",
    "fill_randn",
    "fill_short",
    "from_1_to_2",
    "minus_2_log",
    "normal_pair",
    "open_key",
    "philox",
    "rand_again",
    "rand_at",
    "randn_at",
    "random_bits",
    "short_at",
    "uniform",
]

_WORD, _SHORT = 0xFFFFFFFF, 0xFFFF
_MULTIPLIER_0, _MULTIPLIER_1 = 0xD2511F53, 0xCD9E8D57
# The golden ratio, and the root of 3 less 1, by which keys change between rounds
_WEYL_0, _WEYL_1 = 0x9E3779B9, 0xBB67AE85

# The bits of 1.0, in front of 52 random ones: a number of [1, 2)
_ONE = 0x3FF0000000000000
# A number is m * 2**k, with m between the roots of 1/2 and 2
_ROOT_BITS = 0x3FE6A09E667F3BCD
_FRACTION, _EXPONENT = 0x000FFFFFFFFFFFFF, 0xFFF
# The bits of 2**52, in front of a whole number: a double without conversion
_INTEGER_BITS, _BIAS = 0x4330000000000000, 2.0**52 + 1023.0
_MINUS_2_LOG_2 = -1.3862943611198906

# Polynomials that interpolate at Chebyshev's points, with errors below 2e-13 of the
# result: (4 - 4*atanh(s)/s)/s**2 by powers of s**2, ...
_LOG = (
    -0.38725307428404016,
    -0.44382801660617005,
    -0.5714350907182898,
    -0.7999999759467518,
    -1.3333333333475017,
)
# ... and cos(2 pi r) and sin(2 pi r)/r by powers of r**2, for |r| <= 1/8
_COS = (
    -26.058123753882793,
    60.23818359301454,
    -85.45676493719407,
    64.93939383134831,
    -19.739208801922548,
    0.9999999999999444,
)
_SIN = (
    -14.916565118819118,
    42.05556925594499,
    -76.70583445845129,
    81.60524918348393,
    -41.34170224027578,
    6.28318530717956,
)

# The elements 0 to 255 share their random bits with 256 to 511, and so on
_HALF = 256


class CountedBuffers(RandomBuffers):
    """What counter-based random numbers of an object are made of.

    The buffers are those of `counter_streams`.
    """

    #: The generator's key, 32 bits each
    key_low: int64
    key_high: int64
    #: How often the object's code has run
    run: int64


class Key(NamedTuple):
    """What the numbers of all elements and draws have in common.

    Attributes
    ----------
    low, high : int
        The generator's key, 32 bits each.
    run : int
        The number of the run of the code.
    address : int
        Of the `CountedBuffers` that they were read from.
    """

    low: int
    high: int
    run: int
    address: int


def open_key(address: int) -> Key:
    """Return the key and the run of `CountedBuffers`, given their address."""
    counted = CountedBuffers.from_address(address)
    return Key(counted.key_low, counted.key_high, counted.run, address)


def close_key(key: Key) -> None:
    """Say that a run is over."""
    CountedBuffers.from_address(key.address).run = key.run + 1


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
    return rand_again(element, key, draw, 0)


def rand_again(element: int, key: Key, draw: int, n_before: int) -> float:
    """Return another uniform number for a draw of which some have been refused.

    Parameters
    ----------
    element, key, draw : int, Key, int
        See `rand_at`.
    n_before : int
        How many came before.
    """
    bits = random_bits(_shared(element), n_before, draw, key)
    is_second = element & _HALF != 0
    return uniform(bits[2], bits[3]) if is_second else uniform(bits[0], bits[1])


def randn_at(element: int, key: Key, draw: int) -> float:
    """Return a number of the standard normal distribution; see `rand_at`."""
    pair = normal_pair(random_bits(_shared(element), 0, draw, key))
    return pair[1] if element & _HALF != 0 else pair[0]


def fill_rand(
    numbers: Pointer[float64], start: int, stop: int, key: Key, draw: int
) -> None:
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
    for k in interleaved(min(stop - start, _HALF)):
        bits = random_bits(first + k, 0, draw, key)
        numbers[k] = uniform(bits[0], bits[1])
        numbers[k + _HALF] = uniform(bits[2], bits[3])


def fill_randn(
    numbers: Pointer[float64], start: int, stop: int, key: Key, draw: int
) -> None:
    """Make the normal numbers of a block of elements; see `fill_rand`."""
    first = _shared(start)
    for k in interleaved(min(stop - start, _HALF)):
        pair = normal_pair(random_bits(first + k, 0, draw, key))
        numbers[k] = pair[0]
        numbers[k + _HALF] = pair[1]


def short_at(element: int, key: Key, draw: int, count: int) -> int:
    """Return a whole number of 16 bits.

    Parameters
    ----------
    element, key, draw : int, Key, int
        See `rand_at`.
    count : int
        What else it is for.
    """
    bits = random_bits(element >> 3, count, draw, key)
    word = bits[1]
    word = bits[0] if element & 6 == 2 else word  # noqa: PLR2004
    word = bits[3] if element & 6 == 4 else word  # noqa: PLR2004
    word = bits[2] if element & 6 == 6 else word  # noqa: PLR2004
    return (word >> 16) & _SHORT if element & 1 != 0 else word & _SHORT


def fill_short(  # noqa: PLR0913, PLR0917
    numbers: Pointer[uint16], start: int, stop: int, key: Key, draw: int, count: int
) -> None:
    """Make the numbers of 16 bits of a block of elements.

    Parameters
    ----------
    numbers : pointer to uint16
        Where they are wanted; there is room for 512, whatever the number of elements.
    start, stop : int
        The elements; `start` is a multiple of 8.
    key, draw, count : Key, int, int
        See `short_at`.
    """
    words = same_memory(numbers, int64)
    for k in interleaved((stop - start + 7) // 8):
        bits = random_bits((start >> 3) + k, count, draw, key)
        # The other two end with a product, which LLVM would shift by a slower one
        words[2 * k] = bits[1] | (bits[0] << 32)
        words[2 * k + 1] = bits[3] | (bits[2] << 32)


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
    return from_1_to_2(high, low) - 1.0


def from_1_to_2(high: int, low: int) -> float:
    """Return a number of [1, 2) with 52 bits."""
    return float64_from_bits(_ONE | (high << 20) | (low >> 12))


def normal_pair(bits: tuple[int, ...]) -> tuple[float, float]:
    """Return two independent normal numbers by Box and Muller's transformation.

    They are the coordinates of a point at a random angle, whose squared distance from 0
    is exponentially distributed. The angle is up to an eighth of a turn more or less
    than a multiple of a quarter turn, which two bits choose as signs and an exchange.
    """
    distance = math.sqrt(minus_2_log(2.0 - from_1_to_2(bits[0], bits[1])))
    fraction = float64_from_bits(
        _ONE | ((bits[2] & 0x3FFFFFFF) << 22) | (bits[3] >> 10)
    )
    turn = fma(fraction, 0.25, -0.375)
    square = turn * turn
    sign = (bits[2] & 0x80000000) << 32
    along = float64_from_bits(float64_bits(distance) ^ sign)
    along *= fma(_series(_COS, square), square, _COS[5])
    across = distance * turn * fma(_series(_SIN, square), square, _SIN[5])
    is_exchanged = bits[2] & 0x40000000 != 0
    return (across if is_exchanged else along), (along if is_exchanged else across)


def minus_2_log(x: float) -> float:
    """Return ``-2*log(x)`` for a number of [2**-53, 1]."""
    bits = float64_bits(x) + (_ONE - _ROOT_BITS)
    k = float64_from_bits(((bits >> 52) & _EXPONENT) | _INTEGER_BITS) - _BIAS
    f = float64_from_bits((bits & _FRACTION) + _ROOT_BITS) - 1.0
    s = f / (2.0 + f)
    square = s * s
    return fma(k, _MINUS_2_LOG_2, s * fma(_series(_LOG, square), square, -4.0))


def _series(coefficients: tuple[float, ...], x: float) -> float:
    """Return a polynomial of the first five coefficients."""
    result = fma(coefficients[0], x, coefficients[1])
    result = fma(result, x, coefficients[2])
    result = fma(result, x, coefficients[3])
    return fma(result, x, coefficients[4])


def philox(  # noqa: PLR0913, PLR0917
    c0: int, c1: int, c2: int, c3: int, k0: int, k1: int
) -> tuple[int, ...]:
    """Return four random words for a counter and a key, by Philox4x32-7.

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
    return words[0] & _WORD, words[1] & _WORD, words[2] & _WORD, words[3] & _WORD


def _round(words: tuple[int, ...], k0: int, k1: int, number: int) -> tuple[int, ...]:
    """Multiply two of the words, and mix the halves of the products.

    Only the lower 32 bits of the words count. Where others are cleared for the product,
    and nowhere else, that takes no instruction.
    """
    first = (words[0] & _WORD) * _MULTIPLIER_0
    second = (words[2] & _WORD) * _MULTIPLIER_1
    return (
        (second >> 32) ^ words[1] ^ (k0 + number * _WEYL_0),
        second,
        (first >> 32) ^ words[3] ^ (k1 + number * _WEYL_1),
        first,
    )
