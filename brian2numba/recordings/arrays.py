"""Arrays of monitors of which only the last rows are in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from brian2.core.variables import DynamicArrayVariable

from brian2numba.containers import DynamicArray
from brian2numba.containers.dynamic_array import rows_of
from brian2numba.containers.sizes import first_of

if TYPE_CHECKING:
    from brian2numba.recordings.recording import Recording

__all__ = ["RecordedArray"]


class RecordedArray(DynamicArray):
    """The array of a monitor's variable; kernels see the rows that are in memory.

    Parameters
    ----------
    variable : `DynamicArrayVariable`
        The variable.
    recording : Recording
        What knows where the rows are.
    """

    def __init__(self, variable: DynamicArrayVariable, recording: Recording) -> None:
        size = variable.size
        columns = () if variable.ndim == 1 else (int(size[1]),)
        super().__init__(columns, variable.dtype)
        self.variable_name = str(variable.name)
        self.recording = recording

    @property
    def n_in_memory(self) -> int:
        """How many rows are in memory."""
        return int(rows_of(self.handle).n_rows)

    @property
    def version(self) -> None:
        """Nothing: items change without notice."""
        return

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, with all rows."""
        return (len(self), *self._row_shape)

    @property
    def data(self) -> Any:
        """All rows, as the recording shows them."""
        self.recording.looked_at()
        return self.recording.rows(self)

    @property
    def contents(self) -> Any:
        """All rows, to be read."""
        return self.data

    def take(self, values: Any) -> None:
        """Have other rows in memory; views of the array show what they did."""
        self._resize_rows(len(values))
        self.detach()
        self.in_memory()[:] = values

    def resize(self, new_size: Any) -> None:
        """Change the number of rows; new ones are 0."""
        self.recording.resize(self, int(first_of(new_size)))

    resize_along_first = resize

    def resize_in_memory(self, n_rows: int) -> None:
        """Change the number of rows that are in memory; new ones are 0."""
        self._resize_rows(n_rows)

    def copied(self) -> Any:
        """Return what is stored of the array."""
        self.recording.looked_at()
        return self.recording.state(self)

    def fill(self, values: Any) -> None:
        """Go back to a state that was stored, or to other items."""
        self.recording.restore(self, values)

    def put_back(self, values: Any, size: Any) -> None:
        """Do the same as `fill`."""
        self.fill(values)

    def __setitem__(self, item: Any, value: Any) -> None:
        """Write rows that are in memory, as code of Python does with new ones."""
        rows, *columns = item if isinstance(item, tuple) else (item,)
        n_rows, n_gone = len(self), self.recording.first_seen
        # An array of all numbers would be long; ranges know what an index means, too
        is_simple = isinstance(rows, (int, np.integer, slice))
        chosen = range(n_rows)[rows] if is_simple else np.arange(n_rows)[rows]
        if np.any(np.less(chosen, n_gone)):
            raise IndexError(
                f"Of the monitor '{self.recording.name}', rows are written in memory, "
                f"where the first {n_gone} of them are no longer: {rows!r} can't be."
            )
        self.in_memory()[(np.subtract(chosen, n_gone), *columns)] = value

    def get_capsule(self) -> Any:
        """Refuse to let another target record."""
        raise TypeError(
            f"What the monitor '{self.recording.name}' records does not stay in "
            "memory. Only the target numba can do this, but code of Brian's target "
            "'cython' asks for its arrays: set prefs.codegen.target = 'numba'."
        )

    def __len__(self) -> int:
        recording = self.recording
        recording.looked_at()
        with recording.lock:
            return recording.first_seen + self.n_in_memory

    def __repr__(self) -> str:
        return f"<{self.variable_name!r} of {self.recording.name!r}, {len(self)} rows>"
