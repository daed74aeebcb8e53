"""
Binomial numbers for few instructions: by a table, or by the normal distribution.

By the table they are those of inversion, which counts how many probabilities can be
taken from a uniform number. The larger that is, the larger the count, also with all
that is rounded on the way: so for each count there is a *cut*, the least number that
gets beyond it, and comparisons with the cuts are vector code.
`brian2numba.generation.binomial_tables` finds the cuts, to the last bit.
"""

from __future__ import annotations

import numpy as np

from brian2numba.kernels.counter_based import (
    Key,
    fill_randn,
    fill_short,
    rand_again,
    randn_at,
    short_at,
)
from brian2numba.kernels.counting import (
    AT_ONCE,
    SHORTS,
    CountTable,
    count_of,
    count_shorts,
    first_open,
    in_vectors,
    number_of,
)
from brian2numba.kernels.mersenne_twister import double_of
from brian2numba.kernels.random_numbers import (
    Streams,
    drawn_uniform,
    drawn_words,
    pass_uniform,
    pass_words,
    rand,
    randn,
    take_normal,
    takes_words,
)
from brian2numba.language import (
    MASK_SIZE,
    Pointer,
    float64,
    int64,
    items_on_stack,
    same_memory,
    uint16,
)

__all__ = [
    "binomial_by_normal",
    "binomial_by_normal_at",
    "binomial_by_table",
    "binomial_by_table_at",
    "count_at",
    "fill_binomial_by_normal",
    "fill_binomial_by_table",
    "fill_counts",
    "take_binomial_by_normal",
    "take_binomial_by_table",
]

#: Memory for the first bits of the numbers of a block, and some more
_ROOM = MASK_SIZE + AT_ONCE
#: How many numbers the other bits are: all that a double has room for
_REST = 2.0**36


def binomial_by_table(  # noqa: PLR0913, PLR0917
    index: int,
    cuts: Pointer[float64],
    limits: Pointer[float64],
    n_limits: int,
    base: int,
    most: int,
    n_or_zero: int,
    streams: Streams,
) -> float:
    """Return a number of the binomial distribution, the next of the sequence.

    Parameters
    ----------
    index : int
        The index of the element, which plays no role.
    cuts, limits, n_limits, base, most, n_or_zero
        The fields of `CountTable`, and what `number_of` takes; the limits are in the
        memory of doubles.
    streams : Streams
        Opened streams.
    """
    table = CountTable(cuts, same_memory(limits, uint16), n_limits, base, most)
    counted = count_of(rand(streams), table)
    while counted > most:
        counted = count_of(rand(streams), table)
    return number_of(counted, n_or_zero)


def take_binomial_by_table(  # noqa: PLR0913, PLR0917
    counts: Pointer[uint16],
    n: int,
    cuts: Pointer[float64],
    limits: Pointer[float64],
    n_limits: int,
    base: int,
    most: int,
    n_or_zero: int,
    streams: Streams,
) -> None:
    """Draw several binomial numbers, of which `number_of` makes the result.

    Parameters
    ----------
    counts : pointer to uint16
        Where they are wanted; there is room for `AT_ONCE` more.
    n : int
        How many, at most `MASK_SIZE`.
    cuts, limits, n_limits, base, most, n_or_zero, streams
        See `binomial_by_table`.
    """
    table = CountTable(cuts, same_memory(limits, uint16), n_limits, base, most)
    done = 0
    while done < n:
        if takes_words(streams):
            done += _take_of_words(counts + done, n - done, table, streams)
        else:
            done += _take_of_doubles(counts + done, n - done, table, streams)


def _take_of_words(
    counts: Pointer[uint16], n: int, table: CountTable, streams: Streams
) -> int:
    """Draw numbers, up to one that is to be drawn again; return how many."""
    shorts = items_on_stack(uint16, _ROOM)
    words, n = drawn_words(shorts, n, streams)
    k = n
    if not count_shorts(counts, shorts, in_vectors(n), table):
        k = first_open(counts, 0, n, table)
        while k < n and _is_taken(counts, k, double_of(words[k]), table):
            k = first_open(counts, k + 1, n, table)
    pass_words(min(k + 1, n), streams)
    return k


def _take_of_doubles(
    counts: Pointer[uint16], n: int, table: CountTable, streams: Streams
) -> int:
    """Draw numbers from a buffer of doubles; see `_take_of_words`."""
    shorts = items_on_stack(uint16, MASK_SIZE)
    uniform, n = drawn_uniform(n, streams)
    for k in range(n):
        shorts[k] = int64(uniform[k] * SHORTS)
    for k in range(n, in_vectors(n)):
        shorts[k] = 0
    k = n
    if not count_shorts(counts, shorts, in_vectors(n), table):
        k = first_open(counts, 0, n, table)
        while k < n and _is_taken(counts, k, uniform[k], table):
            k = first_open(counts, k + 1, n, table)
    pass_uniform(min(k + 1, n), streams)
    return k


def _is_taken(counts: Pointer[uint16], k: int, u: float, table: CountTable) -> bool:
    """Write the count of a uniform number; tell whether it is not to be refused."""
    counts[k] = count_of(u, table)
    return counts[k] <= table.most


def binomial_by_table_at(  # noqa: PLR0913, PLR0917
    element: int,
    cuts: Pointer[float64],
    limits: Pointer[float64],
    n_limits: int,
    base: int,
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
    cuts, limits, n_limits, base, most, n_or_zero
        See `CountTable`.
    key, draw : Key, int
        See `brian2numba.kernels.counter_based.rand_at`.
    """
    table = CountTable(cuts, same_memory(limits, uint16), n_limits, base, most)
    return number_of(count_at(element, table, key, draw, 0), n_or_zero)


def fill_binomial_by_table(  # noqa: PLR0913, PLR0917
    counts: Pointer[uint16],
    start: int,
    stop: int,
    cuts: Pointer[float64],
    limits: Pointer[float64],
    n_limits: int,
    base: int,
    most: int,
    n_or_zero: int,
    key: Key,
    draw: int,
) -> None:
    """Make the binomial numbers of a block of elements; `number_of` makes the results.

    Parameters
    ----------
    counts : pointer to uint16
        Where they are wanted; there is room for `MASK_SIZE`.
    start, stop, key, draw
        See `brian2numba.kernels.counter_based.fill_rand`.
    cuts, limits, n_limits, base, most, n_or_zero
        See `CountTable`.
    """
    table = CountTable(cuts, same_memory(limits, uint16), n_limits, base, most)
    fill_counts(counts, start, stop, table, key, draw, 0)


def count_at(element: int, table: CountTable, key: Key, draw: int, count: int) -> int:
    """Return the count of an element.

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
    u = (short_at(element, key, draw, count - 1) + rest) / SHORTS
    counted = count_of(u, table)
    while counted > table.most:
        count += 1
        counted = count_of(rand_again(element, key, draw, count), table)
    return counted


def fill_counts(  # noqa: PLR0913, PLR0917
    counts: Pointer[uint16],
    start: int,
    stop: int,
    table: CountTable,
    key: Key,
    draw: int,
    count: int,
) -> None:
    """Write the counts of a block of elements; see `count_at`."""
    n = stop - start
    shorts = items_on_stack(uint16, MASK_SIZE)
    fill_short(shorts, start, start + in_vectors(n), key, draw, count)
    if count_shorts(counts, shorts, in_vectors(n), table):
        return
    k = first_open(counts, 0, n, table)
    while k < n:
        counts[k] = count_at(start + k, table, key, draw, count)
        k = first_open(counts, k + 1, n, table)


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
