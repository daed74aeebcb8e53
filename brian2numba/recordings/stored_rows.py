"""What is stored of a recording on disk: how far it was, instead of what it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Cuts", "StoredRows"]


@dataclass(frozen=True)
class StoredRows:
    """How far the recording of a variable was.

    Attributes
    ----------
    recording : str
        Which recording it is.
    shape : tuple of int
        The shape of the variable's array then.
    n_cuts : int
        How often the recording had been cut back by then.
    flush : callable, optional
        Lets all rows be on disk: a state in a file is for other processes, which find
        only what is there.
    """

    recording: str
    shape: tuple[int, ...]
    n_cuts: int
    flush: Callable[[], None] | None = field(default=None, compare=False, repr=False)

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return self.shape[0]

    def __len__(self) -> int:
        return self.shape[0]

    def __reduce__(self) -> tuple[Any, ...]:
        if self.flush is not None:
            self.flush()
        return StoredRows, (self.recording, self.shape, self.n_cuts)


class Cuts:
    """To which numbers of rows a recording was cut back, one cut after the other.

    Parameters
    ----------
    attribute : mapping
        What `as_attribute` returned in another process; empty where there is no cut.

    Attributes
    ----------
    number : int
        How many cuts there were.
    """

    def __init__(self, attribute: Mapping[str, Any]) -> None:
        self.number: int = attribute.get("number", 0)
        #: Cuts by their numbers, but for those after which others went farther back
        self._deepest: list[tuple[int, int]] = [
            (number, n_rows) for number, n_rows in attribute.get("deepest", [])
        ]

    def add(self, n_rows: int) -> None:
        """Note that only so many rows are left."""
        while self._deepest and self._deepest[-1][1] >= n_rows:
            self._deepest.pop()
        self._deepest.append((self.number, n_rows))
        self.number += 1

    def are_kept(self, state: StoredRows) -> bool:
        """Tell whether the rows of a stored state are still those of then."""
        since = [n for number, n in self._deepest if number >= state.n_cuts]
        return all(n_rows >= state.n_rows for n_rows in since)

    def as_attribute(self) -> dict[str, Any]:
        """Return what an attribute on disk keeps of this."""
        return {"number": self.number, "deepest": self._deepest}
