"""Constants in single precision, and those that several functions need."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["HALF", "INF", "LARGEST", "NAN", "ONE", "TWO", "ZERO", "single", "singles"]


def single(number: float) -> float:
    """Return a number as one of single precision.

    Beside it, what is in single precision stays so; beside a number that is written
    down in a function, it would become a double.
    """
    return np.float32(number)  # type: ignore[return-value]


def singles(*numbers: float) -> tuple[float, ...]:
    """Return several numbers in single precision."""
    return tuple(single(number) for number in numbers)


ZERO, HALF, ONE, TWO = singles(0.0, 0.5, 1.0, 2.0)
INF, NAN = singles(math.inf, math.nan)
#: The largest number that is finite
LARGEST = single(float(np.finfo(np.float32).max))
