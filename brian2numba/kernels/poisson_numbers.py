"""
Counter-based Poisson numbers with one mean for all elements, in vector code.

A table is made of the sums of the probabilities, and a uniform number is compared with
these, as in `brian2numba.kernels.binomial_numbers`. A Poisson number with a large mean
is the sum of some with smaller ones.
"""

from __future__ import annotations

import math

from brian2numba.kernels.binomial_numbers import fill_counts
from brian2numba.kernels.counter_based import Key
from brian2numba.kernels.counting import (
    MOST_LIMITS,
    RARE,
    CountTable,
    fill_limits,
)
from brian2numba.language import MASK_SIZE, Pointer, float64, items_on_stack, uint16

__all__ = ["fill_poisson"]

#: The largest mean of a table: all its probabilities are normal numbers
_LARGEST_MEAN = 300.0
#: More than so many standard deviations beyond it, with what is put behind the last
_TABLE_SIZE = 640
#: What less is of a probability is nothing to a uniform number
_NOTHING = 2.0**-60
_NO_LIMIT = 1 << 62


def fill_poisson(  # noqa: PLR0913, PLR0917
    numbers: Pointer[float64], start: int, stop: int, mean: float, key: Key, draw: int
) -> None:
    """Make the Poisson numbers of a block of elements.

    Parameters
    ----------
    numbers, start, stop, key, draw
        See `brian2numba.kernels.counter_based.fill_rand`.
    mean : float
        The mean. The numbers are 0 if it is negative or not a number.
    """
    n = stop - start
    if not 0.0 < mean < math.inf:
        for k in range(n):
            numbers[k] = 0.0
        return
    cuts = items_on_stack(float64, _TABLE_SIZE)
    n_parts = math.ceil(mean / _LARGEST_MEAN)
    limits = items_on_stack(uint16, MOST_LIMITS)
    table = _table(cuts, limits, mean / n_parts)
    counts = items_on_stack(uint16, MASK_SIZE)
    for k in range(n):
        numbers[k] = 0.0
    for part in range(n_parts):
        fill_counts(counts, start, stop, table, key, draw, part << 8)
        for k in range(n):
            numbers[k] += counts[k]


def _table(cuts: Pointer[float64], limits: Pointer[uint16], mean: float) -> CountTable:
    """Fill a table for a mean."""
    probability = math.exp(-mean)
    total = probability
    n_cuts, first, n_usual = 0, 0, 0
    while n_cuts <= mean or probability > _NOTHING:
        cuts[n_cuts] = total
        first += 1 if total < RARE else 0
        n_usual += 1 if RARE <= total <= 1.0 - RARE else 0
        n_cuts += 1
        probability *= mean / n_cuts
        total += probability
    cuts[n_cuts] = math.inf
    n_limits, base = fill_limits(limits, cuts, first, n_usual + 1)
    return CountTable(cuts, limits, n_limits, base, _NO_LIMIT)
