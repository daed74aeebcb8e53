"""Points as tables of pandas and as arrays of xarray."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np

from brian2numba.sweeps.libraries import library
from brian2numba.sweeps.values import base_value, unit_of

__all__ = ["data_frame", "data_set", "html_table"]

#: So many rows and columns of a table are shown in a notebook
_SHOWN_ROWS, _SHOWN_COLUMNS = 20, 12
#: So much of an array and of a text
_SHOWN_ELEMENTS, _SHOWN_CHARACTERS = 4, 80


class _Point(Protocol):
    """What a table has of a point."""

    @property
    def parameters(self) -> dict[str, Any]: ...
    @property
    def results(self) -> dict[str, Any]: ...
    @property
    def seed(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def message(self) -> str | None: ...
    @property
    def status(self) -> str: ...


def data_frame(points: Sequence[_Point]) -> Any:
    """Return a `pandas.DataFrame` with a row for each point."""
    pandas = library("pandas", "A data frame of a sweep")
    names = [*_names(point.parameters for point in points)]
    names += [*_names(point.results for point in points)]
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for point in points:
        values = point.parameters | point.results
        for name in names:
            columns[name].append(base_value(values.get(name)))
    table = pandas.DataFrame(
        columns
        | {
            "status": [point.status for point in points],
            "seconds": [point.seconds for point in points],
            "message": [point.message for point in points],
        }
    )
    table.attrs["units"] = _units([p.parameters | p.results for p in points])
    return table


def html_table(points: Sequence[_Point]) -> str:
    """Return a table for a notebook, with units; nothing if there can be none."""
    try:
        table = data_frame(points)
    except (ImportError, ValueError):
        return ""
    units = table.attrs["units"]
    heads = {name: f"{name} ({unit})" for name, unit in units.items()}
    if all(point.message is None for point in points):
        table = table.drop(columns="message")
    for name in table.select_dtypes(exclude="number"):
        table[name] = table[name].map(_in_short)
    text: str = table.rename(columns=heads).to_html(
        max_rows=_SHOWN_ROWS,
        max_cols=_SHOWN_COLUMNS,
        show_dimensions=True,
        border=0,
        na_rep="",
    )
    return text


def _in_short(value: Any) -> Any:
    """Return what a cell shows: large arrays and long texts are not for tables."""
    if isinstance(value, np.ndarray) and value.size > _SHOWN_ELEMENTS:
        return f"array of {' x '.join(map(str, value.shape))}"
    if isinstance(value, str):
        return textwrap.shorten(value, _SHOWN_CHARACTERS, placeholder=" ...")
    return value


def data_set(points: Sequence[_Point], axes: dict[str, list[Any]] | None) -> Any:
    """Return an `xarray.Dataset` over a grid of points."""
    xarray = library("xarray", "A dataset of a sweep")
    if axes is None:
        raise ValueError(
            "A dataset has a dimension for each parameter, but these points are no "
            "whole grid: they were given one by one, or an error ended the sweep "
            "before all were there. Use to_dataframe()."
        )
    shape = tuple(len(values) for values in axes.values())
    units = _units([p.parameters | p.results for p in points])
    coordinates = {
        name: xarray.Variable(name, [base_value(value) for value in values])
        for name, values in axes.items()
    }
    variables = {}
    for name in _names(point.results for point in points):
        values = [base_value(point.results.get(name)) for point in points]
        array = _stacked(values)
        own = [f"{name}_{k}" for k in range(array.ndim - 1)]
        variables[name] = ([*axes, *own], array.reshape(shape + array.shape[1:]))
    for name in ("status", "seconds"):
        array = np.array([getattr(point, name) for point in points])
        variables[name] = ([*axes], array.reshape(shape))
    dataset = xarray.Dataset(variables, coordinates)
    for name, unit in units.items():
        dataset[name].attrs["units"] = unit
    return dataset


def _names(values: Iterable[dict[str, Any]]) -> dict[str, None]:
    """Return the names in dictionaries, in order."""
    return {name: None for named in values for name in named}


def _units(values: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the units of the columns that have one.

    Raises
    ------
    ValueError
        If a column has several.
    """
    units: dict[str, str] = {}
    for named in values:
        for name, value in named.items():
            unit = unit_of(value)
            if unit is not None and units.setdefault(name, unit) != unit:
                raise ValueError(
                    f"The values of '{name}' have different units in different points, "
                    f"{units[name]} and {unit}: they can't be in one table."
                )
    return units


def _stacked(values: Sequence[Any]) -> np.ndarray:
    """Return values of points as one array, NaN where there are none."""
    there = [np.asarray(value) for value in values if value is not None]
    shapes = {array.shape for array in there}
    is_number = all(array.dtype.kind in "biufc" for array in there)
    if len(shapes) != 1 or not (is_number or len(there) == len(values)):
        objects = np.empty(len(values), dtype=object)
        for k, value in enumerate(values):
            objects[k] = value
        return objects
    if len(there) == len(values):
        return np.stack(there)
    missing = np.full(shapes.pop(), np.nan)
    return np.stack([missing if value is None else value for value in values])
