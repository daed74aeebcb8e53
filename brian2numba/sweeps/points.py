"""The points of a sweep: their parameters, their seeds."""

from __future__ import annotations

import inspect
import itertools
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.units.fundamentalunits import Quantity

__all__ = [
    "Points",
    "check_parameters",
    "check_seed",
    "points_of",
    "seed_of_build",
    "seed_of_point",
    "takes_seed",
]

_LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True)
class Points:
    """The points of a sweep.

    Attributes
    ----------
    parameters : list of dict
        The parameters of each.
    axes : dict of str to list, or None
        The values of each parameter, if the points are a grid; the last one changes
        from point to point.
    """

    parameters: list[dict[str, Any]]
    axes: dict[str, list[Any]] | None


def points_of(parameters: Any) -> Points:
    """Return the points that a user describes.

    Parameters
    ----------
    parameters : dict, or iterable of dict, or `pandas.DataFrame`
        The values of each parameter of a grid, or the parameters of each point.

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If there are no points.
    """
    if isinstance(parameters, Mapping):
        axes = {name: _values(name, given) for name, given in parameters.items()}
        grid = itertools.product(*axes.values())
        return Points([dict(zip(axes, values, strict=True)) for values in grid], axes)
    pandas = sys.modules.get("pandas")
    if pandas and isinstance(parameters, pandas.DataFrame):
        parameters = parameters.to_dict("records")
    if isinstance(parameters, str) or not isinstance(parameters, Iterable):
        raise TypeError(_what_parameters_are(parameters))
    points = []
    for point in parameters:
        if not isinstance(point, Mapping):
            raise TypeError(_what_parameters_are(point))
        points.append({name: _plain(value) for name, value in point.items()})
    if not points:
        raise ValueError("There are no points to compute: the list of points is empty.")
    return Points(points, None)


def _what_parameters_are(found: Any) -> str:
    return (
        "The parameters of a sweep have to be a dictionary with the values of each "
        "parameter, or a list of dictionaries or a data frame with the parameters of "
        f"each point; {found!r} is neither."
    )


def _values(name: str, given: Any) -> list[Any]:
    """Return the values of a parameter; a single one is a list of one."""
    values = [_plain(v) for v in ([given] if _is_single(given) else given)]
    if not values:
        raise ValueError(f"The parameter '{name}' of the sweep has no values.")
    return values


def _is_single(given: Any) -> bool:
    if isinstance(given, np.ndarray):
        return given.ndim == 0
    return isinstance(given, str) or not isinstance(given, Iterable)


def _plain(value: Any) -> Any:
    """Return Python's number for one of numpy: functions get the same from all."""
    is_numpys = isinstance(value, np.generic) and not isinstance(value, Quantity)
    return value.item() if is_numpys else value


def check_parameters(
    function: Callable[..., Any], points: Points, n_before: int
) -> None:
    """Refuse points that a function can't be called with.

    Parameters
    ----------
    function : callable
        The function.
    points : Points
        The points.
    n_before : int
        The number of arguments that go before the parameters.

    Raises
    ------
    TypeError
        If the function does not take the parameters of a point.
    """
    signature = inspect.signature(function)
    also = {"seed": 0} if takes_seed(function) else {}
    for point in points.parameters:
        given = {**also, **point}
        try:
            signature.bind(*[None] * n_before, **given)
        except TypeError as reason:
            name = getattr(function, "__name__", str(function))
            raise TypeError(
                f"The function '{name}' can't be called with the parameters "
                f"{', '.join(point) or 'none'} of the sweep: {reason}."
            ) from None


def takes_seed(function: Callable[..., Any]) -> bool:
    """Tell whether a function has a parameter ``seed``."""
    return "seed" in inspect.signature(function).parameters


def check_seed(seed: Any) -> None:
    """Refuse what is no seed of a sweep.

    Raises
    ------
    ValueError
        If it is not an integer, or negative.
    """
    if not isinstance(seed, int) or seed < 0:
        raise ValueError(
            f"The seed of the sweep is {seed!r}; it has to be an integer from 0 on."
        )


def seed_of_point(seed: int, index: int, point: Mapping[str, Any]) -> int:
    """Return the seed of a point: its own parameter ``seed``, or one by its index.

    Raises
    ------
    ValueError
        If its own is no seed.
    """
    if "seed" not in point:
        return _spawned(seed, index + 1)
    own = point["seed"]
    if not isinstance(own, int) or not 0 <= own <= _LARGEST_SEED:
        raise ValueError(
            f"The seed of a point is {own!r}; it has to be an integer from 0 to "
            f"{_LARGEST_SEED}."
        )
    return own


def seed_of_build(seed: int) -> int:
    """Return the seed for building the network that all points start from."""
    return _spawned(seed, 0)


def _spawned(seed: int, number: int) -> int:
    sequence = np.random.SeedSequence(seed, spawn_key=(number,))
    return int(sequence.generate_state(1)[0])
