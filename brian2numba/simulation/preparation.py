"""Preparing runs without running them, for what has to be compiled to be compiled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

__all__ = ["Preparation", "without_time_steps"]


class Preparation:
    """Whether runs are prepared only, and how many were.

    Attributes
    ----------
    is_all : bool
        Whether a run ends when everything is ready for its first time step.
    n_runs : int
        How many runs ended there.
    notes : list of str
        What else is to be said of what was prepared.
    """

    is_all = False
    n_runs = 0
    notes: ClassVar[list[str]] = []


@contextmanager
def without_time_steps() -> Iterator[None]:
    """Let runs take no time step, within this context."""
    Preparation.is_all, Preparation.n_runs = True, 0
    Preparation.notes.clear()
    try:
        yield
    finally:
        Preparation.is_all = False
