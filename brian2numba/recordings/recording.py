"""What one monitor records, where not all of it stays in memory."""

from __future__ import annotations

import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from brian2.core.variables import DynamicArrayVariable
from brian2.devices.device import get_device

from brian2numba.containers.leaving import bytes_to_leave, drop_first, set_limit
from brian2numba.device.arrays import Replacements, is_ours
from brian2numba.recordings.arrays import RecordedArray

__all__ = [
    "Recording",
    "ended",
    "recorded_variables",
    "recording_of",
    "recordings_of",
]


def recorded_variables(monitor: Any) -> dict[str, DynamicArrayVariable]:
    """Return the variables of a monitor that grow, by name."""
    return {
        name: variable
        for name, variable in monitor.variables.items()
        if isinstance(variable, DynamicArrayVariable)
        and variable.owner is not None
        and variable.owner.name == monitor.name
    }


def recording_of(monitor: Any) -> Recording | None:
    """Return what is known of a monitor's rows; None if they all stay in memory."""
    recording = vars(monitor).get("_brian2numba_recording")
    return recording if isinstance(recording, Recording) else None


def recordings_of(objects: Any) -> list[Recording]:
    """Return what is known of the rows of those monitors among objects that leave."""
    found = [recording_of(obj) for obj in objects]
    return [recording for recording in found if recording is not None]


@contextmanager
def ended(recordings: Sequence[Recording]) -> Iterator[None]:
    """End recordings when a run ends, also one that an exception ends.

    What goes wrong in this is told with that exception, and raised without one.
    """
    try:
        yield
    except BaseException as error:
        for recording in recordings:
            try:
                recording.end()
            except Exception as other:
                said = [str(error), *getattr(error, "__notes__", ())]
                if str(other) not in said:
                    error.add_note(str(other))
        raise
    errors = []
    for recording in recordings:
        try:
            recording.end()
        except Exception as error:
            errors.append(error)
    if errors:
        for another in errors[1:]:
            # Monitors of one folder tell the same
            if another.__cause__ is not errors[0].__cause__:
                errors[0].add_note(str(another))
        raise errors[0]


class _Looks:
    """What a kernel has renewed that reads rows: it looks at them as Python does."""

    def __init__(self, recording: Recording) -> None:
        self._recording = weakref.ref(recording)

    def renew(self) -> None:
        """Be ready for a kernel that reads rows."""
        recording = self._recording()
        if recording is not None:
            recording.looked_at()


class Recording(ABC):
    """The rows of a monitor: the last ones in memory, those before them elsewhere.

    Parameters
    ----------
    monitor : `StateMonitor`, `EventMonitor` or `PopulationRateMonitor`
        The monitor. Its arrays get other containers, with what they hold.

    Attributes
    ----------
    first : int
        How many rows have left memory.
    lock : threading.RLock
        Held while rows go, and while they are read.
    arrays : dict of str to RecordedArray
        What is in memory, by the name of the variable.
    """

    #: Whether rows that are no longer in memory are somewhere else
    is_elsewhere = False

    def __init__(self, monitor: Any) -> None:
        self._monitor = weakref.ref(monitor)
        self.name: str = monitor.name
        self.first = 0
        self.lock = threading.RLock()
        self.number = monitor.variables["N"]
        self.arrays: dict[str, RecordedArray] = {}
        #: For kernels that read its rows
        self.looks = _Looks(self)
        device = get_device()
        # No variable is kept: the device keeps arrays, and with them this, as long as
        # variables live
        for name, variable in recorded_variables(monitor).items():
            before = device.arrays[variable]
            values = before.contents if is_ours(before) else before.data
            variable.size = values.shape if variable.ndim > 1 else len(values)
            array = self.arrays[name] = RecordedArray(variable, self)
            array.take(values)
            device.arrays[variable] = array
        monitor._brian2numba_recording = self
        Replacements.count += 1

    @property
    def monitor(self) -> Any:
        """The monitor."""
        return self._monitor()

    @property
    def n_in_memory(self) -> int:
        """How many rows are in memory."""
        return next((array.n_in_memory for array in self.arrays.values()), 0)

    @property
    def first_seen(self) -> int:
        """How many rows that have left memory the monitor still shows."""
        return self.first if self.is_elsewhere else 0

    @property
    def n_rows(self) -> int:
        """How many rows have been recorded."""
        with self.lock:
            return self.first + self.n_in_memory

    @property
    def row_bytes(self) -> int:
        """How much memory a row of all variables takes."""
        return sum(array.row_bytes for array in self.arrays.values())

    def set_limit(self, n_rows: int) -> None:
        """Let the compiled loop come back when there are so many rows in memory."""
        for array in self.arrays.values():
            set_limit(array, n_rows)

    def drop_first(self, n_rows: int) -> None:
        """Let the first rows in memory go, of all arrays or of none.

        Raises
        ------
        MemoryError
            If arrays of which there are views can't have another block each.
        """
        # Given back at once: where all of this was, there is each part of it
        np.empty(sum(bytes_to_leave(array) for array in self.arrays.values()), np.uint8)
        for array in self.arrays.values():
            drop_first(array, n_rows)
        self.first += n_rows

    def resize(self, array: RecordedArray, n_rows: int) -> None:
        """Give an array another number of rows, as code that Python runs does."""
        is_first = array is next(iter(self.arrays.values()))
        if is_first and n_rows > len(array):
            # All arrays have as many rows as each other now
            self.renew()
        array.resize_in_memory(n_rows - self.first_seen)

    def begin(self) -> None:  # noqa: B027 (not all kinds have to do something)
        """Begin a run of the network."""

    @abstractmethod
    def renew(self) -> None:
        """Look at what was recorded: a time slice is over, or Python has run."""

    def check(self) -> None:  # noqa: B027 (not all kinds have to do something)
        """Raise an error if recording can't go on; a time step has ended."""

    def end(self) -> None:  # noqa: B027 (not all kinds have to do something)
        """End a run of the network."""

    def looked_at(self) -> None:  # noqa: B027 (not all kinds have to do something)
        """Be ready for somebody who looks at the rows."""

    @abstractmethod
    def described(self) -> str:
        """Return where the rows go, in words."""

    @abstractmethod
    def rows(self, array: RecordedArray) -> Any:
        """Return what the array of a variable is to Python."""

    @abstractmethod
    def state(self, array: RecordedArray) -> Any:
        """Return what is to be stored of an array."""

    @abstractmethod
    def restore(self, array: RecordedArray, state: Any) -> None:
        """Put back what `state` returned, or the items of an array."""
