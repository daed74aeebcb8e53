"""Slots of kernels that deliver spikes, and the code that reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Protocol

from brian2.core.variables import ArrayVariable

from brian2numba.generation.dtypes import dtype_name, pointer_name
from brian2numba.generation.slots import Binding, Slot
from brian2numba.language import Record

__all__ = [
    "Flag",
    "OrderedData",
    "RunStarts",
    "Ways",
    "each_named",
    "in_order",
    "in_run",
    "read_in_order",
]

_ITEM = re.compile(r"\b_array_(\w+)\[_idx\]")
#: Lines of statements up to which a kernel has a loop of its own for items in order
_MOST_LINES = 24


class Ways(Protocol):
    """What knows in which ways a kernel may deliver."""

    def renew(self) -> None:
        """Find out again, after Python has run."""

    def answers(self) -> Record:
        """Return where the answers are."""

    def place(self, variable: ArrayVariable) -> Record:
        """Return where the place of a copy of a variable's array is."""


@dataclass(frozen=True)
class Flag(Slot):
    """Whether a kernel may deliver in a special way.

    Attributes
    ----------
    ways : Ways
        What knows.
    number : int
        Which of the answers it is.
    """

    ways: Ways = field(compare=False, repr=False)
    number: int

    def declaration(self, index: int) -> str:
        """Return the line of source that reads the slot."""
        return f"{self.name} = _int64s(_slots[{index}])[{self.number}] != 0"

    def value(self, binding: Binding) -> int:
        """Return the address of the answers."""
        binding.watch(self.ways)
        return binding.keep(self.ways.answers())


@dataclass(frozen=True)
class RunStarts(Slot):
    """Where runs of synapses begin whose targets are neighbours.

    Attributes
    ----------
    runs : object
        What knows the runs.
    """

    runs: Any = field(compare=False, repr=False)

    def declaration(self, index: int) -> str:
        """Return the lines of source that read the slot."""
        extent = f"_Extent.from_address(_slots[{index}])"
        return f"{self.name} = _int32s({extent}.data)\n_n_runs = {extent}.n_rows"

    def value(self, binding: Binding) -> int:
        """Return the address of the `Extent` of the runs."""
        binding.watch(self.runs)
        return binding.keep(self.runs.place())


@dataclass(frozen=True)
class OrderedData(Slot):
    """A copy of the items of an array in the order in which spikes are delivered.

    Attributes
    ----------
    variable : `ArrayVariable`
        The variable that has the array.
    ways : Ways
        What has the copy.
    """

    variable: ArrayVariable
    ways: Ways = field(compare=False, repr=False)

    def declaration(self, index: int) -> str:
        """Return the line of source that reads the slot."""
        what = f"the variable '{self.variable.name}'"
        pointer = pointer_name(dtype_name(self.variable.dtype, what))
        return f"{self.name} = {pointer}(_Extent.from_address(_slots[{index}]).data)"

    def value(self, binding: Binding) -> int:
        """Return the address of the `Extent` of the copy."""
        return binding.keep(self.ways.place(self.variable))

    def is_only_read(self, text: str) -> bool:
        """Return true: nothing is written to a copy."""
        return True


def read_in_order(code: str) -> list[str]:
    """Return the names of arrays of synapses that statements for each synapse read.

    Of those that they write as well, there is no copy. Nor is there of what long
    statements read, which take most of the time themselves.
    """
    if len(code.splitlines()) > _MOST_LINES:
        return []
    names = sorted(set(_ITEM.findall(code)))
    return [n for n in names if not re.search(rf"^\s*_array_{n}\[", code, re.MULTILINE)]


def each_named(names: list[str], prefix: str) -> list[str]:
    """Filter for what arrays or their copies are called in a kernel."""
    return [prefix + name for name in names]


def in_order(code: str, names: list[str]) -> str:
    """Filter for statements that read copies, at a position in the queue's list."""
    for name in names:
        code = re.sub(rf"\b_array_{name}\[_idx\]", f"_ordered_{name}[_position]", code)
    return code


def in_run(code: str, targets: str) -> str:
    """Filter for statements whose targets are known to be neighbours.

    Parameters
    ----------
    code : str
        The statements.
    targets : str
        The array that has the target of each synapse.
    """
    return code.replace(f"{targets}[_idx]", "(_idx + _shift)")
