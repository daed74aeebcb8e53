"""
The buffers of random numbers that Brian's Cython target draws from, and their refill.

For the same seed the numbers are the same: uniform and normal numbers come from numpy's
global generator (its legacy algorithms), many at a time. A kernel finds all it needs in
a block of 64-bit slots, which `brian2numba.device.random_state.RandomStreams` owns.
"""

from __future__ import annotations

import math
from typing import Any

from brian2numba.kernels import mersenne_twister
from brian2numba.language import (
    block_words,
    call_for_double,
    float64s,
    float64s_of,
    int32s,
    int64s,
)
from brian2numba.operations import operation

__all__ = ["refill_normal", "refill_uniform"]

#: Slots of the block: addresses of the buffers and of their int32 positions, ...
UNIFORM_BUFFER = 0
UNIFORM_INDEX = 1
NORMAL_BUFFER = 2
NORMAL_INDEX = 3
#: ... the number of items of each buffer, ...
BUFFER_SIZE = 4
#: ... the state of numpy's bit generator and its function for a uniform double, ...
GENERATOR = 5
NEXT_DOUBLE = 6
#: ... the address of the normal number in reserve: an int32 flag, then a double, ...
RESERVE = 7
#: ... and the addresses of the functions that refill the buffers.
REFILL_UNIFORM = 8
REFILL_NORMAL = 9
#: Whether the bit generator is a Mersenne Twister, numpy's default here
IS_MERSENNE_TWISTER = 10
#: Memory for two doubles
PAIR = 11
N_SLOTS = 13

_BYTES_OF_DOUBLE = 8
# Of the double, in doubles, from the flag.
_RESERVE_VALUE = 1
# How many pairs are tried at once: what `block_words` has room for
_N_TRIED = 512


@operation
def refill_uniform(streams: int) -> int:
    """Fill the buffer of uniform numbers; the result is 0."""
    block = int64s(streams)
    _fill_uniform(block, float64s(block[UNIFORM_BUFFER]), block[BUFFER_SIZE])
    return 0


@operation
def refill_normal(streams: int) -> int:
    """Fill the buffer of normal numbers by Marsaglia's polar method; the result is 0.

    The method makes two numbers at a time. Like numpy's, this function starts with a
    number that is in reserve, and puts a last one there that no longer fits.
    """
    block = int64s(streams)
    buffer, size = float64s(block[NORMAL_BUFFER]), block[BUFFER_SIZE]
    flag, reserve = int32s(block[RESERVE]), float64s(block[RESERVE])
    n_reserved = 0
    if flag[0] != 0:
        buffer[0] = reserve[_RESERVE_VALUE]
        flag[0] = 0
        reserve[_RESERVE_VALUE] = 0.0
        n_reserved = 1
    n_pairs = (size - n_reserved) // 2
    _fill_pairs(block, block[NORMAL_BUFFER] + n_reserved * _BYTES_OF_DOUBLE, n_pairs)
    if n_reserved + 2 * n_pairs < size:
        address = streams + PAIR * _BYTES_OF_DOUBLE
        _fill_pairs(block, address, 1)
        buffer[size - 1] = float64s(address)[0]
        flag[0] = 1
        reserve[_RESERVE_VALUE] = float64s(address)[1]
    return 0


def _fill_uniform(block: Any, buffer: Any, size: int) -> None:
    """Fill a buffer with uniform numbers of numpy's generator."""
    next_double, generator = block[NEXT_DOUBLE], block[GENERATOR]
    if block[IS_MERSENNE_TWISTER] != 0:
        mersenne_twister.fill_uniform(generator, buffer, size)
    else:
        for i in range(size):
            buffer[i] = call_for_double(next_double, (generator,))


def _fill_pairs(block: Any, address: int, n_pairs: int) -> None:
    """Fill memory with pairs of normal numbers.

    So many pairs take at least as many tries. That many are made at once, in place;
    then as many as pairs are still missing, and so on: never one too many, so that the
    generator is left as if each pair had been drawn on its own.
    """
    radii = float64s_of(block_words())
    while n_pairs > 0:
        pairs = float64s(address)
        n_tried = min(n_pairs, _N_TRIED)
        _fill_uniform(block, pairs, 2 * n_tried)
        n_accepted = _keep_within_circle(pairs, radii, n_tried)
        for k in range(n_accepted):
            radii[k] = -2.0 * math.log(radii[k]) / radii[k]
        for k in range(n_accepted):
            factor = math.sqrt(radii[k])
            x = pairs[2 * k]
            pairs[2 * k] = factor * pairs[2 * k + 1]
            pairs[2 * k + 1] = factor * x
        n_pairs -= n_accepted
        address += 2 * n_accepted * _BYTES_OF_DOUBLE


def _keep_within_circle(pairs: Any, radii: Any, n_pairs: int) -> int:
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
