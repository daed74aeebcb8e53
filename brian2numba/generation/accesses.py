"""What the statements of a code object do with variables."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Accesses"]


@dataclass
class Accesses:
    """The variables that statements read and write, by their names.

    Attributes
    ----------
    once : set of str
        What is written by statements that run once, not for each element.
    read, written : set of str
        What the statements for each element read and write.
    """

    once: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
