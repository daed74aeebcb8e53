"""Adding new synapses to a group: every array, or none."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["MAX_SYNAPSES", "add_synapses"]

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
