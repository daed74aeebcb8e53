"""
Distances between the neurons that a random connection picks, each with probability p.

The distance to the next one is ``log(u) / log(1 - p)``, without its fraction, where u
is uniform: one number is drawn for each synapse, not one for each pair of neurons.

Which neurons are picked must not depend on how the logarithm is computed: they are
those of the Cython target, which calls the C library. A logarithm that vectorises tells
the same whole number but where the distance is all but whole; there the C library is
asked. For that, the numbers next in the buffer of random numbers are looked at before
they are drawn.
"""

from __future__ import annotations

import math

from brian2numba.kernels.random_numbers import Streams, rand
from brian2numba.language import (
    Pointer,
    Record,
    float64_from_bits,
    floor,
    int64,
    same_memory,
)

__all__ = [
    "N_AHEAD",
    "KnownDistances",
    "distance",
    "forget_distances",
    "next_distance",
    "positions_per_logarithm",
]

#: Larger than any number of neurons or synapses, small enough to add up
_FAR = 2.0**40
#: How many distances are computed at once
N_AHEAD = 64

#: Many times the error of `_logarithm`, relative to the logarithm
_MARGIN = 1e-9
#: Below, `_logarithm` does not hold; less often drawn than any other number
_LEAST = 2.0**-1000
_LN2 = math.log(2)
_ROOT_BITS = 0x3FE6A09E667F3BCD  # the root of 1/2
_FRACTION_BITS = 52
_FRACTION = 2**_FRACTION_BITS - 1


class KnownDistances(Record):
    """Which numbers' distances are known, of those in the buffer of uniform numbers.

    Their positions in the buffer: the first, and the one after the last.
    """

    begin: int64
    end: int64


def positions_per_logarithm(p: float) -> float:
    """Return what the logarithm of a uniform number is multiplied by."""
    logarithm = math.log(1.0 - p)
    # Where p is so small that 1 - p is 1, the next neuron is infinitely far away
    return 1.0 / logarithm if logarithm < 0 else -math.inf


def distance(uniform: float, per_logarithm: float) -> int:
    """Return how many neurons are passed over.

    Parameters
    ----------
    uniform : float
        A number drawn from [0, 1).
    per_logarithm : float
        What `positions_per_logarithm` returns.
    """
    return int64(min(math.log(uniform) * per_logarithm, _FAR))


def forget_distances(known: KnownDistances) -> None:
    """Say that no distances are known."""
    known.begin = 0
    known.end = 0


def next_distance(
    known: KnownDistances,
    distances: Pointer[int64],
    per_logarithm: float,
    streams: Streams,
) -> int:
    """Draw a number; return how many neurons are passed over.

    Parameters
    ----------
    known : KnownDistances
        What is known. Forget it where `per_logarithm` changes, or something else draws.
    distances : pointer to int64
        The distances, `N_AHEAD` of them.
    per_logarithm : float
        What `positions_per_logarithm` returns.
    streams : Streams
        Opened random streams.
    """
    i = streams.uniform_position
    if i < known.begin or i >= known.end:
        # It fills the buffer if need be
        rand(streams)
        _look_ahead(known, distances, per_logarithm, streams, i)
    streams.uniform_position = i + 1 if i + 1 < streams.uniform_size else 0
    return distances[i - known.begin]


def _look_ahead(
    known: KnownDistances,
    distances: Pointer[int64],
    per_logarithm: float,
    streams: Streams,
    begin: int,
) -> None:
    """Compute the distances of the numbers in the buffer from `begin` on."""
    n_ahead = min(N_AHEAD, streams.uniform_size - begin)
    known.begin = begin
    known.end = begin + n_ahead
    numbers = streams.uniform
    bits = same_memory(numbers, int64)
    are_certain = True
    for k in range(n_ahead):
        exact = min(_logarithm(bits[begin + k]) * per_logarithm, _FAR)
        whole = floor(exact)
        margin = _MARGIN * (exact + 1.0)
        rest = exact - whole
        are_certain &= rest > margin and rest < 1.0 - margin
        are_certain &= numbers[begin + k] >= _LEAST
        distances[k] = int64(whole)
    if not are_certain:
        for k in range(n_ahead):
            distances[k] = distance(numbers[begin + k], per_logarithm)


def _logarithm(bits: int) -> float:
    """Return the logarithm of a normal number, given its bits, to 11 digits.

    The number is ``m * 2**k`` with m between the roots of 1/2 and 2, and
    ``log(m) = 2 artanh(s)`` with ``s = (m - 1) / (m + 1)``.
    """
    k = (bits - _ROOT_BITS) >> _FRACTION_BITS
    m = float64_from_bits(bits - (k << _FRACTION_BITS))
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    series = 1 / 9 + z * (1 / 11 + z * (1 / 13 + z * (1 / 15)))
    series = 1.0 + z * (1 / 3 + z * (1 / 5 + z * (1 / 7 + z * series)))
    return k * _LN2 + 2.0 * s * series
