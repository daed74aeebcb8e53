"""What a number that a user gives has to be, and the errors that say so."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2.utils.logger import get_logger

__all__ = [
    "MAX_COUNT",
    "MAX_TRIALS",
    "as_numbers",
    "check_count",
    "check_indices",
    "check_positive",
    "first_where",
    "warn_of_fractions",
]

type _Array = np.ndarray[Any, Any]

# Below "brian2", whose handlers show messages
logger = get_logger(f"brian2.{__name__}")

#: Brian's indices have 32 bits
MAX_COUNT = 2**31 - 1
#: Trials are no indices
MAX_TRIALS = 2**63 - 1
#: What computing with whole numbers may add to one, relative to it
_ROUNDING = 1e-12


def as_numbers(value: Any) -> _Array | None:
    """Return real numbers as an array without units; None for anything else."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        return None
    if array.dtype == object and all(isinstance(n, int) for n in array.ravel()):
        # Integers of more than 64 bits
        array = array.astype(np.float64)
    return array if array.dtype.kind in "biuf" else None


def first_where(is_wrong: _Array) -> int | None:
    """Return the first position where something is wrong."""
    return int(is_wrong.argmax()) if is_wrong.any() else None


def check_count(value: Any, what: str, limit: int | None = MAX_COUNT) -> None:
    """Refuse what is not finite, or more than can be if there is a limit.

    Fractions are warned of. All else is left to whoever knows whether it makes sense.
    """
    number = as_numbers(value)
    if number is None or number.ndim:
        return
    if not np.isfinite(number):
        raise ValueError(f"{what} has to be a finite number, not {number}.")
    # The first number beyond it is a double, also if the limit is not
    if limit is not None and number >= float(limit + 1):
        bits = limit.bit_length() + 1
        reason = "Brian's indices have" if limit == MAX_COUNT else "they are counted in"
        raise OverflowError(
            f"{what} can be at most {limit}, because {reason} {bits} bits; it is "
            f"{number:.0f}."
        )
    warn_of_fractions(number, what)


def check_positive(value: Any, what: str, unit: str = "") -> None:
    """Refuse what is not finite, 0 or negative."""
    number = as_numbers(value)
    if number is None or number.ndim:
        return
    if not 0 < number < np.inf:
        raise ValueError(f"{what} has to be positive and finite, not {number}{unit}.")


def warn_of_fractions(values: _Array, what: str) -> None:
    """Tell what Brian makes of finite numbers that are not whole, but for rounding."""
    if values.dtype.kind != "f":
        return
    flat = values.ravel()
    part = flat - np.trunc(flat)
    wrong = first_where(np.abs(part) > _ROUNDING * np.maximum(np.abs(flat), 1))
    if wrong is not None:
        logger.warn(
            f"{what} should be whole: {flat[wrong]} counts as {int(flat[wrong])}.",
            name_suffix="fraction",
        )


def check_indices(indices: _Array, what: str) -> None:
    """Refuse indices that are not finite; warn of fractions, and of booleans."""
    if indices.dtype.kind == "b" and indices.ndim:
        logger.warn(
            f"{what} should be indices, not booleans: True and False count as the "
            "indices 1 and 0. For those where a mask is true, give "
            "numpy.flatnonzero(mask).",
            name_suffix="booleans",
        )
    wrong = first_where(~np.isfinite(indices.ravel()))
    if wrong is not None:
        value = indices.ravel()[wrong]
        raise ValueError(f"{what} has to be finite numbers, not {value}.")
    warn_of_fractions(indices, what)
