"""Brian's `BinomialFunction` in kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from brian2numba.generation.binomial_tables import binomial_table
from brian2numba.generation.library import LibraryCall

__all__ = ["binomial"]

#: The least logarithm of the probability of no success, for it to be a normal number
_LEAST_LOGARITHM = -700


def binomial(
    n: int, p: float, use_normal: bool, name: str
) -> tuple[LibraryCall, dict[str, Any]]:
    """Return how a binomial function is called, and that it depends on nothing else.

    For the same seed the numbers are those of Brian's Cython target, but for p > 0.5
    without the normal approximation: there Brian's recurrence uses p in the place of
    1 - p and draws from another distribution, which this one does not repeat.

    Parameters
    ----------
    n : int
        The number of trials.
    p : float
        The probability of a success.
    use_normal : bool
        Whether to approximate the distribution by a normal one.
    name : str
        The name of the function.
    """
    if use_normal:
        given = {
            "loc": _rounded(n * p),
            "scale": _rounded(np.sqrt(n * p * (1 - p))),
        }
        return LibraryCall("_binomial_by_normal", given, draws=True), {}
    n = int(n)
    rarer = min(p, 1 - p)
    often = 1 - rarer
    block = n if often == 1 else min(n, int(_LEAST_LOGARITHM / np.log(often)))
    if n <= block:
        inversion = _inversion("n", n, rarer, often).values()
        table = binomial_table(
            n, _rounded(rarer), _rounded(often), *inversion, p > rarer
        )
        return LibraryCall("_binomial_by_table", table, draws=True), {}
    n_blocks, rest = divmod(n, block)
    given = {
        "n_blocks": n_blocks,
        "block": block,
        **_inversion("block", block, rarer, often),
        "rest": rest,
        **_inversion("rest", rest, rarer, often),
        "p": _rounded(rarer),
        "q": _rounded(often),
        "n_or_zero": n if p > rarer else 0,
    }
    return LibraryCall("_binomial", given, draws=True), {}


def _inversion(name: str, n: float, rarer: float, often: float) -> dict[str, float]:
    """Return what the method of inversion is given for a number of trials."""
    bound = min(n, n * rarer + 10.0 * np.sqrt(n * rarer * often + 1))
    q_to_n = np.exp(n * np.log(often))
    return {f"q_to_{name}": _rounded(q_to_n), f"{name}_bound": _rounded(bound)}


def _rounded(x: float) -> float:
    """Return a number with the digits that Brian's Cython target has of it.

    There they are rounded to 15 decimals; a tiny number must not become 0, though.
    """
    return float(f"{x:.15f}") or float(x)
