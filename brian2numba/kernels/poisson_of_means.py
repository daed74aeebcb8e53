"""
Counter-based Poisson numbers, each with a mean of its own.

For small means, as many probabilities are counted as a uniform number contains. For
others, numbers are tried in the way of `random_numbers.poisson`. Either is done for one
element, or in vector code for a block of elements: for those that have not got their
numbers then, it is done once more. The numbers are the same.

References
----------
Hörmann, W. (1993). The transformed rejection method for generating Poisson random
variables. Insurance: Mathematics and Economics, 12(1), 39-45: algorithm PTRS.
"""

from __future__ import annotations

import math

from brian2numba.elementary.exponential import exp
from brian2numba.elementary.logarithm import log
from brian2numba.kernels.counter_based import Key, open_key, random_bits, uniform
from brian2numba.kernels.counter_streams import stream_of
from brian2numba.kernels.random_numbers import Streams, rand
from brian2numba.language import (
    MASK_SIZE,
    Pointer,
    address_of,
    float64,
    floor,
    int64,
    interleaved,
    items_on_stack,
)

__all__ = ["fill_poisson_of_means", "poisson_by_one"]

#: Below, probabilities are counted
_SMALL_MEAN = 10.0
#: A number as large has a probability below 1e-24 then, and is drawn again
_MOST_BY_ONE = 60
_INVERSES = (0.0, *(1.0 / k for k in range(1, _MOST_BY_ONE + 1)))
#: So many probabilities are counted each time that numbers are read
_AT_ONCE = 4
#: Less than the distance of two uniform numbers
_LEAST = 2.0**-60
#: Stands for a number that is still to be made
_OPEN = -1.0

#: Coefficients of Stirling's series (Abramowitz and Stegun 6.1.41)
_S0, _S1, _S2 = 1 / 12, -1 / 360, 1 / 1260
_S3, _S4, _S5 = -1 / 1680, 1 / 1188, -691 / 360360
_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
#: From here on the series is precise enough
_SERIES_FROM = 8.0


def poisson_by_one(lam: float, streams: Streams) -> int:
    """Return a number of the Poisson distribution, for few uniform ones.

    Parameters
    ----------
    lam : float
        The mean. The result is 0 if it is negative or not a number.
    streams : Streams
        Opened streams, at the beginning of what an element draws.
    """
    if lam >= _SMALL_MEAN:
        return int64(_by_rejection(lam, streams))
    return _by_counting(lam, streams)


def _by_counting(lam: float, streams: Streams) -> int:
    count = _MOST_BY_ONE
    # Above that, u is what rounding has left
    while count == _MOST_BY_ONE:
        probability, u = exp(-lam), rand(streams)
        count = 0
        while u >= probability and count < _MOST_BY_ONE:
            u -= probability
            count += 1
            probability *= lam * _INVERSES[count]
    return count


def _by_rejection(lam: float, streams: Streams) -> float:
    number, is_accepted = 0.0, False
    while not is_accepted:
        u = rand(streams) - 0.5
        v = rand(streams)
        number = _tried(u, lam)
        is_accepted = _is_accepted(number, u, v, lam)
    return number


def _width(lam: float) -> float:
    """Return the parameter b of the hat function."""
    return 0.931 + 2.53 * math.sqrt(lam)


def _slope(b: float) -> float:
    """Return the parameter a of the hat function."""
    return -0.059 + 0.02483 * b


def _tried(u: float, lam: float) -> float:
    """Return a number that is distributed as the hat function says."""
    b = _width(lam)
    return floor((2.0 * _slope(b) / _from_edge(u) + b) * u + lam + 0.43)


def _from_edge(u: float) -> float:
    """Return how far a number of [-0.5, 0.5) is from these; not 0, for a quotient."""
    return max(0.5 - math.fabs(u), _LEAST)


def _is_accepted(number: float, u: float, v: float, lam: float) -> bool:
    """Tell whether a number that was tried is taken; all is computed, for vectors."""
    b = _width(lam)
    us = _from_edge(u)
    is_within = (us >= 0.07) & (v <= 0.9277 - 3.6224 / (b - 2.0))  # noqa: PLR2004
    is_possible = (number >= 0.0) & ((us >= 0.013) | (v <= us))  # noqa: PLR2004
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    weight = log(v * inverse_alpha / (_slope(b) / (us * us) + b))
    return is_within | (is_possible & (weight <= _log_probability(number, lam)))


def _log_probability(number: float, lam: float) -> float:
    """Return the logarithm of the probability of a number, by Stirling's series."""
    x = max(number, 0.0) + 1.0
    is_few = x < _SERIES_FROM
    # x! is (x + 8)! over eight factors
    product = x * (x + 1.0) * (x + 2.0) * (x + 3.0)
    product *= (x + 4.0) * (x + 5.0) * (x + 6.0) * (x + 7.0)
    of_product = log(product if is_few else 1.0)
    x = x + _SERIES_FROM if is_few else x
    inverse = 1.0 / x
    square = inverse * inverse
    series = _S2 + square * (_S3 + square * (_S4 + square * _S5))
    series = inverse * (_S0 + square * (_S1 + square * series))
    of_factorial = (x - 0.5) * log(x) - x + _HALF_LOG_2PI + series - of_product
    return number * log(lam) - lam - of_factorial


