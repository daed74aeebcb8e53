"""Solutions of models at 1e-12, by other programs: scipy's DOP853 and Radau."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from benchmarks.adaptive.models import Model

__all__ = ["solution", "times"]

_TOLERANCE = 1e-12


def times(model: Model) -> NDArray[np.float64]:
    """Return when a model is compared with its solution, in ms."""
    n = round(model.duration / model.sampling)
    return np.arange(1, n) * model.sampling


@cache
def solution(model: Model, method: str = "DOP853") -> NDArray[np.float64]:
    """Return the solution of a model.

    Parameters
    ----------
    model : Model
        The model.
    method : str
        Of ``scipy.integrate.solve_ivp``.

    Returns
    -------
    array of shape (variables, neurons, times)
    """
    start = np.array([np.full(model.n, value) for value in model.start.values()])

    def slopes(t: float, y: NDArray[np.float64]) -> NDArray[np.float64]:
        return model.slopes(t, y.reshape(start.shape)).ravel()

    found = solve_ivp(
        slopes,
        (0.0, model.duration),
        start.ravel(),
        method=method,
        t_eval=times(model),
        rtol=_TOLERANCE,
        atol=_TOLERANCE,
    )
    if not found.success:
        raise RuntimeError(f"There is no solution of {model.title}: {found.message}")
    return found.y.reshape(*start.shape, -1)
