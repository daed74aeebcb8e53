"""Groups of neurons whose time steps multiply the state by one matrix."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from brian2.core.variables import Constant

from brian2numba.kernels.sleep import MOST_VARIABLES
from brian2numba.simulation.affine import NotAffineError, affine_update, value_of
from brian2numba.simulation.entries import Entry

__all__ = ["CannotSleepError", "LinearNeurons", "linear_neurons"]

type _Array = np.ndarray[Any, Any]

#: The powers of the matrix that are kept
_N_POWERS = 4096
#: The statements of a state update that end refractoriness
_REFRACTORINESS = re.compile(r"(_refractory_period = .*\n)?not_refractory = .*\n")
#: How close to the threshold is too close, relative to it: more than all rounding
_MARGIN = 1e-9


class CannotSleepError(Exception):
    """Neurons can't sleep; says why."""


@dataclass(frozen=True)
class LinearNeurons:
    """How the state of neurons goes on without input.

    Attributes
    ----------
    rest : `numpy.ndarray`
        The state that a step leaves as it is.
    powers : `numpy.ndarray`, shape ``(n_powers, n, n)``
        Powers of the matrix that multiplies what is above it.
    above, below : `numpy.ndarray`
        What a unit of each variable above and below its rest adds to the potential at
        most, in as many steps as there are powers.
    limit : float
        How far the potential may be above its rest without reaching the threshold.
    """

    rest: _Array
    powers: _Array
    above: _Array
    below: _Array
    limit: float


def linear_neurons(
    updater: Entry, threshold: Entry, state: tuple[str, ...], dt: float
) -> LinearNeurons:
    """Find out how the state of neurons goes on without input.

    Parameters
    ----------
    updater, threshold : Entry
        The state update and the threshold of a group.
    state : tuple of str
        The names of the variables that have differential equations.
    dt : float
        The time step.

    Raises
    ------
    CannotSleepError
        If that is not so simple.
    """
    if not 0 < len(state) <= MOST_VARIABLES:
        raise CannotSleepError(
            f"it has {len(state)} differential equations, and not 1 to {MOST_VARIABLES}"
        )
    constants = _constants(updater, threshold, dt)
    code = _REFRACTORINESS.sub("", updater.owner.abstract_code)
    try:
        matrix, vector = affine_update(code, state, constants)
    except NotAffineError as error:
        raise CannotSleepError(f"in its equations, {error}") from None
    potential, level = _threshold(threshold.owner.abstract_code, state, constants)
    try:
        rest = np.linalg.solve(np.eye(len(state)) - matrix, vector)
    except np.linalg.LinAlgError:
        raise CannotSleepError("its equations have no state of rest") from None
    powers = _powers(matrix.tobytes(), len(state))
    if not (np.isfinite(rest).all() and np.isfinite(powers).all()):
        raise CannotSleepError("its equations have no state of rest")
    place = state.index(potential)
    limit = level - rest[place] - _MARGIN * (abs(level) + abs(rest[place]))
    if not limit > 0:
        raise CannotSleepError("its neurons reach the threshold without input")
    of_potential = powers[:, place]
    above, below = of_potential.max(axis=0), of_potential.min(axis=0)
    return LinearNeurons(rest, powers, above, below, float(limit))


def _constants(updater: Entry, threshold: Entry, dt: float) -> Mapping[str, float]:
    """Return the numbers that names in the code of a group stand for."""
    variables = {**threshold.code_object.variables, **updater.code_object.variables}
    numbers = {
        name: float(variable.value)
        for name, variable in variables.items()
        if isinstance(variable, Constant) and np.ndim(variable.value) == 0
    }
    return {**numbers, "dt": dt, "not_refractory": 1.0}


def _threshold(
    code: str, state: tuple[str, ...], constants: Mapping[str, float]
) -> tuple[str, float]:
    """Return which variable spikes above which number."""
    condition = ast.parse(code.strip()).body[-1]
    assert isinstance(condition, ast.Assign)
    node = condition.value
    match node:
        case ast.BoolOp(op=ast.And(), values=[first, ast.Name(id="not_refractory")]):
            node = first
    try:
        match node:
            case ast.Compare(ast.Name(id=name), [ast.Gt() | ast.GtE()], [level]):
                if name in state:
                    return name, value_of(level, constants)
            case ast.Compare(level, [ast.Lt() | ast.LtE()], [ast.Name(id=name)]):
                if name in state:
                    return name, value_of(level, constants)
    except NotAffineError as error:
        raise CannotSleepError(f"in its threshold, {error}") from None
    raise CannotSleepError(
        f"its threshold is not that a variable exceeds a constant: {ast.unparse(node)}"
    )


@lru_cache(maxsize=16)
def _powers(matrix: bytes, n: int) -> _Array:
    """Return powers of a matrix, from the one with exponent 0 on."""
    powers = np.empty((_N_POWERS, n, n))
    powers[0] = np.eye(n)
    power, known = np.frombuffer(matrix).reshape(n, n), 1
    with np.errstate(over="ignore", invalid="ignore"):
        while known < _N_POWERS:
            powers[known : 2 * known] = powers[:known] @ power
            power, known = power @ power, 2 * known
    return powers
