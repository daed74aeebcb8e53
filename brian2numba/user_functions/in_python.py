"""Functions of users as Brian's numpy target calls them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.functions import Function, FunctionImplementationContainer

from brian2numba.user_functions.parts import unwrapped

__all__ = ["as_it_takes", "for_numpy"]


def for_numpy(function: Function, owner: Any = None) -> Callable[..., Any]:
    """Return what numpy calls for a function, with arrays or numbers in base units.

    It is the Python function itself, with units, where nothing else is given.

    Parameters
    ----------
    function : `Function`
        The function.
    owner : `Group`, optional
        The group that it is for, where that makes a difference.
    """
    try:
        implementation = function.implementations[NumpyCodeObject]
    except KeyError:
        function.implementations.add_numpy_implementation(function.pyfunc)
        implementation = function.implementations[NumpyCodeObject]
    called: Callable[..., Any] = implementation.get_code(owner)
    return called


def as_it_takes(function: Function, owner: Any, takes_numbers: bool) -> Function:
    """Return a function that calls another one with what that takes.

    Parameters
    ----------
    function : `Function`
        The function. Where something was given for numpy, the result is the same.
    owner : `Group`
        The group that it is for.
    takes_numbers : bool
        Whether it is known to take the values of one neuron only; else that is found
        out.
    """
    called = for_numpy(function, owner)
    cells = getattr(called, "__closure__", None) or ()
    is_itself = any(cell.cell_contents is unwrapped(function) for cell in cells)
    if not (is_itself and function._arg_units):
        return function
    kinds = {"boolean": bool, "integer": np.int64}
    is_boolean = function._returns_bool
    kind = bool if is_boolean else kinds.get(function._return_type, np.float64)
    other = copy.copy(function)
    other.implementations = FunctionImplementationContainer(other)
    code = _ArraysOrNumbers(called, kind, takes_numbers)
    other.implementations.add_implementation("numpy", code=code)
    return other


class _ArraysOrNumbers:
    """Calls a function with arrays, or with one number after the other.

    Parameters
    ----------
    function : callable
        The function.
    kind : type
        The type of its results.
    takes_numbers : bool
        Whether it is known to take numbers only.
    """

    def __init__(
        self, function: Callable[..., Any], kind: type, takes_numbers: bool
    ) -> None:
        self._function = function
        self._one_by_one = np.vectorize(function, otypes=[kind])
        self._takes_numbers = takes_numbers

    def __call__(self, *arguments: Any) -> Any:
        if not self._takes_numbers:
            try:
                return self._function(*arguments)
            except (TypeError, ValueError) as error:
                if not _is_for_arrays(error):
                    raise
            # numpy's target ends here
            self._takes_numbers = True
        return self._one_by_one(*arguments)


def _is_for_arrays(error: Exception) -> bool:
    """Tell whether numpy says that only one number would do, and not an array."""
    return any(text in str(error) for text in _FOR_NUMBERS)


#: What numpy says where an array has to be a number
_FOR_NUMBERS = (
    "The truth value of an array",
    "can be converted to Python scalars",
    "can be converted to a Python scalar",
    "only integer scalar arrays can be converted to a scalar index",
)
