"""
Which containers hold the dynamic arrays of Brian's runtime device.

With the numba target, dynamic arrays are ours from the start, so that views of them
stay valid. All targets can be mixed in a script: a kernel that only reads and writes
the data takes Brian's own containers as they are; one that appends has them replaced;
and Brian's Cython target, which wants a C++ object, gets one with the same contents.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2.core.preferences import prefs
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.devices.device import RuntimeDevice
from brian2.memory.dynamicarray import DynamicArray as BrianDynamicArray
from brian2.memory.dynamicarray import DynamicArray1D as BrianDynamicArray1D

from brian2numba.containers import DynamicArray1D, DynamicArray2D

__all__ = [
    "Container",
    "attach_containers",
    "is_ours",
    "owned_container",
    "replacements",
]

Container = DynamicArray1D | DynamicArray2D

#: How often a container was replaced by one of another kind: kernels that were bound
#: before must look again.
_n_replaced = 0


def replacements() -> int:
    """Return how many containers were replaced in this process."""
    return _n_replaced


def is_ours(container: Any) -> bool:
    """Tell whether kernels can make this container grow."""
    return isinstance(container, (DynamicArray1D, DynamicArray2D))


def owned_container(device: Any, variable: DynamicArrayVariable) -> Container:
    """Return the container of a variable, after making it ours if it is not.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device that has the array.
    variable : `DynamicArrayVariable`
        The variable.
    """
    container = device.arrays[variable]
    if not is_ours(container):
        container = _replace(device, variable, _new_container(variable))
    return container


def attach_containers(device: RuntimeDevice) -> None:
    """Let a device use our containers where the numba target is chosen.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device; nothing changes for its other targets.
    """
    if getattr(device, "_brian2numba_containers", False):
        return
    add_array, get_capsule = device.add_array, device.get_capsule

    def add_array_of_target(var: ArrayVariable) -> None:
        if isinstance(var, DynamicArrayVariable) and _numba_is_target():
            device.arrays[var] = _new_container(var)
        else:
            add_array(var)

    def get_capsule_of_brian(var: DynamicArrayVariable) -> Any:
        if is_ours(device.arrays[var]):
            _replace(device, var, _new_brian_container(var))
        return get_capsule(var)

    device.add_array = add_array_of_target
    device.get_capsule = get_capsule_of_brian
    device._brian2numba_containers = True


def _numba_is_target() -> bool:
    target = prefs["codegen.target"]
    return getattr(target, "class_name", target) == "numba"


def _new_container(variable: DynamicArrayVariable) -> Container:
    if variable.ndim == 1:
        return DynamicArray1D(variable.size, variable.dtype)
    return DynamicArray2D(variable.size, variable.dtype)


def _new_brian_container(variable: DynamicArrayVariable) -> Any:
    if variable.ndim == 1:
        return BrianDynamicArray1D(variable.size, dtype=variable.dtype)
    return BrianDynamicArray(variable.size, dtype=variable.dtype)


def _replace(device: Any, variable: DynamicArrayVariable, new: Any) -> Any:
    """Put the contents of a variable's container into another one and use that."""
    global _n_replaced  # noqa: PLW0603
    values = np.array(device.arrays[variable].data)
    new.resize(values.shape if variable.ndim > 1 else len(values))
    if values.size:
        new[:] = values
    device.arrays[variable] = new
    _n_replaced += 1
    return new
