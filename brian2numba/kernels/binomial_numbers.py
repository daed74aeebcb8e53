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
    fill_randn,
    fill_short,
    rand_again,
    randn_at,
    short_at,
)
from brian2numba.kernels.random_numbers import (
    Streams,
    drawn_uniform,
    pass_uniform,
    rand,
    randn,
    take_normal,
)
from brian2numba.language import (
    MASK_SIZE,
    Pointer,
    float64,
    float64_from_bits,
    int64,
    items_on_stack,
    uint16,
)

__all__ = [
    "CUTS_AT_ONCE",
    "RARE",
    "CountTable",
    "binomial_by_normal",
    "binomial_by_normal_at",
    "binomial_by_table",
    "binomial_by_table_at",
    "fill_binomial_by_normal",
    "fill_binomial_by_table",
    "fill_counts",
    "find_counts",
    "take_binomial_by_normal",
    "take_binomial_by_table",
]

#: Numbers are compared with so many cuts at once
CUTS_AT_ONCE = 4
#: Cuts that matter only for so large a share of the numbers are not usual
RARE = 1 / 16384
#: How many numbers of 16 bits there are, and the bit that marks what they leave open
_SHORTS, _OPEN = 65536.0, 0x8000
#: For as many usual cuts as there can be where the mean is below 700, and what is added
_MOST_CUTS, _MOST_LIMITS = 240, 256
#: How many numbers the other bits are: all that a double has room for
_REST = 2.0**36
_BITS_OF_2_TO_52 = 0x4330000000000000


class CountTable(NamedTuple):
    """What the numbers of a distribution are found in.

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
        See `CountTable`.
    streams : Streams
        Opened streams.
    """
    table = CountTable(cuts, first, n_usual, low, high, most, n_or_zero)
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
    table = CountTable(cuts, first, n_usual, low, high, most, n_or_zero)
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
        See `CountTable`.
    key, draw : Key, int
        See `brian2numba.kernels.counter_based.rand_at`.
    """
    table = CountTable(cuts, first, n_usual, low, high, most, n_or_zero)
    return count_at(element, table, key, draw, 0)


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
        See `CountTable`.
    """
    table = CountTable(cuts, first, n_usual, low, high, most, n_or_zero)
    fill_counts(numbers, start, stop, table, key, draw, 0)


def find_counts(
    numbers: Pointer[float64], uniform: Pointer[float64], n: int, table: CountTable
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
    is_all = True
    for k in range(n):
        is_all &= table.low <= uniform[k]
        is_all &= uniform[k] < table.high
    if is_all:
        return n
    for k in range(n):
        if uniform[k] < table.low or uniform[k] >= table.high:
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
    table: CountTable,
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


def count_at(element: int, table: CountTable, key: Key, draw: int, count: int) -> float:
    """Return the number of an element.

    Of the uniform number, 16 bits nearly always decide. The others come from a draw of
    their own.

    Parameters
    ----------
    element, key, draw : int, Key, int
        See `brian2numba.kernels.counter_based.rand_at`.
    table : CountTable
        The table.
    count : int
        What else it is for.
    """
    count += 1
    rest = float64(int64(rand_again(element, key, draw, count) * _REST)) / _REST
    u = (short_at(element, key, draw, count - 1) + rest) / _SHORTS
    counted = _count(u, table)
    while counted > table.most:
        count += 1
        counted = _count(rand_again(element, key, draw, count), table)
    return _successes(counted, table)


def fill_counts(  # noqa: PLR0913, PLR0917
    numbers: Pointer[float64],
    start: int,
    stop: int,
    table: CountTable,
    key: Key,
    draw: int,
    count: int,
) -> None:
    """Write the numbers of a block of elements; see `count_at`."""
    n = stop - start
    shorts = items_on_stack(uint16, MASK_SIZE)
    counts = items_on_stack(uint16, MASK_SIZE)
    limits = items_on_stack(uint16, _MOST_LIMITS)
    fill_short(shorts, start, stop, key, draw, count)
    # One more than the usual cuts: what is not above the first is open, too
    first = max(table.first - 1, 0)
    n_cuts = _fill_limits(limits, first, table)
    for k in range(n):
        counts[k] = 0
    for cut in range(0, n_cuts, CUTS_AT_ONCE):
        _pass_short_cuts(counts, shorts, n, limits + cut)
    least = _successes(first, table)
    step = 1.0 if table.n_or_zero == 0 else -1.0
    for k in range(n):
        numbers[k] = least + step * _as_float(counts[k])
    is_all = True
    for k in range(n):
        is_all &= limits[n_cuts] <= counts[k]
        is_all &= counts[k] < limits[n_cuts + 1]
    if is_all:
        return
    for k in range(n):
        if counts[k] < limits[n_cuts] or counts[k] >= limits[n_cuts + 1]:
            numbers[k] = count_at(start + k, table, key, draw, count)


def _fill_limits(limits: Pointer[uint16], first: int, table: CountTable) -> int:
    """Write the first 16 bits of cuts, and between which counts they have decided.

    They are in memory for comparisons to be made with 16 bits.

    Returns
    -------
    int
        The number of cuts, a multiple of `CUTS_AT_ONCE`.
    """
    n_usual = 0
    while n_usual < _MOST_CUTS and table.cuts[first + n_usual] < table.high:
        n_usual += 1
    n_cuts = (n_usual + CUTS_AT_ONCE) // CUTS_AT_ONCE * CUTS_AT_ONCE
    is_last = table.high >= 1.0
    for k in range(n_cuts + 2):
        limit = _SHORTS - 1.0
        if k < n_usual or (k == n_usual and not is_last):
            limit = min(table.cuts[first + k] * _SHORTS, limit)
        if k == n_cuts:
            limit = 1.0 if first > 0 else 0.0
        if k == n_cuts + 1:
            limit = float64(n_usual + 1)
        limits[k] = int64(limit)
    return n_cuts


def _pass_short_cuts(
    counts: Pointer[uint16],
    shorts: Pointer[uint16],
    n: int,
    cuts: Pointer[uint16],
) -> None:
    """Count cuts below numbers of 16 bits; mark those that these bits leave open."""
    cut_1, cut_2, cut_3, cut_4 = cuts[0], cuts[1], cuts[2], cuts[3]
    for k in range(n):
        short, counted = shorts[k], counts[k]
        counted += 1 if short > cut_1 else 0
        counted += 1 if short > cut_2 else 0
        counted += 1 if short > cut_3 else 0
        counted += 1 if short > cut_4 else 0
        is_open = short == cut_1
        is_open |= short == cut_2
        is_open |= short == cut_3
        is_open |= short == cut_4
        counts[k] = counted | (_OPEN if is_open else 0)


def _as_float(number: int) -> float:
    """Return a whole number of few bits as a double, in any vector code."""
    return float64_from_bits(_BITS_OF_2_TO_52 | number) - 2.0**52


def _count(u: float, table: CountTable) -> int:
    """Return how many cuts there are up to a number of [0, 1)."""
    counted = table.first if u >= table.low else 0
    while u >= table.cuts[counted]:
        counted += 1
    return counted


def _successes(counted: int, table: CountTable) -> float:
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
