"""
Runs that are prepared both ways: what was kept is compared with what is made anew.

A test mode. Each object that a run leaves as it is, since nothing has changed, is
prepared by Brian as well, and what differs raises an exception.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from brian2numba.preparing import kept_schedule
from brian2numba.preparing.names import CallersNames
from brian2numba.preparing.objects import ObjectRecord, _Preparing
from brian2numba.preparing.records import Now
from brian2numba.reuse.comparison import facts_of
from brian2numba.simulation import run
from brian2numba.simulation.schedule import Schedule

__all__ = ["Compared", "prepare_twice"]

_prepare = ObjectRecord.prepare
_schedule_of = run._schedule_of


class Compared:
    """How many objects and schedules were prepared both ways."""

    n_objects = n_schedules = 0


@contextmanager
def prepare_twice() -> Iterator[type[Compared]]:
    """Prepare everything both ways within this context.

    Yields
    ------
    Compared
        What has been compared.
    """
    install()
    try:
        yield Compared
    finally:
        ObjectRecord.prepare = _prepare  # type: ignore[method-assign]
        run._schedule_of = _schedule_of


def install() -> None:
    """Prepare everything both ways from now on."""
    ObjectRecord.prepare = _both_ways  # type: ignore[method-assign,assignment]
    run._schedule_of = _schedules_of


def _both_ways(record: ObjectRecord, obj: Any, now: Now) -> None:
    """Do what `ObjectRecord.prepare` does, and compare it with what Brian does."""
    _prepare(record, obj, now)
    names = now.names.all() if isinstance(now.names, CallersNames) else now.names
    own, codes = dict(vars(obj)), list(obj._code_objects)
    kept = [_facts(code_object) for code_object in codes]
    outer, _Preparing.now = _Preparing.now, None
    try:
        type(obj).before_run(obj, names)
    finally:
        _Preparing.now = outer
    fresh = [_facts(code_object) for code_object in obj._code_objects]
    vars(obj).clear()
    vars(obj).update(own)
    obj._code_objects[:] = codes
    _compare(f"the object '{obj.name}'", kept, fresh)
    Compared.n_objects += 1


def _schedules_of(network: Any, objects: list[Any], profile: bool) -> Schedule:
    kept = kept_schedule(network)
    schedule = _schedule_of(network, objects, profile)
    if schedule is not kept:
        return schedule
    active = [obj for obj in objects if obj.active]
    other = Schedule(active, network._clocks, profile)
    _compare(f"the schedule of '{network.name}'", *map(_plan, (schedule, other)))
    Compared.n_schedules += 1
    return schedule


def _plan(schedule: Schedule) -> list[Any]:
    """Return what a schedule does."""
    schedule.begin()
    tasks = [
        (e.owner.name, str(e.code_object and e.code_object.name))
        for e in schedule.entries
    ]
    fused = [
        (fusion.updater, fusion.thresholder, _facts(fusion.code_object))
        for fusion in schedule.fusions.values()
    ]
    schedule.end()
    return [*tasks, *schedule.obstacles, *schedule.n_threads, *fused]


def _facts(code_object: Any) -> tuple[Any, ...]:
    """Return all that a code object does, but for its name."""
    indices, accesses = code_object.variable_indices, code_object.accesses
    return (
        code_object.template_name,
        # Brian makes a function anew of each Python function with units
        facts_of(dataclasses.replace(code_object.source, user_functions={})),
        [(name, indices[name]) for name in sorted(code_object.variables)],
        accesses,
    )


def _compare(what: str, kept: list[Any], fresh: list[Any]) -> None:
    if kept != fresh:
        differences = [pair for pair in zip(kept, fresh) if pair[0] != pair[1]]  # noqa: B905
        raise AssertionError(
            f"What was kept of {what} differs from what is made now: {differences}, of "
            f"{len(kept)} and {len(fresh)}."
        )
