"""What the kernel of a summed variable is told of its synapses."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable

from brian2numba.containers.extents import Extent
from brian2numba.containers.target_runs import starts_of_runs
from brian2numba.device.arrays import is_ours
from brian2numba.language import Record

__all__ = ["RunsOfSynapses"]


class RunsOfSynapses:
    """The runs of synapses whose targets are neighbours.

    Parameters
    ----------
    targets : `ArrayVariable`
        The target of each synapse.
    """

    def __init__(self, targets: ArrayVariable) -> None:
        self._targets = targets
        self._place = Extent()
        self._starts: np.ndarray[Any, Any] = np.empty(0, np.int32)
        self._version: int | None = None

    def place(self) -> Record:
        """Return where the first synapse of each run is, and how many there are."""
        self._version = None
        return self._place

    def renew(self) -> None:
        """Look again, if synapses have changed."""
        array = self._targets.device.arrays[self._targets]
        if not is_ours(array):
            self._place.n_rows = 0
            return
        if array.last_version != self._version:
            is_safe = array.version is not None
            items = array.contents
            self._starts = starts_of_runs(items) if is_safe else items[:0]
            self._version = array.last_version
            self._place.data = self._starts.ctypes.data
            self._place.n_rows = max(len(self._starts) - 1, 0)
