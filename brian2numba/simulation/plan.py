"""
What threads do in a time step, in compiled code: entries in stages.

A `Plan` has entries that follow each other in a schedule and that Python is not needed
for. They are put into stages. Within one, threads do the entries at once, or the thread
that runs the network does all of them in their order, where that takes less time than
to tell others. An entry may be done before one that it comes behind in the schedule, if
neither can tell. If a kernel fails, what was done early is noted, and what was left
behind is done, so that the state is that of one thread.
"""

from __future__ import annotations

from typing import Annotated

from brian2numba.language import Pointer, Record, boolean, call, int64
from brian2numba.operations import operation
from brian2numba.simulation.parts import (
    Job,
    begin_parts,
    events_to_share,
    finish_parts,
)
from brian2numba.simulation.race import Race, begin_turn, end_turn
from brian2numba.simulation.team import Level, Piece, Team, begin_alone, run_level, wake

__all__ = ["Plan", "Stage", "Step", "is_together", "run_one_entry", "run_together"]


class Step(Record):
    """An entry of the schedule."""

    #: The kernel for all elements
    whole: Piece
    #: The number of its stage
    stage: int64
    #: How it is divided; null if one thread does it. That thread's task then has ...
    job: Pointer[Job]
    #: ... this piece
    piece: Pointer[Piece]
    #: Where the run loop looks whether an entry was done early; and the same of the
    #: entry that is done with this one, with its position, or null
    is_done: Pointer[boolean]
    partner: int64
    is_partner_done: Pointer[boolean]


class Stage(Record):
    """Entries that can be done at once."""

    level: Level
    #: Their numbers among the steps of the plan, in the order of the schedule
    steps: Pointer[int64]
    n_steps: int64
    #: Whether one thread does all
    is_for_one: int64
    #: Where deliveries only are divided: how many events have to be due for threads
    enough: int64
    #: Whether one thread did all in the last run
    was_for_one: int64
    rest_of_line: Annotated[Pointer[int64], 3]


class Plan(Record):
    """Entries that follow each other in a schedule."""

    #: The position of the first one, and the one after the last
    start: int64
    end: int64
    #: The entries in the order of the schedule, and the stages
    steps: Pointer[Step]
    n_steps: int64
    stages: Pointer[Stage]
    n_stages: int64
    team: Pointer[Team]
    n_threads: int64
    race: Race
    #: Whether a kernel failed: what is left of the step is done by one thread
    is_interrupted: int64
    #: The position of the entry that failed, and what its kernel returned
    failed: int64
    status: int64


def is_together(plan: Plan) -> bool:
    """Begin a time step; tell whether several threads do it.

    Parameters
    ----------
    plan : Plan
        The plan.
    """
    is_one = plan.is_interrupted != 0 or plan.team[0].n_members == 0
    together = begin_turn(plan.race)
    return together and not is_one


@operation
def run_one_entry(plan: Plan) -> int:
    """Run the only entry of a plan, as a kernel is run.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    int
        The status of the kernel.
    """
    if is_together(plan):
        run_together(plan)
        status = plan.status
    else:
        piece = plan.steps[0].whole
        status = call(piece.kernel, (piece.table,))
    plan.is_interrupted = 0
    end_turn(plan.race)
    return status


def run_together(plan: Plan) -> bool:
    """Let several threads do a time step; tell whether all went well.

    Otherwise `Plan.failed` and `Plan.status` say what did not.

    Parameters
    ----------
    plan : Plan
        The plan.
    """
    plan.status = 0
    team = plan.team[0]
    wake(team, plan.n_threads)
    for number in range(plan.n_stages):
        stage = plan.stages[number]
        _run_stage(plan, stage, team)
        if stage.level.has_failed != 0:
            _be_interrupted(plan, number)
            return False
    return True


