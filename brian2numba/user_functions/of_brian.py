"""
Brian's functions that equations find in a script, but not among Brian's own for them.

``from brian2 import *`` brings them. What they do for arrays without units, numpy does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from brian2numba.user_functions.calls import plain_function
from brian2numba.user_functions.parts import unwrapped

__all__ = ["plain_form"]


def arccosh(x: Any) -> Any:
    """Return the inverse of the hyperbolic cosine."""
    return np.arccosh(x)


def arcsinh(x: Any) -> Any:
    """Return the inverse of the hyperbolic sine."""
    return np.arcsinh(x)


def arctanh(x: Any) -> Any:
    """Return the inverse of the hyperbolic tangent."""
    return np.arctanh(x)


def ones_like(x: Any) -> Any:
    """Return 1."""
    return np.ones_like(x)


def zeros_like(x: Any) -> Any:
    """Return 0."""
    return np.zeros_like(x)


_PLAIN = {
    getattr(np, function.__name__): function
    for function in (arccosh, arcsinh, arctanh, ones_like, zeros_like)
}


def plain_form(function: Any) -> Any:
    """Return a function that can be translated, for one of Brian's; others as they are.

    Parameters
    ----------
    function : callable
        What equations call.
    """
    known = plain_function(unwrapped(function))
    is_function = callable(known) and known.__hash__ is not None
    return _PLAIN.get(known, function) if is_function else function
