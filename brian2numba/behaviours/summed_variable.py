"""Summed variables: sums, over its synapses, of each target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brian2numba.behaviours.base import Behaviour
from brian2numba.behaviours.indices import check_index

__all__ = ["SummedVariableBehaviour"]


class SummedVariableBehaviour(Behaviour):
    """A summed variable: the kernel is all; it knows where its sums go.

    Attributes
    ----------
    target : `ArrayVariable`
        The variable of the targets.
    """

    def __init__(self, codeobj: Any, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        self.target = keywords["_target_var"]
        self._index = keywords["_index_var"]

    def before_run(self) -> None:
        """Refuse indices of targets that are not there."""
        check_index(self._index, len(self.target.get_value()))
