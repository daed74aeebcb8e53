"""
What a kernel is given: one 64-bit slot for each thing that its source names.

The source declares *roles* only, e.g. ``_array_v = _float64s(_slots[3])``. Which array
this is, and how large, is written into the table of slots when the kernel is bound, so
that equal models share one compiled kernel.
"""

from __future__ import annotations

import abc
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from brian2.core.variables import ArrayVariable

from brian2numba.containers.extents import ArrayExtent, Extent
from brian2numba.errors import KernelCompilationError, TypeLeftToPythonError
from brian2numba.generation.block_draws import takes_counts_only
from brian2numba.generation.dtypes import dtype_name, pointer_name
from brian2numba.language import Record

__all__ = [
    "ArrayAddress",
    "ArrayData",
    "ArraySize",
    "Binding",
    "Constant",
    "ContainerHandle",
    "CountedStreams",
    "Doubles",
    "DynamicArrayData",
    "DynamicArraySize",
    "LastItem",
    "NamespaceArray",
    "Number",
    "RandomKey",
    "RandomStreams",
    "ReportSlot",
    "Result",
    "Slot",
    "WordStreams",
    "array_closing",
    "array_declaration",
    "shares_memory",
    "with_items",
]


#: Functions of kernels that read only in the array that is their first argument
_READING = (
    "_prefetch_ranges|_prefetch_range|_part_of_range|_end_of_run|_first_not_below"
)


def _extent_in(index: int) -> str:
    """Return source for the place of an array whose address is in a slot."""
    return f"_Extent.from_address(_slots[{index}])"


class Binding(Protocol):
    """What knows the memory that a kernel works with."""

    @property
    def slots(self) -> Iterable[Slot]:
        """What the kernel is given."""

    def number(self, name: str) -> int:
        """Return a plain number or address that the kernel was offered by name."""

    def array(self, variable: ArrayVariable) -> np.ndarray[Any, Any]:
        """Return the array of a variable, which never moves."""

    def container(self, variable: ArrayVariable) -> Any:
        """Return the dynamic array of a variable, which kernels can make grow."""

    def extent(self, variable: ArrayVariable) -> int:
        """Return the address of the `Extent` of a dynamic array."""

    def keep(self, memory: np.ndarray[Any, Any] | Record) -> int:
        """Return the address of memory, which from now on lives as the kernel."""

    def follow(self, following: Any) -> None:
        """Renew what a slot refers to each time that Python has run."""

    def watch(self, ways: Any) -> None:
        """Renew what a kernel is told of the model each time that Python has run."""


@dataclass(frozen=True)
class Slot(abc.ABC):
    """One thing that a kernel's source calls `name`."""

    name: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of slots that the declaration refers to; these have no needs."""
        return ()

    @abc.abstractmethod
    def declaration(self, index: int) -> str:
        """Return the line of source that reads the slot at `index`."""

    def closing(self) -> str | None:
        """Return the line of source that belongs before the kernel returns."""
        return None

    @abc.abstractmethod
    def value(self, binding: Binding) -> int:
        """Return the 64 bits that are written into the slot."""

    def is_only_read(self, text: str) -> bool:
        """Tell whether a kernel's source surely writes nothing by way of the slot."""
        return False

    def for_body(self, body: str) -> Slot:
        """Return the slot for a kernel with these statements, by the same name."""
        return self


@dataclass(frozen=True)
class Number(Slot):
    """A whole number or an address that the kernel is offered by name."""

    def declaration(self, index: int) -> str:
        """Return the line of source that reads the slot."""
        return f"{self.name} = _slots[{index}]"

    def value(self, binding: Binding) -> int:
        """Return the number."""
        return binding.number(self.name)


@dataclass(frozen=True)
class RandomStreams(Number):
    """The random streams, which the kernel opens and closes."""

    def declaration(self, index: int) -> str:
        """Return the lines of source that open the streams."""
        return f"{self.name} = _Streams()\n_open_streams({self.name}, _slots[{index}])"

    def closing(self) -> str:
        """Return the line of source that closes the streams."""
        return f"_close_streams({self.name})"

    def for_body(self, body: str) -> Slot:
        """Return streams of words where the kernel needs no doubles."""
        return WordStreams(self.name) if takes_counts_only(body, self.name) else self


@dataclass(frozen=True)
class WordStreams(Number):
    """Random streams of which only counts are drawn: uniform numbers stay words."""

    def declaration(self, index: int) -> str:
        """Return the lines of source that open the streams."""
        return f"{self.name} = _Streams()\n_open_words({self.name}, _slots[{index}])"

    def closing(self) -> str:
        """Return the line of source that closes the streams."""
        return f"_close_streams({self.name})"


