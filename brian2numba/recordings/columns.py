"""The rows of a monitor by their numbers, whether they are in memory or elsewhere."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from brian2numba.containers.dynamic_array import DynamicArray, rows_of
from brian2numba.device.arrays import Replacements, is_ours
from brian2numba.recordings.recording import Recording, recording_of

__all__ = ["Columns"]

type _Array = np.ndarray[Any, Any]


class Columns:
    """What a monitor has recorded of some variables; nothing is copied or forgotten.

    Rows are numbered from the first that the monitor has recorded, those included that
    a window has dropped.

    Parameters
    ----------
    monitor : `StateMonitor`, `EventMonitor` or `PopulationRateMonitor`
        The monitor.
    names : sequence of str
        The variables.
    """

    def __init__(self, monitor: Any, names: Sequence[str]) -> None:
        # It may keep this
        self._monitor = weakref.ref(monitor)
        self._variables = [monitor.variables[name] for name in names]
        self._bind()

    def _bind(self) -> None:
        """Look up which containers the device has for the variables."""
        self._bound_at = Replacements.count
        arrays = [variable.device.arrays[variable] for variable in self._variables]
        self.recording: Recording | None = recording_of(self._monitor())
        self._arrays = arrays
        self._rows = rows_of(arrays[0].handle) if is_ours(arrays[0]) else None

    @property
    def n_rows(self) -> int:
        """How many rows have been recorded."""
        if self._bound_at != Replacements.count:
            self._bind()
        if self._rows is None:
            return len(self._arrays[0])
        n_rows: int = self._rows.n_rows
        return n_rows if self.recording is None else n_rows + self.recording.first

    @property
    def n_viewed(self) -> int:
        """How many of the last rows need no copy to be read."""
        return 0 if self._rows is None else int(self._rows.n_rows)

    @property
    def n_gone(self) -> int:
        """How many of the first rows nobody can read any more."""
        recording = self.recording
        return 0 if recording is None else recording.first - recording.first_seen

    def held(self) -> AbstractContextManager[Any]:
        """Return what another thread reads rows within, so that none go meanwhile."""
        return nullcontext() if self.recording is None else self.recording.lock

    def read(self, start: int, stop: int) -> list[_Array]:
        """Return rows of all variables: views that are only read, where in memory.

        Parameters
        ----------
        start, stop : int
            The rows; they are not gone, and the monitor has recorded them.
        """
        recording = self.recording
        if recording is not None and start < recording.first:
            gone = self.n_gone
            return [
                np.asarray(a.data[start - gone : stop - gone]) for a in self._arrays
            ]
        first = 0 if recording is None else recording.first
        return [_rows_in_memory(a, start - first, stop - first) for a in self._arrays]


def _rows_in_memory(array: Any, start: int, stop: int) -> _Array:
    """Return rows of an array as a view; of one that is not ours, as a copy."""
    if isinstance(array, DynamicArray):
        view = array.in_memory(start, stop)
        view.flags.writeable = False
        return view
    # Its memory moves when it grows
    return np.array(array.data[start:stop])
