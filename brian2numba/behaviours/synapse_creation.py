"""Creating synapses: written by a kernel, then taken over by the group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from brian2numba.behaviours.base import PYTHON_TAKES_OVER, Behaviour, Offer
from brian2numba.binding import BoundKernel
from brian2numba.containers import DynamicArray1D, reserve_rows
from brian2numba.device.arrays import owned_container
from brian2numba.errors import memory_for
from brian2numba.kernels.synapse_creation import count_indices, number_repeats

__all__ = ["MAX_SYNAPSES", "SynapseCreationBehaviour", "add_synapses"]

#: Brian's synapse indices have 32 bits
MAX_SYNAPSES = 2**31 - 1


def add_synapses(synapses: Any, new: int) -> None:
    """Make a group have synapses whose neurons are already in its arrays.

    Parameters
    ----------
    synapses : `Synapses`
        The group of synapses.
    new : int
        How many synapses it has from now on.

    Raises
    ------
    MemoryError
        If there is no memory for a variable of the new synapses; there are as many
        synapses as before then.
    """
    variables = synapses.variables
    old = int(variables["N"].item())
    resized = []
    try:
        for variable in _indices(synapses) | synapses._registered_variables:
            resized.append(variable)
            variable.resize(new)
        _count(synapses, old)
    except BaseException:
        for variable in resized:
            variable.resize(old)
        raise
    variables["N"].set_value(new)


def _indices(synapses: Any) -> set[Any]:
    return {synapses.variables["_synaptic_pre"], synapses.variables["_synaptic_post"]}


def _count(synapses: Any, old: int) -> None:
    """Count the synapses of each neuron, and those that have the same neurons.

    Parameters
    ----------
    synapses : `Synapses`
        The group of synapses.
    old : int
        How many of its synapses have been counted.
    """
    variables = synapses.variables
    for counts, size, offset in (
        ("N_outgoing", "N_pre", "_source_offset"),
        ("N_incoming", "N_post", "_target_offset"),
    ):
        # What is connected may be synapses, which become more
        n_neurons = variables[size].item() + variables[offset].get_value()
        variables[counts].resize(int(n_neurons))
    if synapses.multisynaptic_index is not None:
        _number_synapses(synapses)
    for counts, indices in (
        ("N_outgoing", "_synaptic_pre"),
        ("N_incoming", "_synaptic_post"),
    ):
        neurons = variables[indices].get_value()[old:]
        numbers = variables[counts].get_value()
        count_indices.call(neurons.ctypes.data, len(neurons), numbers.ctypes.data)


def _number_synapses(synapses: Any) -> None:
    """Give the synapses between the same two neurons numbers, from 0 on."""
    variables = synapses.variables
    post = variables["_synaptic_post"].get_value()
    keys = variables["_synaptic_pre"].get_value().astype(np.int64)
    keys *= int(post.max(initial=0)) + 1
    keys += post
    numbers = variables[synapses.multisynaptic_index].get_value()
    is_sorted = bool(np.all(keys[1:] >= keys[:-1]))
    order = None if is_sorted else np.argsort(keys, kind="stable")
    address = 0 if order is None else order.ctypes.data
    number_repeats.call(keys.ctypes.data, address, len(keys), numbers.ctypes.data)


class SynapseCreationBehaviour(Behaviour):
    """Synapses are written behind those of the group, which gets all or none."""

    def __init__(self, codeobj: Any, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        with memory_for(f"the Synapses '{codeobj.owner.name}'"):
            self._scratch = DynamicArray1D(0, np.uint8)

    def offers(self) -> dict[str, Offer]:
        """Return the arrays that the kernel writes to."""
        scratch = self._scratch
        return {
            **super().offers(),
            "_max_synapses": lambda: MAX_SYNAPSES,
            "_reserve_rows": lambda: reserve_rows.address,
            "_new_pre": lambda: 0,
            "_new_post": lambda: 0,
            "_scratch": lambda: scratch.handle,
        }

    def obstacle(self) -> str:
        """Say that Python has to prepare and take over what the kernel makes."""
        return PYTHON_TAKES_OVER

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return what creates synapses: all of them, or none."""
        return lambda: self._create(kernel)

    def _create(self, kernel: BoundKernel) -> None:
        synapses = self.codeobj.owner
        pre, post = (
            owned_container(kernel.device, synapses.variables[name])
            for name in ("_synaptic_pre", "_synaptic_post")
        )
        n_before = len(pre)
        kernel.set_number("_new_pre", pre.handle)
        kernel.set_number("_new_post", post.handle)
        try:
            kernel()
            add_synapses(synapses, len(pre))
        except BaseException:
            pre.truncate(n_before)
            post.truncate(n_before)
            raise
        pre.truncate(len(pre))
        post.truncate(len(post))
