"""What a network holds after a run, and where two results differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from brian2 import Network
from brian2.core.variables import ArrayVariable

__all__ = ["Values", "differing", "values_of"]

#: Arrays by the name of an object and that of its variable
Values = dict[tuple[str, str], "np.ndarray[Any, Any]"]

#: What solvers of the cable equation use, each in its own way
_WORKING_SPACE = (
    "_P_children",
    "_P_diag",
    "_P_parent",
    "_ab_star1",
    "_c",
    "_gtot_all",
    "_u_minus",
    "_u_plus",
    "_v_star",
)


def values_of(network: Network) -> Values:
    """Return copies of the array variables of all objects of a network."""
    return {
        (owner.name, name): _copy(name, variable)
        for owner in network.sorted_objects
        for name, variable in getattr(owner, "variables", {}).items()
        if isinstance(variable, ArrayVariable)
        and variable.owner.name == owner.name
        and name not in _WORKING_SPACE
    }


def _copy(name: str, variable: ArrayVariable) -> np.ndarray[Any, Any]:
    """Copy a variable's values, of an event space the present events alone."""
    values = np.array(variable.get_value())
    if re.fullmatch(r"_\w+space", name):
        return values[: values[-1]]
    return values


def differing(
    result: Mapping[Any, Any], reference: Mapping[Any, Any], rtol: float
) -> Iterator[tuple[Any, str]]:
    """Yield the keys whose arrays differ, and how.

    Parameters
    ----------
    result, reference : mapping to array
        The arrays, by any keys.
    rtol : float
        What numbers may differ by, relative to themselves and to the largest one of the
        array. Integers and booleans may not differ.
    """
    for key in sorted(result.keys() | reference.keys(), key=str):
        if key not in result or key not in reference:
            yield key, "is there on one side only"
            continue
        explanation = _difference(result[key], reference[key], rtol)
        if explanation:
            yield key, explanation


def _difference(result: Any, reference: Any, rtol: float) -> str:
    """Return how two arrays differ, or nothing."""
    if reference.dtype.kind != "f":
        rtol = 0
    finite = np.abs(reference[np.isfinite(reference)])
    scale = np.max(finite, initial=0) if rtol else 0
    try:
        np.testing.assert_allclose(result, reference, rtol=rtol, atol=rtol * scale)
    except AssertionError as error:
        return str(error)
    return ""
