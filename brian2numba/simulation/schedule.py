"""What the compiled loop works with: the clocks and entries of a network's schedule."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.core.base import BrianObject
from brian2.core.clocks import BaseClock, EventClock

from brian2numba.device.arrays import Replacements
from brian2numba.simulation.loop import Clocks, Entries, Reason, State, run_steps
from brian2numba.target import NumbaCodeObject

__all__ = ["Entry", "Schedule"]


@dataclass(frozen=True)
class Entry:
    """One thing to do in a time step.

    Attributes
    ----------
    owner : `BrianObject`
        The object that it belongs to.
    code_object : NumbaCodeObject or None
        The code object to run in compiled code; ``None`` where the object's own
        ``run`` has to be called.
    """

    owner: BrianObject
    code_object: Any


class Schedule:
    """The schedule of a network in the form that the compiled loop reads.

    Parameters
    ----------
    objects : sequence of `BrianObject`
        The active objects in the order in which a time step runs them.
    clocks : iterable of `BaseClock`
        The clocks of the network, also those of objects that are not active.
    profile : bool
        Whether to measure the time that each entry takes.
    """

    def __init__(
        self,
        objects: Sequence[BrianObject],
        clocks: Iterable[BaseClock],
        profile: bool = False,
    ) -> None:
        self.objects = list(objects)
        self.entries = [entry for o in self.objects for entry in _entries(o)]
        self.clocks = list(clocks)
        self.streams = _streams(self.entries)
        self._clock_records = np.zeros((len(self.clocks), Clocks.SIZE), np.int64)
        self._entry_records = np.zeros((len(self.entries), Entries.SIZE), np.int64)
        self.state = np.zeros(State.SIZE, np.int64)
        self._now = np.zeros(1, np.int64)
        self._alive: list[Any] = []
        self._times: list[np.ndarray[Any, Any]] = []
        self._fill_clocks()
        self._fill_entries()
        self._fill_state(profile)
        self._run, self._address = run_steps.call, self.state.ctypes.data
        self._bound_at = Replacements.count

    def run(self, seconds: float) -> Reason:
        """Run compiled code, at most until a step ends after the given time."""
        if self._bound_at != Replacements.count:
            self._rebind()
        self.state[State.DEADLINE] = time.perf_counter_ns() + int(seconds * 1e9)
        if self.streams is None:
            return Reason(self._run(self._address))
        # Other threads may not draw from numpy's generator meanwhile
        with np.random.mtrand._rand._bit_generator.lock:
            self.streams.enter()
            reason = Reason(self._run(self._address))
            self.streams.leave()
        return reason

    def time(self) -> float:
        """Return the time of the clock that is next, in seconds."""
        return min(float(t[0]) for t in self._times)

    @property
    def position(self) -> int:
        """The entry that is to be run next, in a step that has begun."""
        return int(self.state[State.POSITION])

    @position.setter
    def position(self, value: int) -> None:
        self.state[State.POSITION] = value

    @property
    def in_step(self) -> bool:
        """Whether a step has begun and not ended."""
        return bool(self.state[State.IN_STEP])

    def due_clocks(self) -> tuple[str, ...]:
        """Return the names of the clocks that take part in the present step."""
        is_due = self._clock_records[:, Clocks.IS_DUE]
        return tuple(c.name for c, due in zip(self.clocks, is_due, strict=True) if due)

    def resume(self, position: int, due_clocks: Sequence[str]) -> None:
        """Go on within a step, at the entry where it was interrupted."""
        is_due = [clock.name in due_clocks for clock in self.clocks]
        self._clock_records[:, Clocks.IS_DUE] = is_due
        self.position = position
        self.state[State.IN_STEP] = 1

    def times(self) -> dict[str, float]:
        """Return the time in seconds that each object took, by its name."""
        seconds: dict[str, float] = {}
        for entry, record in zip(self.entries, self._entry_records, strict=True):
            spent = float(record[Entries.NANOSECONDS]) / 1e9
            seconds[entry.owner.name] = seconds.get(entry.owner.name, 0.0) + spent
        return seconds

    def add_time(self, position: int, nanoseconds: int) -> None:
        """Add to the time of an entry that Python ran."""
        self._entry_records[position, Entries.NANOSECONDS] += nanoseconds

    def _address_of(self, array: np.ndarray[Any, Any]) -> int:
        self._alive.append(array)
        return array.ctypes.data

    def _fill_clocks(self) -> None:
        for record, clock in zip(self._clock_records, self.clocks, strict=True):
            value = {n: v.get_value() for n, v in clock.variables.items() if n != "N"}
            record[Clocks.TIMESTEP] = self._address_of(value["timestep"])
            record[Clocks.T] = self._address_of(value["t"])
            self._times.append(value["t"])
            record[Clocks.END] = clock._i_end
            if isinstance(clock, EventClock):
                record[Clocks.TIMES] = self._address_of(value["times"])
            else:
                record[Clocks.DT] = self._address_of(value["dt"])

    def _fill_entries(self) -> None:
        for record, entry in zip(self._entry_records, self.entries, strict=True):
            record[Entries.CLOCK] = self.clocks.index(entry.owner.clock)
            if entry.code_object is not None:
                kernel = entry.code_object.kernel
                record[Entries.KERNEL] = kernel.kernel.address
                record[Entries.TABLE] = self._address_of(kernel.table)

    def _fill_state(self, profile: bool) -> None:
        state = self.state
        state[State.N_CLOCKS] = len(self.clocks)
        state[State.CLOCKS] = self._clock_records.ctypes.data
        state[State.N_ENTRIES] = len(self.entries)
        state[State.ENTRIES] = self._entry_records.ctypes.data
        state[State.PROFILE] = profile
        counter, writes = _performance_counter()
        state[State.COUNTER] = counter
        state[State.COUNTER_RESULT] = self._now.ctypes.data if writes else 0

    def _rebind(self) -> None:
        """Look for arrays again, after another target took some of them over."""
        for entry in self.entries:
            if entry.code_object is not None:
                entry.code_object.kernel.bind()
        self.entries = [e for o in self.objects for e in _entries(o)]
        self._entry_records[:, Entries.KERNEL] = 0
        self._fill_entries()
        self._bound_at = Replacements.count


def _entries(owner: BrianObject) -> list[Entry]:
    """Return what an object does in a time step."""
    runs_code_only = type(owner).run is BrianObject.run and "run" not in vars(owner)
    if runs_code_only and all(_is_native(c) for c in owner.code_objects):
        return [Entry(owner, code_object) for code_object in owner.code_objects]
    return [Entry(owner, None)]


def _is_native(code_object: Any) -> bool:
    return isinstance(code_object, NumbaCodeObject) and code_object.is_native


def _streams(entries: Sequence[Entry]) -> Any:
    """Return the random streams that kernels draw from, if any does."""
    for entry in entries:
        if entry.code_object is not None and entry.code_object.draws:
            return entry.code_object.streams
    return None


def _performance_counter() -> tuple[int, bool]:
    """Return Python's counter of nanoseconds as a C function.

    Returns
    -------
    address : int
        The address of the function.
    writes : bool
        Whether it writes the time to an address that it is given (since Python 3.13);
        it returns the time otherwise.
    """
    writes = hasattr(ctypes.pythonapi, "PyTime_PerfCounterRaw")
    name = "PyTime_PerfCounterRaw" if writes else "_PyTime_GetPerfCounter"
    function = ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p)
    return int(function.value or 0), writes
