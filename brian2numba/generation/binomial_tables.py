"""The tables by which kernels draw binomial numbers, exact to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from brian2numba.kernels.counting import MOST_LIMITS, RARE, fill_limits
from brian2numba.language import pointer_to

__all__ = ["binomial_table"]

type _Doubles = np.ndarray[Any, np.dtype[np.float64]]


@lru_cache(maxsize=256)
def binomial_table(  # noqa: PLR0913, PLR0917
    n: int, p: float, q: float, q_to_n: float, bound: float, counts_failures: bool
) -> Mapping[str, Any]:
    """Return what `brian2numba.kernels.binomial_numbers.binomial_by_table` takes.

    Parameters
    ----------
    n, p, q, q_to_n, bound : int, float, float, float, float
        What `brian2numba.kernels.random_numbers.binomial_by_inversion` takes.
    counts_failures : bool
        Whether the probability is that of a failure.
    """
    most = int(bound)
    cuts = _cuts(_probabilities(n, p, q, q_to_n, most + 1))
    # No uniform number is 1
    cuts = cuts[cuts < 1]
    first = int(np.searchsorted(cuts, RARE))
    n_usual = int(np.searchsorted(cuts, 1 - RARE)) + 1 - first
    # What is to be drawn again always has to be looked at
    n_usual = max(min(n_usual, most - first), 0)
    cuts = np.append(cuts, np.inf)
    limits = np.zeros(MOST_LIMITS, np.uint16)
    n_limits, base = fill_limits(pointer_to(limits), pointer_to(cuts), first, n_usual)
    limits = limits.view(np.float64)
    cuts.flags.writeable = limits.flags.writeable = False
    return {
        "cuts": cuts,
        "limits": limits,
        "n_limits": n_limits,
        "base": base,
        "most": most,
        "n_or_zero": n if counts_failures else 0,
    }


def _probabilities(n: int, p: float, q: float, q_to_n: float, size: int) -> list[float]:
    """Return the probabilities that inversion takes away, with its rounding."""
    probabilities = [q_to_n]
    for k in range(1, size):
        probabilities.append((n - k + 1) * p * probabilities[-1] / (k * q))
    return probabilities


def _cuts(probabilities: list[float]) -> _Doubles:
    """Return the least double for each count that inversion gets beyond.

    It gets beyond k if what is left after taking away the first k probabilities is
    above the next one. From the least double above that, this goes back through the
    differences, for all k at once.
    """
    cuts = np.nextafter(probabilities, np.inf)
    for k in range(len(probabilities) - 2, -1, -1):
        later = cuts[k + 1 :]
        later[:] = _least_minuends(later, probabilities[k])
    return cuts


def _least_minuends(differences: _Doubles, subtrahend: float) -> _Doubles:
    """Return the least doubles that differ by at least so much from another one."""
    found = differences + subtrahend
    while True:
        is_less = found - subtrahend < differences
        if not is_less.any():
            break
        found = np.where(is_less, np.nextafter(found, np.inf), found)
    while True:
        before = np.nextafter(found, -np.inf)
        is_enough = before - subtrahend >= differences
        if not is_enough.any():
            return found
        found = np.where(is_enough, before, found)
