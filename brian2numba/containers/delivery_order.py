"""
Items of synapses in the order in which a spike queue delivers them.

Where the synapses of a neuron have several delays, or are not sorted by source, a queue
goes through a list of synapses. What a kernel reads of each of these (the target, a
weight) is somewhere else in memory, then. A copy in the order of that list lies side by
side.

Copies are made with the list, which takes longer. When items have changed since, they
are renewed when what was pushed is worth it: never more work for them than without, in
the order of magnitude, however often items change.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np

from brian2numba.containers.choices import Choices
from brian2numba.containers.connectivity import Connectivity
from brian2numba.containers.extents import Extent
from brian2numba.containers.gathering import gathered

__all__ = ["ItemsInOrder", "OrderedItems", "WritableItems"]

type _Array = np.ndarray[Any, Any]

#: The bytes of all copies of what a kernel reads of a synapse. With these, a pathway
#: still takes less memory than with Brian's Cython target, which has vectors and events
#: of its own, and room for synapses to come
_MOST_BYTES = 24


class WritableItems(Protocol):
    """The array of a synaptic variable."""

    #: How many kernels of networks that are running write to it
    n_writers: int
    dtype: Any

    @property
    def version(self) -> int | None:
        """A number that changes when items may have; None if they can unseen."""

    @property
    def last_version(self) -> int:
        """The same, also where others can change items unseen."""

    @property
    def contents(self) -> _Array:
        """The items, to be read."""


class OrderedItems:
    """The items of one array in the order of a queue's list.

    Parameters
    ----------
    items : WritableItems
        The array.
    """

    def __init__(self, items: WritableItems) -> None:
        self.items = items
        #: Where kernels find the copy; 0 without one
        self.place = Extent()
        self._copy: _Array | None = None
        self._made_for: Any = None

    def is_made_for(self, state: Any) -> bool:
        """Tell whether there is a copy of a state, see `ItemsInOrder`."""
        return self._made_for == state

    def make(self, synapses: _Array, state: Any) -> None:
        """Copy the items of a list of synapses."""
        before = self._copy
        self.drop()
        copy = gathered(self.items.contents, synapses, before)
        self._copy, self._made_for = copy, state
        self.place.data, self.place.n_rows = copy.ctypes.data, len(copy)

    def drop(self) -> None:
        """Forget the copy."""
        self._copy = self._made_for = None
        self.place.data = self.place.n_rows = 0


class ItemsInOrder:
    """All arrays of synapses of which a queue has copies in the order of its list.

    What a copy was made for is the queue's connectivity, with its list, and the version
    of the array.
    """

    def __init__(self) -> None:
        self._arrays: dict[int, OrderedItems] = {}
        #: How many events there will have been when copies pay; 0 if they never do
        self.next_look = 0
        self._last_seen: Any = None
        self._n_pushed_then = 0
        #: The list of that time, and whether it was new
        self._list_seen: Connectivity | None = None
        self._is_new_list = True

    def of(self, items: WritableItems) -> OrderedItems:
        """Return what there is of an array."""
        key = id(items)
        if key not in self._arrays:
            self._arrays[key] = OrderedItems(items)
        return self._arrays[key]

    def drop(self) -> None:
        """Forget all copies."""
        for array in self._arrays.values():
            array.drop()

    def renew(
        self,
        arrays: list[OrderedItems],
        connectivity: Connectivity | None,
        n_events_pushed: int,
    ) -> bool:
        """Bring copies up to date, if that is possible and worth it.

        Parameters
        ----------
        arrays : list of OrderedItems
            The arrays that a kernel reads.
        connectivity : Connectivity or None
            The queue's synapses.
        n_events_pushed : int
            How many events were pushed into the queue so far.

        Returns
        -------
        bool
            Whether all copies are up to date.
        """
        self.next_look = 0
        if connectivity is None or not connectivity.is_listed_in_ranges:
            self.drop()
            return False
        states = [(connectivity, array.items.version) for array in arrays]
        if not _are_safe(arrays):
            return False
        if all(map(OrderedItems.is_made_for, arrays, states)):
            return True
        synapses = connectivity.synapses
        assert synapses is not None
        if not self._pays(states, connectivity, n_events_pushed):
            return False
        try:
            for array, state in zip(arrays, states, strict=True):
                if not array.is_made_for(state):
                    array.make(synapses, state)
        except MemoryError:
            # The kernel does without
            self.drop()
            return False
        return True

    def _pays(
        self, states: list[Any], connectivity: Connectivity, n_events_pushed: int
    ) -> bool:
        """Tell whether enough was pushed since items have changed."""
        if states != self._last_seen:
            self._last_seen, self._n_pushed_then = states, n_events_pushed
            self._is_new_list = connectivity is not self._list_seen
            self._list_seen = connectivity
        enough = Choices.events_before_renewal
        if self._is_new_list:
            enough = Choices.events_before_copies
        n_events = math.ceil(enough * connectivity.n_synapses)
        self.next_look = self._n_pushed_then + n_events
        return n_events_pushed >= self.next_look


def _are_safe(arrays: list[OrderedItems]) -> bool:
    """Tell whether copies stay what items are while compiled code runs, and are small.

    No kernel may write items, and nobody have a view of them.
    """
    items = [array.items for array in arrays]
    return (
        not any(i.n_writers for i in items)
        and all(i.version is not None for i in items)
        and sum(i.dtype.itemsize for i in items) <= _MOST_BYTES
    )
