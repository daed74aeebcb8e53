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

__all__ = ["VECTOR_FUNCTIONS"]

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
#: All of these take and return numbers in double precision.
VECTOR_FUNCTIONS: dict[Any, Callable[..., float]] = {
    functions.exprel: exponential.exprel,
    math.pow: power.power,
    **{getattr(math, name): function for name, function in _BY_NAME.items()},
    **{
        getattr(np, _NAMES_IN_NUMPY.get(name, name)): function
        for name, function in _BY_NAME.items()
    },
}
