"""Brian's `TimedArray` in kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from brian2.input.timedarray import _find_K

from brian2numba.generation.library import LibraryCall

__all__ = ["IMPLEMENTATIONS"]

type _Values = np.ndarray[Any, Any]


def _one_dimension(
    values: _Values, dt: float, name: str
) -> Callable[[Any], LibraryCall]:
    """Return what gives the call for a one-dimensional timed array in a group."""

    def call(owner: Any) -> LibraryCall:
        return LibraryCall("_timed_array", _given(values, dt, name, owner))

    return call


def _two_dimensions(
    values: _Values, dt: float, name: str
) -> Callable[[Any], LibraryCall]:
    """Return what gives the call for a two-dimensional timed array in a group."""

    def call(owner: Any) -> LibraryCall:
        given = _given(values, dt, name, owner)
        given["n_columns"] = values.shape[1]
        return LibraryCall("_timed_array_2d", given)

    return call


def _given(values: _Values, dt: float, name: str, owner: Any) -> dict[str, Any]:
    """Return what the library's function takes besides time and column."""
    if values.size == 0:
        raise ValueError(
            f"The timed array '{name}' has no values (its shape is {values.shape}); "
            "give it at least one."
        )
    upsampling = _find_K(owner.clock.dt_, dt)
    return {
        "values": np.ascontiguousarray(values, np.float64),
        "n_steps": len(values),
        "fraction": dt / upsampling,
        "upsampling": upsampling,
    }


#: For one- and two-dimensional arrays, in the form that `TimedArray` asks for
IMPLEMENTATIONS = (_one_dimension, _two_dimensions)
