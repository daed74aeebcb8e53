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
from brian2numba.language import Pointer, address_of, float64, interleaved
from brian2numba.operations import operation

__all__ = [
    "N_MANY",
    "N_NUMBERS",
    "close_counted_streams",
    "draw_many",
    "fill_normal_pairs",
    "fill_uniform_pairs",
    "open_counted_streams",
    "refill_normal",
    "refill_uniform",
    "stream_of",
    "with_normal",
    "with_uniform",
]

#: How many numbers a buffer holds, and how many at most if an element draws many; then
#: it is filled with few at first
N_NUMBERS, N_MANY = 4, 256
_FIRST_OF_MANY = 32

# Where normal numbers are in the counter's second word
_NORMAL_BIT = 0x80000000
# What draws before a loop are for: no element
_NO_ELEMENT = 0xFFFFFFFF


@operation
def refill_uniform(
    counted: CountedBuffers, element: int, draw: int, n_before: int
) -> int:
    """Fill the buffer of uniform numbers; the result is 0.

    Parameters
    ----------
    counted : CountedBuffers
        The buffers.
    element, draw : int
        What the numbers are for.
    n_before : int
        How many pairs of numbers were made for it before.
    """
    _choose_size(counted, n_before)
    key, numbers = open_key(address_of(counted)), counted.uniform
    for k in interleaved(counted.size // 2):
        bits = random_bits(element, n_before + k, draw, key)
        numbers[2 * k] = uniform(bits[0], bits[1])
        numbers[2 * k + 1] = uniform(bits[2], bits[3])
    return 0


@operation
def refill_normal(
    counted: CountedBuffers, element: int, draw: int, n_before: int
) -> int:
    """Fill the buffer of normal numbers; see `refill_uniform`."""
    _choose_size(counted, n_before)
    key, numbers = open_key(address_of(counted)), counted.normal
    for k in range(counted.size // 2):
        bits = random_bits(element, _NORMAL_BIT | (n_before + k), draw, key)
        pair = normal_pair(bits)
        numbers[2 * k] = pair[0]
        numbers[2 * k + 1] = pair[1]
    return 0


def _choose_size(counted: CountedBuffers, n_before: int) -> None:
    """Let an element that has drawn many numbers have more at once."""
    if counted.size > N_NUMBERS:
        counted.size = min(max(_FIRST_OF_MANY, 4 * n_before), N_MANY)


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
    streams.element, streams.draw = element, draw
    streams.n_uniform_pairs = 0
    streams.n_normal_pairs = 0
    streams.uniform_position = 0
    streams.normal_position = 0
    return streams


def draw_many(streams: Streams) -> None:
    """Let buffers be filled with many numbers at once, for what draws many."""
    _counted(streams).size = N_MANY


def with_uniform(streams: Streams, pair: Pointer[float64]) -> Streams:
    """Return the streams of `stream_of`, whose first uniform numbers were made before.

    Parameters
    ----------
    streams : Streams
        The streams, of which nothing was drawn.
    pair : pointer to float64
        Two numbers that `fill_uniform_pairs` made.
    """
    streams.n_uniform_pairs = 1
    # A position of 0 would be that of a buffer to be filled
    streams.uniform, streams.uniform_position = pair + -1, 1
    streams.uniform_size = 3
    return streams


def with_normal(streams: Streams, pair: Pointer[float64]) -> Streams:
    """Return the streams with their first normal numbers; see `with_uniform`."""
    streams.n_normal_pairs = 1
    streams.normal, streams.normal_position = pair + -1, 1
    streams.normal_size = 3
    return streams


def fill_uniform_pairs(
    pairs: Pointer[float64], start: int, stop: int, streams: Streams, draw: int
) -> None:
    """Make the first two uniform numbers of the streams of a block of elements.

    Parameters
    ----------
    pairs : pointer to float64
        Where they are wanted, one pair after the other.
    start, stop : int
        The elements.
    streams, draw : Streams, int
        See `stream_of`.
    """
    key = open_key(address_of(streams.buffers))
    for k in interleaved(stop - start):
        bits = random_bits(start + k, 0, draw, key)
        pairs[2 * k] = uniform(bits[0], bits[1])
        pairs[2 * k + 1] = uniform(bits[2], bits[3])


def fill_normal_pairs(
    pairs: Pointer[float64], start: int, stop: int, streams: Streams, draw: int
) -> None:
    """Make the first two normal numbers of streams; see `fill_uniform_pairs`."""
    key = open_key(address_of(streams.buffers))
    for k in interleaved(stop - start):
        pair = normal_pair(random_bits(start + k, _NORMAL_BIT, draw, key))
        pairs[2 * k] = pair[0]
        pairs[2 * k + 1] = pair[1]


def _counted(streams: Streams) -> CountedBuffers:
    return CountedBuffers.from_address(address_of(streams.buffers))
