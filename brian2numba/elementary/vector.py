"""Which function without branches stands for one of the C library."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from brian2numba.elementary import exponential, functions, logarithm

__all__ = ["VECTOR_FUNCTIONS"]

#: What kernels call instead of a function, where elementary functions are vectorised.
#: All of these take and return numbers in double precision.
VECTOR_FUNCTIONS: dict[Any, Callable[..., float]] = {
    functions.exprel: exponential.exprel,
    math.exp: exponential.exp,
    math.expm1: exponential.expm1,
    math.log: logarithm.log,
    math.log10: logarithm.log10,
    math.log1p: logarithm.log1p,
    np.exp: exponential.exp,
    np.expm1: exponential.expm1,
    np.log: logarithm.log,
    np.log10: logarithm.log10,
    np.log1p: logarithm.log1p,
}
