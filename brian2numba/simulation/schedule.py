"""What the compiled loop works with: the clocks and entries of a network's schedule."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from brian2.core.base import BrianObject, BrianObjectException
from brian2.core.clocks import BaseClock, EventClock

from brian2numba.device.arrays import Replacements
from brian2numba.simulation.counter import PerformanceCounter
from brian2numba.simulation.entries import Entry, entries_of
from brian2numba.simulation.fusion import Fusion, fusions
from brian2numba.simulation.loop import Clocks, Entries, State, run_steps
from brian2numba.simulation.running import compiled_code
from brian2numba.simulation.threads import number_of_threads, shared_kernel
from brian2numba.target import NumbaCodeObject

__all__ = ["Schedule"]

type _Words = np.ndarray[Any, Any]


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
        self.profile = profile
        self.entries = [entry for o in objects for entry in entries_of(o)]
        self.fusions = {fusion.updater: fusion for fusion in fusions(self.entries)}
        self.clocks = list(clocks)
        self.streams = _streams(self.entries)
        self._clock_records = np.zeros((len(self.clocks), Clocks.SIZE), np.int64)
        self._entry_records = np.zeros((len(self.entries), Entries.SIZE), np.int64)
        self.state = np.zeros(State.SIZE, np.int64)
        #: The same memory, faster to read and write one by one, also as doubles
        self.words = memoryview(self.state)
        self.doubles: memoryview[float] = memoryview(self.state).cast("B").cast("d")
        self._alive: list[Any] = []
        self._uses_threads = number_of_threads() > 1
        self._times: list[_Words] = []
        #: Why Python has to call each entry, if it does, and by how many threads
        #: compiled code runs it
        self.obstacles: list[str | None] = [None] * len(self.entries)
        self.n_threads = [1] * len(self.entries)
        #: What Python calls for each entry that compiled code can't run
        self.calls: list[Callable[[], Any]] = []
        self._fill_clocks()
        self._fill_entries()
        self._fill_state()
        self._run, self._address = run_steps.call, self.state.ctypes.data
        self._compiled_code = compiled_code()
        self._bound_at = Replacements.count
        #: The positions of kernels with functions that refer to the user's script
        self.followed = [
            position
            for position, entry in enumerate(self.entries)
            if isinstance(entry.code_object, NumbaCodeObject)
            and entry.code_object.is_followed
        ]

    def run(self) -> int:
        """Run compiled code until there is a `Reason` for Python to do something."""
        if self._bound_at != Replacements.count:
            self._rebind()
        if self.streams is None:
            with self._compiled_code:
                return self._run(self._address)
        # Other threads may not draw from numpy's generator meanwhile
        with self._compiled_code, np.random.mtrand._rand._bit_generator.lock:
            self.streams.enter()
            reason = self._run(self._address)
            self.streams.leave()
        return reason

    def renew(self) -> None:
        """Look up what functions of users refer to, after Python has run."""
        for position in self.followed:
            code_object = self.entries[position].code_object
            code_object.renew()
            if not code_object.is_followed and self.obstacles[position] is None:
                self._entry_records[position, Entries.KERNEL] = 0
                self.obstacles[position] = code_object.obstacle

    def mark_written(self) -> None:
        """Say that the arrays that kernels of the schedule write may have changed."""
        for code_object in self._own_code_objects():
            code_object.mark_written()

    def limit_time(self, seconds: float) -> None:
        """Let `run` return at the end of the step that ends after so many seconds."""
        now = time.perf_counter_ns()
        self.words[State.DEADLINE] = now + int(seconds * 1e9)
        self.words[State.STEPS_TO_LOOK] = self.words[State.STRIDE] = 1
        self.words[State.LAST_LOOK] = now

    def time(self) -> float:
        """Return the time of the clock that is next, in seconds."""
        return min(float(t[0]) for t in self._times)

    def is_over(self) -> bool:
        """Tell whether the clock that is next has come to the end of the run."""
        first = min(range(len(self.clocks)), key=lambda k: float(self._times[k][0]))
        timestep = self.clocks[first].variables["timestep"].get_value()[0]
        return bool(timestep >= self._clock_records[first, Clocks.END])

    def has_time_for(self, clocks: Sequence[str]) -> bool:
        """Tell whether the run has a time step of all clocks of the given names."""
        return all(
            clock.variables["timestep"].get_value()[0] < record[Clocks.END]
            for clock, record in zip(self.clocks, self._clock_records, strict=True)
            if clock.name in clocks
        )

    def due_clocks(self) -> tuple[str, ...]:
        """Return the names of the clocks that take part in the present step."""
        is_due = self._clock_records[:, Clocks.IS_DUE]
        return tuple(c.name for c, due in zip(self.clocks, is_due, strict=True) if due)

    def done(self) -> tuple[int, ...]:
        """Return the positions of what was done early in the present step."""
        return tuple(np.flatnonzero(self._entry_records[:, Entries.IS_DONE]).tolist())

    def resume(
        self, position: int, due_clocks: Sequence[str], done: Sequence[int]
    ) -> None:
        """Go on within a step, at the entry where it was interrupted."""
        self._entry_records[list(done), Entries.IS_DONE] = 1
        is_due = [clock.name in due_clocks for clock in self.clocks]
        self._clock_records[:, Clocks.IS_DUE] = is_due
        self.words[State.POSITION] = position
        self.words[State.IN_STEP] = 1
        self.doubles[State.TIME] = self.time()

    def times(self) -> list[float]:
        """Return the time in seconds that each entry took."""
        seconds = []
        for record in self._entry_records:
            spent = float(record[Entries.NANOSECONDS]) / 1e9
            if record[Entries.CALLS_COUNTED] > 0:
                spent *= record[Entries.CALLS] / record[Entries.CALLS_COUNTED]
            seconds.append(spent)
        return seconds

    def _address_of(self, array: _Words) -> int:
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
        self.calls = [
            self._timed(entry, record) if self.profile else entry.call
            for entry, record in zip(self.entries, self._entry_records, strict=True)
        ]
        fused = {fusion.thresholder for fusion in self.fusions.values()}
        for position, entry in enumerate(self.entries):
            record = self._entry_records[position]
            record[Entries.CLOCK] = self.clocks.index(entry.owner.clock)
            if position in self.fusions:
                self._fill_fusion(record, self.fusions[position])
            # What is done with another is done alone only to measure its time
            is_fused = position in fused or position in self.fusions
            if is_fused and not self.profile:
                continue
            self.obstacles[position] = _obstacle(entry)
            if self.obstacles[position] is None:
                words = record[Entries.KERNEL :]
                self.n_threads[position] = self._fill_kernel(words, entry.code_object)

    def _fill_fusion(self, record: _Words, fusion: Fusion) -> None:
        partner = self._entry_records[fusion.thresholder]
        record[Entries.PARTNER] = partner.ctypes.data
        n_threads = self._fill_kernel(
            record[Entries.FUSED_KERNEL :], fusion.code_object
        )
        self.n_threads[fusion.updater] = self.n_threads[fusion.thresholder] = n_threads

    def _fill_kernel(self, words: _Words, code_object: Any) -> int:
        """Write where a kernel and its table are; return how many threads share it."""
        job = shared_kernel(code_object) if self._uses_threads else None
        if job is not None:
            words[:2] = job.address, self._address_of(job.words)
            self._alive.append(job)
            return job.n_parts
        kernel = code_object.kernel
        words[:2] = kernel.kernel.address, self._address_of(kernel.table)
        return 1

    @staticmethod
    def _timed(entry: Entry, record: _Words) -> Callable[[], None]:
        """Return what runs an entry and adds the time to its record."""

        def call_and_measure() -> None:
            start = time.perf_counter_ns()
            entry.call()
            record[Entries.NANOSECONDS] += time.perf_counter_ns() - start

        return call_and_measure

    def _fill_state(self) -> None:
        state = self.state
        state[State.N_CLOCKS] = len(self.clocks)
        state[State.CLOCKS] = self._clock_records.ctypes.data
        state[State.N_ENTRIES] = len(self.entries)
        state[State.ENTRIES] = self._entry_records.ctypes.data
        state[State.PROFILE] = self.profile
        counter = PerformanceCounter.of_python()
        state[State.COUNTER] = counter.function
        state[State.COUNTER_RESULT] = counter.result

    def _own_code_objects(self) -> list[NumbaCodeObject]:
        """Return the code objects of the numba target, also those that were fused."""
        fused = [fusion.code_object for fusion in self.fusions.values()]
        found = [*(entry.code_object for entry in self.entries), *fused]
        return [c for c in found if isinstance(c, NumbaCodeObject)]

    def _rebind(self) -> None:
        """Look for arrays again, after another target took some of them over."""
        for code_object in self._own_code_objects():
            code_object.bind()
        self._entry_records[:, Entries.KERNEL] = 0
        self._fill_entries()
        self._bound_at = Replacements.count


def _obstacle(entry: Entry) -> str | None:
    """Return why Python has to call an entry, after compiling its kernel."""
    try:
        return entry.obstacle
    except Exception as error:
        raise BrianObjectException(
            "An error occurred when preparing an object.\n", entry.owner
        ) from error


def _streams(entries: Sequence[Entry]) -> Any:
    """Return the random streams that kernels draw from in sequence, if any does."""
    for entry in entries:
        code_object = entry.code_object
        if isinstance(code_object, NumbaCodeObject) and (code_object.draws_in_sequence):
            return code_object.streams
    return None
