"""Who is told when what a monitor has recorded is restored."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

from brian2numba.errors import RecordingError
from brian2numba.recordings.arrays import RecordedArray
from brian2numba.recordings.stored_rows import StoredRows

__all__ = ["refuse_rows_of_disk", "tell_that_restored", "tell_when_restored"]

_READERS = "_brian2numba_readers"


class _Reader(Protocol):
    def restored(self) -> None:
        """Hear that rows of a monitor were replaced by those of a stored state."""


def tell_when_restored(monitor: Any, reader: _Reader) -> None:
    """Call a reader's method `restored` after each restoring, as long as it lives."""
    vars(monitor).setdefault(_READERS, weakref.WeakSet()).add(reader)


def tell_that_restored(owner: Any) -> None:
    """Tell those who read a monitor that it was restored; others have no readers."""
    for reader in list(vars(owner).get(_READERS, ())):
        reader.restored()


def refuse_rows_of_disk(values: Any, container: Any, owner: Any) -> None:
    """Refuse a state that says only how far a recording on disk was.

    Parameters
    ----------
    values : object
        What the state has of an array.
    container : object
        The array.
    owner : `VariableOwner`
        Whose array it is.
    """
    if isinstance(values, StoredRows) and not _is_on_disk(container):
        raise RecordingError(
            f"When the state was stored, the monitor '{owner.name}' recorded to disk, "
            "and the state only says how far. Call record_to_disk with mode='a' and "
            "the folder of that recording before restoring it."
        )


def _is_on_disk(container: Any) -> bool:
    return isinstance(container, RecordedArray) and container.recording.is_elsewhere
