"""Python functions that users wrote, made callable from kernels."""

from __future__ import annotations

import importlib
import sys
import types
import weakref
from typing import Any

import brian2.numpy_
import numpy as np
from brian2.core.functions import Function
from brian2.units.fundamentalunits import Quantity

from brian2numba.errors import UserFunctionError
from brian2numba.user_functions.calls import plain_function
from brian2numba.user_functions.parts import unwrapped

__all__ = [
    "compilable",
    "is_jitted",
    "is_of_user",
    "jit_user_function",
    "plain_values",
]


def is_jitted(function: Any) -> bool:
    """Tell whether numba has jitted `function` already."""
    numba = sys.modules.get("numba")
    return numba is not None and isinstance(function, numba.core.dispatcher.Dispatcher)


def _numba() -> Any:
    """Return what calls numba, which takes long to import, and few models need."""
    return importlib.import_module("brian2numba.with_numba.functions")


def jit_user_function(
    function: Any, name: str, described: Function | None = None
) -> Any:
    """Return `function` in a form that kernels can call.

    Kernels compute with plain numbers in base units: in the function's globals and
    closure, quantities become their values, and Brian's functions that check units
    become the plain ones.

    Parameters
    ----------
    function : callable
        A plain Python function, or one that numba has jitted already.
    name : str
        Its name in the equations, for error messages.
    described : `Function`, optional
        Brian's description of it, to know whether it is called with an index.

    Raises
    ------
    UserFunctionError
        If `function` is not a Python function.
    """
    if is_jitted(function):
        return function
    python_function = unwrapped(function)
    if not isinstance(python_function, types.FunctionType):
        raise UserFunctionError(
            f"The function '{name}' can't be compiled by numba: it is not a Python "
            f"function but a {type(function).__name__}."
        )
    jitted = _jit(python_function)
    return _with_index(jitted) if _ignores_index(python_function, described) else jitted


#: The jitted form of each function, and the values that were compiled into it
_jitted: weakref.WeakKeyDictionary[types.FunctionType, tuple[dict[str, Any], Any]] = (
    weakref.WeakKeyDictionary()
)


def _jit(function: types.FunctionType) -> Any:
    """Return the jitted form of a function; a new one if its globals changed."""
    found = plain_values(function).items()
    values = {n: v if v is function else compilable(v) for n, v in found}
    known_values, jitted = _jitted.get(function, (None, None))
    if known_values is None or not _equal(values, known_values):
        plain = types.FunctionType(
            function.__code__,
            {**function.__globals__, **values},
            function.__name__,
            function.__defaults__,
            _plain_closure(function, values),
        )
        jitted = _numba().jitted(plain)
        _jitted[function] = (values, jitted)
    return jitted


def _equal(values: dict[str, Any], known: dict[str, Any]) -> bool:
    """Tell whether the same values would be compiled into a function again."""
    return values.keys() == known.keys() and all(
        v is known[k] or (np.isscalar(v) and v == known[k]) for k, v in values.items()
    )


def compilable(value: Any) -> Any:
    """Return what numba takes for a value that a function refers to."""
    if is_of_user(value):
        return _jit(value)
    return _numba().for_numba(value)


def plain_values(function: types.FunctionType) -> dict[str, Any]:
    """Return what a function finds in its globals and closure, without units."""
    found = {
        name: value
        for name, value in function.__globals__.items()
        if name in function.__code__.co_names
    }
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    found.update({name: cell.cell_contents for name, cell in cells})
    return {n: v if v is function else _plain(v) for n, v in found.items()}


def _plain_closure(
    function: types.FunctionType, values: dict[str, Any]
) -> tuple[types.CellType, ...] | None:
    if function.__closure__ is None:
        return None
    return tuple(types.CellType(values[n]) for n in function.__code__.co_freevars)


def _plain(value: Any) -> Any:
    """Return what stands for a Python object in compiled code."""
    if isinstance(value, Quantity):
        array = np.asarray(value)
        return float(array) if array.ndim == 0 else array.copy()
    known = plain_function(value)
    if known is not value:
        return known
    if isinstance(value, Function):
        return unwrapped(value)
    if value is brian2.numpy_:
        return np
    return unwrapped(value) if is_of_user(value) else value


def is_of_user(value: Any) -> bool:
    """Tell whether something is a plain Python function that a user wrote."""
    return (
        isinstance(value, types.FunctionType)
        and value.__module__ not in _LIBRARIES
        and not str(value.__module__).startswith("brian2numba.")
    )


_LIBRARIES = {"numpy", "math", "numba"}


def _ignores_index(function: types.FunctionType, described: Function | None) -> bool:
    """Tell whether Brian passes an element's index that the function doesn't take."""
    if described is None or not described.auto_vectorise:
        return False
    return function.__code__.co_argcount == len(described._arg_units)


def _with_index(jitted: Any) -> Any:
    """Return `jitted` with a last argument that it ignores."""

    def with_index(*arguments: Any) -> Any:
        return jitted(*arguments[:-1])

    return _numba().jitted(with_index)
