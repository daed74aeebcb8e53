"""What the tools share that compile functions of integers and addresses."""

from __future__ import annotations

import ctypes
import hashlib
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.tools_compared.c_source import (
    CONTAINER_FUNCTIONS,
    CONTAINERS,
    LOOP,
    kernel_source,
)
from benchmarks.tools_compared.job import N_SLOTS, Array, State, Tool

__all__ = ["Function", "Table", "TableTool", "content_name"]


@dataclass(frozen=True)
class Function:
    """A compiled function, for Python and for other compiled code."""

    call: Callable[..., int]
    address: int


class Table:
    """A kernel's table: how many neurons there are, and the addresses of their arrays.

    Parameters
    ----------
    state : State
        The arrays; they live as long as the table.
    """

    def __init__(self, state: State) -> None:
        arrays = (state.v, state.drive, state.tau, state.spikes, state.parameters)
        words = (len(state.v), *(array.ctypes.data for array in arrays))
        self._words = np.array(words, np.int64)
        self._state = state
        self.address = self._words.ctypes.data

    def caller(self, kernel: Function) -> Callable[[], int]:
        """Return what calls a kernel with this table."""
        address, call = self.address, kernel.call

        def call_kernel(_alive: Table = self) -> int:
            return call(address)

        return call_kernel


def content_name(source: str) -> str:
    """Return a name for what a source compiles to."""
    return "compared_" + hashlib.sha256(source.encode()).hexdigest()[:16]


class TableTool(Tool):
    """A tool that compiles C, C++ or something like it.

    A kernel gets the address of a table of addresses, the containers are C structures.
    """

    @abstractmethod
    def functions(
        self, source: str, n_arguments: Mapping[str, int]
    ) -> Mapping[str, Function]:
        """Compile a source; return its functions of so many integers."""

    def kernel(self, name: str) -> Function:
        """Compile a kernel."""
        entry = f"kernel_{name}"
        return self.functions(kernel_source(name), {entry: 1})[entry]

    def caller(self, kernel: Function, state: State) -> Callable[[], int]:
        """Return what calls a kernel once."""
        return Table(state).caller(kernel)

    def loop(self, kernel: Function, state: State) -> Callable[[int], int]:
        """Return what calls a kernel n times in compiled code."""
        table = Table(state)
        loop = self.functions(LOOP, {"loop": 3})["loop"].call
        return lambda n_steps: loop(kernel.address, table.address, n_steps)

    def appender(self) -> tuple[Callable[[int], Any], Callable[[], Array]]:
        """Return what appends to an array, and what reads it."""
        fill = self.functions(CONTAINERS, CONTAINER_FUNCTIONS)["fill"].call
        words = np.zeros(3, np.int64)

        def values() -> Array:
            data = (ctypes.c_double * int(words[1])).from_address(int(words[0]))
            return np.ctypeslib.as_array(data)

        return lambda n: fill(words.ctypes.data, n), values

    def queue(self) -> Callable[[Array, int], int]:
        """Return what pushes spikes to a queue for n steps."""
        steps = self.functions(CONTAINERS, CONTAINER_FUNCTIONS)["steps"].call
        counts = np.zeros(N_SLOTS, np.int64)
        words = np.array([N_SLOTS, 0, 0, counts.ctypes.data, 0])

        def push(spikes: Array, n_steps: int, _alive: Array = counts) -> int:
            return steps(words.ctypes.data, spikes.ctypes.data, len(spikes), n_steps)

        return push
