"""Computing what is missing of a sweep, and keeping what comes of it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Generator
from typing import Any

from brian2numba.bars import kind_of_bar
from brian2numba.errors import SweepError
from brian2numba.simulation import Preparation
from brian2numba.sweeps.engine import Engine
from brian2numba.sweeps.folder import ResultsFolder
from brian2numba.sweeps.libraries import LIBRARIES
from brian2numba.sweeps.parts import PartDone, current_part
from brian2numba.sweeps.plan import Plan
from brian2numba.sweeps.preparing import prepared
from brian2numba.sweeps.results import Point, Report, SweepResult
from brian2numba.sweeps.worker import Outcome, Task

__all__ = ["computed"]

_IN_ITS_PROCESS = "In its process:"

type Path = str | os.PathLike[str]


def computed(
    plan: Plan, folder: Path | None, engine: Engine, raises: bool, progress: bool
) -> SweepResult:
    """Return what came of a sweep, or end a job that is to do a part of it.

    Parameters
    ----------
    plan : Plan
        What is to be computed.
    folder : path or None
        Where it is kept.
    engine : callable
        What computes it.
    raises : bool
        Whether an error in a point is raised.
    progress : bool
        Whether to show progress.

    Raises
    ------
    SweepError
        If a point failed and this is to be raised, or if all failed.
    PartDone
        If this process does a part of the sweep, which was missing.
    """
    if Preparation.is_all:
        return prepared(plan)
    start = time.perf_counter()
    kept = _Kept(plan, folder)
    n_found, missing, part = len(kept.outcomes), kept.missing, current_part()

    def report() -> Report:
        seconds = time.perf_counter() - start
        return Report.of(kept.points(), kept.outcomes.values(), n_found, seconds)

    tasks = missing if part is None else [t for t in missing if part.has(t.index)]
    with contextlib.closing(_outcomes(engine, tasks, progress)) as outcomes:
        for outcome in outcomes:
            kept.add(outcome)
            if raises and outcome.failure is not None:
                result = SweepResult(kept.points(), None, report())
                raise _error_of_one(plan, outcome, result)
    if part is not None and missing:
        raise PartDone(report())
    result = SweepResult(kept.points(), plan.axes, report())
    if result.report.n_failed == len(plan.tasks):
        raise _error_of_all(plan, result)
    return result


def _outcomes(engine: Engine, tasks: list[Task], progress: bool) -> Generator[Outcome]:
    """Yield what comes of points, and show progress."""
    if not tasks:
        return
    with (
        contextlib.closing(_Bar(len(tasks), progress)) as bar,
        contextlib.closing(engine(tasks)) as outcomes,
    ):
        for outcome in outcomes:
            yield outcome
            bar.add(outcome)


class _Kept:
    """What came of points: in memory, and in a folder if there is one."""

    def __init__(self, plan: Plan, folder: Path | None) -> None:
        self._plan = plan
        self._folder = None
        self.outcomes: dict[int, Outcome] = {}
        if folder is None:
            if current_part() is not None:
                raise ValueError(
                    "A part of a sweep needs a folder to keep its results in: "
                    "sweep(..., folder='results')."
                )
            return
        self._folder = ResultsFolder(folder, plan.identity)
        for task in plan.tasks:
            found = self._folder.found(plan.key(task), task.index)
            if found is not None:
                self.outcomes[task.index] = found

    @property
    def missing(self) -> list[Task]:
        return [task for task in self._plan.tasks if task.index not in self.outcomes]

    def points(self) -> tuple[Point, ...]:
        """Return the points that are there, in the order of the parameters."""
        there = (task for task in self._plan.tasks if task.index in self.outcomes)
        return tuple(Point.of(task, self.outcomes[task.index]) for task in there)

    def add(self, outcome: Outcome) -> None:
        self.outcomes[outcome.index] = outcome
        if self._folder is not None:
            task = self._plan.tasks[outcome.index]
            self._folder.keep(self._plan.key(task), task, outcome)


class _Bar:
    """A progress bar, which may be none.

    Parameters
    ----------
    n_points : int
        The number of points to come.
    is_shown : bool
        Whether it is one.
    """

    def __init__(self, n_points: int, is_shown: bool) -> None:
        self._bar: Any = None
        self._n_failed = 0
        if is_shown:
            kind = kind_of_bar("The progress bar of a sweep", LIBRARIES)
            self._bar = kind(total=n_points, unit=" points")

    def add(self, outcome: Outcome) -> None:
        """Draw that a point is done."""
        self._n_failed += outcome.failure is not None
        if self._bar is not None:
            if self._n_failed:
                self._bar.set_postfix_str(f"{self._n_failed} failed", refresh=False)
            self._bar.update()

    def close(self) -> None:
        """Leave it as it is."""
        if self._bar is not None:
            self._bar.close()


def _error_of_one(plan: Plan, outcome: Outcome, result: SweepResult) -> SweepError:
    point = Point.of(plan.tasks[outcome.index], outcome)
    return SweepError(
        f"The point {point.description} of the sweep of '{plan.identity.function}' "
        f"failed: {point.failure}\n\n{_IN_ITS_PROCESS}\n{point.traceback}",
        result,
    )


def _error_of_all(plan: Plan, result: SweepResult) -> SweepError:
    n_points, first = len(result.points), result.points[0]
    which = f"All {n_points} points" if n_points > 1 else "The only point"
    return SweepError(
        f"{which} of the sweep of '{plan.identity.function}' failed. The 'result' of "
        f"this error has them. The first: {result.report.first_error}\n\n"
        f"{_IN_ITS_PROCESS}\n{first.traceback}",
        result,
    )
