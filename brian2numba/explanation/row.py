"""A row of an explanation: what becomes of one object."""

from __future__ import annotations

from dataclasses import dataclass, field

from brian2numba.inspection import Kernel

__all__ = ["COMPILED", "NOT_AT_ALL", "PYTHON", "Row"]

#: What runs an object
COMPILED, PYTHON, NOT_AT_ALL = "compiled", "Python", "not run"


@dataclass(frozen=True)
class Row:
    """What becomes of a code object, or of an object that has none.

    Attributes
    ----------
    name : str
        The name of the object.
    kind : str
        The name of its class.
    task : str
        What it does in a time step: the name of Brian's template.
    clock : str
        The name of its clock.
    runs : str
        What runs it: ``'compiled'`` code, ``'Python'``, or ``'not run'``.
    reason : str
        Why it is not compiled code; empty if it is.
    fusion : str
        With what it is done in one pass over the elements, or why a state update and a
        threshold are not.
    sleep : str
        Whether neurons sleep until an event arrives, or why not; empty where the
        preference for it is not set.
    steps : str
        How many steps an element did on average in a time step, and at most, where its
        integration adapts them; since its code was last prepared.
    recording : str
        Where the rows of a monitor go, if they do not all stay in memory.
    threads : int
        How many threads share its work, where there is enough of it.
    origin : str
        Where its machine code comes from.
    compile_time : float or None
        How long it took to compile it or to load it, in seconds.
    seconds : float or None
        How long it took in the last run, if that was profiled.
    share : float or None
        Which part of the time of all objects that is.
    prepared : str
        Why the last run prepared the object; empty if it did not: there was no run, or
        nothing had changed since an earlier one.
    kernel : Kernel or None
        The kernel that is run, to be read.
    """

    name: str
    kind: str
    task: str
    clock: str
    runs: str
    reason: str = ""
    fusion: str = ""
    sleep: str = ""
    steps: str = ""
    recording: str = ""
    threads: int = 1
    origin: str = ""
    compile_time: float | None = None
    seconds: float | None = None
    share: float | None = None
    prepared: str = ""
    kernel: Kernel | None = field(default=None, repr=False)

    def cell(self, attribute: str) -> str:
        """Return what a cell of the table shows."""
        value = getattr(self, attribute)
        if value is None:
            return ""
        if attribute == "share":
            return f"{value:.1%}"
        if attribute in ("compile_time", "seconds"):
            return f"{1000 * value:.3g} ms"
        return str(value)
