"""Who is told when what a monitor has recorded is restored."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

__all__ = ["tell_that_restored", "tell_when_restored"]

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
