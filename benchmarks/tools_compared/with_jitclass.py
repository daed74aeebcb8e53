"""numba, with jitclasses for what has fields."""

from __future__ import annotations

from typing import Any

from numba.experimental import jitclass

from benchmarks.tools_compared.numba_tool import FIELDS, NumbaTool

__all__ = ["JitClass"]


class Group:
    def __init__(self, v, drive, tau, spikes, parameters):
        self.v = v
        self.drive = drive
        self.tau = tau
        self.spikes = spikes
        self.parameters = parameters


class Numbers:
    def __init__(self, data, size):
        self.data = data
        self.size = size


class Queue:
    def __init__(self, offset, counts, rows):
        self.offset = offset
        self.counts = counts
        self.rows = rows


_CLASSES = {
    name: jitclass(list(FIELDS[name].items()))(kind)
    for name, kind in (("Group", Group), ("Numbers", Numbers), ("Queue", Queue))
}


class JitClass(NumbaTool):
    """numba stores no function that has to do with a jitclass."""

    stores = False

    def instance(self, name: str, *values: Any) -> Any:
        """Return an object of a jitclass."""
        return _CLASSES[name](*values)


TOOL = JitClass
