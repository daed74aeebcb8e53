"""Code objects that find indices or values and return them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from brian2numba.behaviours.base import PYTHON_TAKES_OVER, Behaviour, Offer
from brian2numba.binding import BoundKernel
from brian2numba.generation.slots import Result, Slot

__all__ = ["ResultBehaviour"]


class ResultBehaviour(Behaviour):
    """The kernel fills an array, of which a part is returned."""

    def __init__(self, codeobj: Any, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        variables = keywords["variables"]
        variable = variables.get("_variable")
        self._dtype = np.int32 if variable is None else variable.dtype
        self._length = variables.get("_group_idx", variables.get("N"))
        self._by_index = "_group_idx" in variables
        self._size = np.zeros(1, np.int64)

    def slots(self) -> list[Slot]:
        """Return the result and the number of its elements."""
        return [Result("_result", self._dtype), Result("_result_size", np.int64)]

    def offers(self) -> dict[str, Offer]:
        """Return where the result's size is; the result itself is new at each call."""
        size = {"_result_size": lambda: self._size.ctypes.data, "_result": lambda: 0}
        return {**super().offers(), **size, "_result_room": lambda: 0}

    def obstacle(self) -> str:
        """Say that Python has to prepare and take over what the kernel makes."""
        return PYTHON_TAKES_OVER

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return what gives the elements that the kernel found."""
        return lambda: self._found(kernel)

    def _found(self, kernel: BoundKernel) -> np.ndarray[Any, Any]:
        length = self._length.get_len() if self._by_index else self._length.item()
        result = np.zeros(length, self._dtype)
        kernel.set_number("_result", result.ctypes.data)
        kernel.set_number("_result_room", length)
        kernel()
        return result[: self._size[0]]
