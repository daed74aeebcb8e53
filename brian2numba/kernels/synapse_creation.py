"""Parts of synapse creation that don't depend on the connection pattern."""

from __future__ import annotations

import math
from typing import Any

from brian2numba.kernels.random_numbers import rand
from brian2numba.language import bools, call, int64

__all__ = ["log_in_c", "mark_distinct", "number_of_steps", "whole"]

#: Larger than any number of neurons or synapses, small enough to add up
_FAR = 2.0**40


def number_of_steps(low: int, high: int, step: int) -> int:
    """Return the length of ``range(low, high, step)``; `step` is not zero."""
    if step > 0:
        return max(0, (high - low - 1) // step + 1)
    return max(0, (low - high - 1) // -step + 1)


def log_in_c(x: float) -> float:
    """Return the C library's logarithm, with which synapses are Cython's bit by bit."""
    return math.log(x)


def whole(x: float) -> int:
    """Return `x` (not negative) without its fraction, however large it is."""
    return int64(min(x, _FAR))


def mark_distinct(
    append_rows: int, scratch: int, population: int, size: int, streams: Any
) -> int:
    """Draw `size` different numbers below `population` and mark them.

    Parameters
    ----------
    append_rows : int
        Address of the dynamic arrays' operation.
    scratch : int
        Handle of a dynamic array of bytes, which are 0 before and after use.
    population, size : int
        How many numbers there are, and how many of them are drawn.
    streams : pointer to int64
        Opened random streams.

    Returns
    -------
    int
        The address of `population` bytes, of which `size` are 1; 0 if there is not
        enough memory. Whoever reads the marks clears them.
    """
    address = call(append_rows, (scratch, population))
    if address == 0:
        return 0
    marks = bools(address)
    for position in range(population):
        marks[position] = 0
    for _ in range(size):
        position = int64(rand(streams) * population)
        while marks[position] != 0:
            position = int64(rand(streams) * population)
        marks[position] = 1
    return address
