"""
Parameters and results as JSON and plain arrays, with their units, and back.

A number with a unit is ``{"value": 0.01, "dimensions": [2, 1, -3, -1, 0, 0, 0]}``, in
base units; an array is ``{"array": "a0"}``, the name of one that is kept beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2.core.variables import VariableView
from brian2.units.fundamentalunits import (
    DIMENSIONLESS,
    Dimension,
    Quantity,
    get_dimensions,
    get_or_create_dimension,
    get_unit,
)

__all__ = ["Encoded", "base_value", "decoded", "encoded", "unit_of"]

#: The kinds of arrays that are kept: numbers, truth values and strings
_KINDS = "biufcU"


@dataclass(frozen=True)
class Encoded:
    """Named values.

    Attributes
    ----------
    data : dict
        What JSON can hold of each of them.
    arrays : dict of str to array
        The arrays that `data` names.
    """

    data: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """A hash of all of it."""
        arrays = {
            name: [array.dtype.str, array.shape, hashlib.sha256(array.data).hexdigest()]
            for name, array in self.arrays.items()
        }
        text = json.dumps([self.data, arrays], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def encoded(values: Mapping[str, Any], what: str) -> Encoded:
    """Return values as JSON and arrays.

    Parameters
    ----------
    values : dict
        Numbers, strings, truth values, None, arrays of these, quantities.
    what : str
        What they are, for an error: ``"parameter"`` or ``"result"``.

    Raises
    ------
    TypeError
        If one is something else.
    """
    kept = Encoded()
    for name, value in values.items():
        if not isinstance(name, str):
            raise TypeError(f"The name of a {what} has to be a string, not {name!r}.")
        kept.data[name] = _encoded(value, kept.arrays, f"The {what} '{name}'")
    return kept


def _encoded(value: Any, arrays: dict[str, np.ndarray], where: str) -> Any:
    if isinstance(value, VariableView):
        value = value[:]
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, list | tuple):
        # numpy would take the units of the elements away
        has_units = any(isinstance(element, Quantity) for element in value)
        value = Quantity(value) if has_units else _array(value, where)
    plain = _array(value, where)
    is_number = plain.ndim == 0 and plain.dtype.kind in "biufU"
    if is_number:
        kept = plain.item()
    else:
        kept = f"a{len(arrays)}"
        arrays[kept] = np.array(plain, order="C")
    dimensions = _dimensions(value)
    if is_number and dimensions is None:
        return kept
    description = {"value" if is_number else "array": kept}
    return description | ({} if dimensions is None else {"dimensions": dimensions})


def _array(value: Any, where: str) -> np.ndarray:
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in _KINDS:
        raise TypeError(
            f"{where} is {value!r}, of the type {type(value).__name__}. It has to be a "
            "number, a string, a quantity, or an array of these."
        )
    return array


def _dimensions(value: Any) -> list[float] | None:
    if not isinstance(value, Quantity) or value.dim is DIMENSIONLESS:
        return None
    return [float(exponent) for exponent in value.dim._dims]


def decoded(kept: Encoded) -> dict[str, Any]:
    """Return the values again: numbers, strings, arrays, quantities."""
    return {name: _decoded(value, kept.arrays) for name, value in kept.data.items()}


def _decoded(value: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    if not isinstance(value, dict):
        return value
    plain = arrays[value["array"]] if "array" in value else value["value"]
    if "dimensions" not in value:
        return plain
    return Quantity(plain, dim=_dimension(value["dimensions"]))


def _dimension(exponents: list[float]) -> Dimension:
    return get_or_create_dimension(exponents)


def base_value(value: Any) -> Any:
    """Return a value without its unit, in base units."""
    if not isinstance(value, Quantity):
        return value
    plain = np.asarray(value)
    return plain.item() if plain.ndim == 0 else plain


def unit_of(value: Any) -> str | None:
    """Return the base unit of a value, e.g. ``"V"``; None if it has none."""
    if not isinstance(value, Quantity) or get_dimensions(value) is DIMENSIONLESS:
        return None
    return str(get_unit(value.dim))
