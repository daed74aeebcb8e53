"""
Brian's functions of one and two numbers, as kernels compute them.

They take numbers of any type. Where numpy, Cython and C++ differ, the meaning is that
of Brian's Cython target.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from brian2numba.language import ceil, floor, int64, trunc

__all__ = ["FUNCTIONS"]

#: The largest argument for which ``expm1`` is finite
_EXPM1_LIMIT = 717.0


def exprel(x: float) -> float:
    """Return ``(exp(x) - 1)/x``, which is 1 where `x` is 0."""
    if math.fabs(x) < 1e-16:  # noqa: PLR2004 (there the result rounds to 1)
        return 1.0
    if x > _EXPM1_LIMIT:
        return math.inf
    return math.expm1(x) / x


def sign(x: float) -> int:
    """Return -1, 0 or 1."""
    return int(x > 0) - int(x < 0)


def clip(x: float, low: float, high: float) -> float:
    """Return `x`, or the limit that it is beyond."""
    if x < low:
        return low
    if x > high:
        return high
    return x


def timestep(t: float, dt: float) -> int:
    """Return the number of time steps of length `dt` (s) until `t` (s)."""
    return int64(_steps(t, dt))


def whole_steps(t: float, dt: float) -> float:
    """Return the same as a float, for comparisons.

    Most processors have no vector instruction that makes an integer of a double.
    """
    return trunc(_steps(t, dt))


def _steps(t: float, dt: float) -> float:
    # A thousandth of a step makes up for rounding. In a loop, dt stays the same and is
    # divided by once; a division for each neuron would take longer than all the rest.
    return (t + 1e-3 * dt) * (1.0 / dt)


#: Each function by its name in kernels
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "floor": floor,
    "ceil": ceil,
    "_int": int64,
    "_whole_steps": whole_steps,
    **{f.__name__: f for f in (exprel, sign, clip, timestep)},
}
