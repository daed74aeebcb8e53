"""
Which containers hold the dynamic arrays of Brian's runtime device.

With the numba target, dynamic arrays are ours from the start, so that views of them
stay valid. All targets can be mixed in a script: a kernel that only reads and writes
the data takes Brian's own containers as they are; one that appends has them replaced;
and Brian's Cython target, which wants a C++ object, gets one with the same contents.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from weakref import WeakKeyDictionary, WeakMethod

import numpy as np
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.devices.device import RuntimeDevice
from brian2.memory.dynamicarray import DynamicArray as BrianDynamicArray
from brian2.memory.dynamicarray import DynamicArray1D as BrianDynamicArray1D

from brian2numba.containers import DynamicArray, DynamicArray1D, DynamicArray2D
from brian2numba.errors import RowsLeftToPythonError, memory_for
from brian2numba.hooks import Originals, replaced
from brian2numba.preferences import numba_is_target

__all__ = [
    "Container",
    "Replacements",
    "attach_containers",
    "contents",
    "copied",
    "is_ours",
    "only_read",
    "owned_container",
    "owner_name",
    "put_back",
    "recording_in",
    "refuse_rows_elsewhere",
    "tell_before_reading",
    "version_of",
]

Container = DynamicArray

#: The templates of what monitors run
_RECORDING = ("statemonitor", "spikemonitor", "ratemonitor")
#: Bytes of a cache line: of 64-bit processors, but for some that have 128
_CACHE_LINE = 64


class Replacements:
    """Counts how often a container was replaced by one of another kind.

    Kernels that were bound at another count must look for their arrays again.
    """

    count = 0


def is_ours(container: Any) -> bool:
    """Tell whether kernels can make this container grow."""
    return isinstance(container, DynamicArray)


def recording_in(container: Any) -> Any:
    """Return what knows a container's rows that left it; None if none ever do."""
    return getattr(container, "recording", None)


def refuse_rows_elsewhere(variables: Iterable[Any], template_name: str) -> None:
    """Refuse code that reads what a monitor has recorded to another place than memory.

    Parameters
    ----------
    variables : iterable of `Variable`
        What the code uses.
    template_name : str
        The name of its template: what records only appends rows.

    Raises
    ------
    RowsLeftToPythonError
        If it does.
    """
    if template_name in _RECORDING:
        return
    for variable in variables:
        if isinstance(variable, DynamicArrayVariable):
            recording = recording_in(variable.device.arrays.get(variable))
            if recording is not None and recording.is_elsewhere:
                reason = f"what '{recording.name}' has recorded is on disk"
                raise RowsLeftToPythonError(f"Compiled code: {reason}.", reason)


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


def contents(variable: ArrayVariable) -> np.ndarray[Any, Any]:
    """Return the array of a variable, to be read only; see `version_of`."""
    container = variable.device.arrays[variable]
    if is_ours(container):
        items: np.ndarray[Any, Any] = container.contents
        return items
    return np.asarray(variable.get_value())


def version_of(variable: ArrayVariable) -> int | None:
    """Return what stays the same as long as the array of a variable surely does.

    It is ``None`` for arrays that can change unseen.
    """
    container = variable.device.arrays[variable]
    return container.version if is_ours(container) else None


def only_read(variable: ArrayVariable) -> AbstractContextManager[None]:
    """Say that whoever gets the array of a variable within this context reads it."""
    container = variable.device.arrays[variable]
    return container.only_read() if is_ours(container) else nullcontext()


def copied(variable: ArrayVariable) -> tuple[np.ndarray[Any, Any], Any]:
    """Return a copy of a variable's array, for `put_back` to know, and its size."""
    container = variable.device.arrays[variable]
    if not is_ours(container):
        return variable.get_value().copy(), variable.size
    copy = container.copied()
    variable.size = copy.shape if variable.ndim > 1 else len(copy)
    return copy, variable.size


def put_back(
    variable: DynamicArrayVariable, container: Container, values: Any, size: Any
) -> None:
    """Restore what `copied` returned, or Brian stored.

    Parameters
    ----------
    variable : `DynamicArrayVariable`
        The variable.
    container : `DynamicArray`
        Its array.
    values : `numpy.ndarray`
        The items.
    size : int or tuple of int
        The size.
    """
    with memory_for(lambda: _described(variable)):
        container.put_back(values, size)
    variable.size = size


def attach_containers(device: RuntimeDevice) -> None:
    """Let a device use our containers where the numba target is chosen.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device; nothing changes for its other targets.
    """
    if not isinstance(vars(device).get("_brian2numba_arrays"), _ArrayMethods):
        device._brian2numba_arrays = _ArrayMethods(device)


