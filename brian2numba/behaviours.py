"""
What code objects do in Python, around their kernels.

Most code objects only call their kernel. Some give it more than variables (a spike
queue, arrays for results), prepare a run, or put what the kernel produced in its place.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2.core.base import weakproxy_with_fallback

from brian2numba import synapse_creation
from brian2numba.binding import BoundKernel
from brian2numba.cable_setup import prepare_cable
from brian2numba.containers import DynamicArray1D, append_rows, spike_queue
from brian2numba.generation.slots import Number, Result, Slot
from brian2numba.queues import own_queue

if TYPE_CHECKING:
    from brian2numba.target import NumbaCodeObject

__all__ = ["BEHAVIOURS", "Behaviour"]

#: A number that is asked for only if the kernel's source uses it
Offer = Callable[[], int]


class Behaviour:
    """The behaviour of most code objects: to call the kernel.

    Parameters
    ----------
    codeobj : NumbaCodeObject
        The code object.
    keywords : mapping
        What its template was given.
    """

    def __init__(self, codeobj: NumbaCodeObject, keywords: Mapping[str, Any]) -> None:
        self.codeobj = weakref.proxy(codeobj)

    def slots(self) -> list[Slot]:
        """Return slots that are no plain numbers and that the kernel can use."""
        return []

    def offers(self) -> dict[str, Offer]:
        """Return the numbers and addresses that the kernel can use, by name."""
        return {"_append_rows": lambda: append_rows.address}

    def before_run(self) -> None:
        """Prepare a run of the network."""

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return what runs the code object once: the kernel itself, if no more."""
        return kernel

    def after_run(self) -> None:
        """Finish a run of the network."""


class ThresholdBehaviour(Behaviour):
    """A threshold leaves no events behind when a run ends."""

    def __init__(self, codeobj: NumbaCodeObject, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        self._eventspace = keywords["eventspace_variable"]

    def after_run(self) -> None:
        """Say that there are no events."""
        self._eventspace.get_value()[-1] = 0


class PushBehaviour(Behaviour):
    """Spikes are pushed into the queue of a pathway."""

    def _pathway(self) -> Any:
        return self.codeobj.owner

    def offers(self) -> dict[str, Offer]:
        """Return the queue and its operations."""
        queue = own_queue(self._pathway())
        self._queue = queue
        return {
            **super().offers(),
            "_spike_queue": lambda: queue.handle,
            "_spike_queue_payload": lambda: queue.payload,
            "_push_spikes": lambda: spike_queue.push_spikes.address,
            "_peek_spikes": lambda: spike_queue.peek_spikes.address,
            "_advance_queue": lambda: spike_queue.advance_queue.address,
        }

    def before_run(self) -> None:
        """Bring the queue up to date with the synapses and their delays."""
        self._pathway().initialise_queue()

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return what pushes spikes: Python, once another target has the queue."""
        pathway, queue = self._pathway(), self._queue

        def push() -> None:
            if pathway.queue is queue:
                kernel()
            else:
                pathway.push_spikes()

        return push


class DeliverBehaviour(PushBehaviour):
    """Spikes that are due are delivered to their synapses."""

    def __init__(self, codeobj: NumbaCodeObject, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        self._weak_pathway = weakproxy_with_fallback(keywords["pathway"])

    def _pathway(self) -> Any:
        return self._weak_pathway

    def before_run(self) -> None:
        """Leave the preparation to the code object that pushes the spikes."""

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return the kernel: this code object is made anew for each run."""
        return kernel


class ResultBehaviour(Behaviour):
    """The kernel fills an array, of which a part is returned."""

    def __init__(self, codeobj: NumbaCodeObject, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        variables = keywords["variables"]
        variable = variables.get("_variable")
        self._dtype = np.int32 if variable is None else variable.dtype
        self._length = variables.get("_group_idx", variables.get("N"))
        self._by_index = "_group_idx" in variables
        self._size = np.zeros(1, np.int64)

    def slots(self) -> list[Slot]:
        """Return the result and the number of its elements."""
        return [Result("_result", self._dtype), Result("_result_size", np.int64)]

    def offers(self) -> dict[str, Offer]:
        """Return where the result's size is; the result itself is new at each call."""
        size = {"_result_size": lambda: self._size.ctypes.data, "_result": lambda: 0}
        return {**super().offers(), **size}

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return what gives the elements that the kernel found."""
        return lambda: self._found(kernel)

    def _found(self, kernel: BoundKernel) -> np.ndarray[Any, Any]:
        length = self._length.get_len() if self._by_index else self._length.item()
        result = np.zeros(length, self._dtype)
        kernel.set_number("_result", result.ctypes.data)
        kernel()
        return result[: self._size[0]]


class SynapseCreationBehaviour(Behaviour):
    """Synapses are collected apart, and added to the group if all went well."""

    def __init__(self, codeobj: NumbaCodeObject, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        self._new_pre = DynamicArray1D(0, np.int32)
        self._new_post = DynamicArray1D(0, np.int32)
        self._scratch = DynamicArray1D(0, np.uint8)

    def offers(self) -> dict[str, Offer]:
        """Return the arrays that the kernel collects the synapses in."""
        pre, post, scratch = self._new_pre, self._new_post, self._scratch
        return {
            **super().offers(),
            "_max_synapses": lambda: synapse_creation.MAX_SYNAPSES,
            "_new_pre": lambda: pre.handle,
            "_new_pre_payload": lambda: pre.payload,
            "_new_post": lambda: post.handle,
            "_new_post_payload": lambda: post.payload,
            "_scratch": lambda: scratch.handle,
            "_scratch_payload": lambda: scratch.payload,
        }

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return what creates synapses: all of them, or none."""
        return lambda: self._create(kernel)

    def _create(self, kernel: BoundKernel) -> None:
        self._new_pre.resize(0)
        self._new_post.resize(0)
        kernel()
        synapse_creation.add_synapses(
            self.codeobj.owner, self._new_pre.data, self._new_post.data
        )


class CableBehaviour(Behaviour):
    """The matrices of a spatial neuron are made before a run."""

    def before_run(self) -> None:
        """Compute what stays the same for the run."""
        prepare_cable(self.codeobj.variables)


def number_slots(offers: Mapping[str, Offer], slots: list[Slot]) -> dict[str, Slot]:
    """Return a slot for each offered number, unless `slots` says what it is."""
    typed = {slot.name: slot for slot in [Result("_details", np.int64), *slots]}
    return {**{name: Number(name) for name in offers}, **typed}


#: The behaviour of code objects by the name of their template
BEHAVIOURS: dict[str, type[Behaviour]] = {
    "threshold": ThresholdBehaviour,
    "synapses_push_spikes": PushBehaviour,
    "synapses": DeliverBehaviour,
    "group_get_indices": ResultBehaviour,
    "group_variable_get": ResultBehaviour,
    "group_variable_get_conditional": ResultBehaviour,
    "spatialstateupdate": CableBehaviour,
    "synapses_create_array": SynapseCreationBehaviour,
    "synapses_create_generator": SynapseCreationBehaviour,
}
