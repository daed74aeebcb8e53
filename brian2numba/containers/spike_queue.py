"""
The spike queue of a synaptic pathway: which synapses are due at which time step.

`SpikeQueue` takes the place of Brian's class of the same name: the order in which
synapses are delivered and the format of the stored state are the same.
"""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np

from brian2numba.containers.allocation import give_back_with, new_container
from brian2numba.containers.capsule import foreign_capsule
from brian2numba.containers.connectivity import Connectivity, delays_in_steps
from brian2numba.containers.delivery_order import ItemsInOrder, OrderedItems
from brian2numba.containers.giving_back import give_back_unused_memory
from brian2numba.containers.queue_operations import (
    advance_queue,
    allocate_directory,
    clear_queue,
    copy_events,
    insert_events,
    push_spikes,
    release_spike_queue,
)
from brian2numba.containers.queue_storage import PAGE_SLOTS, Events, Queue
from brian2numba.errors import Status
from brian2numba.language import int32s, pointer_to
from brian2numba.reference_counting import MemInfo

__all__ = ["SpikeQueue"]

#: From so many synapses on, sorting them leaves memory behind that counts
_MANY_SYNAPSES = 2**20

type _Array = np.ndarray[Any, Any]
#: Events by slot, or by the number of steps until they are due
type _BySlot = dict[int, _Array]


@dataclass(frozen=True)
class _Events:
    """The events of some slots.

    Attributes
    ----------
    slots, sizes : `numpy.ndarray`
        The slots, and how many events each has.
    synapses : `numpy.ndarray`
        The events, slot by slot.
    """

    slots: _Array
    sizes: _Array
    synapses: _Array

    @classmethod
    def of(cls, events: _BySlot) -> _Events:
        """Return events by slot."""
        slots, synapses = np.array(list(events), np.int32), list(events.values())
        sizes = np.array([len(array) for array in synapses], np.int32)
        return cls(slots, sizes, np.concatenate([np.empty(0, np.int32), *synapses]))

    @classmethod
    def of_lists(cls, lists: Sequence[Sequence[int]]) -> _Events:
        """Return the events of a stored state, of all slots."""
        if not any(lists):
            return cls.of({})
        slots = [slot for slot, synapses in enumerate(lists) if synapses]
        sizes = [len(lists[slot]) for slot in slots]
        synapses = chain.from_iterable(lists[slot] for slot in slots)
        return cls(
            np.array(slots, np.int32),
            np.array(sizes, np.int32),
            np.fromiter(synapses, np.int32, sum(sizes)),
        )


class _Container:
    """The structref of a queue: a bare one in which nothing is connected."""

    def __init__(self, n_slots: int) -> None:
        self.handle = new_container(ctypes.sizeof(Queue), release_spike_queue)
        if not self.handle:
            raise MemoryError("No memory for a spike queue")
        self.meminfo = MemInfo(self.handle)
        give_back_with(self, self.meminfo, release_spike_queue)
        self.queue = Queue.from_address(self.meminfo.data)
        status = allocate_directory.call(self.handle, n_slots)
        _check(status, f"for a spike queue of {n_slots} time steps")

    def insert(self, events: _Events) -> None:
        """Give events to slots that have none."""
        n = len(events.slots)
        arrays = (events.slots, events.sizes, events.synapses)
        slots, sizes, synapses = (array.ctypes.data for array in arrays)
        status = insert_events.call(self.handle, slots, sizes, n, synapses)
        _check(status, f"for {len(events.synapses)} events")

    def swap_events(self, other: _Container) -> None:
        """Exchange the slots, and all that is in them, with another queue's."""
        here, there = (Events.from_address(c.meminfo.data) for c in (self, other))
        kept = Events.from_buffer_copy(here)
        _copy(here, there)
        _copy(there, kept)


def _copy(target: Events, source: Events) -> None:
    ctypes.memmove(
        ctypes.addressof(target), ctypes.addressof(source), ctypes.sizeof(Events)
    )


