"""
Objects of a model that a run does not prepare again.

What the preparation of an object has read is kept with the object: in the next run it
is looked at instead of being read anew.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from brian2.core.base import BrianObject
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup

from brian2numba.hooks import is_brians
from brian2numba.preparing.classes import CLASSES, note_methods
from brian2numba.preparing.functions import NotKnownError
from brian2numba.preparing.names import ReadNames, reading_names
from brian2numba.preparing.records import KEPT, Now, Record

__all__ = ["NEW", "ObjectRecord", "install", "kept_record", "preparing"]


class ObjectRecord(Record):
    """What the preparation of an object has read, and what came of it.

    Parameters
    ----------
    obj : `BrianObject`
        The object, which was just prepared.
    names : ReadNames
        The names that were looked up.
    now : Now
        The run.

    Raises
    ------
    NotKnownError
        If the object has to be prepared for each run.
    """

    def __init__(self, obj: Any, names: ReadNames, now: Now) -> None:
        super().__init__(obj, obj._code_objects, names, now)

    def _reasons(self, obj: Any, now: Now) -> Iterator[str]:
        if isinstance(obj, SpikeGeneratorGroup) and _has_news(obj):
            yield "its spikes have changed"
        yield from super()._reasons(obj, now)

    def has_more(self, obj: Any) -> bool:
        """Tell whether there is more to look at than names, steps and attributes."""
        return super().has_more(obj) or isinstance(obj, SpikeGeneratorGroup)

    def prepare(self, obj: Any, now: Now) -> None:
        """Do what has to be done before each run: there is no `reason` for more."""
        self.take_numbers(now)
        BrianObject.before_run(obj, {})


def _has_news(generator: Any) -> bool:
    """Tell whether a generator of spikes has to sort them into time steps."""
    previous = generator._previous_dt
    return generator._spikes_changed or previous is None or previous != generator.dt_[:]


def kept_record(obj: Any) -> ObjectRecord | None:
    """Return what is known of the last preparation of an object."""
    record: ObjectRecord | None = vars(obj).get(KEPT)
    return record


#: Why an object is prepared of which nothing is known
NEW = "it is new, or the last run has failed"


class _Preparing:
    """The run that is being prepared, and the object."""

    now: Now | None = None
    obj: Any = None


@contextmanager
def preparing(now: Now) -> Iterator[None]:
    """Let objects that are prepared look at what is known of the last run."""
    outer = _Preparing.now, _Preparing.obj
    _Preparing.now, _Preparing.obj = now, None
    try:
        yield
    finally:
        _Preparing.now, _Preparing.obj = outer
        for obj, _ in now.prepared:
            record = kept_record(obj)
            if record is not None and not now.settles_at_once:
                record.settle(obj, now)


def install() -> None:
    """Let objects of Brian's classes see whether they are prepared already."""
    for cls in CLASSES:
        before_run = vars(cls).get("before_run")
        if before_run is not None and is_brians(before_run):
            cls.before_run = _unless_prepared(before_run)  # type: ignore[attr-defined]
    note_methods()


def _unless_prepared(before_run: Callable[..., None]) -> Callable[..., None]:
    """Return a method ``before_run`` that does what is necessary."""

    @functools.wraps(before_run)
    def prepare(self: Any, run_namespace: Any = None) -> None:
        now = _Preparing.now
        if now is None or _Preparing.obj is self:
            before_run(self, run_namespace)
            return
        record = kept_record(self)
        reason = NEW if record is None else record.reason(self, now)
        if record is not None and not reason:
            record.prepare(self, now)
            return
        vars(self).pop(KEPT, None)
        names = ReadNames(now.shared)
        outer, _Preparing.obj = _Preparing.obj, self
        try:
            with reading_names(names):
                before_run(self, run_namespace)
        finally:
            _Preparing.obj = outer
        now.prepared.append((self, reason))
        try:
            record = vars(self)[KEPT] = ObjectRecord(self, names, now)
        except NotKnownError as unknown:
            now.prepared[-1] = self, str(unknown)
            return
        if now.settles_at_once:
            record.settle(self, now)

    return prepare
