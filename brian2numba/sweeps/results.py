"""What came of a sweep."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from brian2numba.compilation.work import Work
from brian2numba.sweeps.tables import data_frame, data_set
from brian2numba.sweeps.values import decoded
from brian2numba.sweeps.worker import Outcome, Task

__all__ = ["Point", "Report", "SweepResult", "WorkOfWorker"]


@dataclass(frozen=True)
class Point:
    """A point of a sweep.

    Attributes
    ----------
    parameters : dict
        What the function was called with.
    seed : int
        What Brian's random numbers started from.
    results : dict
        What the function returned, by names; with units.
    seconds : float
        How long it took.
    message, traceback : str or None
        The error, if there was one.
    """

    parameters: dict[str, Any]
    seed: int
    results: dict[str, Any]
    seconds: float
    message: str | None = None
    traceback: str | None = None

    @classmethod
    def of(cls, task: Task, outcome: Outcome) -> Point:
        """Return a point with what came of it."""
        return cls(
            parameters=task.parameters,
            seed=task.seed,
            results=decoded(outcome.results),
            seconds=outcome.seconds,
            message=outcome.message,
            traceback=outcome.traceback,
        )

    @property
    def status(self) -> str:
        """``"ok"`` or ``"failed"``."""
        return "ok" if self.message is None else "failed"

    @property
    def description(self) -> str:
        """The parameters in words."""
        return ", ".join(f"{name}={value}" for name, value in self.parameters.items())


@dataclass
class WorkOfWorker:
    """What a worker process did.

    Attributes
    ----------
    n_points : int
        How many points it computed.
    seconds : float
        How long they took.
    work : Work
        What it compiled, and what it found in its store.
    """

    n_points: int = 0
    seconds: float = 0.0
    work: Work = field(default_factory=Work)

    def add(self, outcome: Outcome) -> None:
        """Count a point."""
        self.n_points += 1
        self.seconds += outcome.seconds
        self.work = self.work + outcome.work


@dataclass(frozen=True)
class Report:
    """How a sweep went; readable when printed.

    Attributes
    ----------
    n_points, n_found, n_failed : int
        The number of points, of those that a folder had, and of those that failed.
    seconds : float
        How long the call took.
    workers : dict of str to WorkOfWorker
        What each process did.
    """

    n_points: int
    n_found: int
    n_failed: int
    seconds: float
    workers: dict[str, WorkOfWorker]

    @classmethod
    def of(cls, outcomes: Collection[Outcome], n_found: int, seconds: float) -> Report:
        """Return the report on a sweep, of which some points were found in a folder."""
        workers: dict[str, WorkOfWorker] = {}
        for outcome in outcomes:
            if outcome.worker is not None:
                workers.setdefault(outcome.worker, WorkOfWorker()).add(outcome)
        n_failed = sum(outcome.message is not None for outcome in outcomes)
        return cls(len(outcomes), n_found, n_failed, seconds, workers)

    def __str__(self) -> str:
        n_computed = self.n_points - self.n_found
        lines = [
            f"{self.n_points} points: {n_computed} computed in {self.seconds:.2f} s, "
            f"{self.n_found} found in the folder, {self.n_failed} failed"
        ]
        for name, done in self.workers.items():
            lines.append(
                f"{name}: {done.n_points} points in {done.seconds:.2f} s; {done.work}"
            )
        return "\n".join(lines)


@dataclass(frozen=True)
class SweepResult:
    """The points of a sweep, and how it went.

    Attributes
    ----------
    points : tuple of Point
        The points, in the order of the parameters.
    axes : dict of str to list, or None
        The values of each parameter, if the points are a grid.
    report : Report
        How many points were computed and what was compiled where.
    """

    points: tuple[Point, ...]
    axes: dict[str, list[Any]] | None
    report: Report

    @property
    def errors(self) -> tuple[Point, ...]:
        """The points that failed."""
        return tuple(point for point in self.points if point.message is not None)

    def to_dataframe(self) -> Any:
        """Return a table with a row for each point.

        Returns
        -------
        `pandas.DataFrame`
            Parameters, results, ``status``, ``seconds`` and ``message``. Quantities are
            in base units, which ``attrs["units"]`` has by column.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        return data_frame(self.points)

    def to_dataset(self) -> Any:
        """Return the results as arrays over the grid.

        Returns
        -------
        `xarray.Dataset`
            A dimension for each parameter, and further ones (``NAME_0``, ...) for
            results that are arrays; those whose shapes differ between points are
            objects. Quantities are in base units, which ``attrs["units"]`` has. Points
            that failed are NaN.

        Raises
        ------
        ImportError
            If xarray is not installed.
        ValueError
            If the points are not a grid.
        """
        return data_set(self.points, self.axes)