class SpikeQueue:
    """The spikes under way to the synapses of a pathway.

    Parameters
    ----------
    source_start, source_end : int
        The first neuron whose spikes count, and the one after the last.

    Raises
    ------
    MemoryError
        From each method that needs memory; the queue is as it was then.
    """

    def __init__(self, source_start: int, source_end: int) -> None:
        container = _Container(1)
        self._container = container
        self._queue = container.queue
        #: The address that the compiled operations take.
        self.handle = container.handle
        #: The address of the record; it never changes.
        self.payload = container.meminfo.data
        self._state_tuple = (source_start, source_end, np.int32)
        #: What it knows of the synapses; None before `prepare`
        self.connectivity: Connectivity | None = None
        #: How many synapses ranges have at most, also those that are under way
        self.longest_range = 0
        #: Copies of what kernels read of synapses
        self.items_in_order = ItemsInOrder()
        self._dt = 0.0

    @cached_property
    def structref(self) -> Any:
        """The numba value, an argument for jitted functions."""
        # numba takes long to import, and few models need it
        structrefs = importlib.import_module("brian2numba.containers.structrefs")
        return structrefs.spike_queue(self._container.meminfo)

    def prepare(self, delays: _Array, dt: float, sources: _Array) -> None:
        """Set synapses and delays; spikes under way stay so, also if `dt` changes.

        Parameters
        ----------
        delays : `numpy.ndarray`
            The delays in seconds, float32 or float64: one for each synapse or, of
            length 1, one for all.
        dt : float
            The time step in seconds.
        sources : `numpy.ndarray`
            The source neuron of each synapse.

        Raises
        ------
        ValueError
            If a delay is not finite, negative or too long, if a source is not one of
            the queue's neurons, or if the sizes do not fit. Nothing is changed then.
        """
        dt = float(dt)
        start, end, _ = self._state_tuple
        n_synapses = len(sources)
        connectivity = Connectivity.of(
            sources, start, end, delays_in_steps(delays, dt, n_synapses)
        )
        if n_synapses >= _MANY_SYNAPSES:
            # What sorting needed, before copies take as much
            give_back_unused_memory()
        self._prepare_events(dt, connectivity)
        self._dt = dt
        self._connect(connectivity)

    def _prepare_events(self, dt: float, connectivity: Connectivity) -> None:
        """Move the events under way to their new steps; make room for the delays."""
        n_slots, max_delay = self._queue.n_slots, connectivity.max_delay
        if self._dt not in (0.0, dt):
            factor = self._dt / dt
            merged = _merged(self._events_under_way(), factor)
            n_slots = max(int(n_slots * factor) + 1, *(k + 1 for k in merged), 1)
        elif max_delay >= n_slots or self._must_convert_events(connectivity):
            merged = self._events_under_way()
        else:
            return
        self._replace_events(_Events.of(merged), max(n_slots, max_delay + 1))

    def _must_convert_events(self, connectivity: Connectivity) -> bool:
        """Tell whether there are events that will mean other synapses."""
        before = self.connectivity
        has_events = self._queue.pages.used > 0
        if not has_events or before is None:
            return False
        return not connectivity.keeps_events_of(before)

    def _connect(self, connectivity: Connectivity) -> None:
        queue = self._queue
        before = self.longest_range if queue.pages.used else 0
        self.longest_range = max(before, connectivity.longest_range)
        queue.source_start, queue.source_end, _ = self._state_tuple
        queue.first = pointer_to(connectivity.first)
        queue.synapses = pointer_to(connectivity.synapses)
        queue.delays = pointer_to(connectivity.delays)
        queue.groups = pointer_to(connectivity.groups)
        queue.delay = connectivity.max_delay
        # keeps the arrays alive
        self.connectivity = connectivity

    def bring_in_order(self, arrays: list[OrderedItems]) -> bool:
        """Bring copies of what a kernel reads of synapses up to date, if that pays.

        Parameters
        ----------
        arrays : list of OrderedItems
            The arrays, of `items_in_order`.

        Returns
        -------
        bool
            Whether all copies are up to date.
        """
        n_events = self.n_events_pushed
        return self.items_in_order.renew(arrays, self.connectivity, n_events)

    @property
    def n_events_pushed(self) -> int:
        """How many events were pushed so far, where they are ranges."""
        return self._queue.n_events_pushed

    def push(self, spikes: _Array) -> None:
        """Send spikes on their way.

        Parameters
        ----------
        spikes : `numpy.ndarray`
            The neurons that spiked; those that are not the queue's are ignored.
        """
        spikes = np.ascontiguousarray(spikes, np.int32)
        status = push_spikes.call(self.handle, spikes.ctypes.data, len(spikes))
        _check(status, f"for the events of {len(spikes)} spikes")

    def peek(self) -> _Array:
        """Return the synapses whose spikes are due now, in the order of delivery."""
        return self._events_of(self._queue.present)

    def advance(self) -> None:
        """Go to the next time step; what was due is gone."""
        advance_queue.call(self.handle)

    def get_capsule(self) -> Any:
        """Return a capsule of the payload's address that no other target accepts."""
        return foreign_capsule(self.payload)

    def _full_state(self) -> tuple[int, list[list[int]]]:
        """Return the present slot, and the events of each slot."""
        events: list[list[int]] = [[] for _ in range(self._queue.n_slots)]
        for slot, synapses in self._events().items():
            events[slot] = synapses.tolist()
        return self._queue.present, events

    def _restore_from_full_state(
        self, state: tuple[int, list[list[int]]] | None
    ) -> None:
        """Restore what `_full_state`, ours or Brian's, returned; None is an empty one.

        Raises
        ------
        ValueError
            If the present slot is not one of the slots.
        """
        offset, slots = (0, []) if state is None else state
        n_slots = max(len(slots), 1)
        if not 0 <= offset < n_slots:
            raise ValueError(f"A queue of {n_slots} time steps has no step {offset}")
        max_delay = self.connectivity.max_delay if self.connectivity else 0
        events = _Events.of_lists(slots)
        if max_delay >= n_slots:
            # spikes pushed before the next `prepare` must find their slot, too
            events = replace(events, slots=(events.slots - np.int32(offset)) % n_slots)
            offset = 0
        n_slots = max(n_slots, max_delay + 1)
        if not len(events.slots) and n_slots == self._queue.n_slots:
            self._remove_events(offset)
            return
        self._replace_events(events, n_slots)
        self._queue.present = offset

    def _remove_events(self, present: int) -> None:
        """Remove all events, and go to a slot."""
        if self._queue.pages.used:
            clear_queue.call(self.handle, present)
        else:
            self._queue.present = present

    def _events(self) -> _BySlot:
        """Return the events of the slots that may have any."""
        return {slot: self._events_of(slot) for slot in self._used_slots()}

    def _events_of(self, slot: int) -> _Array:
        """Return the events of a slot in their order."""
        events = np.empty(copy_events.call(self.handle, slot, 0), np.int32)
        copy_events.call(self.handle, slot, events.ctypes.data)
        return events

    def _used_slots(self) -> list[int]:
        """Return the slots of the pages in use, which include all with events."""
        n_slots, size = self._queue.n_slots, PAGE_SLOTS
        directory = int32s(self._queue.directory.data).array([n_slots // size + 1])
        pages = np.flatnonzero(directory).tolist()
        slots = [page * size + k for page in pages for k in range(size)]
        return [slot for slot in slots if slot < n_slots]

    def _events_under_way(self) -> _BySlot:
        """Return the events by the number of steps until they are due."""
        n_slots, offset = self._queue.n_slots, self._queue.present
        events = self._events().items()
        due = {(slot - offset) % n_slots: synapses for slot, synapses in events}
        return {step: due[step] for step in sorted(due) if len(due[step])}

    def _replace_events(self, events: _Events, n_slots: int) -> None:
        """Remove all events and put others in their place, in slots from 0 on."""
        container = _Container(n_slots)
        container.insert(events)
        self._container.swap_events(container)


def _merged(events: _BySlot, factor: float) -> _BySlot:
    """Return events at the nearest steps of another time scale; none is lost."""
    steps: dict[int, list[_Array]] = {}
    for step, synapses in events.items():
        steps.setdefault(int(step * factor + 0.5), []).append(synapses)
    return {step: np.concatenate(arrays) for step, arrays in steps.items()}


def _check(status: int, purpose: str) -> None:
    if status != Status.OK:
        raise MemoryError(f"No memory {purpose}")
