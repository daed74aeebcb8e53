"""Guards of state variables: which elements are set, and to what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from brian2.core.variables import VariableView
from brian2.groups.group import Group, Indexing, VariableOwner
from brian2.parsing.expressions import is_boolean_expression
from brian2.utils.logger import get_logger
from brian2.utils.stringtools import get_identifiers

from brian2numba.guards.mechanism import Guard, described
from brian2numba.guards.numbers import as_numbers, first_where

__all__ = ["GUARDS", "within"]

# Below "brian2", whose handlers show messages
logger = get_logger(f"brian2.{__name__}")


def within(indices: Any, size: int, elements: str) -> Any:
    """Return indices counted from the start; refuse those that are out of range.

    Parameters
    ----------
    indices : int or `numpy.ndarray` of int
        The indices. Those below 0 count from the end, as in Python.
    size : int
        How many elements there are.
    elements : str
        What they are, for the error.
    """
    array = np.asarray(indices)
    if not array.size or array.dtype.kind not in "iu":
        return indices
    low, high = int(array.min()), int(array.max())
    if low >= 0 and high < size:
        return indices
    if low < -size or high >= size:
        raise IndexError(
            f"Index {high if high >= size else low} is out of range: there are {size} "
            f"{elements}, from 0 to {size - 1}."
        )
    return np.where(array < 0, array + size, array)[()]


def _within_group(indexing: Any, result: Any, args: tuple[Any, ...]) -> Any:
    """Refuse indices of elements that are not there; warn of other masks' lengths."""
    item = args[0] if args else slice(None)
    index_var = args[1] if len(args) > 1 else None
    if isinstance(item, slice) or (index_var or indexing.default_index) != "_idx":
        return result
    size = int(indexing.N.item())
    is_mask = isinstance(item, (list, np.ndarray)) and np.asarray(item).dtype == bool
    if is_mask and len(item) != size:
        logger.warn(
            f"The index is an array of {len(item)} booleans, but there are {size} "
            "elements: those where it is true are meant.",
            name_suffix="mask",
        )
    return within(result, size, "elements")


def _check_value(view: Any, given: Mapping[str, Any]) -> None:
    """Refuse values that the variable's type can't hold."""
    dtype = np.dtype(view.variable.dtype)
    if dtype.kind not in "iu" or isinstance(given["value"], str):
        return
    values = as_numbers(given["value"])
    if values is None:
        return
    values = np.atleast_1d(values).ravel()
    wrong = first_where(~np.isfinite(values))
    if wrong is not None:
        raise ValueError(_not_held(view, values[wrong]))
    limits = np.iinfo(dtype)
    wrong = first_where((values < limits.min) | (values > limits.max))
    if wrong is not None:
        raise OverflowError(_not_held(view, values[wrong]))


def _as_boolean(args: tuple[Any, ...], kwds: Mapping[str, Any]) -> tuple[Any, ...]:
    """Let a number that chooses elements count as true or false.

    The numpy target, which has these strings by default, would take it for an index.
    """
    view, condition, *others = args
    try:
        variables = view.group.resolve_all(
            get_identifiers(condition), kwds["run_namespace"], user_identifiers=set()
        )
        is_number = not is_boolean_expression(condition.strip(), variables)
    except (KeyError, SyntaxError):
        # For Brian to say
        return args
    return (view, f"({condition.strip()}) != 0", *others) if is_number else args


def _not_held(view: Any, value: Any) -> str:
    kind = np.dtype(view.variable.dtype).name
    return (
        f"{described(view).capitalize()} can't be {value}, because its type is {kind}."
    )


GUARDS = (
    Guard(Indexing, "__call__", correct=_within_group),
    Guard(VariableView, "set_item", _check_value),
    Guard(
        VariableView,
        "set_with_expression_conditional",
        override="variableview_set_with_expression_conditional",
    ),
    Guard(
        VariableView,
        "get_with_expression",
        rewrite=_as_boolean,
        override="variableview_get_with_expression",
    ),
    Guard(VariableOwner, "set_states"),
    Guard(Group, "run_regularly"),
)
