"""Functions that are written for one number, called as they are meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from brian2 import Function, Quantity, get_dimensions, implementation
from brian2.units.fundamentalunits import DIMENSIONLESS

__all__ = ["one_by_one"]


def one_by_one(function: Any) -> Function:
    """
    Return a function for which Brian's numpy target calls it for each element.

    Parameters
    ----------
    function : callable or Function
        What a user gives to Brian: with units, and written for one number.
    """
    description = function if isinstance(function, Function) else Function(function)
    python_function = getattr(description.pyfunc, "py_func", description.pyfunc)
    units = [get_dimensions(unit) for unit in description._arg_units]
    returned = {"integer": int, "boolean": bool}.get(description._return_type, float)

    def called(*arguments: Any) -> Any:
        arrays = np.broadcast_arrays(*(np.asarray(a) for a in arguments))
        results = [
            returned(python_function(*map(_one, numbers, units)))
            for numbers in zip(*(a.ravel() for a in arrays), strict=True)
        ]
        return np.array(results, returned).reshape(arrays[0].shape)

    decorate: Callable[[Any], Function] = implementation("numpy", called)
    return decorate(function)


def _one(number: Any, dimensions: Any) -> Any:
    """Return a number as Python has it, with its unit."""
    if not isinstance(number, np.floating):
        return number.item()
    if dimensions is DIMENSIONLESS:
        return number
    return Quantity.with_dimensions(number, dimensions)
