"""Teams: threads do each task once, whoever is late or asleep."""

import time

import numpy as np
import pytest
from brian2 import prefs

from brian2numba.language import Pointer, address_of, booleans, int64, pause, pointer_to
from brian2numba.language.atomics import add_shared
from brian2numba.operations import operation
from brian2numba.simulation import crew
from brian2numba.simulation.counter import PerformanceCounter
from brian2numba.simulation.team import (
    Level,
    Piece,
    Task,
    Team,
    begin_alone,
    dismiss,
    run_level,
    wake,
)

N_THREADS = 3


@operation
def count(table: Pointer[int64]):
    """Count the call, after some time; fail at the call whose number is the third."""
    for _ in range(table[1]):
        pause()
    add_shared(table, 1)
    return 7 if table[0] == table[2] else 0


@operation
def run_levels(team: Team, level: Level, n: int):
    """Do the tasks of a level many times."""
    for _ in range(n):
        wake(team, level.n_threads)
        run_level(team, level)
        if level.has_failed != 0:
            dismiss(team)
            return 1
    dismiss(team)
    return 0


class Work:
    """A level whose tasks count how often they are done."""

    def __init__(self, n_tasks, n_turns=50, n_pieces=1):
        self.tables = np.zeros((n_tasks, n_pieces, 16), np.int64)
        self.tables[..., 1], self.tables[..., 2] = n_turns, -1
        self.is_due = np.ones(1, np.uint8)
        (self.levels, *self.kept) = crew.aligned(Level, 1)
        self.level = self.levels[0]
        tasks = self.new(Task, n_tasks)
        for k in range(n_tasks):
            tasks[k].pieces, tasks[k].n_pieces = self.new(Piece, n_pieces), n_pieces
            for p in range(n_pieces):
                piece = tasks[k].pieces[p]
                piece.kernel, piece.table = (
                    count.address,
                    self.tables[k, p].ctypes.data,
                )
                piece.is_due = booleans(self.is_due.ctypes.data)
        starts = np.linspace(0, n_tasks, N_THREADS + 1).astype(np.int64)
        self.kept.append(starts)
        level = self.level
        level.tasks, level.n_tasks = tasks, n_tasks
        level.starts, level.n_threads = pointer_to(starts), N_THREADS

    def new(self, record, n):
        pointer, memory = crew.aligned(record, n)
        self.kept.append(memory)
        return pointer

    def run(self, n):
        return run_levels.call(address_of(crew.team()), address_of(self.level), n)

    @property
    def counts(self):
        return self.tables[..., 0].ravel().tolist()


@pytest.fixture(autouse=True)
def threads(monkeypatch):
    """Start threads, more than there may be processors."""
    monkeypatch.setattr(crew._Crew, "limit", N_THREADS)
    prefs.codegen.runtime.numba.threads = N_THREADS
    assert crew.number_of_threads() == N_THREADS


@pytest.mark.parametrize("n_tasks", [1, 2, 3, 8])
def test_each_task_is_done_once(n_tasks):
    work = Work(n_tasks)
    work.run(3000)
    assert work.counts == [3000] * n_tasks


def test_several_threads_do_them():
    work = Work(3, n_turns=200_000)
    work.run(1)
    # Those that are late find nothing to do, but all have been awake
    members = [crew.team().members[k] for k in range(N_THREADS - 1)]
    time.sleep(0.5)
    assert [member.is_asleep[0] for member in members] == [1, 1]
    assert all(member.is_inside[0] == 0 for member in members)


def test_threads_that_sleep_are_woken():
    work = Work(6, n_turns=20)
    for _ in range(20):
        work.run(5)
        time.sleep(0.002)
    assert work.counts == [100] * 6


def test_what_follows_a_failure_in_a_task_is_not_done():
    work = Work(3, n_pieces=2)
    work.tables[1, 0, 2] = 4
    assert work.run(10) == 1
    assert work.counts == [4, 4, 4, 3, 4, 4]
    assert work.level.tasks[1].pieces[0].status == 7


def test_what_is_not_due_is_left_out():
    work = Work(3)
    work.is_due[:] = 0
    work.run(10)
    assert work.counts == [0, 0, 0]


def test_runs_of_a_level_have_numbers_of_their_own():
    work = Work(2)
    runs = []
    for _ in range(3):
        work.run(1)
        runs.append(work.level.run)
        begin_alone(work.level)
        runs.append(work.level.run)
    # None is that of an earlier run, by whatever threads: pieces note the last one
    assert len(set(runs)) == len(runs)
    assert work.level.tasks[1].pieces[0].done == runs[-2]


def test_tasks_of_a_late_thread_are_done_by_others():
    work = Work(9, n_turns=2)
    # All are thread 1's, which sleeps at first
    starts = np.array([0, 0, 9, 9], np.int64)
    work.kept.append(starts)
    work.level.starts = pointer_to(starts)
    time.sleep(0.01)
    work.run(2000)
    assert work.counts == [2000] * 9


def test_what_threads_wait_for_shares_no_line_of_the_cache():
    # Two lines are often fetched together
    fields = crew.team().members[0].FIELDS
    waited_for = sorted(
        fields[name].offset for name in ("is_asleep", "is_inside", "done", "seat")
    )
    assert np.diff(waited_for).min() >= 128
    assert Level.FIELDS["tasks"].offset - Level.FIELDS["run"].offset >= 128
    assert Team.FIELDS["seat"].offset >= 128


def test_records_fill_lines_of_the_cache():
    for record in (Level, Task, Team):
        pointer, _ = crew.aligned(record, 2)
        assert address_of(pointer) % 128 == 0
    assert [Task.FIELDS["n_pieces"].offset, len(bytes(Task()))] == [16, 64]


def test_counters_of_threads_are_their_own():
    members = [crew.team().members[k] for k in range(2)]
    if PerformanceCounter.of_python().result:
        places = {address_of(member.counter.result) for member in members}
        assert len(places) == 2
