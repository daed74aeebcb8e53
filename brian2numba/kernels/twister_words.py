"""
Uniform numbers that stay words of the Mersenne Twister, as nobody needs the doubles.

The count of a binomial number is nearly always decided by the first 16 bits of its
uniform number. So kernels that draw nothing else leave numpy's generator alone and go
on with its words in memory of their own, one after the other: there the next word has
its place behind the last one, and loops are long. Whoever wants doubles gets those that
the buffer would have held, and numpy its state.
"""

from __future__ import annotations

from typing import Annotated

from brian2numba.kernels.mersenne_twister import (
    N_WORDS,
    Twister,
    renewed,
    short_of,
)
from brian2numba.language import (
    MASK_SIZE,
    Pointer,
    Record,
    int64,
    same_memory,
    uint16,
    uint32,
)

__all__ = ["Words", "hand_back", "next_shorts", "take_over"]

#: Words are made so many at a time: no loop reads what it writes
_AT_ONCE = 192
#: For what is kept, and the words of a block of elements
_ROOM = 2 * N_WORDS + 4 * MASK_SIZE
_SIZE = _ROOM + 2 * MASK_SIZE + _AT_ONCE


class Words(Record):
    """Words that follow each other, the first of which are a state of numpy's.

    For speed the record is at a multiple of 64 bytes, see `words_in`.
    """

    words: Annotated[Pointer[uint32], _SIZE]
    #: The number of the next word, and how many there are
    position: int64
    n_words: int64


def take_over(words: Words, twister: Twister) -> None:
    """Go on in the place of numpy's generator, until `hand_back`."""
    for k in range(N_WORDS):
        words.words[k] = twister.words[k]
    words.position, words.n_words = twister.position, N_WORDS


def hand_back(words: Words, twister: Twister) -> None:
    """Give numpy's generator the state that it would have."""
    _keep_state(words)
    for k in range(N_WORDS):
        twister.words[k] = words.words[k]
    twister.position = words.position


def next_shorts(words: Words, shorts: Pointer[uint16], n: int) -> Pointer[int64]:
    """Write the first 16 bits of the next uniform numbers, which are not drawn yet.

    Parameters
    ----------
    words : Words
        The words, which have taken over.
    shorts : pointer to uint16
        Where they are wanted; there is room for one more.
    n : int
        How many, at most `MASK_SIZE`.

    Returns
    -------
    pointer to int64
        The two words of each number.
    """
    if words.position + 2 * n > _ROOM + 2 * MASK_SIZE:
        _keep_state(words)
    while words.n_words < words.position + 2 * n:
        _extend(words)
    first = words.words + words.position
    # LLVM's loops over every other word leave at least one to be done by itself
    for k in range(n + 1):
        shorts[k] = short_of(first[2 * k])
    return same_memory(first, int64)


def _extend(words: Words) -> None:
    """Make some more words."""
    before = words.words + (words.n_words - N_WORDS)
    for k in range(_AT_ONCE):
        before[k + N_WORDS] = renewed(before, k)
    words.n_words += _AT_ONCE


def _keep_state(words: Words) -> None:
    """Forget the words before the state that numpy's generator would have.

    It has a state until it needs a word of the next.
    """
    n_before = max(words.position - 1, 0) // N_WORDS * N_WORDS
    while words.n_words < n_before + N_WORDS:
        _extend(words)
    kept = words.words + n_before
    words.n_words -= n_before
    words.position -= n_before
    for k in range(words.n_words):
        words.words[k] = kept[k]
