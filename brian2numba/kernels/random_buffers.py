"""
The buffers of random numbers that Brian's Cython target draws from, and their refill.

For the same seed the numbers are the same: uniform and normal numbers come from numpy's
global generator (its legacy algorithms), many at a time. A kernel finds all it needs in
a record, which `brian2numba.device.random_state.RandomStreams` owns.
"""

from __future__ import annotations

import math
from typing import Annotated

from brian2numba.kernels import mersenne_twister, twister_words
from brian2numba.language import (
    MASK_SIZE,
    Pointer,
    Record,
    address_of,
    boolean,
    call_for_double,
    float64,
    int32,
    int64,
    items_on_stack,
    uint16,
)
from brian2numba.operations import operation

__all__ = [
    "RandomBuffers",
    "Reserve",
    "complete_uniform",
    "find_shorts",
    "refill_normal",
    "refill_uniform",
]


class Reserve(Record):
    """A normal number that was made with another one, and is the next to be drawn."""

    #: Whether there is one
    is_there: int32
    number: float64


class RandomBuffers(Record):
    """Random numbers that were drawn in advance, and what draws more."""

    #: The numbers, and the position of the next one; at 0 they are drawn anew
    uniform: Pointer[float64]
    uniform_position: Pointer[int32]
    normal: Pointer[float64]
    normal_position: Pointer[int32]
    #: How many numbers there are of each kind
    size: int64
    #: The state of numpy's bit generator, and its function for a uniform double
    generator: int64
    next_double: int64
    #: Whether it is a Mersenne Twister, numpy's default here
    is_mersenne_twister: boolean
    #: The normal number that numpy's generator has in reserve
    reserve: Pointer[Reserve]
    #: The addresses of the functions that draw anew
    refill_uniform: int64
    refill_normal: int64
    #: Whether the uniform numbers from the position on are still to be made, as words
    #: that have taken over from a Mersenne Twister are used up to there
    is_in_words: boolean
    words: Pointer[twister_words.Words]
    #: The addresses of the functions that find the first 16 bits of the next uniform
    #: numbers among the words, and that make what is still to be made
    find_shorts: int64
    complete_uniform: int64
    #: Memory for two numbers
    pair: Annotated[Pointer[float64], 2]


#: How many pairs are tried at once
_N_TRIED = MASK_SIZE


@operation
def refill_uniform(
    buffers: RandomBuffers, element: int, draw: int, n_pairs: int
) -> int:
    """Fill the buffer of uniform numbers; the result is 0.

    What the numbers are for plays no role, see `counter_streams.refill_uniform`.
    """
    _fill_uniform(buffers, buffers.uniform, buffers.size)
    return 0


@operation
def refill_normal(buffers: RandomBuffers, element: int, draw: int, n_pairs: int) -> int:
    """Fill the buffer of normal numbers by Marsaglia's polar method; the result is 0.

    What the numbers are for plays no role, see `counter_streams.refill_normal`.

    The method makes two numbers at a time. Like numpy's, this function starts with a
    number that is in reserve, and puts a last one there that no longer fits.
    """
    normal, reserve = buffers.normal, buffers.reserve[0]
    n_reserved = 0
    if reserve.is_there != 0:
        normal[0] = reserve.number
        reserve.is_there = 0
        reserve.number = 0.0
        n_reserved = 1
    n_pairs = (buffers.size - n_reserved) // 2
    _fill_pairs(buffers, normal + n_reserved, n_pairs)
    if n_reserved + 2 * n_pairs < buffers.size:
        _fill_pairs(buffers, buffers.pair, 1)
        normal[buffers.size - 1] = buffers.pair[0]
        reserve.is_there = 1
        reserve.number = buffers.pair[1]
    return 0


@operation
def find_shorts(buffers: RandomBuffers, shorts: Pointer[uint16], n: int) -> int:
    """Write the first 16 bits of uniform numbers; see `twister_words.next_shorts`.

    Returns
    -------
    int
        The address of the words of the numbers, two for each.
    """
    words = buffers.words[0]
    if not buffers.is_in_words:
        twister_words.take_over(words, _twister(buffers))
        buffers.is_in_words = True
    return address_of(twister_words.next_shorts(words, shorts, n))


@operation
def complete_uniform(buffers: RandomBuffers) -> int:
    """Make the uniform numbers that are still to be made; the result is 0."""
    if buffers.is_in_words:
        buffers.is_in_words = False
        twister_words.hand_back(buffers.words[0], _twister(buffers))
        i = int64(buffers.uniform_position[0])
        if i > 0:
            _fill_uniform(buffers, buffers.uniform + i, buffers.size - i)
    return 0


def _twister(buffers: RandomBuffers) -> mersenne_twister.Twister:
    return mersenne_twister.Twister.from_address(buffers.generator)


def _fill_uniform(buffers: RandomBuffers, numbers: Pointer[float64], n: int) -> None:
    """Write uniform numbers of numpy's generator."""
    next_double, generator = buffers.next_double, buffers.generator
    if buffers.is_mersenne_twister:
        mersenne_twister.fill_uniform(_twister(buffers), numbers, n)
    else:
        for i in range(n):
            numbers[i] = call_for_double(next_double, (generator,))


def _fill_pairs(buffers: RandomBuffers, pairs: Pointer[float64], n_pairs: int) -> None:
    """Fill memory with pairs of normal numbers.

    So many pairs take at least as many tries. That many are made at once, in place;
    then as many as pairs are still missing, and so on: never one too many, so that the
    generator is left as if each pair had been drawn on its own.
    """
    radii = items_on_stack(float64, _N_TRIED)
    while n_pairs > 0:
        n_tried = min(n_pairs, _N_TRIED)
        _fill_uniform(buffers, pairs, 2 * n_tried)
        n_accepted = _keep_within_circle(pairs, radii, n_tried)
        for k in range(n_accepted):
            radii[k] = -2.0 * math.log(radii[k]) / radii[k]
        for k in range(n_accepted):
            factor = math.sqrt(radii[k])
            x = pairs[2 * k]
            pairs[2 * k] = factor * pairs[2 * k + 1]
            pairs[2 * k + 1] = factor * x
        n_pairs -= n_accepted
        pairs = pairs + 2 * n_accepted


def _keep_within_circle(
    pairs: Pointer[float64], radii: Pointer[float64], n_pairs: int
) -> int:
    """Make points of pairs of uniform numbers, keep those in the unit circle.

    Returns
    -------
    int
        How many they are. Their squared distances from 0 are in `radii`.
    """
    n_kept = 0
    for k in range(n_pairs):
        x = 2.0 * pairs[2 * k] - 1.0
        y = 2.0 * pairs[2 * k + 1] - 1.0
        radius = x * x + y * y
        # Written in any case, and written over if it is not kept: a quarter is not,
        # which no processor predicts
        pairs[2 * n_kept] = x
        pairs[2 * n_kept + 1] = y
        radii[n_kept] = radius
        n_kept += (radius < 1.0) & (radius != 0.0)
    return n_kept
