"""What is stored of a recording on disk: how far it was, instead of what it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    made : sequence of int
        The cuts so far.
    """

    def __init__(self, made: Sequence[int] = ()) -> None:
        self.made = list(made)

    def add(self, n_rows: int) -> None:
        """Note that only so many rows are left."""
        self.made.append(n_rows)

    def are_kept(self, state: StoredRows) -> bool:
        """Tell whether the rows of a stored state are still those of then."""
        return all(n_rows >= state.n_rows for n_rows in self.made[state.n_cuts :])
