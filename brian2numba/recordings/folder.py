"""Where monitors record to: a folder on disk, and the thread that writes it."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from brian2.utils.logger import get_logger

from brian2numba.errors import RecordingError
from brian2numba.recordings.disk import DiskRecording
from brian2numba.recordings.layout import layout_for, row_bytes_of
from brian2numba.recordings.recording import recorded_variables
from brian2numba.recordings.writer import Writer
from brian2numba.recordings.zarr_store import ZarrStore

__all__ = ["RecordingFolder"]

logger = get_logger("brian2.codegen.runtime.numba")

#: The folders of this process to which monitors record
_folders: WeakValueDictionary[Path, RecordingFolder] = WeakValueDictionary()
_OVERWRITES = "overwrites"
#: So many blocks of each monitor may wait to be written before the network waits
_BLOCKS_UNDER_WAY = 3


class RecordingFolder:
    """A folder that monitors record to, as `brian2numba.record_to_disk` returns it.

    Parameters
    ----------
    monitors : sequence
        The monitors.
    path : path-like
        The folder, a zarr store.
    goes_on : bool
        Whether to go on with the recordings that are there.
    flush_every : float
        After how many seconds what was recorded is to be on disk.
    block_bytes : int
        About how many bytes of each monitor leave memory at once.
    compressors : object
        What zarr takes for it; "auto" stands for a quick one.

    Attributes
    ----------
    path : pathlib.Path
        The folder.
    """

    def __init__(  # noqa: PLR0913, PLR0917 (what the user says, each with a name)
        self,
        monitors: Sequence[Any],
        path: str | os.PathLike[str],
        goes_on: bool,
        flush_every: float,
        block_bytes: int,
        compressors: Any,
    ) -> None:
        # A script may change to another directory later
        self.path = Path(path).absolute()
        self.store = ZarrStore(self.path, compressors)
        self._writer = Writer(self._write)
        self._flush_every = flush_every
        self._next_flush = time.monotonic() + flush_every
        self._is_flush_due = self._is_cut = False
        self._overtaken = ""
        earlier = _folders.get(self.path)
        if goes_on:
            if earlier is not None and not earlier._overtaken:
                earlier.flush()
            self.store.open()
        else:
            self.store.create()
        if goes_on and not any(self.store.has_group(m.name) for m in monitors):
            names = ", ".join(f"'{monitor.name}'" for monitor in monitors)
            logger.warn(
                f"The recording in '{self.path}' has nothing of {names}: they begin "
                "anew beside what is there. To go on with a recording, monitors need "
                "the names that they had.",
                "nothing_to_go_on_with",
            )
        # All of them before any monitor is changed: one may be refused
        groups = [self._group_of(monitor, block_bytes) for monitor in monitors]
        self._recordings = [
            DiskRecording(monitor, self, group)
            for monitor, group in zip(monitors, groups, strict=True)
        ]
        self._failed = self._recordings[0]
        self._most_bytes = _BLOCKS_UNDER_WAY * block_bytes * len(monitors)
        self.store.commit()
        if earlier is not None:
            earlier._overtaken = "goes on in" if goes_on else _OVERWRITES
        _folders[self.path] = self

    def _group_of(self, monitor: Any, block_bytes: int) -> Any:
        """Return the group of a monitor: that of an earlier process, or a new one."""
        variables = recorded_variables(monitor)
        group = self.store.group_of(monitor, variables)
        if group is not None:
            return group
        layout = layout_for(row_bytes_of(variables), block_bytes)
        return self.store.add_group(monitor, variables, layout)

    def refuse_overtaken(self) -> None:
        """Refuse to record, or to read, where another recording has begun."""
        if self._overtaken:
            raise RecordingError(
                f"The monitors of {self!r} can't go on: another call of record_to_disk "
                f"{self._overtaken} this folder. Give all monitors in one call, or "
                "each call a folder of its own."
            )

    @property
    def is_overwritten(self) -> bool:
        """Whether what was recorded here is gone."""
        return self._overtaken == _OVERWRITES

    @property
    def error(self) -> Exception | None:
        """Why writing failed, if it did."""
        return self._writer.error

    def flush(self) -> None:
        """Write all that was recorded, so that it is on disk when this returns.

        Raises
        ------
        RecordingError
            If it can't be written. It stays in memory, and readable.
        """
        self.retry()
        try:
            self.complete()
        finally:
            self.rest()

    def complete(self) -> None:
        """Write all that was recorded, unless something could not be written before.

        Raises
        ------
        RecordingError
            As `flush` does.
        """
        self.refuse_overtaken()
        if self._has_changed():
            self._begin_flush()
        self._writer.wait()
        self.check()

    def _has_changed(self) -> bool:
        """Tell whether something was recorded, or taken back, since the last flush."""
        return any(r.has_changed for r in self._recordings)

    def flush_if_due(self) -> None:
        """Begin to write all that was recorded, if that is so long ago."""
        if time.monotonic() >= self._next_flush:
            self._begin_flush()

    def _begin_flush(self) -> None:
        for recording in self._recordings:
            recording.take_rest()
        self._is_flush_due = True
        self._next_flush = time.monotonic() + self._flush_every
        self._writer.request()

    def request(self) -> None:
        """Let blocks be written, and wait if there are too many."""
        self._writer.request()
        self._writer.wait_for(self._has_room)

    def _has_room(self) -> bool:
        return sum(r.pending_bytes for r in self._recordings) <= self._most_bytes

    def _write(self) -> None:
        """Write what there is to write, in the thread that does it."""
        is_flush, self._is_flush_due = self._is_flush_due, False
        if self._is_cut:
            # Documents tell of no rows that others are written over
            self.store.commit()
            self._is_cut = False
        for recording in self._recordings:
            self._failed = recording
            recording.write()
        if is_flush:
            self.store.commit()

    def tell(self) -> None:
        """Let the network go on if it waits: something was written."""
        self._writer.tell()

    def was_cut(self) -> None:
        """Let the next flush come soon: rows were taken back."""
        self._is_cut = True
        self._next_flush = time.monotonic()

    def wait(self) -> None:
        """Wait until nothing is being written."""
        self._writer.wait()

    def rest(self) -> None:
        """End the thread until there is something to write again."""
        self._writer.finish()

    def retry(self) -> None:
        """Try again to write what could not be written."""
        if self._writer.error is not None:
            self._writer.retry()
            self._begin_flush()

    def check(self) -> None:
        """Raise an error if something could not be written.

        Raises
        ------
        RecordingError
            It names the monitor, the time and the bytes.
        """
        error = self._writer.error
        if error is None:
            return
        recording = self._failed
        waiting = sum(r.bytes_not_on_disk for r in self._recordings)
        monitor = recording.monitor
        clock = None if monitor is None else monitor.clock.variables["t"]
        t = math.nan if clock is None else float(clock.get_value().item())
        raise RecordingError(
            f"What the monitor '{recording.name}' has recorded can't be written to "
            f"'{self.path}', at t = {t:g} s: {error}. {waiting} bytes wait in memory. "
            "What was recorded up to here can be read; the network is at the end of a "
            "time step. Make room, and run on: what waits is written first."
        ) from error

    def __repr__(self) -> str:
        names = ", ".join(f"'{recording.name}'" for recording in self._recordings)
        return f"<Recordings of {names} in '{self.path}'>"
