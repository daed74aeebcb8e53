"""The elementary functions that vectorise, in the form that numba compiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numba import extending, types

from brian2numba.elementary.vector import VECTOR_FUNCTIONS, in_single_precision
from brian2numba.with_numba.functions import for_numba

__all__ = ["are_numbers", "name_of_vector_function", "of_any_type", "vector_functions"]

_NUMBERS = (types.Integer, types.Float, types.Boolean)
_of_all_types: dict[Any, Any] = {}


def vector_functions(names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the functions that vectorise, by the names of those they stand for.

    Parameters
    ----------
    names : mapping
        The library that the source of a kernel refers to.
    """
    by_identity = {id(thing): f for thing, f in VECTOR_FUNCTIONS.items()}
    return {
        name: of_any_type(by_identity[id(thing)])
        for name, thing in names.items()
        if id(thing) in by_identity
    } | {_name(function): of_any_type(function) for function in by_identity.values()}


def name_of_vector_function(thing: Any) -> str | None:
    """Return what kernels call instead of a function of a module, by its name.

    Parameters
    ----------
    thing : object
        The function, e.g. ``np.exp``; None is returned for what stays as it is.
    """
    return _names.get(id(thing))


def _name(function: Callable[..., float]) -> str:
    return f"_vector_{function.__name__}"


_names = {id(thing): _name(function) for thing, function in VECTOR_FUNCTIONS.items()}


def of_any_type(function: Callable[..., float]) -> Any:
    """Return a function for numbers of any type, given the one for doubles.

    If all are in single precision, it is the function of single precision. Of anything
    else, e.g. arrays, it is numpy's.

    Parameters
    ----------
    function : function
        A function of the library, of one or two doubles.
    """
    if function not in _of_all_types:
        n_arguments = function.__code__.co_argcount
        numpys = getattr(np, function.__name__, None)
        _of_all_types[function] = _OF_ARGUMENTS[n_arguments](
            for_numba(function), for_numba(in_single_precision(function)), numpys
        )
    return _of_all_types[function]


def _of_one(of_doubles: Any, of_singles: Any, of_others: Any) -> Any:
    def call(x: Any) -> Any:
        """Stand for what numba finds for the type."""

    def of_numpy(x: Any) -> Any:
        return of_others(x)

    def implementation(x: Any) -> Any:
        if not are_numbers(x):
            return of_numpy
        if are_single(x):
            return lambda x: types.float32(of_singles(x))
        return lambda x: of_doubles(types.float64(x))

    extending.overload(call, strict=False)(implementation)
    return call


def _of_two(of_doubles: Any, of_singles: Any, of_others: Any) -> Any:
    def call(x: Any, y: Any) -> Any:
        """Stand for what numba finds for the types."""

    def of_numpy(x: Any, y: Any) -> Any:
        return of_others(x, y)

    def implementation(x: Any, y: Any) -> Any:
        if not are_numbers(x, y):
            return of_numpy
        if are_single(x, y):
            return lambda x, y: types.float32(of_singles(x, y))
        return lambda x, y: of_doubles(types.float64(x), types.float64(y))

    extending.overload(call, strict=False)(implementation)
    return call


def are_numbers(*kinds: Any) -> bool:
    """Tell whether values of some types are all numbers."""
    return all(isinstance(types.unliteral(kind), _NUMBERS) for kind in kinds)


def are_single(*kinds: Any) -> bool:
    """Tell whether values of some types are all floats of single precision."""
    return set(kinds) == {types.float32}


_OF_ARGUMENTS = {1: _of_one, 2: _of_two}