@dataclass(frozen=True)
class CountedStreams(Number):
    """Streams of counter-based random numbers."""

    def declaration(self, index: int) -> str:
        """Return the lines of source that open the streams."""
        return (
            f"{self.name} = _Streams()\n"
            f"_open_counted_streams({self.name}, _slots[{index}])"
        )

    def closing(self) -> str:
        """Return the line of source that counts the run."""
        return f"_close_counted_streams({self.name})"


@dataclass(frozen=True)
class RandomKey(Number):
    """The key of counter-based random numbers, with the number of the run."""

    def declaration(self, index: int) -> str:
        """Return the line of source that reads the key."""
        return f"{self.name} = _open_key(_slots[{index}])"

    def closing(self) -> str:
        """Return the line of source that counts the run."""
        return f"_close_key({self.name})"


@dataclass(frozen=True)
class ArraySize(Number):
    """The number of elements of a variable's array."""

    variable: ArrayVariable

    def value(self, binding: Binding) -> int:
        """Return the number of elements."""
        return len(binding.array(self.variable))

    def is_only_read(self, text: str) -> bool:
        """Return true: a kernel is told the size, and not where it stands."""
        return True


@dataclass(frozen=True)
class ArrayAddress(Number):
    """The address of an array that never moves, to be passed on."""

    variable: ArrayVariable

    def value(self, binding: Binding) -> int:
        """Return the address."""
        return binding.keep(binding.array(self.variable))


@dataclass(frozen=True)
class ContainerHandle(Number):
    """The handle of a dynamic array, for the operations that make it grow."""

    variable: ArrayVariable

    def value(self, binding: Binding) -> int:
        """Return the handle."""
        return int(binding.container(self.variable).handle)


@dataclass(frozen=True)
class Constant(Slot):
    """A number that stays the same for the life of a code object."""

    constant: Any

    def declaration(self, index: int) -> str:
        """Return the line of source that reads the slot."""
        kind = np.asarray(self.constant).dtype.kind
        if kind == "f":
            return f"{self.name} = _float64_from_bits(_slots[{index}])"
        if kind == "b":
            return f"{self.name} = _slots[{index}] != 0"
        return f"{self.name} = _slots[{index}]"

    def value(self, binding: Binding) -> int:
        """Return the bits of the number."""
        number = np.asarray(self.constant)
        if number.dtype.kind == "f":
            return int(number.astype(np.float64).view(np.int64))
        return int(number)


@dataclass(frozen=True)
class ArrayData(Slot):
    """The data of an array that never moves."""

    variable: ArrayVariable

    @property
    def pointer(self) -> str:
        """What makes a pointer to its items of an address."""
        what = f"the variable '{self.variable.name}'"
        return pointer_name(dtype_name(self.variable.dtype, what))

    def declaration(self, index: int) -> str:
        """Return the line of source that reads the slot."""
        return f"{self.name} = {self.pointer}(_slots[{index}])"

    def value(self, binding: Binding) -> int:
        """Return the address of the data."""
        return binding.keep(binding.array(self.variable))

    def extent(self, binding: Binding) -> int:
        """Return the address of its `Extent`."""
        n_rows = len(binding.array(self.variable))
        return binding.keep(Extent(data=self.value(binding), n_rows=n_rows))

    def is_only_read(self, text: str) -> bool:
        """Tell whether all statements take items only: none begins with one."""
        name = rf"\b{re.escape(self.name)}\b"
        reads = rf"^\s*{name} = .*|\b(?:{_READING})\(\s*{name}"
        rest = re.sub(reads, "", text, flags=re.MULTILINE)
        return not re.search(rf"^\s*{name}|{name}(?!\[)", rest, re.MULTILINE)


@dataclass(frozen=True)
class LastItem(ArrayData):
    """The last item of an array that never moves."""

    def value(self, binding: Binding) -> int:
        """Return the address of the item."""
        array = binding.array(self.variable)
        return binding.keep(array) + array.nbytes - array.itemsize

    def extent(self, binding: Binding) -> int:
        """Return the address of its `Extent`."""
        return binding.keep(Extent(data=self.value(binding), n_rows=1))


@dataclass(frozen=True)
class DynamicArrayData(ArrayData):
    """The data of a dynamic array, wherever it is when the kernel starts."""

    def declaration(self, index: int) -> str:
        """Return the line of source that reads the slot."""
        return f"{self.name} = {self.pointer}({_extent_in(index)}.data)"

    def value(self, binding: Binding) -> int:
        """Return the address of its `Extent`."""
        return self.extent(binding)

    def extent(self, binding: Binding) -> int:
        """Return the address of its `Extent`."""
        return binding.extent(self.variable)


