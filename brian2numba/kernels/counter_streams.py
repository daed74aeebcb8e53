"""
Streams of counter-based random numbers, for draws whose number is not known before.

Who can tell how many uniform numbers a Poisson number takes, or a function of a user's?
Each element gets a stream of its own for that. It looks like those of `random_numbers`,
and all that draws from them draws from it. But its buffer is refilled with numbers that
depend on the element, the run, the draw and their place in the stream.
"""

from __future__ import annotations

from brian2numba.kernels.counter_based import (
    CountedBuffers,
    normal_pair,
    open_key,
    random_bits,
    uniform,
)
from brian2numba.kernels.random_numbers import Streams, open_streams
from brian2numba.language import address_of
from brian2numba.operations import operation

__all__ = [
    "N_NUMBERS",
    "close_counted_streams",
    "open_counted_streams",
    "refill_normal",
    "refill_uniform",
    "stream_of",
]

#: How many numbers a buffer holds
N_NUMBERS = 8

# Where normal numbers are in the counter's second word
_NORMAL_BIT = 0x80000000
# What draws before a loop are for: no element
_NO_ELEMENT = 0xFFFFFFFF


@operation
def refill_uniform(counted: CountedBuffers) -> int:
    """Fill the buffer of uniform numbers; the result is 0."""
    key, element, draw = open_key(address_of(counted)), counted.element, counted.draw
    numbers, n_pairs = counted.uniform, counted.size // 2
    first = counted.n_uniform_refills * n_pairs
    for k in range(n_pairs):
        bits = random_bits(element, first + k, draw, key)
        numbers[2 * k] = uniform(bits[0], bits[1])
        numbers[2 * k + 1] = uniform(bits[2], bits[3])
    counted.n_uniform_refills += 1
    return 0


@operation
def refill_normal(counted: CountedBuffers) -> int:
    """Fill the buffer of normal numbers; the result is 0."""
    key, element, draw = open_key(address_of(counted)), counted.element, counted.draw
    numbers, n_pairs = counted.normal, counted.size // 2
    first = _NORMAL_BIT | (counted.n_normal_refills * n_pairs)
    for k in range(n_pairs):
        pair = normal_pair(random_bits(element, first + k, draw, key))
        numbers[2 * k] = pair[0]
        numbers[2 * k + 1] = pair[1]
    counted.n_normal_refills += 1
    return 0


def open_counted_streams(streams: Streams, address: int) -> None:
    """Open the streams of `CountedBuffers`, to draw from before the first element."""
    open_streams(streams, address)
    streams.run = _counted(streams).run
    stream_of(_NO_ELEMENT, streams, 0)


def close_counted_streams(streams: Streams) -> None:
    """Say that a run is over."""
    _counted(streams).run = streams.run + 1


def stream_of(element: int, streams: Streams, draw: int) -> Streams:
    """Return the streams, at the beginning of what an element draws.

    Parameters
    ----------
    element : int
        The neuron or synapse.
    streams : Streams
        Opened streams.
    draw : int
        Which draw of the code it is.
    """
    counted = _counted(streams)
    counted.element = element
    counted.draw = draw
    counted.n_uniform_refills = 0
    counted.n_normal_refills = 0
    streams.uniform_position = 0
    streams.normal_position = 0
    return streams


def _counted(streams: Streams) -> CountedBuffers:
    return CountedBuffers.from_address(address_of(streams.buffers))
