"""The jobs of an array: each runs a script for its part of the points of a sweep."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from brian2numba.sweeps.results import Report

__all__ = ["Part", "PartDone", "current_part", "only_part"]


@dataclass(frozen=True)
class Part:
    """A part of the points.

    Attributes
    ----------
    number : int
        Which one it is, from 1.
    n_parts : int
        How many there are.
    """

    number: int
    n_parts: int

    @classmethod
    def from_text(cls, text: str) -> Part:
        """Return the part that a text such as ``"3/100"`` names.

        Raises
        ------
        ValueError
            If it names none.
        """
        number, _, n_parts = text.partition("/")
        if not (number.isdecimal() and n_parts.isdecimal()):
            raise ValueError(f"A part is written as 3/100, not as {text!r}.")
        part = cls(int(number), int(n_parts))
        if not 1 <= part.number <= part.n_parts:
            raise ValueError(
                f"There is no part {part.number} of {part.n_parts}: parts are counted "
                f"from 1 to {part.n_parts}."
            )
        return part

    def has(self, index: int) -> bool:
        """Tell whether a point, counted from 0, belongs to it."""
        return index % self.n_parts == self.number - 1


class PartDone(SystemExit):
    """Ends a script when its part of a sweep is done.

    Attributes
    ----------
    report : Report
        How it went.
    """

    def __init__(self, report: Report) -> None:
        super().__init__(1 if report.n_failed else 0)
        self.report = report


class _Current:
    part: Part | None = None


def current_part() -> Part | None:
    """Return the part that sweeps are to compute; None for all points."""
    return _Current.part


@contextmanager
def only_part(part: Part) -> Iterator[None]:
    """Let sweeps compute a part only, within this context."""
    _Current.part = part
    try:
        yield
    finally:
        _Current.part = None
