"""What the compiled loop works with: the clocks and entries of a network's schedule."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from brian2.core.base import BrianObject, BrianObjectException
from brian2.core.clocks import BaseClock, EventClock

from brian2numba.containers import alert
from brian2numba.device.arrays import Replacements
from brian2numba.language import Pointer, address_of, pointer_to
from brian2numba.recordings.recording import Recording, recordings_of
from brian2numba.simulation import crew
from brian2numba.simulation.counter import PerformanceCounter
from brian2numba.simulation.entries import Entry, entries_of, tasks_of
from brian2numba.simulation.fusion import Fusion, fusions
from brian2numba.simulation.loop import Clock as ClockRecord
from brian2numba.simulation.loop import Entry as EntryRecord
from brian2numba.simulation.loop import Loop, run_steps
from brian2numba.simulation.plan import Plan, run_one_entry
from brian2numba.simulation.planning import Candidate, PlannedEntries
from brian2numba.simulation.running import compiled_code
from brian2numba.simulation.sleep import neurons_may_sleep
from brian2numba.simulation.team import Team
from brian2numba.simulation.threads import grain_for
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
        self.fusions = {
            fusion.updater: fusion for fusion in fusions(self.entries, profile)
        }
        self.clocks = list(clocks)
        self.streams = _streams(self.entries)
        self._clock_records = (ClockRecord * len(self.clocks))()
        self._entry_records = (EntryRecord * len(self.entries))()
        self.loop = Loop()
        self._alive: list[Any] = []
        self._n_threads = crew.number_of_threads()
        self._times: list[_Array] = []
        #: Why Python has to call each entry, if it does, and by how many threads
        #: compiled code runs it
        self.obstacles: list[str | None] = [None] * len(self.entries)
        self.n_threads = [1] * len(self.entries)
        self._plans: list[PlannedEntries] = []
        #: What Python calls for each entry that compiled code can't run
        self.calls: list[Callable[[], Any]] = []
        #: What has to be called before compiled code goes on after Python
        self.renewals: list[Callable[[], None]] = []
        #: What knows the rows of monitors that do not stay in memory
        self.recordings: list[Recording] = []
        #: The dynamic arrays that kernels of the run write to
        self._written: list[Any] = []
        self._settings = self._now_set()
        self._fill_clocks()
        self._fill_entries()
        self._fill_loop()
        agendas = (f.code_object.behaviour.agenda for f in self.fusions.values())
        sleepers = (f.sleeper for f in self.fusions.values() if f.sleeps)
        self._sleepers = [sleeper for sleeper in sleepers if sleeper is not None]
        self._neurons_may_sleep = neurons_may_sleep()
        self._agendas = [agenda for agenda in agendas if agenda is not None]
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
            and self._n_threads == crew.number_of_threads()
            and self._neurons_may_sleep == neurons_may_sleep()
            and set(self.clocks) == set(clocks)
            and self._has_entries_of(objects)
            # Threads have tables of their own
            and (self._n_threads == 1 or self._settings == self._now_set())
            and all(entry.obstacle == known for entry, known in self._alone())
            and all(fusion.is_up_to_date() for fusion in self.fusions.values())
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
        if self._bound_at != Replacements.count:
            # Here, and not only in `run`: what is watched below is that of new arrays
            self._rebind()
        for code_object in self._own_code_objects():
            code_object.know_seed()
        now = self._now_set()
        if now != self._settings:
            self._settings = now
            self._give_constants()
        for sleeper in self._sleepers:
            sleeper.begin()
        for record, clock in zip(self._clock_records, self.clocks, strict=True):
            record.end = clock._i_end
            record.is_due = False
        for entry in self._entry_records:
            entry.is_done = False
        for planned in self._plans:
            planned.plan.is_interrupted = 0
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
        self.recordings = recordings_of(entry.owner for entry in self.entries)
        for recording in self.recordings:
            recording.begin()

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
        # Python may have written what says which neurons are refractory
        for agenda in self._agendas:
            agenda.version += 1
        reason = self._run_compiled()
        # Python may look at them
        for sleeper in self._sleepers:
            sleeper.wake_all()
        return reason

    def _run_compiled(self) -> int:
        if self.streams is None:
            with self._compiled_code:
                return self._run(self._address)
        # Other threads may not draw from numpy's generator meanwhile
        with self._compiled_code, np.random.mtrand._rand._bit_generator.lock:
            self.streams.enter()
            try:
                return self._run(self._address)
            finally:
                self.streams.leave()

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
        for planned in self._plans:
            planned.plan.is_interrupted = 1
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
        self._plans.clear()
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
                called = self._called(position, entry.code_object)
                record.kernel, record.table = called
        if self._n_threads > 1 and not self.profile:
            self._plan()

    def _fill_fusion(self, record: EntryRecord, fusion: Fusion) -> None:
        partner = address_of(self._entry_records[fusion.thresholder])
        record.partner = EntryRecord.array_at(partner)
        called = self._called(fusion.updater, fusion.code_object)
        record.fused_kernel, record.fused_table = called
        if fusion.sleeper is not None and fusion.sleeps:
            fusion.sleeper.give(fusion.code_object.behaviour.sleep)

    def _called(self, position: int, code_object: Any) -> tuple[int, int]:
        """Return where a kernel and its argument are."""
        if self.profile and self._n_threads > 1:
            # To measure each, threads share one entry at a time
            planned = self._planned([self._candidate(position, code_object)])
            if planned is not None:
                return run_one_entry.address, address_of(planned.plan)
        kernel = code_object.kernel
        self._alive.append(kernel.table)
        return kernel.kernel.address, kernel.table.ctypes.data

    def _plan(self) -> None:
        """Let threads do entries that follow each other without Python."""
        follow: list[Candidate] = []
        fused = {fusion.thresholder for fusion in self.fusions.values()}
        for position, entry in enumerate(self.entries):
            self._entry_records[position].plan = Pointer(0, Plan)
            code_object = entry.code_object
            if position in self.fusions:
                code_object = self.fusions[position].code_object
            elif position in fused:
                continue
            if self.obstacles[position] is None and not _is_of_user(code_object):
                follow.append(self._candidate(position, code_object))
            else:
                # What is also done behind this is left to one thread
                is_late = [candidate.partner > position for candidate in follow]
                self._planned(follow[: [*is_late, True].index(True)])
                follow = []
        self._planned(follow)

    def _candidate(self, position: int, code_object: NumbaCodeObject) -> Candidate:
        record = self._entry_records[position]
        clock = self._clock_records[record.clock]
        is_due = address_of(clock) + ClockRecord.FIELDS["is_due"].offset
        is_done = EntryRecord.FIELDS["is_done"].offset
        here = address_of(record) + is_done
        fusion = self.fusions.get(position)
        if fusion is None or code_object is not fusion.code_object:
            return Candidate(position, code_object, is_due, here)
        partner = address_of(self._entry_records[fusion.thresholder]) + is_done
        return Candidate(
            position, code_object, is_due, here, fusion.thresholder, partner
        )

    def _planned(self, candidates: list[Candidate]) -> PlannedEntries | None:
        """Plan entries that follow each other, if threads have something to do."""
        end = max((max(c.position, c.partner) for c in candidates), default=-1) + 1
        if not candidates:
            return None
        objects = [candidate.code_object for candidate in candidates]
        planned = PlannedEntries(candidates, end, self._n_threads, grain_for(objects))
        if not planned.stages:
            return None
        self._plans.append(planned)
        self.loop.team = Team.array_at(address_of(crew.team()))
        for position, n_threads in planned.n_threads.items():
            self.n_threads[position] = n_threads
            fusion = self.fusions.get(position)
            if fusion is not None:
                self.n_threads[fusion.thresholder] = n_threads
        if not self.profile:
            record = self._entry_records[candidates[0].position]
            record.plan = Plan.array_at(address_of(planned.plan))
        return planned

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
        loop.alert = alert.alert()

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
        for sleeper in self._sleepers:
            sleeper.begin()
        self._bound_at = Replacements.count


def _obstacle(entry: Entry) -> str | None:
    """Return why Python has to call an entry, after compiling its kernel."""
    try:
        return entry.obstacle
    except Exception as error:
        raise BrianObjectException(
            "An error occurred when preparing an object.\n", entry.owner
        ) from error


def _is_of_user(code_object: Any) -> bool:
    """Tell whether a kernel calls functions of the user's, which may do anything."""
    return bool(code_object.source.calls_users)


def _streams(entries: Sequence[Entry]) -> Any:
    """Return the random streams that kernels draw from in sequence, if any does."""
    for entry in entries:
        code_object = entry.code_object
        if isinstance(code_object, NumbaCodeObject) and (code_object.draws_in_sequence):
            return code_object.streams
    return None
