"""State monitors: which neurons they record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brian2numba.behaviours.base import Behaviour, Offer

__all__ = ["StateMonitorBehaviour"]


class StateMonitorBehaviour(Behaviour):
    """The kernel knows whether the neurons that it records follow each other."""

    def __init__(self, codeobj: Any, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        _refuse_recorded_index(codeobj, keywords["_recorded_variables"])
        self._indices = keywords["variables"]["_indices"]

    def offers(self) -> dict[str, Offer]:
        """Return the first recorded neuron, or -1 if the others are anywhere."""
        return {**super().offers(), "_first_of_range": self._first_of_range}

    def _first_of_range(self) -> int:
        indices = self._indices.get_value()
        follow_each_other = len(indices) and bool(np.all(np.diff(indices) == 1))
        return int(indices[0]) if follow_each_other else -1


def _refuse_recorded_index(codeobj: Any, recorded: Mapping[str, Any]) -> None:
    """Refuse to look up a variable with the values that are recorded of its index.

    Brian gives the name of the index to what the monitor records. Whether it refuses
    this itself depends on the order of the variables.
    """
    for name in recorded:
        index = codeobj.variable_indices[f"_source_{name}"]
        if index in recorded:
            monitor = codeobj.owner.name
            raise ValueError(
                f"The StateMonitor '{monitor}' can't record both '{name}', which is "
                f"linked through the index variable '{index}', and '{index}' itself. "
                "Record them with two monitors."
            )
