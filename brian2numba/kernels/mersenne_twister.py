"""
Uniform numbers of the Mersenne Twister, many at a time.

numpy's legacy generator draws from MT19937; here are the same numbers from its state,
in loops that LLVM turns into vector code.

References
----------
Matsumoto, M. and Nishimura, T. (1998). Mersenne twister: a 623-dimensionally
equidistributed uniform pseudo-random number generator. ACM Transactions on Modeling
and Computer Simulation, 8(1), 3-30.
"""

from __future__ import annotations

from typing import Annotated

from brian2numba.language import (
    Pointer,
    Record,
    float64,
    float64_from_bits,
    int64,
    same_memory,
    uint32,
)

__all__ = [
    "N_WORDS",
    "Twister",
    "double_of",
    "fill_uniform",
    "renewed",
    "short_of",
]

#: The number of words of the state
_N = N_WORDS = 624
_M = 397
_MATRIX = 0x9908B0DF
_UPPER, _LOWER = 0x80000000, 0x7FFFFFFF
# The masks of tempering, for both words of 64 bits (as a number with a sign)
_TEMPERING_B = 0x9D2C56809D2C5680 - (1 << 64)
_TEMPERING_C = 0xEFC60000EFC60000 - (1 << 64)
_TEMPERING_B_OF_WORD, _TEMPERING_C_OF_WORD = 0x9D2C5680, 0xEFC60000
# A double is made of 27 and 26 bits of two words
_WORDS_OF_DOUBLE = 2
# The bits of 2**25 and 1/2, in front of those of a whole number: multiples of 2**-27
# and 2**-53 are added, without conversion, and neither difference nor sum is rounded
_HIGH_BITS, _LOW_BITS = 0x4180000000000000, 0x3FE0000000000000
_HIGH_ZERO = 2.0**25 + 0.5


class Twister(Record):
    """The state of numpy's generator."""

    words: Annotated[Pointer[uint32], _N]
    #: The number of the next word
    position: uint32


def fill_uniform(twister: Twister, buffer: Pointer[float64], size: int) -> None:
    """Fill a buffer with doubles of [0, 1).

    Parameters
    ----------
    twister : Twister
        The state of numpy's bit generator.
    buffer : pointer to float64
        The buffer.
    size : int
        The number of doubles.
    """
    words = twister.words
    done = 0
    position = twister.position
    while done < size:
        if position >= _N:
            _renew(words)
            position = 0
        n_doubles = min((_N - position) // _WORDS_OF_DOUBLE, size - done)
        pairs = same_memory(words + position, int64)
        for i in range(n_doubles):
            buffer[done + i] = double_of(pairs[i])
        done += n_doubles
        position += _WORDS_OF_DOUBLE * n_doubles
        if position == _N - 1 and done < size:
            # The double's other word is in the next block
            first = words[position]
            _renew(words)
            buffer[done] = double_of(first | (words[0] << 32))
            done += 1
            position = 1
    twister.position = position


def _renew(words: Pointer[uint32]) -> None:
    """Compute the next block of the state's words.

    In parts: most have lengths that vectors divide, and none reads what it wrote, which
    would mean short vectors.
    """
    _renew_part(words, 0, 192, _M)
    _renew_part(words, 192, 32, _M)
    _renew_part(words, 224, 3, _M)
    _renew_part(words, 227, 192, _M - _N)
    _renew_part(words, 419, 192, _M - _N)
    _renew_part(words, 611, 12, _M - _N)
    words[_N - 1] = words[_M - 1] ^ _twisted(words[_N - 1], words[0])


def _renew_part(words: Pointer[uint32], first: int, n: int, offset: int) -> None:
    """Compute some of the words; `offset` is where the third that each needs is."""
    for k in range(first, first + n):
        words[k] = words[k + offset] ^ _twisted(words[k], words[k + 1])


def renewed(words: Pointer[uint32], k: int) -> int:
    """Return what follows the k-th word of a sequence after as many as the state has.

    `fill_uniform` has a state in which words give way to those that follow.
    """
    return words[k + _M] ^ _twisted(words[k], words[k + 1])


def _twisted(word: int, following: int) -> int:
    """Return the upper bit of a word and the lower ones of the next, times a matrix."""
    joined = (word & _UPPER) | (following & _LOWER)
    return (joined >> 1) ^ (_MATRIX if joined & 1 != 0 else 0)


def double_of(pair: int) -> float:
    """Return the double of [0, 1) that is made of two words of the state."""
    pair = _tempered(pair)
    high = float64_from_bits(((pair >> 5) & 0x7FFFFFF) | _HIGH_BITS)
    low = float64_from_bits(((pair >> 38) & 0x3FFFFFF) | _LOW_BITS)
    return (high - _HIGH_ZERO) + low


def _tempered(pair: int) -> int:
    """Return two words of the state as random numbers of 32 bits."""
    pair ^= (pair >> 11) & 0x001FFFFF001FFFFF
    pair ^= (pair << 7) & _TEMPERING_B
    pair ^= (pair << 15) & _TEMPERING_C
    return pair ^ ((pair >> 18) & 0x00003FFF00003FFF)


def short_of(word: int) -> int:
    """Return the first 16 bits of the double that a word of the state is the first of.

    Tempering's last step does not reach them.
    """
    word ^= word >> 11
    word ^= (word << 7) & _TEMPERING_B_OF_WORD
    word ^= (word << 15) & _TEMPERING_C_OF_WORD
    return (word >> 16) & 0xFFFF
