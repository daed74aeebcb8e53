"""
Which kernels several threads may share, and the threads that share them.

A kernel's work is divided by elements, so that each element is computed by the same
machine code from the same numbers: the results do not depend on the number of threads.
The parts call the kernel with tables of their own, which say where they begin and end.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from brian2.core.preferences import prefs
from brian2.utils.logger import get_logger

from brian2numba.behaviours.base import EVENT_COUNT, PART_END, PART_START
from brian2numba.behaviours.spikes import ADDRESS_OF_SLEEP, DeliverBehaviour
from brian2numba.behaviours.summed_variable import SummedVariableBehaviour
from brian2numba.binding import BoundKernel
from brian2numba.compilation.locks import COMPILING
from brian2numba.containers import advance_queue, count_due
from brian2numba.generation.checking import is_checked
from brian2numba.generation.counter_draws import RANDOM_KEY, RANDOM_STREAMS
from brian2numba.generation.slots import LastItem
from brian2numba.kernels.counter_based import CountedBuffers
from brian2numba.kernels.sharing import NO_END
from brian2numba.language import address_of, pointer_to
from brian2numba.operations import Operation
from brian2numba.simulation.counter import PerformanceCounter
from brian2numba.simulation.parts import (
    Job,
    do_nothing,
    join_events,
    run_in_parts,
    run_part,
)
from brian2numba.target import NumbaCodeObject

__all__ = ["SharedKernel", "number_of_threads", "shared_kernel"]

logger = get_logger("brian2.codegen.runtime.numba")

#: Parts begin at multiples of this: no two threads write to one cache line, and blocks
#: of elements, which draw random numbers together, are whole
_GRAIN = 512
#: How many events have to be due for several threads to deliver them in less time
_ENOUGH_EVENTS = 8192
#: Longer than anything takes, in nanoseconds
_NEVER = 2**50


class _Layer:
    """Numba's threading layer, once it is in use."""

    #: The process that it was launched in, or 0
    process = 0
    #: The address of its function for parallel loops, or 0
    parallel_for = np.zeros(1, np.int64)
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
    with COMPILING:
        # numba takes long to import, and most runs use one thread
        parallel = importlib.import_module("numba.np.ufunc.parallel")
        llvm = importlib.import_module("llvmlite.binding")
        parallel._launch_threads()
        _Layer.parallel_for[0] = llvm.address_of_symbol("numba_parallel_for")
        _Layer.n_threads = int(parallel.NUM_THREADS)
        _Layer.process = os.getpid()


def use_one_thread_after_forks() -> None:
    """Let runs that go on in a forked process use one thread there; for good."""

    def forget_threads() -> None:
        _Layer.parallel_for[0] = 0

    if sys.platform != "win32":
        os.register_at_fork(after_in_child=forget_threads)


class SharedKernel:
    """A kernel that several threads share, in the form in which the run loop calls it.

    Parameters
    ----------
    kernel : BoundKernel
        The kernel.
    starts : list of int
        The first element of each part.
    numbers : mapping of str to int, optional
        What slots hold for parts, by name, where that differs from the whole.
    """

    def __init__(
        self,
        kernel: BoundKernel,
        starts: list[int],
        numbers: Mapping[str, int] | None = None,
    ) -> None:
        #: What the run loop calls in the place of the kernel
        self.address = run_in_parts.address
        #: What it is called with
        self.job = Job()
        self._kernel = kernel
        self._starts = np.array(starts, np.int64)
        self._counts = np.zeros(len(starts), np.int32)
        self._keys = (CountedBuffers * len(starts))()
        ends = [*starts[1:], NO_END]
        tables = [
            kernel.table_with(
                {
                    PART_START: start,
                    PART_END: end,
                    EVENT_COUNT: self._counts[part:].ctypes.data,
                    RANDOM_KEY: address_of(self._keys[part]),
                    **(numbers or {}),
                }
            )
            for part, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]
        self._tables = np.stack(tables)
        self._fill()

    @property
    def n_parts(self) -> int:
        """How many threads share the kernel, at most."""
        return len(self._starts)

    def _fill(self) -> None:
        job = self.job
        job.kernel = self._kernel.kernel.address
        job.table = self._kernel.table.ctypes.data
        job.first_part[0] = self._tables.ctypes.data
        job.n_parts[0] = len(self._tables)
        job.part_bytes[0] = self._tables.strides[0]
        job.parallel_for = pointer_to(_Layer.parallel_for)
        job.run_part = run_part.address
        job.counter = PerformanceCounter.of_python()
        job.alone = job.together = _NEVER
        if any(slot.name == RANDOM_KEY for slot in self._kernel.slots):
            key = self._kernel.number(RANDOM_KEY)
            job.random_key = CountedBuffers.array_at(key)
            job.part_keys = pointer_to(self._keys)

    def join_events(self, events: np.ndarray[Any, Any]) -> None:
        """Let the events that the parts find be put one after the other."""
        self.job.events = pointer_to(events)
        self.job.n_elements = len(events) - 1
        self.job.starts = pointer_to(self._starts)
        self.job.counts = pointer_to(self._counts)
        self.finish_with(join_events, address_of(self.job))

    def finish_with(self, operation: Operation, argument: int) -> None:
        """Let an operation be called when all parts are done."""
        self.job.finish = operation.address
        self.job.finish_argument = argument

    def only_from(self, enough: int, operation: Operation, argument: int) -> None:
        """Use one thread, unless an operation says that there is enough to do."""
        self.job.enough = enough
        self.job.amount = operation.address
        self.job.amount_argument = argument


