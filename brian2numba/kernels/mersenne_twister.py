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

__all__ = ["POSITION", "fill_uniform"]

#: The number of words of the state, and where, in words, numpy keeps the next's number
_N, POSITION = 624, 624
_M = 397
_MATRIX = 0x9908B0DF
_UPPER, _LOWER = 0x80000000, 0x7FFFFFFF
# A double is made of 27 and 26 bits of two words
_WORDS_OF_DOUBLE = 2
_HIGH_BITS, _LOW_BITS = 67108864.0, 9007199254740992.0


def fill_uniform(state: Any, buffer: Any, size: int) -> None:
    """Fill a buffer with doubles of [0, 1).

    Parameters
    ----------
    state : pointer to uint32
        The state of numpy's bit generator.
    buffer : pointer to float64
        The buffer.
    size : int
        The number of doubles.
    """
    done = 0
    position = state[POSITION] + 0
    while done < size:
        if position >= _N:
            _renew(state)
            position = 0
        n_doubles = min((_N - position) // _WORDS_OF_DOUBLE, size - done)
        for i in range(n_doubles):
            word = position + _WORDS_OF_DOUBLE * i
            buffer[done + i] = _double(
                _tempered(state[word]), _tempered(state[word + 1])
            )
        done += n_doubles
        position += _WORDS_OF_DOUBLE * n_doubles
        if position == _N - 1 and done < size:
            # The double's other word is in the next block
            high = _tempered(state[position])
            _renew(state)
            buffer[done] = _double(high, _tempered(state[0]))
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


def _double(high: int, low: int) -> float:
    """Return the double of [0, 1) that is made of two words."""
    return ((high >> 5) * _HIGH_BITS + (low >> 6)) / _LOW_BITS


def _tempered(word: int) -> int:
    """Return a word of the state as a random number of 32 bits."""
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C5680
    word ^= (word << 15) & 0xEFC60000
    return word ^ (word >> 18)