class _ArrayMethods:
    """A device's methods that make arrays and give access to them."""

    def __init__(self, device: RuntimeDevice) -> None:
        self._device = device
        self._is_filled_by_brian = "fill_with_array" not in vars(device)
        self._original = Originals((RuntimeDevice, "fill_with_array"))
        self._add_array = replaced(device, "add_array")
        self._get_value = replaced(device, "get_value")
        self._get_capsule = replaced(device, "get_capsule")
        self._fill_with_array = replaced(device, "fill_with_array")
        self._resize = replaced(device, "resize")
        device.add_array = self.add_array
        device.get_value = self.get_value
        device.get_capsule = self.get_capsule
        device.fill_with_array = self.fill_with_array
        device.resize = self.resize

    def add_array(self, var: ArrayVariable) -> None:
        """Add an array: with the numba target, aligned, and ours if it is dynamic."""
        if not numba_is_target():
            self._add_array(var)
        elif isinstance(var, DynamicArrayVariable):
            with memory_for(lambda: _described(var)):
                self._device.arrays[var] = _new_container(var)
        else:
            self._device.arrays[var] = _aligned_array(var.size, var.dtype)

    def get_value(self, var: ArrayVariable, access_data: bool = True) -> Any:
        """Return the array of a variable.

        Kernels make arrays grow without telling Brian: whoever asks for such an array
        finds the variable's size up to date, e.g. to store the state in mid-run.
        """
        if _readers:
            _tell_reader(var)
        value = self._get_value(var, access_data)
        is_grown = access_data and isinstance(var, DynamicArrayVariable)
        if is_grown and is_ours(self._device.arrays[var]):
            var.size = value.shape if var.ndim > 1 else len(value)
        return value

    def fill_with_array(self, var: ArrayVariable, arr: Any) -> None:
        """Give the array of a variable other contents, e.g. a stored state.

        What users took of a recording before shows what it did.
        """
        array = self._device.arrays[var]
        if not is_ours(array):
            self._fill_with_array(var, arr)
            return
        with memory_for(lambda: _described(var)):
            if self._is_filled_by_brian and self._original.are_there():
                array.fill(arr)
            else:
                array.detach()
                self._fill_with_array(var, arr)

    def resize(self, var: DynamicArrayVariable, new_size: Any) -> None:
        """Change the size of a variable's array."""
        array = self._device.arrays[var]
        with memory_for(lambda: _described(var)):
            if type(array) is np.ndarray and not array.flags.owndata:
                self._device.arrays[var] = _resized(array, new_size)
                Replacements.count += 1
            else:
                self._resize(var, new_size)

    def get_capsule(self, var: DynamicArrayVariable) -> Any:
        """Return a capsule of the C++ array, which takes the place of ours."""
        array = self._device.arrays[var]
        if recording_in(array) is not None:
            # It refuses
            return array.get_capsule()
        if is_ours(array):
            _replace(self._device, var, _new_brian_container(var))
        return self._get_capsule(var)


#: What is called before Python gets the array of a variable
_readers: WeakKeyDictionary[ArrayVariable, WeakMethod[Any]] = WeakKeyDictionary()


def tell_before_reading(variable: ArrayVariable, method: Callable[[], None]) -> None:
    """Call a method each time before Python gets the array of a variable.

    Parameters
    ----------
    variable : `ArrayVariable`
        The variable.
    method : callable
        A bound method, of something that lives as long as it is to be called.
    """
    _readers[variable] = WeakMethod(method)


def _tell_reader(variable: ArrayVariable) -> None:
    reference = _readers.get(variable)
    method = None if reference is None else reference()
    if method is not None:
        method()


def owner_name(variable: Any) -> str:
    """Return the name of what a variable belongs to; nothing if that is not there.

    Arrays of indices belong to nobody, and a variable can outlive its group.
    """
    owner = getattr(variable, "owner", None)
    try:
        return "" if owner is None else str(owner.name)
    except ReferenceError:
        return ""


def _described(variable: ArrayVariable) -> str:
    """Return the name of a variable for error messages, with that of its owner."""
    owner, what = owner_name(variable), f"the variable '{variable.name}'"
    return f"{what} of '{owner}'" if owner else what


def _aligned_array(size: Any, dtype: Any) -> np.ndarray[Any, Any]:
    """Return a new array that begins at a cache line, if kernels can have its type.

    A vector of 64 bytes that crosses the border of two lines takes two loads.
    """
    kind = np.dtype(dtype)
    if kind.kind not in "biufc":
        return np.empty(size, dtype)
    # numpy knows which sizes there are
    shape = np.broadcast_to(np.empty((), kind), size).shape
    n_bytes = math.prod(shape) * kind.itemsize
    memory = np.empty(n_bytes + _CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % _CACHE_LINE
    return memory[start : start + n_bytes].view(kind).reshape(shape)


def _resized(array: np.ndarray[Any, Any], new_size: Any) -> np.ndarray[Any, Any]:
    """Return an array of another size with the same items, and zeros after them."""
    new = _aligned_array(new_size, array.dtype)
    items, n_kept = new.reshape(-1), min(new.size, array.size)
    items[:n_kept] = array.reshape(-1)[:n_kept]
    items[n_kept:] = 0
    return new


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
    values = np.array(device.arrays[variable].data)
    new.resize(values.shape if variable.ndim > 1 else len(values))
    if values.size:
        new[:] = values
    device.arrays[variable] = new
    Replacements.count += 1
    return new
