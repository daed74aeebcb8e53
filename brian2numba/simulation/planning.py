"""Plans of what threads do in a time step, as compiled code reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from brian2numba.language import Pointer, Record, address_of, booleans, pointer_to
from brian2numba.simulation import crew
from brian2numba.simulation.counter import PerformanceCounter
from brian2numba.simulation.plan import Plan, Stage, Step
from brian2numba.simulation.race import Choice
from brian2numba.simulation.stages import (
    Entrant,
    PlannedStage,
    PlannedTask,
    entrant,
    planned_stages,
)
from brian2numba.simulation.team import Piece, Task
from brian2numba.simulation.threads import SharedKernel, Sharing, division
from brian2numba.target import NumbaCodeObject

__all__ = ["Candidate", "PlannedEntries"]


@dataclass(frozen=True)
class Candidate:
    """An entry that compiled code runs.

    Attributes
    ----------
    position : int
        Its position in the schedule.
    code_object : NumbaCodeObject
        What it runs.
    is_due, is_done : int
        Where it stands whether its clock takes part in a time step, and whether the
        entry was done early.
    partner : int
        The position of the entry that its kernel does as well, or -1.
    is_partner_done : int
        Where it stands whether that was done early, or 0.
    """

    position: int
    code_object: NumbaCodeObject
    is_due: int
    is_done: int
    partner: int = -1
    is_partner_done: int = 0


class PlannedEntries:
    """A plan, and what it is made of.

    Parameters
    ----------
    candidates : sequence of Candidate
        The entries in the order of the schedule.
    end : int
        The position after the last one.
    n_threads : int
        The number of threads.
    grain : int
        See `division`.
    """

    def __init__(
        self, candidates: Sequence[Candidate], end: int, n_threads: int, grain: int
    ) -> None:
        entrants = [
            entrant(
                candidate.position,
                candidate.code_object,
                division(candidate.code_object, n_threads, grain),
            )
            for candidate in candidates
        ]
        self.stages = planned_stages(entrants, n_threads)
        #: How many threads share the entries that are divided, by position
        self.n_threads = {
            e.position: len(e.division.starts)
            for stage in self.stages
            for e in stage.entrants
            if e.division is not None and stage.tasks
        }
        self.plan = Plan()
        self._alive: list[Any] = []
        if self.stages:
            self._of_entrants = {
                e: _StepData(number, candidate)
                for number, (e, candidate) in enumerate(
                    zip(entrants, candidates, strict=True)
                )
            }
            self._fill(candidates[0].position, end, n_threads)

    def _fill(self, start: int, end: int, n_threads: int) -> None:
        plan = self.plan
        plan.start, plan.end, plan.n_threads = start, end, n_threads
        plan.team = _pointer(crew.team())
        plan.race.counter = PerformanceCounter.of_python()
        if Sharing.is_eager:
            plan.race.choice = Choice.SEVERAL
        plan.n_steps = len(self._of_entrants)
        plan.steps = self._new(Step, plan.n_steps)
        for e, data in self._of_entrants.items():
            self._fill_step(plan.steps[data.number], e, data)
        plan.n_stages = len(self.stages)
        plan.stages = self._new(Stage, plan.n_stages)
        for number, planned in enumerate(self.stages):
            self._fill_stage(plan.stages[number], planned, n_threads)

    def _fill_step(self, step: Step, e: Entrant, data: _StepData) -> None:
        candidate = data.candidate
        self._fill_piece(step.whole, e, data)
        step.whole.table = e.code_object.kernel.table.ctypes.data
        step.stage = e.stage
        step.is_done = booleans(candidate.is_done)
        step.partner = candidate.partner
        step.is_partner_done = booleans(candidate.is_partner_done)
        if e.division is not None and e.position in self.n_threads:
            data.shared = SharedKernel(e.code_object, e.division)
            step.job = _pointer(data.shared.job)
        self._alive.append((e.code_object.kernel, data))

    @staticmethod
    def _fill_piece(piece: Piece, e: Entrant, data: _StepData) -> None:
        piece.position = e.position
        piece.kernel = e.code_object.kernel.kernel.address
        piece.is_due = booleans(data.candidate.is_due)

    def _fill_stage(self, stage: Stage, planned: PlannedStage, n_threads: int) -> None:
        numbers = [self._of_entrants[e].number for e in planned.entrants]
        stage.steps, stage.n_steps = self._numbers(numbers), len(numbers)
        stage.is_for_one = not planned.tasks
        stage.enough = planned.enough
        level = stage.level
        level.n_threads, level.n_tasks = n_threads, len(planned.tasks)
        threads = [task.thread for task in planned.tasks]
        starts = np.searchsorted(threads, range(n_threads + 1))
        level.starts = self._numbers(starts.tolist())
        level.tasks = self._new(Task, len(planned.tasks))
        for number, task in enumerate(planned.tasks):
            self._fill_task(level.tasks[number], task)

    def _fill_task(self, task: Task, planned: PlannedTask) -> None:
        task.n_pieces = len(planned.pieces)
        task.pieces = self._new(Piece, task.n_pieces)
        for number, (e, part) in enumerate(planned.pieces):
            piece, data = task.pieces[number], self._of_entrants[e]
            self._fill_piece(piece, e, data)
            if part is None:
                piece.table = e.code_object.kernel.table.ctypes.data
                self.plan.steps[data.number].piece = task.pieces + number
            else:
                assert data.shared is not None
                piece.table = data.shared.tables[part]

    def _new[T: Record](self, record: type[T], n_records: int) -> Pointer[T]:
        pointer, memory = crew.aligned(record, n_records)
        self._alive.append(memory)
        return pointer

    def _numbers(self, numbers: list[int]) -> Pointer[Any]:
        array = np.array(numbers, np.int64)
        self._alive.append(array)
        return pointer_to(array)


@dataclass
class _StepData:
    """What there is of an entry: its number, where it is in the schedule, its parts."""

    number: int
    candidate: Candidate
    shared: SharedKernel | None = None


def _pointer[T: Record](record: T) -> Pointer[T]:
    return type(record).array_at(address_of(record))