def _run_stage(plan: Plan, stage: Stage, team: Team) -> None:
    """Run what is in a stage, by one thread or by several."""
    is_for_one = stage.is_for_one != 0 or not _can_be_shared(plan, stage)
    stage.was_for_one = 1 if is_for_one else 0
    if is_for_one:
        _run_in_order(plan, stage)
        return
    for k in range(stage.n_steps):
        step = plan.steps[stage.steps[k]]
        if step.job and step.whole.is_due[0]:
            begin_parts(step.job[0])
    run_level(team, stage.level)
    for k in range(stage.n_steps):
        step = plan.steps[stage.steps[k]]
        if step.job and step.whole.is_due[0]:
            finish_parts(step.job[0])


def _can_be_shared(plan: Plan, stage: Stage) -> bool:
    """Tell whether all deliveries can be divided, and are worth it."""
    n_events = 0
    for k in range(stage.n_steps):
        step = plan.steps[stage.steps[k]]
        if step.job and step.whole.is_due[0]:
            n = events_to_share(step.job[0])
            if n < 0:
                return False
            n_events += n
    return n_events >= stage.enough


def _run_in_order(plan: Plan, stage: Stage) -> None:
    """Run what is in a stage by one thread, until something fails."""
    level = stage.level
    begin_alone(level)
    for k in range(stage.n_steps):
        piece = plan.steps[stage.steps[k]].whole
        if piece.is_due[0]:
            piece.status = call(piece.kernel, (piece.table,))
            if piece.status != 0:
                level.has_failed = 1
                return
        piece.done = level.run


def _be_interrupted(plan: Plan, number: int) -> None:
    """Bring the entries of a step into the state in which one thread leaves them.

    All before the one that failed are done, and of the others is known which are.

    Parameters
    ----------
    plan : Plan
        The plan.
    number : int
        The stage in which a kernel failed.
    """
    plan.is_interrupted = 1
    stage = plan.stages[number]
    if stage.was_for_one == 0:
        _take_over_what_is_done(plan, stage)
    plan.failed = plan.end
    for k in range(plan.n_steps):
        step = plan.steps[k]
        has_failed = step.stage == number and step.whole.status != 0
        if has_failed and plan.failed == plan.end:
            plan.failed, plan.status = step.whole.position, step.whole.status
    for k in range(plan.n_steps):
        step = plan.steps[k]
        piece = step.whole
        if piece.position < plan.failed and not _is_done(plan, step, number):
            piece.status = call(piece.kernel, (piece.table,)) if piece.is_due[0] else 0
            if piece.status != 0:
                plan.failed, plan.status = piece.position, piece.status
    for k in range(plan.n_steps):
        step = plan.steps[k]
        is_done = _is_done(plan, step, number) and step.whole.is_due[0]
        if is_done and step.whole.position > plan.failed:
            step.is_done[0] = True
        is_before = step.whole.position < plan.failed
        has_partner = step.is_partner_done and step.partner > plan.failed
        if has_partner and (is_done or (is_before and step.whole.is_due[0])):
            step.is_partner_done[0] = True
        step.whole.status = 0


def _take_over_what_is_done(plan: Plan, stage: Stage) -> None:
    """Note of the entries that threads did whether they are done, or failed."""
    level = stage.level
    for k in range(stage.n_steps):
        step = plan.steps[stage.steps[k]]
        step.whole.status = 0
        step.whole.done = step.piece[0].done if step.piece else level.run
        for t in range(level.n_tasks):
            task = level.tasks[t]
            for p in range(task.n_pieces):
                piece = task.pieces[p]
                is_its = piece.position == step.whole.position
                if is_its and piece.status != 0:
                    step.whole.status = piece.status
                    step.whole.done = level.run - 1
                    piece.status = 0


def _is_done(plan: Plan, step: Step, number: int) -> bool:
    """Tell whether an entry was done, given the stage in which a kernel failed."""
    if step.stage != number:
        return step.stage < number
    return step.whole.done == plan.stages[number].level.run
