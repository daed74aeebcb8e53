"""Sweeps of a script of which only what it needs is to be compiled."""

from __future__ import annotations

from dataclasses import replace

from brian2numba.errors import SweepError
from brian2numba.simulation import Preparation
from brian2numba.sweeps.environment import as_in_a_new_process
from brian2numba.sweeps.plan import Plan
from brian2numba.sweeps.results import Point, Report, SweepResult
from brian2numba.sweeps.worker import compute

__all__ = ["prepared"]


class _ReportOnFirst(Report):
    def __str__(self) -> str:
        return f"the first of {self.n_points} points was prepared"


def prepared(plan: Plan) -> SweepResult:
    """Call a sweep's function for its first point, in this process, where runs end.

    Returns
    -------
    SweepResult
        All points, each with what came of the first one, for the script to go on.

    Raises
    ------
    SweepError
        If the function failed, as one may that needs the results of runs.
    """
    task = plan.tasks[0]
    name, n_points = plan.identity.function, len(plan.tasks)
    with as_in_a_new_process():
        outcome = compute(task)
    points = tuple(Point.of(task, outcome) for task in plan.tasks)
    report = _ReportOnFirst(n_points, 0, 0, outcome.seconds, {})
    if outcome.failure is not None:
        raise SweepError(
            f"The function '{name}' of a sweep was called for the first point, "
            f"{points[0].description}, where runs take no time steps, and failed: "
            f"{outcome.failure}",
            SweepResult(points[:1], None, replace(report, n_failed=1)),
        )
    Preparation.notes.append(f"The sweep of '{name}': {report}.")
    return SweepResult(points, plan.axes, report)
