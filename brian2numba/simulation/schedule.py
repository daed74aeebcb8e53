"""What the compiled loop works with: the clocks and entries of a network's schedule."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from brian2.core.base import BrianObject, BrianObjectException
from brian2.core.clocks import BaseClock, EventClock

from brian2numba.device.arrays import Replacements
from brian2numba.language import Pointer, address_of, pointer_to
from brian2numba.simulation.counter import PerformanceCounter
from brian2numba.simulation.entries import Entry, entries_of, tasks_of
from brian2numba.simulation.fusion import Fusion, fusions
from brian2numba.simulation.loop import Clock as ClockRecord
from brian2numba.simulation.loop import Entry as EntryRecord
from brian2numba.simulation.loop import Loop, run_steps
from brian2numba.simulation.running import compiled_code
from brian2numba.simulation.threads import number_of_threads, shared_kernel
from brian2numba.target import NumbaCodeObject

__all__ = ["Schedule"]

type _Array = np.ndarray[Any, Any]


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
        self._clock_records = (ClockRecord * len(self.clocks))()
        self._entry_records = (EntryRecord * len(self.entries))()
        self.loop = Loop()
        self._alive: list[Any] = []
        self._n_threads = number_of_threads()
        self._times: list[_Array] = []
        #: Why Python has to call each entry, if it does, and by how many threads
        #: compiled code runs it
        self.obstacles: list[str | None] = [None] * len(self.entries)
        self.n_threads = [1] * len(self.entries)
        #: What Python calls for each entry that compiled code can't run
        self.calls: list[Callable[[], Any]] = []
        #: What has to be called before compiled code goes on after Python
        self.renewals: list[Callable[[], None]] = []
        #: The dynamic arrays that kernels of the run write to
        self._written: list[Any] = []
        self._settings = self._now_set()
        self._fill_clocks()
        self._fill_entries()
        self._fill_loop()
        self._run, self._address = run_steps.call, address_of(self.loop)
        self._compiled_code = compiled_code()
        self._bound_at = Replacements.count
        #: The positions of kernels with functions that refer to the user's script
        self.followed = [
            position
            for position, entry in enumerate(self.entries)
            if isinstance(entry.code_object, NumbaCodeObject)
            and entry.code_object.is_followed
        ]

    def fits(
        self,
        objects: Sequence[BrianObject],
        clocks: Collection[BaseClock],
        profile: bool,
    ) -> bool:
        """Tell whether a schedule that is made now, see `Schedule`, would be the same.

        Profiles are measured from zero, with a schedule of their own.
        """
        return (
            not (profile or self.profile)
            and self._n_threads == number_of_threads()
            and set(self.clocks) == set(clocks)
            and self._has_entries_of(objects)
            # Threads have tables of their own
            and (self._n_threads == 1 or self._settings == self._now_set())
            and all(entry.obstacle == known for entry, known in self._alone())
        )

    def _has_entries_of(self, objects: Sequence[BrianObject]) -> bool:
        """Tell whether the entries are those of the given objects."""
        now = [(obj, code_object) for obj in objects for code_object in tasks_of(obj)]
        return len(now) == len(self.entries) and all(
            entry.is_of(owner, code_object)
            for entry, (owner, code_object) in zip(self.entries, now, strict=True)
        )

    def _alone(self) -> Iterator[tuple[Entry, str | None]]:
        """Yield the entries that are not done with others, and their obstacles."""
        fused = {fusion.thresholder for fusion in self.fusions.values()}
        for position, entry in enumerate(self.entries):
            if position not in fused and position not in self.fusions:
                yield entry, self.obstacles[position]

    def _now_set(self) -> list[int]:
        """Return how often constants of the entries were given other values."""
        codes = (entry.code_object for entry in self.entries)
        return [getattr(code_object, "n_settings", 0) for code_object in codes]

    def _give_constants(self) -> None:
        """Give constants that have other values to what was fused."""
        for fusion in self.fusions.values():
            for position in (fusion.updater, fusion.thresholder):
                known = self.entries[position].code_object
                fusion.code_object.take_constants(known.variables)

    def begin(self) -> None:
        """Begin a run."""
        for code_object in self._own_code_objects():
            code_object.know_seed()
        now = self._now_set()
        if now != self._settings:
            self._settings = now
            self._give_constants()
        for record, clock in zip(self._clock_records, self.clocks, strict=True):
            record.end = clock._i_end
            record.is_due = False
        for entry in self._entry_records:
            entry.is_done = False
        loop = self.loop
        loop.position = loop.n_steps = loop.status = 0
        loop.in_step = loop.stop = False
        self.calls = [
            self._timed(entry, record) if self.profile else entry.call
            for entry, record in zip(self.entries, self._entry_records, strict=True)
        ]
        self._count_writers(1)
        own = self._own_code_objects()
        self.renewals[:] = [w.renew for code in own for w in code.watched()]

    def end(self) -> None:
        """End a run: what Python called is no longer kept alive."""
        self.calls = []
        self._count_writers(-1)

    def _count_writers(self, change: int) -> None:
        """Let arrays know that kernels write to them while the network runs."""
        if change > 0:
            own = self._own_code_objects()
            self._written = [array for c in own for array in c.written_arrays()]
        for array in self._written:
            array.n_writers += change

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
                self._entry_records[position].kernel = 0
                self.obstacles[position] = code_object.obstacle

    def mark_written(self) -> None:
        """Say that the arrays that kernels of the schedule write may have changed."""
        for code_object in self._own_code_objects():
            code_object.mark_written()

    def limit_time(self, seconds: float) -> None:
        """Let `run` return at the end of the step that ends after so many seconds."""
        now = time.perf_counter_ns()
        self.loop.deadline = now + int(seconds * 1e9)
        self.loop.steps_to_look = self.loop.stride = 1
        self.loop.last_look = now

    def time(self) -> float:
        """Return the time of the clock that is next, in seconds."""
        return min(float(t[0]) for t in self._times)

    def is_over(self) -> bool:
        """Tell whether the clock that is next has come to the end of the run."""
        first = min(range(len(self.clocks)), key=lambda k: float(self._times[k][0]))
        timestep = self.clocks[first].variables["timestep"].get_value()[0]
        return bool(timestep >= self._clock_records[first].end)

    def has_time_for(self, clocks: Sequence[str]) -> bool:
        """Tell whether the run has a time step of all clocks of the given names."""
        return all(
            clock.variables["timestep"].get_value()[0] < record.end
            for clock, record in zip(self.clocks, self._clock_records, strict=True)
            if clock.name in clocks
        )

    def due_clocks(self) -> tuple[str, ...]:
        """Return the names of the clocks that take part in the present step."""
        clocks = zip(self.clocks, self._clock_records, strict=True)
        return tuple(clock.name for clock, record in clocks if record.is_due)

    def done(self) -> tuple[int, ...]:
        """Return the positions of what was done early in the present step."""
        records = enumerate(self._entry_records)
        return tuple(position for position, record in records if record.is_done)

    def resume(
        self, position: int, due_clocks: Sequence[str], done: Sequence[int]
    ) -> None:
        """Go on within a step, at the entry where it was interrupted."""
        for entry in done:
            self._entry_records[entry].is_done = True
        for clock, record in zip(self.clocks, self._clock_records, strict=True):
            record.is_due = clock.name in due_clocks
        self.loop.position = position
        self.loop.in_step = True
        self.loop.time = self.time()

    def times(self) -> list[float]:
        """Return the time in seconds that each entry took."""
        seconds = []
        for record in self._entry_records:
            spent = record.nanoseconds / 1e9
            if record.calls_counted > 0:
                spent *= record.calls / record.calls_counted
            seconds.append(spent)
        return seconds

    def _pointer_to(self, array: _Array) -> Pointer[Any]:
        self._alive.append(array)
        return pointer_to(array)

    def _fill_clocks(self) -> None:
        for record, clock in zip(self._clock_records, self.clocks, strict=True):
            value = {n: v.get_value() for n, v in clock.variables.items() if n != "N"}
            record.timestep = self._pointer_to(value["timestep"])
            record.t = self._pointer_to(value["t"])
            self._times.append(value["t"])
            if isinstance(clock, EventClock):
                record.times = self._pointer_to(value["times"])
            else:
                record.dt = self._pointer_to(value["dt"])

    def _fill_entries(self) -> None:
        fused = {fusion.thresholder for fusion in self.fusions.values()}
        for position, entry in enumerate(self.entries):
            record = self._entry_records[position]
            record.clock = self.clocks.index(entry.owner.clock)
            if position in self.fusions:
                self._fill_fusion(record, self.fusions[position])
            # What is done with another is done alone only to measure its time
            is_fused = position in fused or position in self.fusions
            if is_fused and not self.profile:
                continue
            self.obstacles[position] = _obstacle(entry)
            if self.obstacles[position] is None:
                called = self._called(entry.code_object)
                record.kernel, record.table, self.n_threads[position] = called

    def _fill_fusion(self, record: EntryRecord, fusion: Fusion) -> None:
        partner = address_of(self._entry_records[fusion.thresholder])
        record.partner = EntryRecord.array_at(partner)
        called = self._called(fusion.code_object)
        record.fused_kernel, record.fused_table, n_threads = called
        self.n_threads[fusion.updater] = self.n_threads[fusion.thresholder] = n_threads

    def _called(self, code_object: Any) -> tuple[int, int, int]:
        """Return where a kernel and its argument are, and how many threads share it."""
        shared = shared_kernel(code_object) if self._n_threads > 1 else None
        if shared is not None:
            self._alive.append(shared)
            return shared.address, address_of(shared.job), shared.n_parts
        kernel = code_object.kernel
        self._alive.append(kernel.table)
        return kernel.kernel.address, kernel.table.ctypes.data, 1

    @staticmethod
    def _timed(entry: Entry, record: EntryRecord) -> Callable[[], None]:
        """Return what runs an entry and adds the time to its record."""

        def call_and_measure() -> None:
            start = time.perf_counter_ns()
            entry.call()
            record.nanoseconds += time.perf_counter_ns() - start

        return call_and_measure

    def _fill_loop(self) -> None:
        loop = self.loop
        loop.n_clocks, loop.clocks = len(self.clocks), pointer_to(self._clock_records)
        loop.n_entries = len(self.entries)
        loop.entries = pointer_to(self._entry_records)
        loop.profile = self.profile
        loop.counter = PerformanceCounter.of_python()

    def _own_code_objects(self) -> list[NumbaCodeObject]:
        """Return the code objects of the numba target, also those that were fused."""
        fused = [fusion.code_object for fusion in self.fusions.values()]
        found = [*(entry.code_object for entry in self.entries), *fused]
        return [c for c in found if isinstance(c, NumbaCodeObject)]

    def _rebind(self) -> None:
        """Look for arrays again, after another target took some of them over."""
        for code_object in self._own_code_objects():
            code_object.bind()
        for record in self._entry_records:
            record.kernel = 0
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
