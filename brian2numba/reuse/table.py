"""A table of bounded size for what was found out in this process."""

from __future__ import annotations

from typing import Any

__all__ = ["Table"]


class Table:
    """What was found under its keys; what was not used for long is forgotten.

    Parameters
    ----------
    size : int
        How much is kept at least of what was used last; at most twice as much is kept.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        # Two dictionaries, whose operations are atomic, need no lock: none is held when
        # another thread forks
        self._new: dict[Any, Any] = {}
        self._old: dict[Any, Any] = {}

    def __len__(self) -> int:
        return len(self._new) + len(self._old.keys() - self._new.keys())

    def get(self, key: Any) -> Any:
        """Return what is under a key, or None."""
        found = self._new.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: Any, found: Any) -> None:
        """Keep something under a key."""
        if len(self._new) >= self._size:
            self._old, self._new = self._new, {}
        self._new[key] = found

    def clear(self) -> None:
        """Forget everything."""
        self._new, self._old = {}, {}
