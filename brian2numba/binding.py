"""
Kernels bound to the arrays of a model: the table of slots, filled in.

Arrays that never move are written into the table once. Dynamic arrays are reached
through the words of their container, which hold the present address and size; those
that belong to Brian's own containers get such words here, renewed before each call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable

from brian2numba.compilation.compiler import CompiledKernel
from brian2numba.device import arrays as device_arrays
from brian2numba.device.arrays import Replacements
from brian2numba.errors import N_DETAILS, exception_for
from brian2numba.generation.slots import Slot

__all__ = ["BoundKernel"]


class BoundKernel:
    """A kernel and the table that it is called with.

    Parameters
    ----------
    kernel : CompiledKernel
        The machine code.
    slots : sequence of Slot
        What the slots of its table stand for, in order.
    device : `RuntimeDevice`
        The device whose arrays the kernel works with.
    numbers : mapping of str to int
        The slots that are plain numbers or addresses, by name.
    where : str
        The model object, for error messages.
    """

    def __init__(
        self,
        kernel: CompiledKernel,
        slots: Sequence[Slot],
        device: Any,
        numbers: Mapping[str, int],
        where: str,
    ) -> None:
        self.kernel = kernel
        self.slots = tuple(slots)
        self.device = device
        self.where = where
        #: What a kernel leaves to explain its status
        self.details = np.zeros(N_DETAILS, np.int64)
        self._numbers = {**numbers, "_details": self.details.ctypes.data}
        self.table = np.zeros(max(len(self.slots), 1), np.int64)
        self._alive: list[Any] = []
        self._foreign: list[tuple[ArrayVariable, np.ndarray[Any, Any]]] = []
        self._entry, self._address = kernel.entry, self.table.ctypes.data
        self.bind()

    def bind(self) -> None:
        """Fill the table with what the slots stand for now."""
        self._alive.clear()
        self._foreign.clear()
        self._bound_at = Replacements.count
        for index, slot in enumerate(self.slots):
            self.table[index] = slot.value(self)

    @property
    def is_self_contained(self) -> bool:
        """Whether the table needs no renewal between calls."""
        return not self._foreign

    def set_number(self, name: str, value: int) -> None:
        """Give a slot that is a plain number or an address another value."""
        self._numbers[name] = value
        for index, slot in enumerate(self.slots):
            if slot.name == name:
                self.table[index] = value

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
        status = self._entry(self._address)
        if status:
            raise exception_for(status, self.details.tolist(), self.where)

    def number(self, name: str) -> int:
        """Return a plain number or address that the kernel was offered by name."""
        return self._numbers[name]

    def array(self, variable: ArrayVariable) -> np.ndarray[Any, Any]:
        """Return the array of a variable, which never moves."""
        return self.device.arrays[variable]

    def container(self, variable: ArrayVariable) -> device_arrays.Container:
        """Return the dynamic array of a variable, which kernels can make grow."""
        return device_arrays.owned_container(self.device, variable)

    def keep(self, array: np.ndarray[Any, Any]) -> int:
        """Return the address of an array, which from now on lives as the kernel."""
        self._alive.append(array)
        return array.ctypes.data

    def words(self, variable: ArrayVariable) -> int:
        """Return where the present address and size of a dynamic array are."""
        container = self.device.arrays[variable]
        self._alive.append(container)
        if device_arrays.is_ours(container):
            return container.payload
        words = np.zeros(2, np.int64)
        self._foreign.append((variable, words))
        return self.keep(words)

    def _renew_foreign(self) -> None:
        for variable, words in self._foreign:
            data = self.device.arrays[variable].data
            words[:] = data.ctypes.data, len(data)
