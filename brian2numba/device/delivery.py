"""How the kernel of a synaptic pathway may deliver its spikes."""

from __future__ import annotations

from typing import Any

from brian2.core.variables import ArrayVariable

from brian2numba.containers import SpikeQueue
from brian2numba.containers.choices import Choices
from brian2numba.containers.connectivity import Connectivity
from brian2numba.containers.delivery_order import OrderedItems
from brian2numba.containers.extents import Extent
from brian2numba.containers.target_runs import has_long_runs
from brian2numba.device.arrays import is_ours
from brian2numba.language import Record, int64

__all__ = ["DeliveryWays"]


class _Answers(Record):
    """What a kernel is told."""

    #: Whether it finds what it reads of synapses in the order of delivery
    is_ordered: int64
    #: Whether the targets of a neuron are mostly neighbours
    has_runs: int64
    #: Whether each range of synapses has a single one
    are_single: int64
    #: Whether it fetches what the next time step needs
    looks_ahead: int64


class DeliveryWays:
    """What a pathway's kernel is told of its synapses.

    Parameters
    ----------
    pathway : `SynapticPathway`
        The pathway, or a proxy of it.
    """

    def __init__(self, pathway: Any) -> None:
        self._pathway = pathway
        #: The queue that the kernel is bound to
        self._queue: SpikeQueue | None = None
        self._answers = _Answers()
        self._arrays: dict[int, OrderedItems | None] = {}
        #: What the answers are for: the connectivity, and arrays with their versions
        #: and with how many kernels write to them
        self._connectivity: Any = None
        self._seen: list[tuple[Any, int, int]] = []
        #: How many events there will have been when it pays to look again
        self._next_look = 0

    def answers(self) -> Record:
        """Return where the answers are, for a kernel that is bound now."""
        queue = self._pathway.queue
        self._queue = queue if isinstance(queue, SpikeQueue) else None
        self._connectivity = None
        return self._answers

    def place(self, variable: ArrayVariable) -> Record:
        """Return where the place of a copy of a variable's array is."""
        self._connectivity = None
        container, queue = variable.device.arrays[variable], self._pathway.queue
        if isinstance(queue, SpikeQueue) and is_ours(container):
            array = queue.items_in_order.of(container)
            self._arrays[id(variable)] = array
            return array.place
        self._arrays[id(variable)] = None
        return Extent()

    def renew(self) -> None:
        """Look again, if something has changed.

        Python may call something at each time step: what is usual has to be quick.
        """
        queue = self._queue
        if queue is None:
            return
        is_other = queue.connectivity is not self._connectivity
        if is_other or self._connectivity is None:
            self._look(queue)
            return
        for array, version, n_writers in self._seen:
            if array.last_version != version or array.n_writers != n_writers:
                self._look(queue)
                return
        if self._next_look and queue.n_events_pushed >= self._next_look:
            self._look(queue)

    def _look(self, queue: SpikeQueue) -> None:
        connectivity = self._connectivity = queue.connectivity
        answers, self._seen, self._next_look = self._answers, [], 0
        answers.is_ordered = answers.has_runs = False
        answers.are_single = answers.looks_ahead = False
        if connectivity is None:
            return
        answers.are_single = queue.longest_range <= 1
        answers.looks_ahead = self._is_worth_fetching(connectivity)
        if connectivity.is_listed_in_ranges:
            arrays = [array for array in self._arrays.values() if array is not None]
            self._seen = [_state_of(array.items) for array in arrays]
            if len(arrays) == len(self._arrays):
                answers.is_ordered = queue.bring_in_order(arrays)
                self._next_look = queue.items_in_order.next_look
        elif connectivity.synapses is None:
            variable = self._pathway.synapses.variables["_synaptic_post"]
            targets = variable.device.arrays[variable]
            if is_ours(targets) and targets.version is not None:
                self._seen = [_state_of(targets)]
                positions = connectivity.positions
                answers.has_runs = has_long_runs(targets.contents, positions)

    def _is_worth_fetching(self, connectivity: Connectivity) -> bool:
        """Tell whether what is read of synapses may be slow to come."""
        arrays = [array for array in self._arrays.values() if array is not None]
        n_bytes = sum(array.items.dtype.itemsize for array in arrays)
        n_synapses, n_ranges = connectivity.n_synapses, connectivity.n_ranges
        return (
            connectivity.has_ranges
            and n_synapses * n_bytes >= Choices.fetched_bytes
            and n_ranges * Choices.fetched_length <= n_synapses
        )


def _state_of(array: Any) -> tuple[Any, int, int]:
    return array, array.last_version, array.n_writers
