"""
Kernels bound to the arrays of a model: the table of slots, filled in.

Arrays that never move are written into the table once. Dynamic arrays are reached
through the words of their container, which hold the present address and size; those
that belong to Brian's own containers get such words here, renewed before each call.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable, DynamicArrayVariable

from brian2numba.compilation.compiler import CompiledKernel
from brian2numba.containers.extents import Extent
from brian2numba.device import arrays as device_arrays
from brian2numba.device.arrays import Replacements
from brian2numba.errors import (
    Status,
    exception_for,
)
from brian2numba.failed_calls import (
    FailedCall,
    call_in_python,
    exception_of,
    failed_call,
    where_it_was,
)
from brian2numba.failures import (
    function_at,
    line_of_use,
    users_name,
)
from brian2numba.generation.followed import check_unchanged
from brian2numba.generation.source import KernelSource
from brian2numba.language import Record, address_of
from brian2numba.reports import NEW_ROWS, WORKING_MEMORY, Report

__all__ = ["BoundKernel", "Place"]


@dataclass(frozen=True)
class Place:
    """Where in a model a kernel runs.

    Attributes
    ----------
    where : str
        The model object, for error messages.
    clock : `Clock`, optional
        Its clock.
    """

    where: str
    clock: Any = None

    def __str__(self) -> str:
        return self.where

    def time(self) -> str:
        """Return when it is there, for error messages."""
        if self.clock is None:
            return ""
        return f", at t = {float(self.clock.variables['t'].item()):g} s"


#: What arrays are that are in no slot
_OTHERS = {WORKING_MEMORY: "the working memory", NEW_ROWS: "the new rows"}


class BoundKernel:
    """A kernel and the table that it is called with.

    Parameters
    ----------
    kernel : CompiledKernel
        The machine code.
    source : KernelSource
        What it was compiled from: its slots stand for what is in the table.
    device : `RuntimeDevice`
        The device whose arrays the kernel works with.
    numbers : mapping of str to int
        The slots that are plain numbers or addresses, by name.
    place : Place
        Where it runs, for error messages.
    """

    def __init__(
        self,
        kernel: CompiledKernel,
        source: KernelSource,
        device: Any,
        numbers: Mapping[str, int],
        place: Place,
    ) -> None:
        self.kernel = kernel
        self.source = source
        self.slots = source.slots
        self.device = device
        self.place = place
        #: What a kernel leaves to explain its status
        self.report = Report()
        self._numbers = {**numbers, "_report": address_of(self.report)}
        self.table = np.zeros(max(len(self.slots), 1), np.int64)
        #: The call that raised an exception, if one did
        self.failed_call: FailedCall | None = None
        self._alive: list[Any] = []
        self._foreign: list[tuple[ArrayVariable, Extent]] = []
        self._followings: list[Any] = []
        #: What has a method `renew` that has to be called after Python has run
        self.watched: list[Any] = []
        #: What explains a status that only the code object's behaviour knows
        self.explanations: dict[int, Callable[[Report], Exception]] = {}
        self._entry, self._address = kernel.entry, self.table.ctypes.data
        self.bind()

    def bind(self) -> None:
        """Fill the table with what the slots stand for now."""
        self._alive.clear()
        self._foreign.clear()
        self._followings.clear()
        self.watched.clear()
        self._bound_at = Replacements.count
        for index, slot in enumerate(self.slots):
            self.table[index] = slot.value(self)
        self._written = list(self._arrays_that_may_be_written())

    def _arrays_that_may_be_written(self) -> Iterator[device_arrays.Container]:
        """Yield the dynamic arrays with which the source does more than to read."""
        for slot in self.slots:
            variable = getattr(slot, "variable", None)
            if isinstance(variable, DynamicArrayVariable):
                container = self.device.arrays[variable]
                is_ours = device_arrays.is_ours(container)
                if is_ours and not slot.is_only_read(self.source.text):
                    yield container

    def mark_written(self) -> None:
        """Say of all arrays that the kernel may have written that they may differ."""
        for container in self._written:
            container.mark_changed()

    @property
    def written_arrays(self) -> list[device_arrays.Container]:
        """The dynamic arrays that the kernel may write."""
        return list(self._written)

    @property
    def is_followed(self) -> bool:
        """Whether what functions of users refer to has to be looked up now and then."""
        return bool(self._followings or self.source.called)

    def follow(self, following: Any) -> None:
        """Renew what a slot refers to each time that Python has run."""
        self._followings.append(following)

    def watch(self, ways: Any) -> None:
        """Renew what a kernel is told of the model each time that Python has run."""
        if ways not in self.watched:
            self.watched.append(ways)

    def renew(self) -> None:
        """Look up what functions of users refer to.

        Raises
        ------
        ReferenceChangedError
            If that is something else than what the kernel was compiled for.
        """
        for following in self._followings:
            following.renew()
        for reference, function in self.source.called:
            check_unchanged(reference, function)

    @property
    def foreign(self) -> str | None:
        """A dynamic array that makes the table need renewal before each call."""
        for variable, _ in self._foreign:
            return _described(variable)
        return None

    def set_number(self, name: str, value: int) -> None:
        """Give a slot that is a plain number or an address another value."""
        self._numbers[name] = value
        for index, slot in enumerate(self.slots):
            if slot.name == name:
                self.table[index] = value

    def fill_again(self, source: KernelSource) -> None:
        """Take the numbers of constants from a source that is the same otherwise."""
        for index, (slot, other) in enumerate(
            zip(self.slots, source.slots, strict=True)
        ):
            if slot is not other:
                self.table[index] = other.value(self)
        self.source, self.slots = source, source.slots

    def table_with(self, numbers: Mapping[str, int]) -> np.ndarray[Any, Any]:
        """Return a copy of the table with other values in some slots, by name."""
        table = self.table.copy()
        for index, slot in enumerate(self.slots):
            if slot.name in numbers:
                table[index] = numbers[slot.name]
        return table

    def __call__(self) -> None:
        """Run the kernel.

        Raises
        ------
        Exception
            What the kernel's status stands for, if it is not `Status.OK`.
        """
        if self._bound_at != Replacements.count:
            self.bind()
        if self._foreign:
            self._renew_foreign()
        for watched in self.watched:
            watched.renew()
        self.mark_written()
        try:
            status = self._entry(self._address)
        except Exception as error:
            # Only where Python runs the kernel
            call = call_in_python(self.source, error)
            if call is None:
                raise
            self.failed_call = call
            raised = self._exception_of_user(Status.USER_EXCEPTION, call)
            if raised is error:
                raise
            raise raised from raised.__cause__
        if status:
            raise self.exception(status)

    def exception(self, status: int) -> Exception:
        """Return the exception that tells what a status of the kernel means."""
        report = Report.from_buffer_copy(self.report)
        ctypes.memset(address_of(self.report), 0, ctypes.sizeof(Report))
        if status == Status.OUT_OF_BOUNDS:
            return self._out_of_bounds(report)
        if status in self.explanations:
            return self.explanations[status](report)
        if status == Status.USER_EXCEPTION:
            self.failed_call = failed_call(self.source, report)
            if self.failed_call is not None:
                return self._exception_of_user(status, self.failed_call)
        return exception_for(status, str(self.place), report.index, report.size)

    def _exception_of_user(self, status: int, call: FailedCall) -> Exception:
        error = exception_of(self.source, call)
        if not isinstance(error, Exception):
            return exception_for(status, str(self.place))
        name = users_name(call.function_name, self.source.user_functions)
        of = f"the function '{name}', called by {self.place}"
        described = self.source.user_functions.get(call.function_name)
        n_own = len(described._arg_units) if described else len(call.arguments)
        arguments = call.arguments[:n_own]
        given = ", ".join("an array" if a is None else str(a) for a in arguments)
        given = f"Its arguments: {given}." if given else "It has no arguments."
        if isinstance(error, IndexError):
            statement = where_it_was(error)
            begin = f"{statement} of {of}" if statement else of[0].upper() + of[1:]
            time = self.place.time().removeprefix(",")
            better = IndexError(f"{begin}, fails{time}: {error}. {given}")
            better.__cause__ = error
            return better
        error.add_note(f"Raised by {of}{self.place.time()}. {given}")
        return error

    def _out_of_bounds(self, report: Report) -> IndexError:
        slot = report.slot
        # Where the kernel finds it out when it returns, it doesn't know the statement
        line = report.line or line_of_use(self.source.text, self.slots[slot].name)
        statement = self.source.text.splitlines()[line - 1].strip()
        found = function_at(self.source.text, line)
        of = str(self.place)
        if found is not None:
            function, line_of_function = found
            name = users_name(function, self.source.user_functions)
            of = f"the function '{name}', called by {of},"
            if function in self.source.translations:
                origin = self.source.translations[function].origin(line_of_function)
                statement, where = origin or (statement, "")
                of = f"the function '{name}'{where}, called by {self.place},"
        message = (
            f"The statement '{statement}' of {of} uses element {report.index} "
            f"of {self._name_of(slot)}, which has {report.size} elements"
            f"{self.place.time()}."
        )
        if self.source.model_code:
            message += f" The statement is part of:\n{self.source.model_code}"
        return IndexError(message)

    def _name_of(self, slot: int) -> str:
        """Return what the array in a slot is to users."""
        if slot in _OTHERS:
            return _OTHERS[slot]
        variable = getattr(self.slots[slot], "variable", None)
        if variable is None:
            reference = getattr(self.slots[slot], "reference", None)
            if reference is not None:
                return f"'{reference}'"
            name = self.slots[slot].name
            return f"'{users_name(name, self.source.user_functions)}'"
        return _described(variable)

    def number(self, name: str) -> int:
        """Return a plain number or address that the kernel was offered by name."""
        return self._numbers[name]

    def array(self, variable: ArrayVariable) -> np.ndarray[Any, Any]:
        """Return the array of a variable, which never moves."""
        return self.device.arrays[variable]

    def container(self, variable: ArrayVariable) -> device_arrays.Container:
        """Return the dynamic array of a variable, which kernels can make grow."""
        container = device_arrays.owned_container(self.device, variable)
        recording = device_arrays.recording_in(container)
        if recording is not None:
            self.watch(recording)
        return container

    def keep(self, memory: np.ndarray[Any, Any] | Record) -> int:
        """Return the address of memory, which from now on lives as the kernel."""
        self._alive.append(memory)
        return (
            memory.ctypes.data if isinstance(memory, np.ndarray) else address_of(memory)
        )

    def extent(self, variable: ArrayVariable) -> int:
        """Return the address of the `Extent` of a dynamic array."""
        container = self.device.arrays[variable]
        self._alive.append(container)
        recording = device_arrays.recording_in(container)
        if recording is not None:
            self.watch(recording.looks)
        if device_arrays.is_ours(container):
            return container.payload
        extent = Extent()
        self._foreign.append((variable, extent))
        return self.keep(extent)

    def _renew_foreign(self) -> None:
        for variable, extent in self._foreign:
            data = self.device.arrays[variable].data
            extent.data, extent.n_rows = data.ctypes.data, len(data)


def _described(variable: Any) -> str:
    """Return what a variable is to users."""
    owner = device_arrays.owner_name(variable)
    return f"'{variable.name}' of '{owner}'" if owner else f"'{variable.name}'"
