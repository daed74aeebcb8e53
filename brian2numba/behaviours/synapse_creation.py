"""Creating synapses: collected apart by a kernel, then added to the group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from brian2numba.behaviours.base import Behaviour, Offer
from brian2numba.binding import BoundKernel
from brian2numba.containers import DynamicArray1D

__all__ = ["MAX_SYNAPSES", "SynapseCreationBehaviour", "add_synapses"]

#: Brian's synapse indices have 32 bits
MAX_SYNAPSES = 2**31 - 1


def add_synapses(
    synapses: Any, pre: np.ndarray[Any, Any], post: np.ndarray[Any, Any]
) -> None:
    """Add synapses to a group and resize everything that has a value per synapse.

    Parameters
    ----------
    synapses : `Synapses`
        The group of synapses.
    pre, post : ndarray of int32
        The pre- and postsynaptic neurons of the new synapses, as absolute indices.

    Raises
    ------
    MemoryError
        If there is no memory for a variable of the new synapses; there are as many
        synapses as before then.
    """
    variables = synapses.variables
    old, new = int(variables["N"].item()), int(variables["N"].item()) + len(pre)
    own = {variables["_synaptic_pre"], variables["_synaptic_post"]}
    resized = []
    try:
        for variable in own | synapses._registered_variables:
            resized.append(variable)
            variable.resize(new)
    except MemoryError:
        for variable in resized:
            variable.resize(old)
        raise
    variables["_synaptic_pre"].get_value()[old:] = pre
    variables["_synaptic_post"].get_value()[old:] = post
    variables["N"].set_value(new)
    synapses._update_synapse_numbers(old)


class SynapseCreationBehaviour(Behaviour):
    """Synapses are collected apart, and added to the group if all went well."""

    def __init__(self, codeobj: Any, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        self._new_pre = DynamicArray1D(0, np.int32)
        self._new_post = DynamicArray1D(0, np.int32)
        self._scratch = DynamicArray1D(0, np.uint8)

    def offers(self) -> dict[str, Offer]:
        """Return the arrays that the kernel collects the synapses in."""
        pre, post, scratch = self._new_pre, self._new_post, self._scratch
        return {
            **super().offers(),
            "_max_synapses": lambda: MAX_SYNAPSES,
            "_new_pre": lambda: pre.handle,
            "_new_pre_payload": lambda: pre.payload,
            "_new_post": lambda: post.handle,
            "_new_post_payload": lambda: post.payload,
            "_scratch": lambda: scratch.handle,
            "_scratch_payload": lambda: scratch.payload,
        }

    def is_native(self) -> bool:
        """Say that Python has to prepare and take over what the kernel makes."""
        return False

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return what creates synapses: all of them, or none."""
        return lambda: self._create(kernel)

    def _create(self, kernel: BoundKernel) -> None:
        self._new_pre.resize(0)
        self._new_post.resize(0)
        kernel()
        add_synapses(self.codeobj.owner, self._new_pre.data, self._new_post.data)
