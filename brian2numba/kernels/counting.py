"""
Counts for many uniform numbers at once, by the first 16 bits of these.

A count grows with its uniform number: there is a least number for each count, its *cut*.
How many cuts a number has passed is found by comparisons, in vector code. Of numbers and
cuts the first 16 bits are compared, which is twice as many at a time as with 32 bits and
four times as many as doubles. Where these are the same as a cut's, or where the count
is one of those that hardly ever come, all bits of the number are looked at.
"""

from __future__ import annotations

from typing import NamedTuple

from brian2numba.language import Pointer, float64, int64, uint16

__all__ = [
    "AT_ONCE",
    "MOST_LIMITS",
    "RARE",
    "SHORTS",
    "CountTable",
    "Limits",
    "are_counted",
    "count_of",
    "count_shorts",
    "fill_limits",
    "first_open",
    "in_vectors",
    "number_of",
]

#: Cuts that matter only for so large a share of the numbers are not usual
RARE = 1 / 16384
#: Memory for the limits of a table: where the mean is below 700, it has fewer
MOST_LIMITS = 256
#: How many numbers of 16 bits there are, and the bit that marks what they leave open
SHORTS, _OPEN = 65536.0, 0x8000
#: Counts are made in groups of so many: those beyond the last are made for nothing
AT_ONCE = 64
#: Numbers are compared with so many cuts each time that they are read
_CUTS_AT_ONCE = 4
#: How many numbers are behind the limits
_N_BEHIND = 2


class CountTable(NamedTuple):
    """What the numbers of a distribution are found in.

    Attributes
    ----------
    cuts : pointer to float64
        The least uniform number for each count from 1 on; infinity after the last.
    first, n_usual : int
        The cuts that decide for nearly all numbers: from which on, and how many.
    most : int
        Larger counts are drawn again.
    n_or_zero : int
        The number of trials where failures are counted; 0 where successes are.
    """

    cuts: Pointer[float64]
    first: int
    n_usual: int
    most: int
    n_or_zero: int


class Limits(NamedTuple):
    """What numbers of 16 bits are compared with.

    Attributes
    ----------
    shorts : pointer to uint16
        The limits, in memory for comparisons to be made with 16 bits. Behind them are
        the least count that they decide, and the one after the largest.
    n : int
        How many they are.
    """

    shorts: Pointer[uint16]
    n: int


def count_of(u: float, table: CountTable) -> int:
    """Return how many cuts there are up to a number of [0, 1)."""
    counted = table.first
    while counted > 0 and u < table.cuts[counted - 1]:
        counted -= 1
    while u >= table.cuts[counted]:
        counted += 1
    return counted


def number_of(counted: int, n_or_zero: int) -> float:
    """Return the number of successes for a count."""
    # A product and a sum are as exact, and no loop has to decide
    sign = 1.0 if n_or_zero == 0 else -1.0
    return float64(n_or_zero) + sign * float64(counted)


def in_vectors(n: int) -> int:
    """Return for how many numbers there has to be room, where there are `n`."""
    return (n + AT_ONCE - 1) // AT_ONCE * AT_ONCE


def fill_limits(shorts: Pointer[uint16], table: CountTable) -> Limits:
    """Return the first 16 bits of the usual cuts, and of the one before.

    Parameters
    ----------
    shorts : pointer to uint16
        Memory for `MOST_LIMITS`.
    table : CountTable
        The table.
    """
    n_before = 1 if table.first > 0 else 0
    base = table.first - n_before
    cuts = table.cuts + base
    n = min(table.n_usual + n_before, MOST_LIMITS - _N_BEHIND)
    for k in range(n):
        shorts[k] = int64(min(cuts[k] * SHORTS, SHORTS - 1.0))
    # What has not passed the first may be any smaller count, what has passed the last
    # any larger one
    shorts[n] = base + n_before
    shorts[n + 1] = base + n
    return Limits(shorts, n)


def count_shorts(
    counts: Pointer[uint16], shorts: Pointer[uint16], n: int, limits: Limits
) -> bool:
    """Count by 16 bits.

    Parameters
    ----------
    counts : pointer to uint16
        Where the counts are wanted.
    shorts : pointer to uint16
        The first 16 bits of the uniform numbers.
    n : int
        How many; a multiple of `AT_ONCE`.
    limits : Limits
        What they are compared with.

    Returns
    -------
    bool
        Whether that was enough for all; `first_open` finds the others.
    """
    base = limits.shorts[limits.n + 1] - limits.n
    for k in range(n):
        counts[k] = base
    n_in_groups = limits.n // _CUTS_AT_ONCE * _CUTS_AT_ONCE
    for cut in range(0, n_in_groups, _CUTS_AT_ONCE):
        _pass_cuts(counts, shorts, n, limits.shorts + cut)
    for cut in range(n_in_groups, limits.n):
        _pass_cut(counts, shorts, n, limits.shorts + cut)
    return are_counted(counts, n, limits)


def _pass_cuts(
    counts: Pointer[uint16], shorts: Pointer[uint16], n: int, cuts: Pointer[uint16]
) -> None:
    """Count some cuts; mark numbers that have the 16 bits of one.

    They are in order: it can only be the first that a number has not passed.
    """
    cut_1, cut_2, cut_3, cut_4 = cuts[0], cuts[1], cuts[2], cuts[3]
    for k in range(n):
        short, counted = shorts[k], counts[k]
        following = cut_2 if short > cut_1 else cut_1
        following = cut_3 if short > cut_2 else following
        following = cut_4 if short > cut_3 else following
        counted += 1 if short > cut_1 else 0
        counted += 1 if short > cut_2 else 0
        counted += 1 if short > cut_3 else 0
        counted += 1 if short > cut_4 else 0
        counts[k] = counted | (_OPEN if short == following else 0)


def _pass_cut(
    counts: Pointer[uint16], shorts: Pointer[uint16], n: int, cuts: Pointer[uint16]
) -> None:
    cut = cuts[0]
    for k in range(n):
        short, counted = shorts[k], counts[k]
        counted += 1 if short > cut else 0
        counts[k] = counted | (_OPEN if short == cut else 0)


def are_counted(counts: Pointer[uint16], n: int, limits: Limits) -> bool:
    """Tell whether 16 bits were enough for all of several numbers."""
    least, end = limits.shorts[limits.n], limits.shorts[limits.n + 1]
    are_all = True
    for k in range(n):
        are_all &= counts[k] >= least
        are_all &= counts[k] < end
    return are_all


def _is_counted(counted: int, limits: Limits) -> bool:
    """Tell whether 16 bits were enough for a count that `count_shorts` wrote."""
    least, end = limits.shorts[limits.n], limits.shorts[limits.n + 1]
    return counted >= least and counted < end


def first_open(counts: Pointer[uint16], k: int, n: int, limits: Limits) -> int:
    """Return the first number from the k-th on that has to be looked at; `n` if none.

    There is room for `in_vectors(n)`.
    """
    while k < n:
        if k % AT_ONCE == 0 and are_counted(counts + k, AT_ONCE, limits):
            k += AT_ONCE
        elif _is_counted(counts[k], limits):
            k += 1
        else:
            return k
    return n
