"""What is stored of a recording on disk: how far it was, instead of what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    """

    recording: str
    shape: tuple[int, ...]
    n_cuts: int

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return self.shape[0]

    def __len__(self) -> int:
        return self.shape[0]


@dataclass
class Cuts:
    """To which numbers of rows a recording was cut back, one cut after the other."""

    made: list[int] = field(default_factory=list)

    def add(self, n_rows: int) -> None:
        """Note that only so many rows are left."""
        self.made.append(n_rows)

    def are_kept(self, state: StoredRows) -> bool:
        """Tell whether the rows of a stored state are still those of then."""
        return all(n_rows >= state.n_rows for n_rows in self.made[state.n_cuts :])
