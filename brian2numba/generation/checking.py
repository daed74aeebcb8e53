"""Checked kernels: pointers that know how many items there are, see `language.bounded`.

Every access is compared with the size in machine code, and in Python where kernels run
uncompiled. What a container's operations do with its own memory is not checked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from brian2.core.preferences import prefs
from brian2.core.variables import ArrayVariable

from brian2numba.generation.followed import Followed
from brian2numba.generation.slots import (
    ArrayData,
    Binding,
    Doubles,
    NamespaceArray,
    Result,
    Slot,
)
from brian2numba.reports import NEW_ROWS, WORKING_MEMORY

__all__ = [
    "checked_slot",
    "is_checked",
    "new_rows",
    "unchecked_slot",
    "working_memory",
]

#: What kernels call that in which they report an access, and the size of a result
_REPORT, _RESULT_SIZE = "_report", "_result_room"


def is_checked() -> bool:
    """Tell whether kernels that are made now are checked."""
    return bool(prefs["codegen.runtime.numba.checked"])


def new_rows(pointer: str, size: str) -> str:
    """Return a pointer to new rows of a recording or of synapses, as source."""
    return _bounded(pointer, size, NEW_ROWS) if is_checked() else pointer


def working_memory(pointer: str, size: str) -> str:
    """Return a pointer to memory of the kernel's own, as source."""
    return _bounded(pointer, size, WORKING_MEMORY) if is_checked() else pointer


def _bounded(pointer: str, size: str, slot: int) -> str:
    return f"_bounded({pointer}, {size}, {slot}, {_REPORT})"


def checked_slot(slot: Slot) -> Slot:
    """Return the slot that gives a kernel an array with its size, if it is one's."""
    if isinstance(slot, ArrayData | Doubles):
        return _CheckedArray(slot.name, slot)
    if isinstance(slot, NamespaceArray | Followed):
        return replace(slot, is_checked_late=False)
    if isinstance(slot, Result) and slot.name == "_result":
        return _CheckedResult(slot.name, slot.dtype)
    return slot


def unchecked_slot(slot: Slot) -> Slot:
    """Return the slot of a model's array or of a result without its size."""
    if isinstance(slot, _CheckedArray):
        return slot.array
    return Result(slot.name, slot.dtype) if isinstance(slot, _CheckedResult) else slot


@dataclass(frozen=True)
class _CheckedArray(Slot):
    """An array with its size."""

    array: ArrayData | Doubles

    @property
    def variable(self) -> ArrayVariable | None:
        """The variable whose array it is, if it is one's."""
        return getattr(self.array, "variable", None)

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of slots that the declaration refers to."""
        return (_REPORT,)

    def declaration(self, index: int) -> str:
        """Return the line of source that reads address and size."""
        extent = f"_Extent.from_address(_slots[{index}])"
        data = f"{self.array.pointer}({extent}.data)"
        return f"{self.name} = {_bounded(data, f'{extent}.n_rows', index)}"

    def value(self, binding: Binding) -> int:
        """Return the address of its `Extent`."""
        return self.array.extent(binding)

    def is_only_read(self, text: str) -> bool:
        """Tell what the array tells: checks write nothing."""
        return self.array.is_only_read(text)


@dataclass(frozen=True)
class _CheckedResult(Result):
    """The result of a kernel that finds indices or values."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of slots that the declaration refers to."""
        return _REPORT, _RESULT_SIZE

    def declaration(self, index: int) -> str:
        """Return the line of source that reads the slot."""
        name, pointer = super().declaration(index).split(" = ")
        return f"{name} = {_bounded(pointer, _RESULT_SIZE, index)}"
