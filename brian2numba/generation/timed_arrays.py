"""Brian's `TimedArray` in kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from brian2.input.timedarray import _find_K

__all__ = ["IMPLEMENTATIONS"]

# A time step of the group may be a whole fraction of the array's: the array's steps are
# divided finely enough for rounding not to matter
_ONE_DIMENSION = """
def {name}(t):
    step = _int64((t / ({dt!r} / {upsampling}) + 0.5) / {upsampling})
    return {name}_values[min(max(step, 0), {name}_values.size - 1)]
"""

_TWO_DIMENSIONS = """
def {name}(t, i):
    if i < 0 or i >= {n_columns}:
        return np.nan
    step = _int64((t / ({dt!r} / {upsampling}) + 0.5) / {upsampling})
    return {name}_values[min(max(step, 0), {n_steps} - 1) * {n_columns} + i]
"""


def _one_dimension(
    values: np.ndarray[Any, Any], dt: float, name: str
) -> Callable[[Any], str]:
    """Return what makes the source of a one-dimensional timed array for a group."""

    def source(owner: Any) -> str:
        upsampling = _find_K(owner.clock.dt_, dt)
        _refuse_empty(values, name)
        return _ONE_DIMENSION.format(name=name, dt=dt, upsampling=upsampling)

    return source


def _two_dimensions(
    values: np.ndarray[Any, Any], dt: float, name: str
) -> Callable[[Any], str]:
    """Return what makes the source of a two-dimensional timed array for a group."""

    def source(owner: Any) -> str:
        _refuse_empty(values, name)
        return _TWO_DIMENSIONS.format(
            name=name,
            dt=dt,
            upsampling=_find_K(owner.clock.dt_, dt),
            n_steps=values.shape[0],
            n_columns=values.shape[1],
        )

    return source


def _refuse_empty(values: np.ndarray[Any, Any], name: str) -> None:
    if values.size == 0:
        raise ValueError(
            f"The timed array '{name}' has no values (its shape is {values.shape}); "
            "give it at least one."
        )


#: For one- and two-dimensional arrays, in the form that `TimedArray` asks for
IMPLEMENTATIONS = (_one_dimension, _two_dimensions)
