"""Which spike queue a synaptic pathway has."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from brian2.core.base import weakproxy_with_fallback
from brian2.synapses.cythonspikequeue import SpikeQueue as BrianSpikeQueue
from brian2.synapses.synapses import SynapticPathway

from brian2numba.containers import SpikeQueue
from brian2numba.device.arrays import only_read, version_of
from brian2numba.errors import memory_for
from brian2numba.hooks import Originals

__all__ = ["own_queue", "prepare_queue"]

_PREPARING = Originals((SynapticPathway, "initialise_queue"))


class _PathwayQueue(SpikeQueue):
    """A queue that tells its pathway when there is no memory."""

    def __init__(self, pathway: Any) -> None:
        self._where = f"the spike queue of the pathway '{pathway.name}'"
        with memory_for(self._where):
            super().__init__(pathway.source.start, pathway.source.stop)
        #: What `prepare` was last given, and the versions that it is given now
        self._prepared_for: Any = None
        self._versions: Any = None
        self._is_prepared = False

    def prepare(self, delays: Any, dt: float, sources: Any) -> None:
        is_known = self._versions is not None
        if not is_known or self._prepared_for != (self._versions, dt):
            self._prepared_for = None
            with memory_for(self._where):
                super().prepare(delays, dt, sources)
        self._is_prepared = True

    def bring_up_to_date(self, pathway: Any) -> None:
        """Let a pathway prepare its queue, unless nothing has changed."""
        self._versions, self._is_prepared = _versions_of(pathway), False
        if self._is_up_to_date(pathway):
            return
        arrays = (pathway.variables["delay"], pathway.synapse_sources)
        try:
            with ExitStack() as reading:
                for variable in arrays:
                    reading.enter_context(only_read(variable))
                pathway.initialise_queue()
        finally:
            self._versions = None
        versions = _versions_of(pathway)
        is_known = self._is_prepared and versions is not None
        self._prepared_for = (versions, self._dt) if is_known else None

    def _is_up_to_date(self, pathway: Any) -> bool:
        """Tell whether what Brian does for a queue has been done."""
        now = self._versions, pathway.source.clock.dt_
        if self._versions is None or self._prepared_for != now:
            return False
        others = pathway.synapses.clock.dt_, pathway.target.clock.dt_
        if others != (now[1], now[1]):
            # Brian warns of it
            return False
        events = pathway.source.variables[pathway.eventspace_name].get_value()
        is_usual = pathway.__class__ is SynapticPathway and _PREPARING.are_there()
        return is_usual and pathway.eventspace is events

    def _restore_from_full_state(self, state: Any) -> None:
        with memory_for(self._where):
            super()._restore_from_full_state(state)


def own_queue(pathway: Any) -> SpikeQueue:
    """Return the queue of a pathway, after making it ours if it is not.

    Brian makes a queue for each pathway before it is known which target runs it. The
    first code object of the numba target puts ours in its place, with the spikes that
    are under way.

    Parameters
    ----------
    pathway : `SynapticPathway`
        The pathway.
    """
    if not isinstance(pathway.queue, SpikeQueue):
        queue = _PathwayQueue(pathway)
        _use(pathway, queue)
        pathway.variables._variables["_queue_capsule"] = _BrianCapsule(pathway)
    return pathway.queue


def prepare_queue(pathway: Any) -> None:
    """Bring the queue of a pathway up to date with its synapses and their delays."""
    if isinstance(pathway.queue, _PathwayQueue):
        pathway.queue.bring_up_to_date(pathway)
    else:
        pathway.initialise_queue()


def _versions_of(pathway: Any) -> tuple[int, int] | None:
    """Return the versions of a pathway's delays and sources; None if they have none."""
    delays = version_of(pathway.variables["delay"])
    sources = version_of(pathway.synapse_sources)
    return None if delays is None or sources is None else (delays, sources)


def _use(pathway: Any, queue: Any) -> None:
    """Put another queue in the place of a pathway's queue."""
    queue._restore_from_full_state(pathway.queue._full_state())
    pathway.queue = queue
    pathway.variables._variables["_queue"] = queue


class _BrianCapsule:
    """Stands where Brian's Cython target looks for the C++ queue of a pathway.

    If that target is used for the pathway after all, it gets a queue of its own kind.
    """

    def __init__(self, pathway: Any) -> None:
        self._pathway = weakproxy_with_fallback(pathway)

    def get_value(self) -> Any:
        """Return a capsule of the C++ queue, which becomes the pathway's queue."""
        pathway = self._pathway
        if isinstance(pathway.queue, SpikeQueue):
            _use(pathway, BrianSpikeQueue(pathway.source.start, pathway.source.stop))
        return pathway.queue.get_capsule()
