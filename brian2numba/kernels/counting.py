"""
Counts for many uniform numbers at once, by the first 16 bits of these.

A count grows with its uniform number: there is a least number for each, its *cut*. How
many cuts a number has passed is found by comparisons, in vector code. Of numbers and
cuts the first 16 bits are compared, which is four times as many at a time as doubles.
Where these are the same as a cut's, or where the count is one of those that hardly ever
come, all bits of the number are looked at.
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
    "are_counted",
    "count_of",
    "count_shorts",
    "fill_limits",
    "first_open",
    "in_vectors",
    "number_of",
]

#: Cuts that matter only for so large a share of the numbers are not usual
RARE = 1 / 2048
#: Memory for the limits of a table: where the mean is below 700, it has fewer
MOST_LIMITS = 512
_MOST_CUTS = 240
#: How many numbers of 16 bits there are
SHORTS = 65536.0
#: Counts are made in groups of so many: those beyond the last are made for nothing
AT_ONCE = 64
#: Numbers are compared with so many cuts each time that they are read
_CUTS_AT_ONCE = 8
#: What is behind the limits, and how much: the least count that they decide, the one
#: after the largest, and what is added for a limit that is passed and one that is met.
#: LLVM has to think that these two could be any numbers, for the fewest instructions
_LEAST, _END, _OPEN, _N_BEHIND = range(4)
#: Fewer cuts than that are compared with one by one, more are filled up
_FEW = 4
_NO_LIMIT = 0xFFFF
#: More than any count, and not 0 where several limits are equal
_MARK = 0x1000


class CountTable(NamedTuple):
    """What the numbers of a distribution are found in.

    Attributes
    ----------
    cuts : pointer to float64
        The least uniform number for each count from 1 on; infinity after the last.
    limits : pointer to uint16
        The first 16 bits of the cuts that decide for nearly all numbers. They are in
        memory for comparisons to be made with 16 bits; more is behind.
    n_limits : int
        How many they are.
    base : int
        The count that has passed none of them.
    most : int
        Larger counts are drawn again.
    """

    cuts: Pointer[float64]
    limits: Pointer[uint16]
    n_limits: int
    base: int
    most: int


def count_of(u: float, table: CountTable) -> int:
    """Return how many cuts there are up to a number of [0, 1)."""
    counted = table.base
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


def fill_limits(
    limits: Pointer[uint16], cuts: Pointer[float64], first: int, n_usual: int
) -> tuple[int, int]:
    """Write the limits of a table: the first 16 bits of cuts, and what is behind.

    Parameters
    ----------
    limits : pointer to uint16
        Memory for `MOST_LIMITS`.
    cuts : pointer to float64
        The cuts.
    first, n_usual : int
        From which on they decide for nearly all numbers, and how many.

    Returns
    -------
    int, int
        The number of limits, and the count that has passed none.
    """
    n_before = 1 if first > 0 else 0
    base = first - n_before
    n = min(n_usual + n_before, _MOST_CUTS)
    # None passes those that are only there for groups to be whole
    n_left = n % _CUTS_AT_ONCE
    n_all = n if n_left < _FEW else n - n_left + _CUTS_AT_ONCE
    for k in range(n):
        limits[k] = int64(min(cuts[base + k] * SHORTS, SHORTS - 1.0))
    for k in range(n, n_all):
        limits[k] = _NO_LIMIT
    behind = limits + n_all
    # Known to be 1 they would be added by more instructions
    for k in range(n_all):
        behind[_N_BEHIND + k] = 1
    # What has not passed the first may be any smaller count, what has passed the last
    # any larger one
    behind[_LEAST] = base + n_before
    behind[_END] = base + n
    behind[_OPEN] = _MARK
    return n_all, base


def count_shorts(
    counts: Pointer[uint16], shorts: Pointer[uint16], n: int, table: CountTable
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
    table : CountTable
        The table.

    Returns
    -------
    bool
        Whether that was enough for all; `first_open` finds the others.
    """
    behind = table.limits + table.n_limits
    for k in range(n):
        counts[k] = table.base
    n_in_groups = table.n_limits // _CUTS_AT_ONCE * _CUTS_AT_ONCE
    for cut in range(0, n_in_groups, _CUTS_AT_ONCE):
        _pass_cuts(counts, shorts, n, table.limits + cut, behind)
    for cut in range(n_in_groups, table.n_limits):
        _pass_cut(counts, shorts, n, table.limits[cut], behind)
    return are_counted(counts, n, table)


def _pass_cuts(
    counts: Pointer[uint16],
    shorts: Pointer[uint16],
    n: int,
    cuts: Pointer[uint16],
    behind: Pointer[uint16],
) -> None:
    """Count some cuts; mark numbers that have the 16 bits of one.

    They are in order: it can only be the first that a number has not passed.
    """
    one, is_open = behind[_N_BEHIND], behind[_OPEN]
    cut_1, cut_2, cut_3, cut_4 = cuts[0], cuts[1], cuts[2], cuts[3]
    cut_5, cut_6, cut_7, cut_8 = cuts[4], cuts[5], cuts[6], cuts[7]
    for k in range(n):
        short, counted = shorts[k], counts[k]
        counted += one if short > cut_1 else 0
        following = cut_2 if short > cut_1 else cut_1
        counted += one if short > cut_2 else 0
        following = cut_3 if short > cut_2 else following
        counted += one if short > cut_3 else 0
        following = cut_4 if short > cut_3 else following
        counted += one if short > cut_4 else 0
        following = cut_5 if short > cut_4 else following
        counted += one if short > cut_5 else 0
        following = cut_6 if short > cut_5 else following
        counted += one if short > cut_6 else 0
        following = cut_7 if short > cut_6 else following
        counted += one if short > cut_7 else 0
        following = cut_8 if short > cut_7 else following
        counted += one if short > cut_8 else 0
        counts[k] = counted + (is_open if short == following else 0)


def _pass_cut(
    counts: Pointer[uint16],
    shorts: Pointer[uint16],
    n: int,
    cut: int,
    behind: Pointer[uint16],
) -> None:
    one, is_open = behind[_N_BEHIND], behind[_OPEN]
    for k in range(n):
        short, counted = shorts[k], counts[k]
        counted += one if short > cut else 0
        counts[k] = counted + (is_open if short == cut else 0)


def are_counted(counts: Pointer[uint16], n: int, table: CountTable) -> bool:
    """Tell whether 16 bits were enough for all of several numbers."""
    least, end = (
        table.limits[table.n_limits + _LEAST],
        table.limits[table.n_limits + _END],
    )
    are_all = True
    for k in range(n):
        are_all &= counts[k] >= least
        are_all &= counts[k] < end
    return are_all


def _is_counted(counted: int, table: CountTable) -> bool:
    """Tell whether 16 bits were enough for a count that `count_shorts` wrote."""
    least, end = (
        table.limits[table.n_limits + _LEAST],
        table.limits[table.n_limits + _END],
    )
    return counted >= least and counted < end


def first_open(counts: Pointer[uint16], k: int, n: int, table: CountTable) -> int:
    """Return the first number from the k-th on that has to be looked at; `n` if none.

    There is room for `in_vectors(n)`.
    """
    while k < n:
        if k % AT_ONCE == 0 and are_counted(counts + k, AT_ONCE, table):
            k += AT_ONCE
        elif _is_counted(counts[k], table):
            k += 1
        else:
            return k
    return n
