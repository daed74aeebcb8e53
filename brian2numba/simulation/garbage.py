"""
Garbage collection around a run, from which Brian's warning for unused objects comes.

Brian collects garbage at each run: an object that is part of no network and that
nothing refers to warns when it goes, and its name is free for another one. This takes
longer than a short run does, so we do it where it can find such an object or where the
networks of earlier runs may wait, and never look through the objects of the libraries,
which are most of all objects and are none of them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from typing import Any

from brian2.core.base import BrianObject
from brian2.core.magic import MagicNetwork
from brian2.core.network import Network
from brian2.core.preferences import prefs

from brian2numba.hooks import own_function
from brian2numba.preparing import objects_in_order

__all__ = ["after_run", "collect_unused_objects", "leave_out_libraries"]

#: How networks end a run, if nobody has changed that
_AFTER_RUN = tuple(own_function(kind, "after_run") for kind in (Network, MagicNetwork))


class _Seen:
    """The objects that were there at the last run, as weak references."""

    objects: frozenset[Any] | None = None

    @classmethod
    def all(cls, living: frozenset[Any]) -> bool:
        """Tell whether no object is new; before the first run, none is."""
        return cls.objects is None or living <= cls.objects


def leave_out_libraries() -> None:
    """Let garbage not be looked for among the objects that are there now.

    In a process that has Brian's objects already, nothing changes: networks would never
    be garbage.
    """
    if not _living():
        gc.freeze()


def collect_unused_objects(network_objects: Iterable[BrianObject]) -> None:
    """Collect garbage, unless that can't find an object that is worth a warning.

    Parameters
    ----------
    network_objects : iterable of `BrianObject`
        The objects of the network that is about to run.
    """
    if not prefs["logging.warn_for_unused_objects"]:
        return
    living = _living()
    if not _Seen.all(living) or _are_unused(living, network_objects):
        gc.collect()
        living = _living()
    _Seen.objects = living


def after_run(network: Network) -> None:
    """Finish a run; of a magic network without a collection that would find nothing.

    Parameters
    ----------
    network : `Network`
        The network that ran.
    """
    if type(network).after_run not in _AFTER_RUN or "after_run" in vars(network):
        network.after_run()
        return
    for obj in objects_in_order(network):
        if obj._active:
            obj.after_run()
    if not isinstance(network, MagicNetwork):
        return
    network.objects.clear()
    if not _Seen.all(_living()):
        gc.collect()
    _Seen.objects = _living()


def _living() -> frozenset[Any]:
    return frozenset(BrianObject.__instances__())


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
