"""The elementary functions that vectorise, in the form that numba compiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from numba import extending, types

from brian2numba.elementary.vector import VECTOR_FUNCTIONS
from brian2numba.with_numba.functions import for_numba

__all__ = ["vector_functions"]

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
        name: _of_any_type(by_identity[id(thing)])
        for name, thing in names.items()
        if id(thing) in by_identity
    }


def _of_any_type(function: Callable[..., float]) -> Any:
    """Return a function for numbers of any type, given the one for doubles."""
    if function not in _of_all_types:
        n_arguments = function.__code__.co_argcount
        _of_all_types[function] = _OF_ARGUMENTS[n_arguments](for_numba(function))
    return _of_all_types[function]


def _of_one(of_doubles: Any) -> Any:
    def call(x: Any) -> Any:
        """Stand for what numba finds for the type."""

    def implementation(x: Any) -> Any:
        result = _type_of_result(x)
        return lambda x: result(of_doubles(types.float64(x)))

    extending.overload(call, strict=False)(implementation)
    return call


def _of_two(of_doubles: Any) -> Any:
    def call(x: Any, y: Any) -> Any:
        """Stand for what numba finds for the types."""

    def implementation(x: Any, y: Any) -> Any:
        result = _type_of_result(x, y)
        return lambda x, y: result(of_doubles(types.float64(x), types.float64(y)))

    extending.overload(call, strict=False)(implementation)
    return call


def _type_of_result(*kinds: Any) -> Any:
    return types.float32 if set(kinds) == {types.float32} else types.float64


_OF_ARGUMENTS = {1: _of_one, 2: _of_two}
