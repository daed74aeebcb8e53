"""Values that are kept as long as somebody uses them, and some time longer."""

from __future__ import annotations

from collections import OrderedDict
from weakref import WeakValueDictionary

__all__ = ["Recent"]


class Recent[Key, Value]:
    """Finds values that are in use, or that were among the last asked for.

    Parameters
    ----------
    n_kept : int
        How many of those that were last asked for are kept, whether in use or not.
    """

    def __init__(self, n_kept: int) -> None:
        self.n_kept = n_kept
        self._in_use: WeakValueDictionary[Key, Value] = WeakValueDictionary()
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """Return the value of a key, if it is still there."""
        value = self._in_use.get(key)
        if value is not None:
            self.add(key, value)
        return value

    def add(self, key: Key, value: Value) -> None:
        """Keep a value, and forget the one that was not asked for for longest."""
        self._in_use[key] = self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self.n_kept:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget all values, also those in use."""
        self._in_use.clear()
        self._kept.clear()

    def __len__(self) -> int:
        return len(self._in_use)
