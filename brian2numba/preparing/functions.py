"""What of a function is read when code that calls it is made."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2.core.functions import DEFAULT_FUNCTIONS, Function
from brian2.input.binomial import BinomialFunction
from brian2.input.timedarray import TimedArray

from brian2numba.preparing.snapshots import Snapshot

__all__ = ["FunctionFacts", "NotKnownError"]


class NotKnownError(Exception):
    """What made code depends on is not known: it has to be made for each run."""


class FunctionFacts:
    """A function of a model, and what it was when code was made.

    Parameters
    ----------
    function : `Function`
        The function.

    Raises
    ------
    NotKnownError
        If code depends on more than is looked at here.
    """

    def __init__(self, function: Any) -> None:
        if isinstance(function, TimedArray):
            _refuse_copies(function)
        elif not isinstance(function, BinomialFunction):
            name = getattr(function, "name", None) or getattr(function, "__name__", "")
            raise NotKnownError(f"it calls a function of yours, {name}".rstrip(", "))
        self._function, self._snapshot = function, Snapshot(function)

    def is_unchanged(self) -> bool:
        """Tell whether code that is made now would be the same."""
        return self._snapshot.is_unchanged(self._function)

    @classmethod
    def needed(cls, function: Any) -> bool:
        """Tell whether a function is none of Brian's own, which stay what they are."""
        if not isinstance(function, Function):
            return callable(function)
        return not any(function is known for known in DEFAULT_FUNCTIONS.values())


def _refuse_copies(function: TimedArray) -> None:
    """Refuse values that kernels do not read where they are."""
    values = np.asarray(function.values)
    if values.dtype != np.float64 or not values.flags.c_contiguous:
        raise NotKnownError("it uses a timed array whose values are copied")
