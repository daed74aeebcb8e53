"""
Brian's functions of one and two numbers, as kernels compute them.

They take numbers of any type. Where numpy, Cython and C++ differ, the meaning is that
of Brian's Cython target.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from brian2numba.language import ceil, floor, int64, trunc, uint64

__all__ = ["FUNCTIONS"]

#: The largest argument for which ``expm1`` is finite
_EXPM1_LIMIT = 717.0
#: The least integer of 64 bits
_LEAST = -(2.0**63)


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


def whole(x: float) -> int:
    """Return `x` without its fraction, or the least integer if 64 bits can't hold it.

    Processors make different integers of what they can't convert, and compilers any.
    """
    is_held = x >= _LEAST and x < -_LEAST
    held = x if is_held else _LEAST
    return int64(held)


def whole_without_sign(x: float) -> int:
    """Return `x` without its fraction, modulo 2**64, as an integer without sign.

    That of numbers outside of -2**63 to 2**64 is 2**63.
    """
    is_large = x >= -_LEAST and x < -2.0 * _LEAST
    # Exact, since such large numbers are multiples of 2048
    return uint64(whole(x + 2.0 * _LEAST if is_large else x))


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
    "_floor": floor,
    "_ceil": ceil,
    "_int": whole,
    "_int_without_sign": whole_without_sign,
    "_whole_steps": whole_steps,
    **{f"_{f.__name__}": f for f in (exprel, sign, clip, timestep)},
}
