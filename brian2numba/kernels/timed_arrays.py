"""The values of timed arrays at a time."""

from __future__ import annotations

import math
from typing import Any

from brian2numba.language import int64

__all__ = ["timed_array", "timed_array_2d"]


def timed_array(
    t: float, values: Any, n_steps: int, fraction: float, upsampling: int
) -> float:
    """Return the value of a one-dimensional timed array.

    Parameters
    ----------
    t : float
        The time in seconds.
    values : pointer to float64
        The values.
    n_steps : int
        How many there are. Before and after them, the first and the last one hold.
    fraction : float
        The length of a time step in seconds, divided by `upsampling`.
    upsampling : int
        Into how many parts to divide a step, for rounding not to matter: a time step
        of the group may be a whole fraction of the array's.
    """
    return values[_step(t, n_steps, fraction, upsampling)]


def timed_array_2d(  # noqa: PLR0913, PLR0917
    t: float,
    i: int,
    values: Any,
    n_steps: int,
    fraction: float,
    upsampling: int,
    n_columns: int,
) -> float:
    """Return the value in a column of a two-dimensional timed array.

    Parameters
    ----------
    t : float
        The time in seconds.
    i : int
        The column. In others than there are, the values are not a number.
    values : pointer to float64
        The values, row by row.
    n_steps, fraction, upsampling : int, float, int
        As in `timed_array`.
    n_columns : int
        How many columns there are.
    """
    if i < 0 or i >= n_columns:
        return math.nan
    return values[_step(t, n_steps, fraction, upsampling) * n_columns + i]


def _step(t: float, n_steps: int, fraction: float, upsampling: int) -> int:
    # Times may be infinite: no number of steps, before it is clipped
    step = min(max((t / fraction + 0.5) / upsampling, 0.0), n_steps - 1.0)
    return int64(step)
