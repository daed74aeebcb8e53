"""What a case of bad input is: a script, and what has to come of it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Case", "accepted", "refused", "warned"]


@dataclass(frozen=True)
class Case:
    """A short script that gives something bad to the model of `model.py`.

    Attributes
    ----------
    script : str
        The Python text.
    expected : str
        ``"refused"``, ``"warned"`` or ``"accepted"``.
    error : str
        The type of the exception, where it is refused.
    patterns : tuple of str
        Parts of the message.
    documented : str
        The words, on the page of limits, that say that it is accepted.
    """

    script: str
    expected: str
    error: str = ""
    patterns: tuple[str, ...] = ()
    documented: str = ""

    @property
    def name(self) -> str:
        """The script in one line."""
        return "; ".join(self.script.splitlines())


def refused(script: str, error: str, *patterns: str) -> Case:
    """Return a case of what is refused, with an exception."""
    return Case(script, "refused", error, patterns)


def warned(script: str, *patterns: str) -> Case:
    """Return a case of what Brian warns of, and goes on."""
    return Case(script, "warned", "", patterns)


def accepted(script: str, documented: str) -> Case:
    """Return a case of what is accepted on purpose, and documented."""
    return Case(script, "accepted", documented=documented)
