"""
Garbage collection before a run, from which Brian's warning for unused objects comes.

Brian collects garbage at each run: an object that is part of no network and that
nothing refers to warns when it goes. This takes longer than a short run does, so we do
it where it can find such an object or where the garbage of earlier networks may wait.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from typing import Any

from brian2.core.base import BrianObject
from brian2.core.preferences import prefs

__all__ = ["collect_unused_objects"]


class _Seen:
    """The objects that were there at the last run, as weak references."""

    objects: frozenset[Any] | None = None


def collect_unused_objects(network_objects: Iterable[BrianObject]) -> None:
    """Collect garbage, unless that can't find an object that is worth a warning.

    Parameters
    ----------
    network_objects : iterable of `BrianObject`
        The objects of the network that is about to run.
    """
    if not prefs.logging.warn_for_unused_objects:
        return
    living = frozenset(BrianObject.__instances__())
    # Before the first run there are no earlier networks
    is_new = _Seen.objects is not None and not living <= _Seen.objects
    if is_new or _are_unused(living, network_objects):
        gc.collect()
        living = frozenset(BrianObject.__instances__())
    _Seen.objects = living


def _are_unused(
    references: Iterable[Any], network_objects: Iterable[BrianObject]
) -> bool:
    """Tell whether there is an object that is, and was, part of no network."""
    used = {id(obj) for obj in network_objects}
    objects = (reference() for reference in references)
    return any(
        obj is not None
        and getattr(obj, "_network", None) is None
        and getattr(obj, "group", None) is None
        and id(obj) not in used
        for obj in objects
    )
