"""Rows of a monitor that are read when they are asked for, and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2.monitors import StateMonitor
from brian2.units import Quantity
from brian2.units.fundamentalunits import Dimension
from numpy.lib.mixins import NDArrayOperatorsMixin

from brian2numba.hooks import replace_brians
from brian2numba.recordings.recording import recording_of
from brian2numba.recordings.selection import columns_of, rows_of_item

if TYPE_CHECKING:
    from brian2numba.recordings.arrays import RecordedArray
    from brian2numba.recordings.disk import DiskRecording

__all__ = ["RecordedValues", "show_lazily"]


class RecordedValues(NDArrayOperatorsMixin):
    """A variable of a monitor that records to disk, until an index says which part.

    An item or a slice is a numpy array, or a `Quantity`, in memory. All else that
    arrays can do (arithmetic, methods, numpy's functions) reads everything first.

    Parameters
    ----------
    recording : DiskRecording
        What reads.
    array : RecordedArray
        The variable's array.
    is_transposed : bool
        Whether an index is first of the neuron and then of the time, as with
        `monitor.v`.
    dim : `Dimension`, optional
        The dimensions of the values; without them, they are plain numbers.
    """

    def __init__(
        self,
        recording: DiskRecording,
        array: RecordedArray,
        is_transposed: bool = False,
        dim: Dimension | None = None,
    ) -> None:
        self._recording = recording
        self._array = array
        self._is_transposed = is_transposed
        # As for a Quantity, which becomes an array if it has no dimensions
        self._dim = None if dim is None or dim.is_dimensionless else dim

    @property
    def dim(self) -> Dimension:
        """The dimensions, if there are any."""
        if self._dim is None:
            raise AttributeError("dim")
        return self._dim

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape."""
        shape = self._array.shape
        return shape[::-1] if self._is_transposed else shape

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self._array.shape)

    @property
    def size(self) -> int:
        """The number of values."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of a value."""
        return self._array.dtype

    @property
    def nbytes(self) -> int:
        """How much memory all values would need."""
        return self.size * self.dtype.itemsize

    @property
    def T(self) -> RecordedValues:
        """The same, transposed."""
        is_transposed = not self._is_transposed and self.ndim > 1
        return RecordedValues(self._recording, self._array, is_transposed, self._dim)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, item: Any) -> Any:
        values = self._selected(item)
        return values if self._dim is None else Quantity(values, dim=self._dim)

    def _selected(self, item: Any) -> Any:
        parts = item if isinstance(item, tuple) else (item,)
        if any(part is Ellipsis for part in parts):
            place = next(k for k, part in enumerate(parts) if part is Ellipsis)
            n_missing = self.ndim - len(parts) + 1
            filling = (slice(None),) * n_missing
            parts = (*parts[:place], *filling, *parts[place + 1 :])
        is_more = len(parts) > self.ndim or any(part is None for part in parts)
        if is_more or any(_is_peculiar(part) for part in parts):
            return self._all()[item]
        parts = (*parts, *(slice(None),) * (self.ndim - len(parts)))
        if self.ndim == 1:
            return self._read(parts[0], None)
        rows, columns = parts[::-1] if self._is_transposed else parts
        if np.ndim(rows) and np.ndim(columns):
            # numpy takes them in pairs
            return self._pairs(rows, columns)
        values = self._read(rows, columns)
        return values.T if self._is_transposed and np.ndim(values) > 1 else values

    def _read(self, rows: Any, columns: Any) -> Any:
        shape = self._array.shape
        chosen_rows, is_one, backwards = rows_of_item(rows, shape[0])
        chosen = None if columns is None else columns_of(columns, shape[1])
        values = self._recording.read(self._array, chosen_rows, chosen)
        if backwards:
            values = values[::-1]
        return values[0] if is_one else values

    def _pairs(self, rows: Any, columns: Any) -> Any:
        wanted, _, _ = rows_of_item(rows, self._array.shape[0])
        if isinstance(wanted, slice):
            wanted = np.arange(wanted.start, wanted.stop, wanted.step)
        known, places = np.unique(wanted, return_inverse=True)
        values = self._recording.read(self._array, known, slice(None))
        return values[places, columns_of(columns, self._array.shape[1])]

    def _all(self) -> np.ndarray[Any, Any]:
        values = self._recording.read(self._array, slice(0, len(self._array), 1), None)
        return values.T if self._is_transposed else values

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if copy is False:
            raise ValueError("Values on disk can't be had without a copy of them.")
        return np.asarray(self._all(), dtype)

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, **kwds: Any
    ) -> Any:
        inputs = tuple(_in_memory(value) for value in inputs)
        if any(isinstance(out, RecordedValues) for out in kwds.get("out", ())):
            # `values /= mV`: the result is in memory, and not the recording
            del kwds["out"]
        return getattr(ufunc, method)(*inputs, **kwds)

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwds: Any
    ) -> Any:
        args, kwds = _in_memory(args), _in_memory(kwds)
        if function is np.dot and isinstance(args[0], Quantity):
            # Brian has a function that multiplies the units, too
            return args[0].dot(*args[1:], **kwds)
        return function(*args, **kwds)

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self[:])

    def __contains__(self, value: Any) -> bool:
        return value in self[...]

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Let copies, and what is unpickled, be the values."""
        return self[...].__reduce_ex__(protocol)

    def __getattr__(self, name: str) -> Any:
        # What arrays have, and this does not
        if name.startswith("_") or name == "dim":
            raise AttributeError(name)
        return getattr(self[...], name)

    def __repr__(self) -> str:
        name, monitor = self._array.variable_name, self._recording.name
        return (
            f"<{name!r} of {monitor!r}, of shape {self.shape} and type {self.dtype}, "
            f"in {str(self._recording.path)!r}: an index reads a part>"
        )


def _is_peculiar(part: Any) -> bool:
    """Tell whether an index gives the result other dimensions than the values have."""
    return np.ndim(part) > 1 or isinstance(part, (bool, np.bool))


def _in_memory(value: Any) -> Any:
    """Return a value with whatever it contains read from disk."""
    if isinstance(value, RecordedValues):
        return value[...]
    if isinstance(value, (tuple, list)):
        return type(value)(_in_memory(item) for item in value)
    if isinstance(value, dict):
        return {name: _in_memory(item) for name, item in value.items()}
    return value


def show_lazily() -> None:
    """Let variables of state monitors that record to disk be read when it is asked."""
    replace_brians(StateMonitor, "__getattr__", _lazy_attribute)


def _lazy_attribute(method: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Return ``StateMonitor.__getattr__``."""

    def __getattr__(monitor: Any, item: str) -> Any:
        recording: Any = recording_of(monitor)
        is_elsewhere = recording is not None and recording.is_elsewhere
        if is_elsewhere and item in monitor.record_variables:
            array, dim = recording.arrays[item], monitor.variables[item].dim
            return RecordedValues(recording, array, is_transposed=True, dim=dim)
        return method(monitor, item)

    return __getattr__
