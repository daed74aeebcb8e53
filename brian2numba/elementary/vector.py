"""Which function without branches stands for one of the C library."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from brian2numba.elementary import (
    exponential,
    functions,
    hyperbolic,
    inverse_trigonometric,
    logarithm,
    power,
    trigonometric,
)
from brian2numba.elementary.single import exponential as single_exponential
from brian2numba.elementary.single import hyperbolic as single_hyperbolic
from brian2numba.elementary.single import inverse_trigonometric as single_inverse
from brian2numba.elementary.single import logarithm as single_logarithm
from brian2numba.elementary.single import power as single_power
from brian2numba.elementary.single import trigonometric as single_trigonometric

__all__ = ["VECTOR_FUNCTIONS", "in_single_precision"]

#: The functions of one number by their names in the C library
_BY_NAME: dict[str, Callable[..., float]] = {
    "acos": inverse_trigonometric.arccos,
    "asin": inverse_trigonometric.arcsin,
    "atan": inverse_trigonometric.arctan,
    "cos": trigonometric.cos,
    "cosh": hyperbolic.cosh,
    "exp": exponential.exp,
    "expm1": exponential.expm1,
    "log": logarithm.log,
    "log10": logarithm.log10,
    "log1p": logarithm.log1p,
    "sin": trigonometric.sin,
    "sinh": hyperbolic.sinh,
    "tan": trigonometric.tan,
    "tanh": hyperbolic.tanh,
}
#: What numpy calls functions of the C library, where it has another name for them
_NAMES_IN_NUMPY = {"acos": "arccos", "asin": "arcsin", "atan": "arctan"}

#: What kernels call instead of a function, where elementary functions are vectorised.
#: All of these take and return numbers in double precision; `in_single_precision` has
#: the others.
VECTOR_FUNCTIONS: dict[Any, Callable[..., float]] = {
    functions.exprel: exponential.exprel,
    math.pow: power.power,
    **{getattr(math, name): function for name, function in _BY_NAME.items()},
    **{
        getattr(np, _NAMES_IN_NUMPY.get(name, name)): function
        for name, function in _BY_NAME.items()
    },
}

_SINGLE = {
    exponential: single_exponential,
    hyperbolic: single_hyperbolic,
    inverse_trigonometric: single_inverse,
    logarithm: single_logarithm,
    power: single_power,
    trigonometric: single_trigonometric,
}
#: The functions of single precision by those of double precision
_IN_SINGLE_PRECISION: dict[Callable[..., float], Callable[..., float]] = {
    function: getattr(singles, function.__name__)
    for doubles, singles in _SINGLE.items()
    for function in [*VECTOR_FUNCTIONS.values(), power.square_root]
    if function.__module__ == doubles.__name__
}


def in_single_precision(function: Callable[..., float]) -> Callable[..., float]:
    """Return the function of single precision, given the one of double precision."""
    return _IN_SINGLE_PRECISION[function]