def shared_kernel(code_object: NumbaCodeObject) -> SharedKernel | None:
    """Return a kernel in the form that several threads share, if they may."""
    if is_checked():
        return None
    has_streams = any(slot.name == RANDOM_STREAMS for slot in code_object.source.slots)
    if has_streams or code_object.source.calls_users or code_object.accesses.once:
        return None
    share = _WAYS.get(code_object.template_name)
    return None if share is None else share(code_object)


def _share_elements(code_object: NumbaCodeObject) -> SharedKernel | None:
    """Share a state update or a threshold, or both in one: each part has its elements.

    What is written for one element must be used for no other.
    """
    starts = _starts(int(code_object.variables["N"].item()))
    slots = code_object.source.slots
    if any(slot.name == ADDRESS_OF_SLEEP for slot in slots):
        # There is little to share
        return None
    if len(starts) == 1 or not _is_divisible(code_object, {"_idx"}):
        return None
    kernel = code_object.kernel
    shared = SharedKernel(kernel, starts)
    for slot in kernel.slots:
        if isinstance(slot, LastItem) and slot.name == EVENT_COUNT:
            shared.join_events(kernel.array(slot.variable))
    return shared


def _share_delivery(code_object: NumbaCodeObject) -> SharedKernel | None:
    """Share the delivery of spikes: each part has the synapses to some of the targets.

    The updates of each target are done in the same order as by one thread. The targets
    of a neuron must ascend, so that a part finds its own without going through all.
    """
    behaviour = code_object.behaviour
    assert isinstance(behaviour, DeliverBehaviour)
    pathway = behaviour.pathway()
    pre, post = (
        pathway.synapses.variables[f"_synaptic_{side}"].get_value()
        for side in ("pre", "post")
    )
    starts = _starts(int(post.max(initial=-1)) + 1)
    if len(starts) == 1 or not _is_divisible(
        code_object, {"_idx", "_postsynaptic_idx"}
    ):
        return None
    if pathway.prepost == "pre" and not _ascend(pre, post):
        return None
    queue = pathway.queue
    shared = SharedKernel(
        code_object.kernel, starts, {"_advance_queue": do_nothing.address}
    )
    shared.finish_with(advance_queue, queue.handle)
    shared.only_from(_ENOUGH_EVENTS, count_due, queue.handle)
    return shared


def _share_sums(code_object: NumbaCodeObject) -> SharedKernel | None:
    """Share a summed variable: each part adds up what some of the targets get."""
    behaviour = code_object.behaviour
    assert isinstance(behaviour, SummedVariableBehaviour)
    starts = _starts(len(behaviour.target.get_value()))
    read = {id(code_object.variables[name]) for name in code_object.accesses.read}
    is_divisible = (
        _is_divisible(code_object, set()) and id(behaviour.target) not in read
    )
    if len(starts) == 1 or not is_divisible:
        return None
    return SharedKernel(code_object.kernel, starts)


#: How the kernels of templates are shared
_WAYS: dict[str, Callable[[NumbaCodeObject], SharedKernel | None]] = {
    "stateupdate": _share_elements,
    "threshold": _share_elements,
    "summed_variable": _share_sums,
    "synapses": _share_delivery,
}


def _starts(n_elements: int) -> list[int]:
    """Return where the parts begin; a single part where there are few elements."""
    size = -(-n_elements // number_of_threads())
    size = -(-size // _GRAIN) * _GRAIN
    return list(range(0, n_elements, size)) if size else [0]


def _is_divisible(code_object: NumbaCodeObject, allowed: set[str]) -> bool:
    """Tell whether what is written is accessed by one index only, an allowed one."""
    variables, accesses = code_object.variables, code_object.accesses
    written = {id(variables[name]) for name in accesses.written}
    indices: dict[int, set[str]] = {}
    for name in accesses.read | accesses.written:
        if id(variables[name]) in written:
            index = code_object.variable_indices[name]
            indices.setdefault(id(variables[name]), set()).add(index)
    return all(len(used) == 1 and used <= allowed for used in indices.values())


def _ascend(pre: np.ndarray[Any, Any], post: np.ndarray[Any, Any]) -> bool:
    """Tell whether synapses are sorted by their source, and those of one by target."""
    if (pre[1:] < pre[:-1]).any():
        return False
    return bool(((post[1:] >= post[:-1]) | (pre[1:] != pre[:-1])).all())
