"""
Brian's functions of one and two numbers, as numba compiles them into kernels.

They take numbers of any type. Where numpy, Cython and C++ differ, the meaning is that
of Brian's Cython target.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from brian2numba.jit import helper

__all__ = ["FUNCTIONS"]

#: The largest argument for which ``expm1`` is finite
_EXPM1_LIMIT = 717.0


def _rounding(llvm_name: str) -> Any:
    """Return an intrinsic that rounds to a float (Python's own give an integer)."""

    @intrinsic
    def round_float(typing_context: Any, x: types.Type) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            double = ir.DoubleType()
            function = builder.module.declare_intrinsic(llvm_name, [double])
            return builder.call(function, args)

        return types.float64(types.float64), codegen

    return round_float


_floor = _rounding("llvm.floor")
_ceil = _rounding("llvm.ceil")


def floor(x: float) -> float:
    """Return the largest integer not above `x`, as a float."""
    return _floor(x)


def ceil(x: float) -> float:
    """Return the smallest integer not below `x`, as a float."""
    return _ceil(x)


def exprel(x: float) -> float:
    """Return ``(exp(x) - 1)/x``, which is 1 where `x` is 0."""
    if math.fabs(x) < 1e-16:  # noqa: PLR2004 (there the result rounds to 1)
        return 1.0
    if x > _EXPM1_LIMIT:
        return math.inf
    return math.expm1(x) / x


def sign(x: float) -> int:
    """Return -1, 0 or 1."""
    return (x > 0) - (x < 0)


def clip(x: float, low: float, high: float) -> float:
    """Return `x`, or the limit that it is beyond."""
    if x < low:
        return low
    if x > high:
        return high
    return x


def _int(x: float) -> int:
    """Return `x` without its fraction; 0 or 1 for a boolean."""
    return types.int64(x)


def timestep(t: float, dt: float) -> int:
    """Return the number of time steps of length `dt` (s) until `t` (s)."""
    # A thousandth of a step makes up for rounding. In a loop, dt stays the same and is
    # divided by once; a division for each neuron would take longer than all the rest.
    return types.int64((t + 1e-3 * dt) * (1.0 / dt))


_DEFINITIONS: tuple[Callable[..., Any], ...] = (
    floor,
    ceil,
    exprel,
    sign,
    clip,
    _int,
    timestep,
)

#: Each function by its name in kernels
FUNCTIONS = {f.__name__: helper(f) for f in _DEFINITIONS}
