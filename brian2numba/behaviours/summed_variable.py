"""Summed variables: sums, over its synapses, of each target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from brian2numba.behaviours.base import Behaviour, Offer
from brian2numba.behaviours.indices import check_index
from brian2numba.binding import BoundKernel
from brian2numba.device.sums import RunsOfSynapses
from brian2numba.generation.ordered_slots import RunStarts
from brian2numba.generation.slots import Result, Slot

__all__ = ["SummedVariableBehaviour"]


class SummedVariableBehaviour(Behaviour):
    """A summed variable: the kernel is all; it knows where its sums go.

    Where what is summed depends on the variable itself, as in ``v_post = w*v_pre``
    within one group, that is its value before, of which Python makes a copy.

    Attributes
    ----------
    target : `ArrayVariable`
        The variable of the targets.
    """

    def __init__(self, codeobj: Any, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        self.target = keywords["_target_var"]
        self._index = keywords["_index_var"]
        self._runs = RunsOfSynapses(self._index)
        variables, accesses = keywords["variables"], keywords["accesses"]
        self._is_read = any(variables[n] is self.target for n in accesses.read)

    def slots(self) -> list[Slot]:
        """Return the values of the variable before, and where runs of targets begin."""
        return [
            Result("_values_before", self.target.dtype),
            RunStarts("_run_starts", self._runs),
        ]

    def offers(self) -> dict[str, Offer]:
        """Return where these values are: they are copied for each call."""
        return {**super().offers(), "_values_before": lambda: 0}

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return what runs the kernel."""
        return (lambda: self._sum(kernel)) if self._is_read else kernel

    def _sum(self, kernel: BoundKernel) -> None:
        values = self.target.get_value().copy()
        kernel.set_number("_values_before", values.ctypes.data)
        kernel()

    def obstacle(self) -> str | None:
        """Say why Python has to call the kernel, if it has to."""
        return "Python copies the values that are summed" if self._is_read else None

    def before_run(self) -> None:
        """Refuse indices of targets that are not there."""
        check_index(self._index, len(self.target.get_value()))
