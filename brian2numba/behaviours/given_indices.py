"""Indices that users give, to read or set variables: from the end if negative."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable

from brian2numba.behaviours.base import Behaviour
from brian2numba.binding import BoundKernel

__all__ = ["AssignmentBehaviour", "resolve_indices"]

_INDICES = "_group_idx"


class AssignmentBehaviour(Behaviour):
    """The kernel sets elements of which a user gave the indices."""

    def __init__(self, codeobj: Any, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        self._variables = keywords["variables"]

    def is_native(self) -> bool:
        """Say that Python has to look at the indices."""
        return False

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return what sets the elements."""

        def run() -> None:
            resolve_indices(self.codeobj, self._variables)
            kernel()

        return run


def resolve_indices(codeobj: Any, variables: Mapping[str, Any]) -> None:
    """Count negative indices from the end, as numpy does.

    Raises
    ------
    IndexError
        If there is no element with one of the indices.
    """
    used = {getattr(slot, "variable", None) for slot in codeobj.source.slots}
    sizes = [
        variable.get_len()
        for name, variable in codeobj.variables.items()
        if codeobj.variable_indices[name] == "_idx"
        and isinstance(variable, ArrayVariable)
        and variable in used
        and name != _INDICES
    ]
    if not sizes:
        return
    size, indices = min(sizes), variables[_INDICES].get_value()
    outside = indices[(indices < -size) | (indices >= size)]
    if len(outside):
        raise IndexError(
            f"The index {outside[0]} is out of bounds for '{codeobj.owner.name}', of "
            f"which {size} elements can be indexed."
        )
    indices[indices < 0] += np.int32(size)
