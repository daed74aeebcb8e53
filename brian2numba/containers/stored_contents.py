"""
What of a dynamic array is stored and restored, without losing what is known of it.

Others remember what they found out about an array by its version. An array that gets
back the items of an earlier version has that version again, and one that has them still
is left as it is.
"""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

__all__ = ["StoredContents", "Versions"]

type _Array = np.ndarray[Any, Any]

#: So many stored states of an array are known
_MOST = 8


class Versions:
    """Whether versions of arrays say all.

    Attributes
    ----------
    are_kept : bool
        Whether it is noted when an array is written. In a run it is not before its end.
    """

    are_kept = True


class StoredContents(ABC):
    """The contents of an array that can be stored and restored."""

    _version: int

    def __init__(self) -> None:
        # Copies of the items, which are read-only so that they stay what they are, and
        # the version that the array had then
        self._copies: list[tuple[weakref.ref[_Array], int]] = []

    @property
    @abstractmethod
    def version(self) -> int | None:
        """A number that changes when items may have; None if they can unseen."""

    @property
    @abstractmethod
    def data(self) -> _Array:
        """The array's items, to be written."""

    @property
    @abstractmethod
    def contents(self) -> _Array:
        """The array's items, to be read."""

    @abstractmethod
    def resize(self, new_size: Any) -> None:
        """Change the size."""

    @abstractmethod
    def detach(self) -> None:
        """Leave the block to the views of it, if there are any."""

    def copied(self) -> _Array:
        """Return a copy of the items, which `put_back` and `fill` know again."""
        # Before there is a view
        version = self.version
        copy = self.contents.copy()
        if version is not None and Versions.are_kept:
            copy.flags.writeable = False
            known = [pair for pair in self._copies if pair[0]() is not None]
            self._copies = [*known[1 - _MOST :], (weakref.ref(copy), version)]
        return copy

    def put_back(self, values: _Array, size: Any) -> None:
        """Give the array the size and the items of a state that was stored."""
        known = self._version_with(values)
        if known is None or known != self.version:
            self.resize(size)
            self.fill(values)

    def fill(self, values: Any) -> None:
        """Write all items; views of the array show what they did."""
        known = self._version_with(values)
        if known is not None and known == self.version:
            return
        self.detach()
        self.data[:] = values
        if known is not None and self.version is not None:
            self._version = known

    @contextmanager
    def only_read(self) -> Iterator[None]:
        """Keep the version where somebody gets the items, but does not write them."""
        version = self._version
        yield
        if self.version is not None:
            self._version = version

    def _version_with(self, values: Any) -> int | None:
        """Return the version in which the array had these items; None if unknown.

        A copy that somebody has made writeable may have others by now.
        """
        if not Versions.are_kept:
            return None
        for reference, version in self._copies:
            copy = reference()
            if copy is not None and copy is values:
                return None if copy.flags.writeable else version
        return None
