"""
Binomial numbers for few instructions: by a table, or by the normal distribution.

By the table they are those of inversion, which counts how many probabilities can be
taken from a uniform number. The larger that is, the larger the count, also with all
that is rounded on the way: so for each count there is a *cut*, the least number that
gets beyond it, and comparisons with the cuts are vector code.
`brian2numba.generation.binomial_tables` finds the cuts, to the last bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from brian2numba.kernels.counter_based import (
    Key,
    fill_rand,
    fill_randn,
    rand_again,
    rand_at,
    randn_at,
)
from brian2numba.kernels.random_numbers import (
    Streams,
    drawn_uniform,
    pass_uniform,
    rand,
    randn,
    take_normal,
)
from brian2numba.language import MASK_SIZE, Pointer, float64, items_on_stack

__all__ = [
    "CUTS_AT_ONCE",
    "RARE",
    "BinomialTable",
    "binomial_by_normal",
    "binomial_by_normal_at",
    "binomial_by_table",
    "binomial_by_table_at",
    "fill_binomial_by_normal",
    "fill_binomial_by_table",
    "find_counts",
    "take_binomial_by_normal",
    "take_binomial_by_table",
]

#: Numbers are compared with so many cuts at once
CUTS_AT_ONCE = 4
#: Cuts that matter only for so large a share of the numbers are not usual
RARE = 1 / 1024
#: So many numbers are looked at together for what the usual cuts don't decide
_GROUP = 16


class BinomialTable(NamedTuple):
    """What the numbers of a binomial distribution are found in.

    Attributes
    ----------
    cuts : pointer to float64
        The least uniform number for each count from 1 on; infinity after the last.
    first, n_usual : int
        The cuts that decide for nearly all numbers: from which on, and how many, a
        multiple of `CUTS_AT_ONCE`.
    low, high : float
        These decide for numbers from `low` on and below `high`.
    most : int
        Larger counts are drawn again.
    n_or_zero : int
        The number of trials where failures are counted; 0 where successes are.
    """

    cuts: Pointer[float64]
    first: int
    n_usual: int
    low: float
    high: float
    most: int
    n_or_zero: int


def binomial_by_table(  # noqa: PLR0913, PLR0917
    index: int,
    cuts: Pointer[float64],
    first: int,
    n_usual: int,
    low: float,
    high: float,
    most: int,
    n_or_zero: int,
    streams: Streams,
) -> float:
    """Return a number of the binomial distribution, the next of the sequence.

    Parameters
    ----------
    index : int
        The index of the element, which plays no role.
    cuts, first, n_usual, low, high, most, n_or_zero
        See `BinomialTable`.
    streams : Streams
        Opened streams.
    """
    table = BinomialTable(cuts, first, n_usual, low, high, most, n_or_zero)
    counted = _count(rand(streams), table)
    while counted > most:
        counted = _count(rand(streams), table)
    return _successes(counted, table)


def take_binomial_by_table(  # noqa: PLR0913, PLR0917
    numbers: Pointer[float64],
    n: int,
    cuts: Pointer[float64],
    first: int,
    n_usual: int,
    low: float,
    high: float,
    most: int,
    n_or_zero: int,
    streams: Streams,
) -> None:
    """Draw several binomial numbers.

    Parameters
    ----------
    numbers : pointer to float64
        Where they are wanted.
    n : int
        How many.
    cuts, first, n_usual, low, high, most, n_or_zero, streams
        See `binomial_by_table`.
    """
    table = BinomialTable(cuts, first, n_usual, low, high, most, n_or_zero)
    done = 0
    while done < n:
        uniform, n_now = drawn_uniform(n - done, streams)
        n_found = find_counts(numbers + done, uniform, n_now, table)
        pass_uniform(n_found, streams)
        done += n_found
        if n_found < n_now:
            numbers[done] = binomial_by_table(
                0, cuts, first, n_usual, low, high, most, n_or_zero, streams
            )
            done += 1


def binomial_by_table_at(  # noqa: PLR0913, PLR0917
    element: int,
    cuts: Pointer[float64],
    first: int,
    n_usual: int,
    low: float,
    high: float,
    most: int,
    n_or_zero: int,
    key: Key,
    draw: int,
) -> float:
    """Return a number of the binomial distribution, that of an element.

    Parameters
    ----------
    element : int
        The neuron or synapse.
    cuts, first, n_usual, low, high, most, n_or_zero
        See `BinomialTable`.
    key, draw : Key, int
        See `brian2numba.kernels.counter_based.rand_at`.
    """
    table = BinomialTable(cuts, first, n_usual, low, high, most, n_or_zero)
    counted = _count(rand_at(element, key, draw), table)
    n_before = 0
    while counted > most:
        n_before += 1
        counted = _count(rand_again(element, key, draw, n_before), table)
    return _successes(counted, table)


def fill_binomial_by_table(  # noqa: PLR0913, PLR0917
    numbers: Pointer[float64],
    start: int,
    stop: int,
    cuts: Pointer[float64],
    first: int,
    n_usual: int,
    low: float,
    high: float,
    most: int,
    n_or_zero: int,
    key: Key,
    draw: int,
) -> None:
    """Make the binomial numbers of a block of elements.

    Parameters
    ----------
    numbers, start, stop, key, draw
        See `brian2numba.kernels.counter_based.fill_rand`.
    cuts, first, n_usual, low, high, most, n_or_zero
        See `BinomialTable`.
    """
    table = BinomialTable(cuts, first, n_usual, low, high, most, n_or_zero)
    uniform = items_on_stack(float64, MASK_SIZE)
    fill_rand(uniform, start, stop, key, draw)
    done, n = 0, stop - start
    while done < n:
        done += find_counts(numbers + done, uniform + done, n - done, table)
        if done < n:
            numbers[done] = binomial_by_table_at(
                start + done,
                cuts,
                first,
                n_usual,
                low,
                high,
                most,
                n_or_zero,
                key,
                draw,
            )
            done += 1


def find_counts(
    numbers: Pointer[float64], uniform: Pointer[float64], n: int, table: BinomialTable
) -> int:
    """Write the numbers for uniform ones, up to one that has to be drawn again.

    Returns
    -------
    int
        How many were written.
    """
    for k in range(n):
        numbers[k] = _successes(table.first, table)
    for cut in range(table.first, table.first + table.n_usual, CUTS_AT_ONCE):
        _pass_cuts(numbers, uniform, n, cut, table)
    for start in range(0, n, _GROUP):
        end = min(start + _GROUP, n)
        is_all = True
        for k in range(start, end):
            is_all &= table.low <= uniform[k] and uniform[k] < table.high
        if not is_all:
            for k in range(start, end):
                counted = _count(uniform[k], table)
                if counted > table.most:
                    return k
                numbers[k] = _successes(counted, table)
    return n


def _pass_cuts(
    numbers: Pointer[float64],
    uniform: Pointer[float64],
    n: int,
    cut: int,
    table: BinomialTable,
) -> None:
    """Write the numbers of those uniform ones that some cuts are below."""
    cuts = table.cuts
    cut_1, cut_2, cut_3, cut_4 = cuts[cut], cuts[cut + 1], cuts[cut + 2], cuts[cut + 3]
    past_1, past_2 = _successes(cut + 1, table), _successes(cut + 2, table)
    past_3, past_4 = _successes(cut + 3, table), _successes(cut + 4, table)
    for k in range(n):
        u, number = uniform[k], numbers[k]
        number = past_1 if u >= cut_1 else number
        number = past_2 if u >= cut_2 else number
        number = past_3 if u >= cut_3 else number
        numbers[k] = past_4 if u >= cut_4 else number


def _count(u: float, table: BinomialTable) -> int:
    """Return how many cuts there are up to a number of [0, 1)."""
    counted = table.first if u >= table.low else 0
    while u >= table.cuts[counted]:
        counted += 1
    return counted


def _successes(counted: int, table: BinomialTable) -> float:
    number = counted if table.n_or_zero == 0 else table.n_or_zero - counted
    return float64(number)


def binomial_by_normal(index: int, loc: float, scale: float, streams: Streams) -> float:
    """Approximate a binomial number by a normal one, in single precision.

    Parameters
    ----------
    index : int
        The index of the element, which plays no role.
    loc, scale : float
        The mean and the standard deviation.
    streams : Streams
        Opened streams.
    """
    return _of_normal(randn(streams), loc, scale)


def take_binomial_by_normal(
    numbers: Pointer[float64], n: int, loc: float, scale: float, streams: Streams
) -> None:
    """Approximate several numbers; see `take_binomial_by_table`."""
    take_normal(numbers, n, streams)
    for k in range(n):
        numbers[k] = _of_normal(numbers[k], loc, scale)


def binomial_by_normal_at(
    element: int, loc: float, scale: float, key: Key, draw: int
) -> float:
    """Approximate the number of an element; see `binomial_by_table_at`."""
    return _of_normal(randn_at(element, key, draw), loc, scale)


def fill_binomial_by_normal(  # noqa: PLR0913, PLR0917
    numbers: Pointer[float64],
    start: int,
    stop: int,
    loc: float,
    scale: float,
    key: Key,
    draw: int,
) -> None:
    """Approximate the numbers of a block; see `fill_binomial_by_table`."""
    fill_randn(numbers, start, stop, key, draw)
    for k in range(stop - start):
        numbers[k] = _of_normal(numbers[k], loc, scale)


def _of_normal(number: float, loc: float, scale: float) -> float:
    return np.float64(np.float32(number * scale + loc))
