"""What brian2numba does: a translation of its own to LLVM's language, and a store."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np

import brian2numba  # noqa: F401 (as a user's script does)
from benchmarks.tools_compared.job import DELAY, DT, UPDATES, Array, State, Tool
from benchmarks.tools_compared.table_tool import Function, Table
from brian2numba.compilation.mathematics import vectorises
from brian2numba.compilation.stored_code import stored_code
from brian2numba.containers import DynamicArray1D, SpikeQueue
from brian2numba.containers.dynamic_array import append_rows
from brian2numba.containers.queue_operations import advance_queue, push_spikes
from brian2numba.generation import library
from brian2numba.lowering import lower

__all__ = ["Brian2Numba"]

_KERNEL = """
def kernel(_table):
    _slots = _int64s(_table)
    n = _slots[0]
    v = _float64s(_slots[1])
    drive = _float64s(_slots[2])
    tau = _float64s(_slots[3])
    spikes = _int32s(_slots[4])
    parameters = _float64s(_slots[5])
    decay = parameters[0]
    dt = parameters[1]
    for k in range(n):
        v[k] = {update}
    count = 0
    for k in range(n):
        if v[k] > 1.0:
            spikes[count] = k
            count += 1
    for k in range(count):
        v[spikes[k]] = 0.0
    return count
"""
_LOOP = """
def kernel(_table):
    _slots = _int64s(_table)
    total = 0
    for step in range(_slots[2]):
        total += _call(_slots[0], (_slots[1],))
    return total
"""
_FILL = """
def kernel(_table):
    _slots = _int64s(_table)
    for k in range(_slots[2]):
        address = _call(_slots[0], (_slots[1], 1))
        if address == 0:
            return -1
        _float64s(address)[0] = k
    return 0
"""
_STEPS = """
def kernel(_table):
    _slots = _int64s(_table)
    _queue = _queue_of(_slots[2])
    total = 0
    for step in range(_slots[6]):
        if _call(_slots[0], (_slots[3], _slots[4], _slots[5])) != 0:
            return -1
        _chunk = _due_chunk(_queue)
        while _chunk != 0:
            _synapses, _ranges, _n_ranges, _chunk = _read_chunk(_queue, _chunk)
            for _range in range(_n_ranges):
                for _position in range(_ranges[_range].first, _ranges[_range].end):
                    total += _synapse_at(_synapses, _position)
        _call(_slots[1], (_slots[3],))
    return total
"""
_ENTRY = ctypes.PYFUNCTYPE(ctypes.c_int64, ctypes.c_int64)


class Brian2Numba(Tool):
    """Kernels of one address, and the containers of the package.

    The store is where ``BRIAN2NUMBA_CACHE_DIR`` says.
    """

    def kernel(self, name: str) -> Function:
        """Compile a kernel."""
        return _compiled(_KERNEL.format(update=UPDATES[name]))

    def caller(self, kernel: Function, state: State) -> Callable[[], int]:
        """Return what calls a kernel once."""
        return Table(state).caller(kernel)

    def loop(self, kernel: Function, state: State) -> Callable[[int], int]:
        """Return what calls a kernel n times in compiled code."""
        inner = Table(state)
        table = np.array([kernel.address, inner.address, 0])
        call = _caller(_compiled(_LOOP), table)

        def loop(n_steps: int, _alive: Table = inner) -> int:
            table[2] = n_steps
            return call()

        return loop

    def appender(self) -> tuple[Callable[[int], Any], Callable[[], Array]]:
        """Return what appends to a dynamic array, and what reads it."""
        array = DynamicArray1D(0)
        table = np.array([append_rows.address, array.handle, 0])
        call = _caller(_compiled(_FILL), table)

        def fill(n: int) -> None:
            table[2] = n
            if call() != 0:
                raise MemoryError

        return fill, lambda: array.data

    def queue(self) -> Callable[[Array, int], int]:
        """Return what pushes spikes to a queue; neuron k has one synapse, number k."""
        table = np.zeros(7, np.int64)
        call = _caller(_compiled(_STEPS), table)
        queues: dict[int, SpikeQueue] = {}

        def push(spikes: Array, n_steps: int) -> int:
            n = int(spikes[-1]) + 1
            if n not in queues:
                queues[n] = SpikeQueue(0, n)
                delay = np.array([DELAY * DT])
                queues[n].prepare(delay, DT, np.arange(n, dtype=np.int32))
            queue = queues[n]
            table[:] = (
                *(push_spikes.address, advance_queue.address),
                *(queue.handle, queue.handle),
                *(spikes.ctypes.data, len(spikes), n_steps),
            )
            return call()

        return push


def _compiled(source: str) -> Function:
    """Do what `brian2numba.compilation.compiler` does with a kernel's source."""
    is_vector = vectorises()
    name = "kernel_" + hashlib.sha256(source.encode()).hexdigest()[:32]
    names = library.namespace()
    code = stored_code(name, source, lambda: lower(source, names, name, is_vector))
    call = _ENTRY(code.address)
    call.code = code
    return Function(call, code.address)


def _caller(kernel: Function, table: Array) -> Callable[[], int]:
    address, call = table.ctypes.data, kernel.call

    def call_kernel(_alive: Array = table) -> int:
        return call(address)

    return call_kernel


TOOL = Brian2Numba
