"""
Streams of counter-based random numbers, for draws whose number is not known before.

Who can tell how many uniform numbers a Poisson number takes, or a function of a user's?
Each element gets a stream of its own for that. It looks like those of `random_numbers`,
and all that draws from them draws from it. But its buffer is refilled with numbers that
depend on the element, the run, the draw and their place in the stream.
"""

from __future__ import annotations

from typing import Any

from brian2numba.kernels.counter_based import (
    KEY,
    RUN,
    normal_pair,
    open_key,
    random_bits,
    uniform,
)
from brian2numba.kernels.random_buffers import (
    BUFFER_SIZE,
    NORMAL_BUFFER,
    UNIFORM_BUFFER,
)
from brian2numba.kernels.random_numbers import open_streams
from brian2numba.language import float64s, int64s
from brian2numba.operations import operation

__all__ = [
    "KEY",
    "N_NUMBERS",
    "N_WORDS",
    "RUN",
    "close_counted_streams",
    "open_counted_streams",
    "refill_normal",
    "refill_uniform",
    "stream_of",
]

#: Words of a block, after the slots of `random_buffers`, the key and the run: what the
#: numbers are for, and how often the buffers were refilled for it
ELEMENT, DRAW, N_UNIFORM_REFILLS, N_NORMAL_REFILLS = 16, 17, 18, 19
N_WORDS = 20
#: How many numbers a buffer holds
N_NUMBERS = 8

# Where normal numbers are in the counter's second word
_NORMAL_BIT = 0x80000000
# What draws before a loop are for: no element
_NO_ELEMENT = 0xFFFFFFFF
# Of the words of opened streams
_BLOCK, _UNIFORM_POSITION, _NORMAL_POSITION, _RUN = 0, 1, 3, 6


@operation
def refill_uniform(block: int) -> int:
    """Fill the buffer of uniform numbers; the result is 0."""
    words, key = int64s(block), open_key(block)
    buffer, element, draw = float64s(words[UNIFORM_BUFFER]), words[ELEMENT], words[DRAW]
    n_pairs = words[BUFFER_SIZE] // 2
    first = words[N_UNIFORM_REFILLS] * n_pairs
    for k in range(n_pairs):
        bits = random_bits(element, first + k, draw, key)
        buffer[2 * k] = uniform(bits[0], bits[1])
        buffer[2 * k + 1] = uniform(bits[2], bits[3])
    words[N_UNIFORM_REFILLS] += 1
    return 0


@operation
def refill_normal(block: int) -> int:
    """Fill the buffer of normal numbers; the result is 0."""
    words, key = int64s(block), open_key(block)
    buffer, element, draw = float64s(words[NORMAL_BUFFER]), words[ELEMENT], words[DRAW]
    n_pairs = words[BUFFER_SIZE] // 2
    first = _NORMAL_BIT | (words[N_NORMAL_REFILLS] * n_pairs)
    for k in range(n_pairs):
        pair = normal_pair(random_bits(element, first + k, draw, key))
        buffer[2 * k] = pair[0]
        buffer[2 * k + 1] = pair[1]
    words[N_NORMAL_REFILLS] += 1
    return 0


def open_counted_streams(streams: Any, block: int) -> None:
    """Open the streams of a block, to draw from before the first element."""
    open_streams(streams, block)
    streams[_RUN] = int64s(block)[RUN]
    stream_of(_NO_ELEMENT, streams, 0)


def close_counted_streams(streams: Any) -> None:
    """Say that a run is over."""
    int64s(streams[_BLOCK])[RUN] = streams[_RUN] + 1


def stream_of(element: int, streams: Any, draw: int) -> Any:
    """Return the streams, at the beginning of what an element draws.

    Parameters
    ----------
    element : int
        The neuron or synapse.
    streams : pointer to int64
        Opened streams.
    draw : int
        Which draw of the code it is.
    """
    words = int64s(streams[_BLOCK])
    words[ELEMENT] = element
    words[DRAW] = draw
    words[N_UNIFORM_REFILLS] = 0
    words[N_NORMAL_REFILLS] = 0
    streams[_UNIFORM_POSITION] = 0
    streams[_NORMAL_POSITION] = 0
    return streams
