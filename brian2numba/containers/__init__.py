"""Containers that Python and compiled kernels share: dynamic arrays, spike queues."""

from __future__ import annotations

from brian2numba.containers.dynamic_array import (
    DynamicArray,
    DynamicArray1D,
    DynamicArray2D,
    append_rows,
    reserve_rows,
)
from brian2numba.containers.queue_operations import (
    advance_queue,
    count_due,
    push_spikes,
)
from brian2numba.containers.spike_queue import SpikeQueue
from brian2numba.containers.stored_contents import Versions

__all__ = [
    "DynamicArray",
    "DynamicArray1D",
    "DynamicArray2D",
    "SpikeQueue",
    "Versions",
    "advance_queue",
    "append_rows",
    "count_due",
    "push_spikes",
    "reserve_rows",
]
