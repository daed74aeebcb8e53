"""What the two ways of numba share: kernels and containers in Python.

Generated source goes to files and is imported from there, because numba stores nothing
of functions that have no file. Objects with fields are made by the tools: they hold a
group's arrays, an array that grows, and a queue.
"""

from __future__ import annotations

import importlib.util
import sys
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numba import types as t

from benchmarks.tools_compared.job import (
    DELAY,
    N_SLOTS,
    UPDATES,
    Array,
    State,
    Tool,
)
from benchmarks.tools_compared.table_tool import content_name

__all__ = ["NumbaTool"]

_DOUBLES, _INTEGERS = t.Array(t.float64, 1, "C"), t.Array(t.int32, 1, "C")
#: Fields of the objects, by the name of their class
FIELDS = {
    "Group": {
        **dict.fromkeys(("v", "drive", "tau"), _DOUBLES),
        "spikes": _INTEGERS,
        "parameters": _DOUBLES,
    },
    "Numbers": {"data": _DOUBLES, "size": t.int64},
    "Queue": {
        "offset": t.int64,
        "counts": t.Array(t.int64, 1, "C"),
        "rows": t.Array(t.int32, 2, "C"),
    },
}

_IMPORTS = "from math import exp\nimport numpy as np\n"
_KERNEL = """
def kernel(group):
    v, drive, tau = group.v, group.drive, group.tau
    spikes = group.spikes
    decay, dt = group.parameters[0], group.parameters[1]
    for k in range(len(v)):
        v[k] = {update}
    count = 0
    for k in range(len(v)):
        if v[k] > 1.0:
            spikes[count] = k
            count += 1
    for k in range(count):
        v[spikes[k]] = 0.0
    return count
"""
_LOOP = """
def loop(group, n_steps):
    total = 0
    for step in range(n_steps):
        total += kernel(group)
    return total
"""
_CONTAINERS = """
def append(array, value):
    if array.size == len(array.data):
        data = np.empty(max(16, 2 * array.size))
        for k in range(array.size):
            data[k] = array.data[k]
        array.data = data
    array.data[array.size] = value
    array.size += 1

def fill(array, n):
    for k in range(n):
        append(array, float(k))

def push(queue, spikes):
    slot = (queue.offset + {delay}) % len(queue.counts)
    count = queue.counts[slot]
    needed = count + len(spikes)
    if needed > queue.rows.shape[1]:
        rows = np.empty((len(queue.counts), 2 * needed), np.int32)
        for row in range(len(queue.counts)):
            for k in range(queue.counts[row]):
                rows[row, k] = queue.rows[row, k]
        queue.rows = rows
    for k in range(len(spikes)):
        queue.rows[slot, count + k] = spikes[k]
    queue.counts[slot] = needed

def steps(queue, spikes, n_steps):
    total = 0
    for step in range(n_steps):
        push(queue, spikes)
        for k in range(queue.counts[queue.offset]):
            total += queue.rows[queue.offset, k]
        queue.counts[queue.offset] = 0
        queue.offset = (queue.offset + 1) % len(queue.counts)
    return total
"""


@dataclass(frozen=True)
class Kernel:
    """A kernel, and its source."""

    function: Callable[[Any], int]
    source: str


class NumbaTool(Tool):
    """numba with a kind of objects that have fields."""

    #: Whether numba can store functions that take such objects
    stores: bool

    @abstractmethod
    def instance(self, name: str, *values: Any) -> Any:
        """Return an object of a class of `FIELDS`."""

    def kernel(self, name: str) -> Kernel:
        """Compile a kernel."""
        source = _KERNEL.format(update=UPDATES[name])
        return Kernel(self._compiled(source, "kernel")["kernel"], source)

    def caller(self, kernel: Kernel, state: State) -> Callable[[], int]:
        """Return what calls a kernel once."""
        group = self._group(state)
        function = kernel.function
        return lambda: function(group)

    def loop(self, kernel: Kernel, state: State) -> Callable[[int], int]:
        """Return what calls a kernel n times, in a function compiled for this kernel.

        The kernel is part of the loop's file: what else a function calls does not count
        for numba's cache, which would run the loop with another model's kernel.
        """
        group = self._group(state)
        loop = self._compiled(kernel.source + _LOOP, "kernel", "loop")["loop"]
        return lambda n_steps: loop(group, n_steps)

    def appender(self) -> tuple[Callable[[int], Any], Callable[[], Array]]:
        """Return what appends to an array, and what reads it."""
        array = self.instance("Numbers", np.empty(0), 0)
        fill = self._containers()["fill"]
        return lambda n: fill(array, n), lambda: array.data[: array.size]

    def queue(self) -> Callable[[Array, int], int]:
        """Return what pushes spikes to a queue for n steps."""
        counts = np.zeros(N_SLOTS, np.int64)
        queue = self.instance("Queue", 0, counts, np.empty((N_SLOTS, 0), np.int32))
        steps = self._containers()["steps"]
        return lambda spikes, n_steps: steps(queue, spikes, n_steps)

    def _group(self, state: State) -> Any:
        return self.instance("Group", *(getattr(state, f) for f in FIELDS["Group"]))

    def _containers(self) -> dict[str, Any]:
        source = _CONTAINERS.format(delay=DELAY)
        return self._compiled(source, "append", "fill", "push", "steps")

    def _compiled(self, source: str, *names: str) -> dict[str, Any]:
        """Import a source from a file, with its functions compiled when called."""
        name = content_name(source)
        file = Path(self.cache, f"{name}.py")
        if not file.exists():
            file.write_text(_IMPORTS + source, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, file)
        module = importlib.util.module_from_spec(spec)
        # Without a module of this name, what numba has stored can't be loaded
        sys.modules[name] = module
        spec.loader.exec_module(module)
        for function in names:
            jitted = njit(cache=self.stores, error_model="numpy", nogil=True)
            setattr(module, function, jitted(getattr(module, function)))
        return vars(module)
