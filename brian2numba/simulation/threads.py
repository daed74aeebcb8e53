"""
Which kernels several threads may share, and how the work is divided.

A kernel's work is divided by elements, so that each element is computed by the same
machine code from the same numbers: the results do not depend on the number of threads.
The parts call the kernel with tables of their own, which say where they begin and end.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable

from brian2numba.behaviours.base import EVENT_COUNT, PART_END, PART_START
from brian2numba.behaviours.spikes import ADDRESS_OF_SLEEP, DeliverBehaviour
from brian2numba.behaviours.summed_variable import SummedVariableBehaviour
from brian2numba.containers import SpikeQueue, advance_queue, count_due
from brian2numba.device.arrays import contents
from brian2numba.generation.checking import is_checked
from brian2numba.generation.counter_draws import RANDOM_KEY, RANDOM_STREAMS
from brian2numba.generation.slots import LastItem
from brian2numba.kernels.counter_based import CountedBuffers
from brian2numba.kernels.sharing import NO_END
from brian2numba.language import address_of, pointer_to
from brian2numba.simulation.parts import COUNT_ITEMS, Job, do_nothing
from brian2numba.target import NumbaCodeObject

__all__ = ["Division", "SharedKernel", "Sharing", "division", "grain_for"]

#: Parts begin at multiples of this: no two threads write to one cache line
_GRAIN = 64
#: Where random numbers are drawn by the number of the element: blocks of elements,
#: which draw together, are whole
_GRAIN_OF_DRAWS = 512
#: Elements, and synapses, from which on a kernel is divided
_ENOUGH_ELEMENTS = 1024
_ENOUGH_SYNAPSES = 16_384
#: Synapses of a range, on average, from which on a delivery is divided: each part looks
#: for its own in each range, which takes as long as to deliver some ten
_LONG_RANGE = 16
#: An index of a variable stands for these elements: a part has some of them
_ELEMENTS, _SYNAPSES = "elements", "synapses"


class Sharing:
    """What tests change.

    Attributes
    ----------
    is_eager : bool
        Whether threads share all that they may, however small, at each step.
    grain : int
        The grain where that is so.
    """

    is_eager = False
    grain = 8


@dataclass(frozen=True)
class Division:
    """How a kernel's work is divided.

    Attributes
    ----------
    starts : tuple of int
        The first element of each part.
    own : mapping of str to hashable
        For each index by which a part uses its own elements only, what these are:
        equal where other kernels' parts with that have the same elements.
    numbers : mapping of str to int
        What slots hold for parts, by name, where that differs from the whole.
    queue : int
        The spike queue that is delivered, or 0.
    own_variables : mapping of int to hashable
        The same as `own` for the variables of these ids, whatever their index.
    """

    starts: tuple[int, ...]
    own: Mapping[str, Hashable]
    numbers: Mapping[str, int]
    queue: int = 0
    own_variables: Mapping[int, Hashable] = field(default_factory=dict)

    def shared(self, code_object: NumbaCodeObject) -> SharedKernel:
        """Return the tables of the parts, and what is done before and after them."""
        return SharedKernel(code_object, self)


class SharedKernel:
    """A kernel that several threads share.

    Parameters
    ----------
    code_object : NumbaCodeObject
        Has the kernel.
    division : Division
        How it is divided.
    """

    def __init__(self, code_object: NumbaCodeObject, division: Division) -> None:
        self.job = Job()
        self._kernel = kernel = code_object.kernel
        starts = division.starts
        self._starts = np.array(starts, np.int64)
        # Each thread writes to a line of its own
        self._counts = np.zeros((len(starts), COUNT_ITEMS), np.int32)
        self._keys = (CountedBuffers * len(starts))()
        ends = [*starts[1:], NO_END]
        tables = [
            kernel.table_with(
                {
                    PART_START: start,
                    PART_END: end,
                    EVENT_COUNT: self._counts[part].ctypes.data,
                    RANDOM_KEY: address_of(self._keys[part]),
                    **division.numbers,
                }
            )
            for part, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]
        self._tables = np.stack(tables)
        #: The address of the table of each part
        self.tables = [table.ctypes.data for table in self._tables]
        self._fill(division.queue)

    def _fill(self, queue: int) -> None:
        job = self.job
        job.n_parts = len(self.tables)
        if queue:
            job.queue = queue
            job.count, job.advance = count_due.address, advance_queue.address
        for slot in self._kernel.slots:
            if slot.name == RANDOM_KEY:
                key = self._kernel.number(RANDOM_KEY)
                job.random_key = CountedBuffers.array_at(key)
                job.part_keys = pointer_to(self._keys)
            if isinstance(slot, LastItem) and slot.name == EVENT_COUNT:
                events = self._kernel.array(slot.variable)
                job.events = pointer_to(events)
                job.n_elements = len(events) - 1
                job.starts = pointer_to(self._starts)
                job.counts = pointer_to(self._counts)


def grain_for(code_objects: Iterable[Any]) -> int:
    """Return the number of elements whose multiples parts may begin at."""
    slots = (
        slot
        for code_object in code_objects
        if isinstance(code_object, NumbaCodeObject)
        for slot in code_object.source.slots
    )
    draws = any(slot.name == RANDOM_KEY for slot in slots)
    if draws:
        return _GRAIN_OF_DRAWS
    return Sharing.grain if Sharing.is_eager else _GRAIN


def division(
    code_object: NumbaCodeObject, n_threads: int, grain: int
) -> Division | None:
    """Return how several threads share a kernel, if they may.

    Parameters
    ----------
    code_object : NumbaCodeObject
        Has the kernel.
    n_threads : int
        The number of threads.
    grain : int
        Parts begin at multiples of this.
    """
    if is_checked():
        return None
    has_streams = any(slot.name == RANDOM_STREAMS for slot in code_object.source.slots)
    if has_streams or code_object.source.calls_users or code_object.accesses.once:
        return None
    divide = _WAYS.get(code_object.template_name)
    return None if divide is None else divide(code_object, n_threads, grain)


def _divide_elements(
    code_object: NumbaCodeObject, n_threads: int, grain: int
) -> Division | None:
    """Divide a state update or a threshold, or both in one: each part has its elements.

    What is written for one element must be used for no other.
    """
    slots = code_object.source.slots
    if any(slot.name == ADDRESS_OF_SLEEP for slot in slots):
        # There is little to share
        return None
    starts = _starts(int(code_object.variables["N"].item()), n_threads, grain)
    if len(starts) == 1 or not _is_divisible(code_object, {"_idx"}):
        return None
    return Division(starts, {"_idx": (_ELEMENTS, starts)}, {})


def _divide_delivery(
    code_object: NumbaCodeObject, n_threads: int, grain: int
) -> Division | None:
    """Divide the delivery of spikes: each part has the synapses to some of the targets.

    The updates of each target are done in the same order as by one thread. The targets
    of a neuron must ascend, so that a part finds its own without going through all.
    """
    behaviour = code_object.behaviour
    assert isinstance(behaviour, DeliverBehaviour)
    pathway = behaviour.pathway()
    pre, post = (
        contents(pathway.synapses.variables[f"_synaptic_{side}"])
        for side in ("pre", "post")
    )
    is_worth_it = len(post) >= _ENOUGH_SYNAPSES and _has_long_ranges(pathway.queue)
    if not (is_worth_it or Sharing.is_eager):
        return None
    n_targets = _number_of_targets(code_object) or int(post.max(initial=-1)) + 1
    starts = _starts(n_targets, n_threads, grain)
    if len(starts) == 1 or not _is_divisible(
        code_object, {"_idx", "_postsynaptic_idx"}
    ):
        return None
    if pathway.prepost == "pre" and not _ascend(pre, post):
        return None
    own = {
        "_postsynaptic_idx": (_ELEMENTS, starts),
        "_idx": (_SYNAPSES, id(pathway.synapses), starts),
    }
    numbers = {"_advance_queue": do_nothing.address}
    return Division(starts, own, numbers, pathway.queue.handle)


def _has_long_ranges(queue: SpikeQueue) -> bool:
    """Tell whether events are ranges of many synapses."""
    known = queue.connectivity
    if known is None or not known.has_ranges:
        return False
    return known.n_synapses >= _LONG_RANGE * known.n_ranges


def _number_of_targets(code_object: NumbaCodeObject) -> int:
    """Return how many neurons there are whose variables a pathway uses; 0 if none is.

    Other kernels of these neurons are divided by all of them, too, also where synapses
    go to some of them only.
    """
    sizes = {
        len(contents(variable))
        for name, variable in code_object.variables.items()
        if code_object.variable_indices[name] == "_postsynaptic_idx"
        and isinstance(variable, ArrayVariable)
        and not variable.scalar
    }
    return sizes.pop() if len(sizes) == 1 else 0


def _divide_sums(
    code_object: NumbaCodeObject, n_threads: int, grain: int
) -> Division | None:
    """Divide a summed variable: each part adds up what some of the targets get."""
    behaviour = code_object.behaviour
    assert isinstance(behaviour, SummedVariableBehaviour)
    starts = _starts(len(contents(behaviour.target)), n_threads, grain)
    read = {id(code_object.variables[name]) for name in code_object.accesses.read}
    is_divisible = (
        _is_divisible(code_object, set()) and id(behaviour.target) not in read
    )
    if len(starts) == 1 or not is_divisible:
        return None
    own = {id(behaviour.target): (_ELEMENTS, starts)}
    return Division(starts, {}, {}, own_variables=own)


#: How the kernels of templates are divided
_WAYS: dict[str, Callable[[NumbaCodeObject, int, int], Division | None]] = {
    "adaptive_stateupdate": _divide_elements,
    "stateupdate": _divide_elements,
    "threshold": _divide_elements,
    "summed_variable": _divide_sums,
    "synapses": _divide_delivery,
}


def _starts(n_elements: int, n_threads: int, grain: int) -> tuple[int, ...]:
    """Return where the parts begin; a single part where there are few elements."""
    if n_elements < _ENOUGH_ELEMENTS and not Sharing.is_eager:
        return (0,)
    borders = (k * n_elements / n_threads / grain for k in range(n_threads))
    starts = dict.fromkeys(round(border) * grain for border in borders)
    return tuple(start for start in starts if start == 0 or start < n_elements)


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