@dataclass(frozen=True)
class DynamicArraySize(Slot):
    """The number of elements (rows) of a dynamic array when the kernel starts."""

    variable: ArrayVariable

    def declaration(self, index: int) -> str:
        """Return the line of source that reads the slot."""
        return f"{self.name} = {_extent_in(index)}.n_rows"

    def value(self, binding: Binding) -> int:
        """Return the address of its `Extent`."""
        return binding.extent(self.variable)

    def is_only_read(self, text: str) -> bool:
        """Return true: a kernel is told the size, and not where it stands."""
        return True


@dataclass(frozen=True)
class ReportSlot(Number):
    """Where the kernel leaves what explains its status."""

    def declaration(self, index: int) -> str:
        """Return the line of source that reads the slot."""
        return f"{self.name} = _Report.from_address(_slots[{index}])"


@dataclass(frozen=True)
class Result(Number):
    """An array that the kernel fills for its caller."""

    dtype: Any

    def declaration(self, index: int) -> str:
        """Return the line of source that reads the slot."""
        pointer = pointer_name(dtype_name(self.dtype, "the result"))
        return f"{self.name} = {pointer}(_slots[{index}])"


@dataclass(frozen=True)
class Doubles(Slot):
    """A contiguous array of doubles that a function of the library is given."""

    array: np.ndarray[Any, Any]

    def declaration(self, index: int) -> str:
        """Return the line of source that reads the slot."""
        return f"{self.name} = {self.pointer}(_slots[{index}])"

    @property
    def pointer(self) -> str:
        """What makes a pointer to its items of an address."""
        return "_float64s"

    def value(self, binding: Binding) -> int:
        """Return the address of the array."""
        return binding.keep(self.array)

    def extent(self, binding: Binding) -> int:
        """Return the address of its `Extent`."""
        size = self.array.size
        return binding.keep(Extent(data=self.value(binding), n_rows=size))


@dataclass(frozen=True)
class NamespaceArray(Slot):
    """An array of a user function's namespace; the function sees a numpy array."""

    array: np.ndarray[Any, Any]
    is_checked_late: bool = True

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of slots that the declaration refers to."""
        return ("_report",)

    def declaration(self, index: int) -> str:
        """Return the lines of source that make an array of the slot."""
        try:
            dtype = dtype_name(self.array.dtype, f"the array '{self.name.strip('_')}'")
        except TypeLeftToPythonError as error:
            # The function was given for kernels, Python may have another one
            raise KernelCompilationError(str(error)) from None
        n_dimensions, is_late = self.array.ndim, self.is_checked_late
        return array_declaration(self.name, index, dtype, n_dimensions, is_late)

    def closing(self) -> str | None:
        """Return the line of source that checks the indices that were used."""
        return array_closing(self.name, self.array.ndim, self.is_checked_late)

    def value(self, binding: Binding) -> int:
        """Return where the address and the shape of the array are."""
        contiguous = with_items(np.ascontiguousarray(self.array))
        extent = ArrayExtent(data=binding.keep(contiguous))
        extent.set_shape(self.array.shape)
        return binding.keep(extent)


#: What is read of an array without elements, before an error is raised
_NO_ITEM = np.zeros(1)


def with_items(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return an array whose memory may be read: itself, unless it has no elements."""
    return array if array.size else _NO_ITEM


def shares_memory(array: np.ndarray[Any, Any], slots: Iterable[Slot]) -> bool:
    """Tell whether an array of the user's may be a part of the model's arrays.

    What the kernel writes to those then has to be found in the user's array.
    """
    variables = (getattr(slot, "variable", None) for slot in slots)
    return any(
        np.may_share_memory(array, variable.get_value())
        for variable in variables
        if variable is not None
    )


def array_declaration(
    name: str, index: int, dtype: str, n_dimensions: int, is_checked_late: bool
) -> str:
    """Return the lines of source that make an array of address and shape in a slot.

    It needs the slot ``_report``, for indices that are out of range.
    """
    is_late = is_checked_late and n_dimensions == 1
    view = "_array_checked_late" if is_late else "_array_view"
    pointer = "_booleans" if dtype == "bool" else pointer_name(dtype)
    inner = [f"_extent.inner_shape[{axis}]" for axis in range(n_dimensions - 1)]
    shape = ", ".join(["_extent.n_rows", *inner])
    return (
        f"_extent = _ArrayExtent.from_address(_slots[{index}])\n"
        f"{name} = {view}({pointer}(_extent.data), ({shape},), {index}, _report)"
    )


def array_closing(name: str, n_dimensions: int, is_checked_late: bool) -> str | None:
    """Return the line of source that belongs before a kernel with an array returns."""
    is_late = is_checked_late and n_dimensions == 1
    return f"_check_late({name})" if is_late else None
