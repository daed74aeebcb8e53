"""What came of a sweep."""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from brian2numba.compilation.work import Work
from brian2numba.sweeps.failures import Failure
from brian2numba.sweeps.tables import data_frame, data_set, html_table
from brian2numba.sweeps.values import decoded
from brian2numba.sweeps.worker import Outcome, Task

__all__ = ["Point", "Report", "SweepResult", "WorkOfWorker"]

#: So many processes have a line in a report
_SHOWN_WORKERS = 8


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
    failure : Failure or None
        The error, if there was one.
    """

    parameters: dict[str, Any]
    seed: int
    results: dict[str, Any]
    seconds: float
    failure: Failure | None = None

    @classmethod
    def of(cls, task: Task, outcome: Outcome) -> Point:
        """Return a point with what came of it."""
        return cls(
            parameters=task.parameters,
            seed=task.seed,
            results=decoded(outcome.results),
            seconds=outcome.seconds,
            failure=outcome.failure,
        )

    @property
    def message(self) -> str | None:
        """The type and text of the error, if there was one."""
        return None if self.failure is None else self.failure.message

    @property
    def traceback(self) -> str | None:
        """The traceback of the error, if there was one."""
        return None if self.failure is None else self.failure.traceback

    @property
    def line(self) -> str | None:
        """The last line of the user's on the way to the error, if that is known."""
        line = None if self.failure is None else self.failure.line
        return None if line is None else str(line)

    @property
    def status(self) -> str:
        """``"ok"`` or ``"failed"``."""
        return "ok" if self.failure is None else "failed"

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
    first_error : str
        Which point was the first that failed, and why; empty if none did.
    """

    n_points: int
    n_found: int
    n_failed: int
    seconds: float
    workers: dict[str, WorkOfWorker]
    first_error: str = ""

    @classmethod
    def of(
        cls,
        points: Iterable[Point],
        outcomes: Collection[Outcome],
        n_found: int,
        seconds: float,
    ) -> Report:
        """Return the report on points, of which some were found in a folder."""
        workers: dict[str, WorkOfWorker] = {}
        for outcome in outcomes:
            if outcome.worker is not None:
                workers.setdefault(outcome.worker, WorkOfWorker()).add(outcome)
        failed = [point for point in points if point.failure is not None]
        first = f"{failed[0].description}\n{failed[0].failure}" if failed else ""
        return cls(len(outcomes), n_found, len(failed), seconds, workers, first)

    def __str__(self) -> str:
        n_computed = self.n_points - self.n_found
        found = f", {self.n_found} found in the folder" if self.n_found else ""
        lines = [
            f"{_counted(self.n_points, 'point')}: {n_computed} computed in "
            f"{self.seconds:.2f} s{found}, {self.n_failed} failed"
        ]
        for name, done in list(self.workers.items())[:_SHOWN_WORKERS]:
            points = _counted(done.n_points, "point")
            lines.append(f"{name}: {points} in {done.seconds:.2f} s; {done.work}")
        if len(self.workers) > _SHOWN_WORKERS:
            lines.append(f"... and {len(self.workers) - _SHOWN_WORKERS} more processes")
        if self.first_error:
            first = self.first_error.replace("\n", "\n  ")
            lines.append(f"The first that failed: {first}")
        return "\n".join(lines)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(frozen=True, repr=False)
class SweepResult:
    """The points of a sweep, and how it went.

    It is shown as its report, and in notebooks as its table as well.

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

    def __repr__(self) -> str:
        return str(self.report)

    def _repr_html_(self) -> str:
        report = f"<pre>{html.escape(str(self.report))}</pre>"
        return report + html_table(self.points)

    @property
    def errors(self) -> tuple[Point, ...]:
        """The points that failed."""
        return tuple(point for point in self.points if point.failure is not None)

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
