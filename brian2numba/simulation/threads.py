"""
Which kernels several threads may share, and the threads that share them.

A kernel's work is divided by elements, so that each element is computed by the same
machine code from the same numbers: the results do not depend on the number of threads.
The parts call the kernel with tables of their own, which say where they begin and end.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

import numpy as np
from brian2.core.preferences import prefs
from brian2.core.variables import ArrayVariable
from brian2.utils.logger import get_logger

from brian2numba.behaviours.base import EVENT_COUNT, NO_END, PART_END, PART_START
from brian2numba.generation.slots import LastItem
from brian2numba.simulation.counter import PerformanceCounter
from brian2numba.simulation.parts import Job, join_events, run_in_parts, run_part
from brian2numba.target import NumbaCodeObject

__all__ = ["SharedKernel", "number_of_threads", "shared_kernel"]

logger = get_logger("brian2.codegen.runtime.numba")

#: Parts begin at multiples of this: no two threads write to one cache line, and blocks
#: of the threshold are whole
_GRAIN = 512


class _Layer:
    """Numba's threading layer, once it is in use."""

    #: The process that it was launched in, or 0
    process = 0
    parallel_for = 0
    n_threads = 1


def number_of_threads() -> int:
    """Return how many threads a run may use."""
    wanted = int(prefs["codegen.runtime.numba.threads"])
    if wanted == 1:
        return 1
    _launch()
    if _Layer.process != os.getpid():
        # A forked process has not got its parent's threads, and some layers end a
        # process that asks for them
        logger.warn(
            f"{wanted} threads were asked for, but this process was forked from one "
            "that uses threads: it uses one. The results are the same.",
            "threads_after_fork",
            once=True,
        )
        return 1
    if wanted > _Layer.n_threads:
        logger.warn(
            f"{wanted} threads were asked for, but numba's threading layer has "
            f"{_Layer.n_threads}, which are used. It has as many as there are "
            "processors, or as the environment variable NUMBA_NUM_THREADS says.",
            "too_few_threads",
            once=True,
        )
    return min(wanted, _Layer.n_threads)


def _launch() -> None:
    """Launch numba's threads, unless that was done before."""
    if _Layer.process:
        return
    # numba takes long to import, and most runs use one thread
    parallel = importlib.import_module("numba.np.ufunc.parallel")
    llvm = importlib.import_module("llvmlite.binding")
    parallel._launch_threads()
    _Layer.parallel_for = int(llvm.address_of_symbol("numba_parallel_for"))
    _Layer.n_threads = int(parallel.NUM_THREADS)
    _Layer.process = os.getpid()


class SharedKernel:
    """A kernel that several threads share, in the form in which the run loop calls it.

    Parameters
    ----------
    code_object : NumbaCodeObject
        The code object.
    starts : sequence of int
        The first element of each part.
    """

    def __init__(self, code_object: NumbaCodeObject, starts: list[int]) -> None:
        self.kernel_address = run_in_parts.address
        #: The words of the job
        self.words = np.zeros(Job.SIZE, np.int64)
        self._kernel = code_object.kernel
        self._starts = np.array(starts, np.int64)
        self._counts = np.zeros(len(starts), np.int32)
        ends = [*starts[1:], NO_END]
        tables = [
            self._kernel.table_with(
                {
                    PART_START: start,
                    PART_END: end,
                    EVENT_COUNT: self._counts[part:].ctypes.data,
                }
            )
            for part, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]
        self._tables = np.stack(tables)
        self._fill()
        for slot in self._kernel.slots:
            if isinstance(slot, LastItem) and slot.name == EVENT_COUNT:
                self._join_events_in(self._kernel.array(slot.variable))

    def _fill(self) -> None:
        words, counter = self.words, PerformanceCounter.of_python()
        words[Job.KERNEL] = self._kernel.kernel.address
        words[Job.TABLE] = self._kernel.table.ctypes.data
        words[Job.N_PARTS] = len(self._tables)
        words[Job.FIRST_PART] = self._tables.ctypes.data
        words[Job.PART_BYTES] = self._tables.strides[0]
        words[Job.PARALLEL_FOR] = _Layer.parallel_for
        words[Job.RUN_PART] = run_part.address
        words[Job.COUNTER] = counter.function
        words[Job.COUNTER_RESULT] = counter.result
        words[Job.ALONE] = words[Job.TOGETHER] = NO_END // 1000

    def _join_events_in(self, events: np.ndarray[Any, Any]) -> None:
        self.words[Job.FINISH] = join_events.address
        self.words[Job.FINISH_ARGUMENT] = self.words.ctypes.data
        self.words[Job.EVENTS] = events.ctypes.data
        self.words[Job.N_ELEMENTS] = len(events) - 1
        self.words[Job.STARTS] = self._starts.ctypes.data
        self.words[Job.COUNTS] = self._counts.ctypes.data


def shared_kernel(code_object: NumbaCodeObject) -> SharedKernel | None:
    """Return a kernel in the form that several threads share, if they may."""
    if code_object.template_name in ("stateupdate", "threshold"):
        starts = _starts(int(code_object.variables["N"].item()))
        if len(starts) > 1 and _is_elementwise(code_object):
            return SharedKernel(code_object, starts)
    return None


def _starts(n_elements: int) -> list[int]:
    """Return where the parts begin; a single part where there are few elements."""
    size = -(-n_elements // number_of_threads())
    size = -(-size // _GRAIN) * _GRAIN
    return list(range(0, n_elements, size)) if size else [0]


def _is_elementwise(code_object: NumbaCodeObject) -> bool:
    """Tell whether what is written for one element is used for no other."""
    if code_object.draws or code_object.source.calls_users or code_object.accesses.once:
        return False
    variables, indices = code_object.variables, code_object.variable_indices
    accesses = code_object.accesses
    written = {id(variables[name]) for name in accesses.written}
    return all(
        indices[name] == "_idx"
        for name in accesses.read | accesses.written
        if isinstance(variables[name], ArrayVariable) and id(variables[name]) in written
    )
