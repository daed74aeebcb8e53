"""What a number that a user gives has to be, and the errors that say so."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "MAX_COUNT",
    "as_numbers",
    "check_count",
    "check_fractions",
    "check_positive",
    "first_where",
]

type _Array = np.ndarray[Any, Any]

#: Brian's indices have 32 bits
MAX_COUNT = 2**31 - 1


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


def check_count(value: Any, what: str) -> None:
    """Refuse what is no whole number, or more than 32 bits can count.

    Negative numbers and zero are left to whoever knows whether they make sense.
    """
    if isinstance(value, (bool, np.bool_, str)):
        raise TypeError(f"{what} has to be a whole number, not {value!r}.")
    number = as_numbers(value)
    if number is None or number.ndim:
        return
    if not np.isfinite(number):
        raise ValueError(f"{what} has to be a finite number, not {number}.")
    if number > MAX_COUNT:
        raise OverflowError(
            f"{what} can be at most {MAX_COUNT}, because Brian's indices have 32 bits; "
            f"it is {number:.0f}."
        )


def check_positive(value: Any, what: str, unit: str = "") -> None:
    """Refuse what is not finite, 0 or negative."""
    number = as_numbers(value)
    if number is None or number.ndim:
        return
    if not 0 < number < np.inf:
        raise ValueError(f"{what} has to be positive and finite, not {number}{unit}.")


def check_fractions(values: _Array, what: str) -> None:
    """Refuse numbers that are not whole, among those given for indices or counts."""
    if values.dtype.kind == "b":
        raise TypeError(f"{what} has to be whole numbers, not booleans.")
    if values.dtype.kind != "f":
        return
    wrong = first_where(values.ravel() != np.floor(values.ravel()))
    if wrong is not None:
        value = values.ravel()[wrong]
        kind = TypeError if np.isfinite(value) else ValueError
        raise kind(f"{what} has to be whole numbers, not {value}.")
