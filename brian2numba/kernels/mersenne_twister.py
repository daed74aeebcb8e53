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

__all__ = ["Twister", "fill_uniform"]

#: The number of words of the state
_N = 624
_M = 397
_MATRIX = 0x9908B0DF
_UPPER, _LOWER = 0x80000000, 0x7FFFFFFF
# The masks of tempering, for both words of 64 bits (as a number with a sign)
_TEMPERING_B = 0x9D2C56809D2C5680 - (1 << 64)
_TEMPERING_C = 0xEFC60000EFC60000 - (1 << 64)
# A double is made of 27 and 26 bits of two words
_WORDS_OF_DOUBLE = 2
_HIGH_FACTOR, _UNIT = 67108864.0, 1.0 / 9007199254740992.0
# The bits of 2**52, in front of those of a whole number: a double without conversion
_BITS_OF_2_TO_52, _2_TO_52 = 0x4330000000000000, 4503599627370496.0


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
            buffer[done + i] = _double(_tempered(pairs[i]))
        done += n_doubles
        position += _WORDS_OF_DOUBLE * n_doubles
        if position == _N - 1 and done < size:
            # The double's other word is in the next block
            first = words[position]
            _renew(words)
            buffer[done] = _double(_tempered(first | (words[0] << 32)))
            done += 1
            position = 1
    twister.position = position


def _renew(words: Pointer[uint32]) -> None:
    """Compute the next block of the state's words."""
    for k in range(_N - _M):
        words[k] = words[k + _M] ^ _twisted(words[k], words[k + 1])
    for k in range(_N - _M, _N - 1):
        words[k] = words[k + _M - _N] ^ _twisted(words[k], words[k + 1])
    words[_N - 1] = words[_M - 1] ^ _twisted(words[_N - 1], words[0])


def _twisted(word: int, following: int) -> int:
    """Return the upper bit of a word and the lower ones of the next, times a matrix."""
    joined = (word & _UPPER) | (following & _LOWER)
    return (joined >> 1) ^ (_MATRIX if joined & 1 != 0 else 0)


def _double(pair: int) -> float:
    """Return the double of [0, 1) that is made of two words."""
    high = float64_from_bits(((pair >> 5) & 0x7FFFFFF) | _BITS_OF_2_TO_52) - _2_TO_52
    low = float64_from_bits(((pair >> 38) & 0x3FFFFFF) | _BITS_OF_2_TO_52) - _2_TO_52
    return (high * _HIGH_FACTOR + low) * _UNIT


def _tempered(pair: int) -> int:
    """Return two words of the state as random numbers of 32 bits."""
    pair ^= (pair >> 11) & 0x001FFFFF001FFFFF
    pair ^= (pair << 7) & _TEMPERING_B
    pair ^= (pair << 15) & _TEMPERING_C
    return pair ^ ((pair >> 18) & 0x00003FFF00003FFF)
