"""The rows of one monitor that records to disk."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2 import stop as stop_simulation

from brian2numba.containers.alert import set_alert
from brian2numba.errors import RecordingError
from brian2numba.recordings.arrays import RecordedArray
from brian2numba.recordings.lazy import RecordedValues
from brian2numba.recordings.recording import Recording
from brian2numba.recordings.stored_rows import Cuts, StoredRows
from brian2numba.simulation.running import while_others_wait

if TYPE_CHECKING:
    from brian2numba.recordings.folder import RecordingFolder

__all__ = ["DiskRecording"]

type _Array = np.ndarray[Any, Any]

#: Brian counts rows in 32 bits
_MOST_ROWS = 2**31 - 1


@dataclass(frozen=True)
class _Block:
    """Rows on their way to disk: their first and last number, and views of them."""

    start: int
    stop: int
    values: dict[str, _Array]

    @property
    def n_bytes(self) -> int:
        return sum(values.nbytes for values in self.values.values())

    def until(self, stop: int) -> _Block:
        """Return the rows before one."""
        values = {n: v[: stop - self.start] for n, v in self.values.items()}
        return _Block(self.start, stop, values)


class DiskRecording(Recording):
    """The rows of a monitor, in a folder and, the last ones, in memory.

    Rows leave memory in whole blocks. The thread that writes gets views of them, which
    keep their memory as long as it needs it; whoever reads finds them there, too.

    Parameters
    ----------
    monitor : `StateMonitor`, `EventMonitor` or `PopulationRateMonitor`
        The monitor.
    folder : RecordingFolder
        Where it records to.
    group : zarr.Group
        The group of the folder that has its arrays.
    """

    is_elsewhere = True

    def __init__(self, monitor: Any, folder: RecordingFolder, group: Any) -> None:
        super().__init__(monitor)
        self._folder = folder
        self.path = folder.path
        self._group = group
        names = [*self.arrays, *({"count"} & monitor.variables.keys())]
        self._stored = folder.store.arrays_of(self._group, names)
        self._n_rows_of_block = int(self._group.attrs["rows_of_block"])
        self._pending: deque[_Block] = deque()
        #: The rows after the last block, to be written at the next flush
        self._rest: _Block | None = None
        self._count = monitor.variables["count"] if "count" in self._stored else None
        self._counted = np.zeros(0, np.int32)
        self._n_on_disk = 0
        #: What there was to flush at the last flush
        self._taken = (-1, 0, 0)
        self._id: str = self._group.attrs["recording"]
        self._cuts = Cuts(self._group.attrs["cuts"])
        self.set_limit(self._n_rows_of_block)
        self._go_on()

    def _go_on(self) -> None:
        """Have the rows of an earlier process, with the last ones in memory."""
        stored = {name: self._stored[name] for name in self.arrays}
        n_rows = min((array.shape[0] for array in stored.values()), default=0)
        if self._count is not None and (n_rows or not stored):
            self._count.get_value()[:] = self._counts_of(n_rows)
        for array in stored.values():
            # A process that was killed may have been between them
            if array.shape[0] > n_rows:
                array.resize((n_rows, *array.shape[1:]))
        if not n_rows:
            return
        self._n_on_disk = n_rows - n_rows % self._n_rows_of_block
        for name, array in self.arrays.items():
            array.take(stored[name][self._n_on_disk : n_rows])
        self.first = self._n_on_disk
        self.number.get_value()[:] = n_rows

    def _counts_of(self, n_rows: int) -> _Array:
        """Return the counts of an earlier process, which may have counted too far."""
        counts: _Array = self._stored["count"][:]
        if "i" in self._stored and counts.sum() != n_rows:
            return np.bincount(self._stored["i"][:n_rows], minlength=len(counts))
        return counts

    def described(self) -> str:
        """Return where the rows go, in words."""
        return f"records to '{self.path}': {self.n_rows} rows so far"

    # In a run

    def begin(self) -> None:
        """Begin a run of the network: try again what failed."""
        self._folder.refuse_overtaken()
        self._folder.retry()

    def renew(self) -> None:
        """Let whole blocks go, and flush if it is time."""
        n_whole = self.n_in_memory - self.n_in_memory % self._n_rows_of_block
        if n_whole:
            self._leave(n_whole)
        self._folder.flush_if_due()
        if self._folder.error is not None or self._is_full():
            # At the end of the time step, `check` raises it; where Brian's own loop
            # runs, `end` does
            set_alert()
            stop_simulation()

    def check(self) -> None:
        """Raise an error if the disk is full, or rows can't be counted any more."""
        self._folder.check()
        if self._is_full():
            raise RecordingError(
                f"The monitor '{self.name}' has recorded {self.n_rows} rows, and Brian "
                f"can't count more than {_MOST_ROWS}. They are in "
                f"'{self.path}'. Record what follows with another monitor."
            )

    def _is_full(self) -> bool:
        return self.n_rows > _MOST_ROWS - 2 * self._n_rows_of_block

    def end(self) -> None:
        """End a run of the network: all rows are to be on disk."""
        try:
            self._folder.complete()
        finally:
            self._folder.rest()
        self.check()

    def _leave(self, n_rows: int) -> None:
        """Let the first rows in memory go, to be written by the other thread."""
        views = {name: a.in_memory()[:n_rows] for name, a in self.arrays.items()}
        block = _Block(self.first, self.first + n_rows, views)
        with self.lock:
            self._pending.append(block)
            try:
                self.drop_first(n_rows)
            except BaseException:
                if self.first == block.start:
                    self._pending.pop()
                raise
        self._folder.request()

    @property
    def has_changed(self) -> bool:
        """Whether there are other rows than when `take_rest` was called last."""
        return self._taken != (self.n_rows, self._cuts.number, self._n_events())

    def _n_events(self) -> int:
        return 0 if self._count is None else int(self._count.get_value().sum())

    def take_rest(self) -> None:
        """Note which rows, of no whole block, the next flush has to write."""
        self._taken = (self.n_rows, self._cuts.number, self._n_events())
        n_rows = self.n_in_memory
        views = {name: a.in_memory()[:n_rows] for name, a in self.arrays.items()}
        with self.lock:
            self._rest = _Block(self.first, self.first + n_rows, views)
        if self._count is not None:
            self._counted = self._count.get_value().copy()

    @property
    def pending_bytes(self) -> int:
        """How many bytes wait to be written."""
        with self.lock:
            return sum(block.n_bytes for block in self._pending)

    @property
    def bytes_not_on_disk(self) -> int:
        """How many bytes have been recorded that may only be in memory."""
        return (self.n_rows - self._n_on_disk) * self.row_bytes

    # In the thread that writes

    def write(self) -> None:
        """Write what is pending, and the rest if it was taken."""
        # Both at once: what comes later is for the next time, so that a flush does not
        # wait for a network that is always ahead, nor tell of rows after such a block
        with self.lock:
            blocks, rest, self._rest = list(self._pending), self._rest, None
        for block in blocks:
            self._write(block)
            with self.lock:
                self._pending.popleft()
                self._n_on_disk = block.stop
            self._folder.tell()
        if rest is None:
            return
        if rest.start >= self._n_on_disk:
            self._write(rest)
        if self._count is not None:
            self._stored["count"][:] = self._counted

    def _write(self, block: _Block) -> None:
        for name, values in block.values.items():
            stored = self._stored[name]
            if stored.shape[0] < block.stop:
                stored.resize((block.stop, *stored.shape[1:]))
            if len(values):
                stored[block.start : block.stop] = values

    # Looking at it

    def rows(self, array: RecordedArray) -> RecordedValues:
        """Return what reads the rows of an array when it is asked for some."""
        return RecordedValues(self, array)

    def read(self, array: RecordedArray, rows: slice | _Array, columns: Any) -> _Array:
        """Return rows, from wherever they are.

        Parameters
        ----------
        array : RecordedArray
            The variable's array.
        rows : slice or numpy.ndarray
            A slice that goes forward, or row numbers, all of them below the length.
        columns : object
            Which columns; `None` for all, also where there are none.
        """
        pieces = self._pieces(array)
        if isinstance(rows, slice):
            found = [_slice_of(piece, rows, columns) for piece in pieces]
            found = [values for values in found if values is not None]
            if not found:
                return _taken(array.in_memory(), slice(0, 0), columns)
            return found[0] if len(found) == 1 else np.concatenate(found)
        shape = _taken(array.in_memory(), slice(0, 0), columns).shape[1:]
        values = np.empty((len(rows), *shape), array.dtype)
        for start, stop, source in pieces:
            here = np.flatnonzero((rows >= start) & (rows < stop))
            if len(here):
                values[here] = _taken(source, rows[here] - start, columns)
        return values

    def _pieces(self, array: RecordedArray) -> list[tuple[int, int, Any]]:
        """Return where rows are: the first and last number, and what has them."""
        if self._folder.is_overwritten:
            self._folder.refuse_overtaken()
        name = array.variable_name
        with while_others_wait(), self.lock:
            blocks, n_on_disk = list(self._pending), self._n_on_disk
            first, last = self.first, array.in_memory()
        pieces = [(0, n_on_disk, self._stored[name])]
        pieces += [(b.start, b.stop, b.values[name]) for b in blocks]
        pieces.append((first, first + len(last), last))
        return [piece for piece in pieces if piece[1] > piece[0]]

    # Storing and restoring

    def resize(self, array: RecordedArray, n_rows: int) -> None:
        """Give an array another number of rows, as code that Python runs does."""
        if n_rows < self.n_rows:
            self.cut(n_rows)
        super().resize(array, n_rows)

    def state(self, array: RecordedArray) -> StoredRows:
        """Return how far the recording is."""
        n_cuts = self._cuts.number
        return StoredRows(self._id, array.shape, n_cuts, self._folder.flush)

    def restore(self, array: RecordedArray, state: Any) -> None:
        """Cut the recording back to where it was, or record other rows instead."""
        if not isinstance(state, StoredRows):
            # Once: all arrays are empty then
            if array.n_in_memory or self.first:
                self.cut(0)
            array.take(state)
            return
        self._refuse_lost(state)
        if self.n_rows != state.n_rows:
            self.cut(state.n_rows)

    def _refuse_lost(self, state: StoredRows) -> None:
        if state.recording != self._id:
            raise RecordingError(
                f"The state was stored when the monitor '{self.name}' recorded "
                f"{state.n_rows} rows in another recording than that in '{self.path}': "
                "there is no way back to them here. To go on with a recording that "
                "another process began, give record_to_disk its folder and mode='a'."
            )
        if state.n_rows > self.n_rows or not self._cuts.are_kept(state):
            raise RecordingError(
                f"The recording of the monitor '{self.name}' in '{self.path}' was cut "
                f"back to an earlier time after the state with {state.n_rows} rows was "
                "stored: these rows are gone. Restore states in the order from late "
                "to early, or record to another folder after each of them."
            )

    def cut(self, n_rows: int) -> None:
        """Forget all rows but the first ones."""
        self._folder.wait()
        start = n_rows - n_rows % self._n_rows_of_block
        start = min(start, self.first)
        kept = {
            name: self.read(array, slice(start, n_rows, 1), None)
            for name, array in self.arrays.items()
        }
        with self.lock:
            blocks = [block for block in self._pending if block.start < start]
            self._pending = deque(b.until(min(b.stop, start)) for b in blocks)
            self._n_on_disk = min(self._n_on_disk, start)
            self._rest = None
        for name, values in kept.items():
            self.arrays[name].take(values)
            stored = self._stored[name]
            # Those that are in memory again stay on disk, in case the process is killed
            if stored.shape[0] > n_rows:
                stored.resize((n_rows, *stored.shape[1:]))
        self.first = start
        self._cuts.add(n_rows)
        self._group.attrs["cuts"] = self._cuts.as_attribute()
        self._folder.was_cut()


def _slice_of(piece: tuple[int, int, Any], rows: slice, columns: Any) -> Any:
    """Return the rows of a slice that a piece has; None if it has none."""
    start, stop, source = piece
    first = rows.start
    if first < start:
        first += -(-(start - first) // rows.step) * rows.step
    last = min(stop, rows.stop)
    if first >= last:
        return None
    return _taken(source, slice(first - start, last - start, rows.step), columns)


def _taken(source: Any, rows: Any, columns: Any) -> _Array:
    """Return rows and columns of an array in memory or of zarr's; never a view."""
    if isinstance(source, np.ndarray):
        return np.array(source[rows] if columns is None else source[rows][:, columns])
    if columns is not None:
        return np.asarray(source.oindex[rows, columns])
    is_range = isinstance(rows, slice)
    return np.asarray(source[rows] if is_range else source.oindex[rows])