def fill_poisson_of_means(
    numbers: Pointer[float64], start: int, stop: int, streams: Streams, draw: int
) -> None:
    """Make the Poisson numbers of a block of elements.

    Parameters
    ----------
    numbers : pointer to float64
        The means, which become the numbers.
    start, stop : int
        The elements.
    streams, draw : Streams, int
        See `brian2numba.kernels.counter_streams.stream_of`.
    """
    n, key = stop - start, open_key(address_of(streams.buffers))
    counts = items_on_stack(float64, MASK_SIZE)
    if not _count_small(counts, numbers, start, n, key, draw):
        for k in range(n):
            if counts[k] == _MOST_BY_ONE:
                own = stream_of(start + k, streams, draw)
                counts[k] = _by_counting(numbers[k], own)
    _try_large(counts, numbers, start, n, key, draw)
    for k in range(n):
        numbers[k] = counts[k]


def _count_small(  # noqa: PLR0913, PLR0917
    counts: Pointer[float64],
    means: Pointer[float64],
    start: int,
    n: int,
    key: Key,
    draw: int,
) -> bool:
    """Make the numbers with small means; tell whether none is to be drawn again."""
    rest = items_on_stack(float64, MASK_SIZE)
    probabilities = items_on_stack(float64, MASK_SIZE)
    for k in interleaved(n):
        bits = random_bits(start + k, 0, draw, key)
        # There are none of a mean that is negative or not a number
        mean = means[k] if means[k] > 0.0 else 0.0
        # What is below all probabilities is counted no further
        rest[k] = uniform(bits[0], bits[1]) if mean < _SMALL_MEAN else -1.0
        probabilities[k] = exp(-mean)
        means[k] = mean
        counts[k] = 0.0
    count, go_on = 0, True
    while go_on and count < _MOST_BY_ONE:
        go_on = _count_on(counts, means, n, rest, probabilities, count)
        count += _AT_ONCE
    return not go_on


def _count_on(  # noqa: PLR0913, PLR0917
    counts: Pointer[float64],
    means: Pointer[float64],
    n: int,
    rest: Pointer[float64],
    probabilities: Pointer[float64],
    count: int,
) -> bool:
    """Count some probabilities more; tell whether that is not enough for all."""
    inverse_1, inverse_2 = _inverse(count + 1), _inverse(count + 2)
    inverse_3, inverse_4 = _inverse(count + 3), _inverse(count + 4)
    go_on = False
    for k in range(n):
        mean, u, probability = means[k], rest[k], probabilities[k]
        counted = counts[k]
        counted += 1.0 if u >= probability else 0.0
        u = u - probability if u >= probability else -1.0
        probability *= mean * inverse_1
        counted += 1.0 if u >= probability else 0.0
        u = u - probability if u >= probability else -1.0
        probability *= mean * inverse_2
        counted += 1.0 if u >= probability else 0.0
        u = u - probability if u >= probability else -1.0
        probability *= mean * inverse_3
        counted += 1.0 if u >= probability else 0.0
        u = u - probability if u >= probability else -1.0
        probability *= mean * inverse_4
        go_on |= u >= 0.0
        counts[k] = counted
        rest[k] = u
        probabilities[k] = probability
    return go_on


def _inverse(count: int) -> float:
    return _INVERSES[count]


def _try_large(  # noqa: PLR0913, PLR0917
    counts: Pointer[float64],
    means: Pointer[float64],
    start: int,
    n: int,
    key: Key,
    draw: int,
) -> None:
    """Make the numbers with large means: those that are refused, once more."""
    places = items_on_stack(int64, MASK_SIZE)
    n_open = 0
    for k in range(n):
        places[n_open] = k
        n_open += 1 if means[k] >= _SMALL_MEAN else 0
    n_before = 0
    while n_open > 0:
        n_open = _try_again(counts, means, start, places, n_open, n_before, key, draw)
        n_before += 1


def _try_again(  # noqa: PLR0913, PLR0917
    counts: Pointer[float64],
    means: Pointer[float64],
    start: int,
    places: Pointer[int64],
    n_open: int,
    n_before: int,
    key: Key,
    draw: int,
) -> int:
    """Try numbers once; keep the places of those that are refused, return how many."""
    tried = items_on_stack(float64, MASK_SIZE)
    for k in range(n_open):
        tried[k] = means[places[k]]
    for k in range(n_open):
        bits = random_bits(start + places[k], n_before, draw, key)
        u, v = uniform(bits[0], bits[1]) - 0.5, uniform(bits[2], bits[3])
        number = _tried(u, tried[k])
        is_accepted = _is_accepted(number, u, v, tried[k])
        tried[k] = number if is_accepted else _OPEN
    n_left = 0
    for k in range(n_open):
        place = places[k]
        counts[place] = tried[k]
        places[n_left] = place
        n_left += 1 if tried[k] == _OPEN else 0
    return n_left
