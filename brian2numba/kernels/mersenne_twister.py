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

from typing import Any

from brian2numba.language import float64_from_bits, int64s, uint32s

__all__ = ["POSITION", "fill_uniform"]

#: The number of words of the state, and where, in words, numpy keeps the next's number
_N, POSITION = 624, 624
_M = 397
_MATRIX = 0x9908B0DF
_UPPER, _LOWER = 0x80000000, 0x7FFFFFFF
# The masks of tempering, for both words of 64 bits (as a number with a sign)
_TEMPERING_B = 0x9D2C56809D2C5680 - (1 << 64)
_TEMPERING_C = 0xEFC60000EFC60000 - (1 << 64)
# A double is made of 27 and 26 bits of two words
_WORDS_OF_DOUBLE, _BYTES_OF_WORD = 2, 4
_HIGH_FACTOR, _UNIT = 67108864.0, 1.0 / 9007199254740992.0
# The bits of 2**52, in front of those of a whole number: a double without conversion
_BITS_OF_2_TO_52, _2_TO_52 = 0x4330000000000000, 4503599627370496.0


def fill_uniform(address: int, buffer: Any, size: int) -> None:
    """Fill a buffer with doubles of [0, 1).

    Parameters
    ----------
    address : int
        Where the state of numpy's bit generator is.
    buffer : pointer to float64
        The buffer.
    size : int
        The number of doubles.
    """
    state = uint32s(address)
    done = 0
    position = state[POSITION] + 0
    while done < size:
        if position >= _N:
            _renew(state)
            position = 0
        n_doubles = min((_N - position) // _WORDS_OF_DOUBLE, size - done)
        pairs = int64s(address + position * _BYTES_OF_WORD)
        for i in range(n_doubles):
            buffer[done + i] = _double(_tempered(pairs[i]))
        done += n_doubles
        position += _WORDS_OF_DOUBLE * n_doubles
        if position == _N - 1 and done < size:
            # The double's other word is in the next block
            first = state[position] + 0
            _renew(state)
            buffer[done] = _double(_tempered(first | (state[0] << 32)))
            done += 1
            position = 1
    state[POSITION] = position


def _renew(state: Any) -> None:
    """Compute the next block of the state's words."""
    for k in range(_N - _M):
        state[k] = state[k + _M] ^ _twisted(state[k], state[k + 1])
    for k in range(_N - _M, _N - 1):
        state[k] = state[k + _M - _N] ^ _twisted(state[k], state[k + 1])
    state[_N - 1] = state[_M - 1] ^ _twisted(state[_N - 1], state[0])


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
