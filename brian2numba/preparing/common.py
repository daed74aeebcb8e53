"""What several objects were made from, looked at once for all of them."""

from __future__ import annotations

from typing import Any
from weakref import ref

from brian2numba.preparing.names import Outcome
from brian2numba.preparing.objects import ObjectRecord
from brian2numba.preparing.records import Now
from brian2numba.preparing.snapshots import Snapshot

__all__ = ["CommonFacts"]


class CommonFacts:
    """What is known of the objects of a network, each thing once.

    Parameters
    ----------
    records : list of tuple
        What is known of each object, and the object.
    """

    def __init__(self, records: list[tuple[ObjectRecord, Any]]) -> None:
        self._of = [(record, record.n_renewed) for record, _ in records]
        snapshots = [pair for record, obj in records for pair in record.snapshots(obj)]
        distinct = {id(snapshot): (obj, snapshot) for obj, snapshot in snapshots}
        self._snapshots = [
            (ref(obj), (type(obj), snapshot)) for obj, snapshot in distinct.values()
        ]
        self._classes = {type(obj) for obj, _ in snapshots}
        every = [record for record, _ in records]
        self._meanings = list({id(m): m for r in every for m in r.meanings}.values())
        steps = {id(a): (a, dt) for r in every for a, dt in r.steps if a is not None}
        self._steps = list(steps.values())
        self._settings = {record.settings for record in every}
        #: Those that have more to look at
        self._others = [(r, ref(obj)) for r, obj in records if r.has_more(obj)]

    def is_of(self, records: list[tuple[ObjectRecord, Any]]) -> bool:
        """Tell whether it is that of the same records, which are as they were."""
        return self._of == [(record, record.n_renewed) for record, _ in records]

    def are_same(self, now: Now) -> bool:
        """Tell whether nothing at all has changed."""
        return (
            self._settings <= {now.settings}
            and all(map(now.is_known, self._classes))
            and all(array.item() == dt for array, dt in self._steps)
            and all(
                meaning.outcome(now.run, now.names) is Outcome.SAME
                for meaning in self._meanings
            )
            and all(_is_same(obj(), known, now) for obj, known in self._snapshots)
            and not any(record.reason(obj(), now) for record, obj in self._others)
        )


def _is_same(obj: Any, known: tuple[type, Snapshot], now: Now) -> bool:
    """Tell whether an object, which may be gone, is what it was."""
    cls, snapshot = known
    return type(obj) is cls and now.is_unchanged(obj, snapshot)
