"""Monitors of which only the last rows are kept, for networks that run without end."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any, NoReturn

import numpy as np
from brian2.core.network import Network
from brian2.units.allunits import second
from brian2.units.fundamentalunits import Quantity

from brian2numba.containers.dynamic_array import rows_of
from brian2numba.device.arrays import tell_before_reading
from brian2numba.recordings.arrays import RecordedArray
from brian2numba.recordings.monitors import checked_monitor
from brian2numba.recordings.recording import Recording, recording_of
from brian2numba.simulation.running import while_others_wait

__all__ = ["Window", "keep_last", "oldest_time"]

type _Array = np.ndarray[Any, Any]

#: So many rows, or those in so many bytes, may be too many before they are dropped
_SPARE_ROWS, _SPARE_BYTES = 4096, 2**16
_LEAST_SPARE_ROWS = 8
#: By how many units in the last place times of the same step may differ
_ROUNDING = 8


def keep_last(monitor: Any, length: Any) -> None:
    """Let a monitor keep only the last of what it records.

    From now on all that is read of the monitor, e.g. ``monitor.t``, ``monitor.v``,
    ``num_spikes`` or ``spike_trains()``, is of the last rows: time steps of a
    `StateMonitor` or a `PopulationRateMonitor`, events of an `EventMonitor` or a
    `SpikeMonitor`. It takes constant memory, however long the network runs.

    Parameters
    ----------
    monitor : `StateMonitor`, `EventMonitor` or `PopulationRateMonitor`
        The monitor, also one that has recorded already. Another call changes how much
        it keeps; what is gone does not come back.
    length : int or `Quantity`
        How many rows to keep, or for how long: of a time, the rows are kept whose
        ``t`` is at most so long before the present time of the monitor's clock.

    Raises
    ------
    TypeError
        If the monitor is none, or the length is neither a whole number nor a time.
    ValueError
        If the length is not positive or not finite, or if nothing of that kind is
        recorded.
    RuntimeError
        If the monitor records to disk, or if its network is running and it has kept
        everything so far.

    Notes
    -----
    The ``count`` of a monitor of events goes on counting all of them; ``N`` and
    ``num_spikes`` are the number of those that are kept. Arrays that were taken of the
    monitor earlier keep what they show. ``store`` keeps what there is in the window.
    Between two looks, up to twice as many rows are in memory, or some thousands of
    small ones, so that the network rarely has to wait.

    Examples
    --------
    >>> brian2numba.keep_last(spikes, 100*ms)
    >>> brian2numba.keep_last(voltages, 5000)
    """
    checked_monitor(monitor, "keep_last")
    rows, time = _checked_length(length)
    recording = recording_of(monitor)
    if recording is not None and not isinstance(recording, Window):
        _refuse_another(monitor)
    if time is not None and "t" not in monitor.variables:
        raise ValueError(
            f"The monitor '{monitor.name}' does not record 't', so that it can't be "
            f"told what is of the last {length}. Give a number of rows, or record "
            "times (record=True)."
        )
    if recording is None:
        _refuse_running(monitor)
        recording = Window(monitor)
    recording.keep(rows, time)


def _checked_length(length: Any) -> tuple[int | None, float | None]:
    """Return a number of rows or a time in seconds, and None for the other."""
    if isinstance(length, Quantity):
        if length.dim is not second.dim or length.ndim:
            raise TypeError(
                "A monitor keeps its last rows by their number, or by a time such as "
                f"100*ms, but not {length!r}."
            )
    elif not isinstance(length, Integral) or isinstance(length, bool):
        raise TypeError(
            "A monitor keeps its last rows by their number, which is an int, or by a "
            f"time such as 100*ms, but not {length!r}."
        )
    if not 0 < float(length) < math.inf:
        raise ValueError(
            f"A monitor can't keep the last {length} of what it records: give a number "
            "of rows or a time that is positive and finite."
        )
    is_time = isinstance(length, Quantity)
    return (None, float(length)) if is_time else (int(length), None)


def _refuse_another(monitor: Any) -> NoReturn:
    """Refuse a monitor of which all rows are kept, but not in memory."""
    raise RuntimeError(
        f"The monitor '{monitor.name}' records to disk, where all is kept: it can't "
        "keep only the last of it. Record that with a second monitor."
    )


def _refuse_running(monitor: Any) -> None:
    """Refuse to give other arrays to code that is running."""
    if Network._globally_running:
        raise RuntimeError(
            f"A network is running: what the monitor '{monitor.name}' keeps can only "
            "be changed in a run if keep_last was called for it before."
        )


def oldest_time(now: float, length: float) -> float:
    """Return from which time on rows belong to the last ones of some length.

    Parameters
    ----------
    now, length : float
        The present time, and how far to look back, in seconds.
    """
    rounding = _ROUNDING * float(np.finfo(float).eps) * max(abs(now), length)
    return now - length - rounding


class Window(Recording):
    """The last rows of a monitor. Those before them are forgotten.

    Parameters
    ----------
    monitor : `StateMonitor`, `EventMonitor` or `PopulationRateMonitor`
        The monitor.

    Attributes
    ----------
    length : int or None
        How many rows are kept.
    time : float or None
        For how long rows are kept, in seconds.
    lost_until : float
        The time of the newest row that was dropped, in seconds.
    """

    def __init__(self, monitor: Any) -> None:
        super().__init__(monitor)
        self.length: int | None = None
        self.time: float | None = None
        self.lost_until = -math.inf
        self._now = monitor.clock.variables["t"]
        #: From so many rows on, some have to go
        self._limit = 0
        #: The number of rows and the time at which they were cut to the window
        self._cut_at: tuple[int, float] | None = None
        #: The time at which Python is appending rows
        self._appending_at: float | None = None
        self._was_restored = False
        self._rows = rows_of(next(iter(self.arrays.values())).handle)
        tell_before_reading(self.number, self.looked_at)

    def keep(self, length: int | None, time: float | None) -> None:
        """Change how much is kept."""
        if self.time is not None and (self.first or self._was_restored):
            # Nobody knows what a state that was restored had lost
            self.lost_until = max(self.lost_until, self.now - self.time)
        self.length, self.time, self._cut_at = length, time, None
        self._cut()

    def described(self) -> str:
        """Return what is kept, in words."""
        if self.length is not None:
            return f"keeps the last {self.length} rows"
        return f"keeps the last {1000 * (self.time or 0.0):g} ms"

    @property
    def now(self) -> float:
        """The present time of the monitor's clock, in seconds."""
        return float(self._now.get_value()[0])

    def renew(self) -> None:
        """Let rows go if there are too many."""
        if self._rows.n_rows >= self._limit:
            # Without memory to leave views alone, they go later
            try:
                self._cut()
            except MemoryError:
                return

    check = renew

    def looked_at(self) -> None:
        """Let all rows go that are not in the window."""
        with while_others_wait():
            now = self.now
            if self._cut_at != (self._rows.n_rows, now) and self._appending_at != now:
                self._cut()

    def _cut(self) -> None:
        # Threads may look at the same time
        with self.lock:
            self._cut_alone()

    def _cut_alone(self) -> None:
        now, n_rows = self.now, self._rows.n_rows
        if any(array.n_in_memory != n_rows for array in self.arrays.values()):
            # Something changes their lengths one after the other
            return
        self._appending_at = None
        self.drop_first(self._n_too_many(now))
        n_kept = self._rows.n_rows
        spare = min(_SPARE_ROWS, _SPARE_BYTES // max(self.row_bytes, 1))
        self._limit = n_kept + max(n_kept, spare, _LEAST_SPARE_ROWS)
        self.set_limit(self._limit)
        self._cut_at = n_kept, now

    def _n_too_many(self, now: float) -> int:
        """Return how many rows at the front are not in the window."""
        if self.length is not None:
            return max(self._rows.n_rows - self.length, 0)
        times = self.arrays["t"].in_memory()
        return int(np.searchsorted(times, oldest_time(now, self.time or 0.0)))

    def drop_first(self, n_rows: int) -> None:
        """Let the first rows go, of all arrays or of none."""
        if n_rows <= 0:
            return
        newest = self._time_of(n_rows - 1)
        super().drop_first(n_rows)
        self.lost_until = max(self.lost_until, newest)
        self.number.device.arrays[self.number][:] = self._rows.n_rows

    def _time_of(self, row: int) -> float:
        """Return when a row was recorded, if that is recorded."""
        times = self.arrays.get("t")
        if times is None:
            return -math.inf
        return float(times.in_memory()[row])

    def resize(self, array: RecordedArray, n_rows: int) -> None:
        """Give an array another number of rows; whoever adds some writes them next."""
        if n_rows > array.n_in_memory:
            self._appending_at = self.now
        array.resize_in_memory(n_rows)

    def rows(self, array: RecordedArray) -> _Array:
        """Return the rows of an array."""
        with self.lock:
            return array.in_memory()

    def state(self, array: RecordedArray) -> _Array:
        """Return a copy of the rows of an array."""
        return array.in_memory().copy()

    def restore(self, array: RecordedArray, state: Any) -> None:
        """Put back rows of an array."""
        array.take(state)
        self._cut_at, self._was_restored = None, True
        if array is self.arrays.get("t"):
            is_full = self.length is not None and 0 < self.length <= len(state)
            self.lost_until = self._time_of(0) if is_full else -math.inf
