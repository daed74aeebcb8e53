"""
Memory that runs out at the n-th allocation of a container, for each n.

::

    python -m reliability.allocation --every 1

A model is built, connected in all ways, run, stored, changed, run, restored and run
again. Whatever fails for want of memory is tried again, with memory: the end must be
the same as that of a model for which there always was memory.
"""

from __future__ import annotations

import argparse
import gc
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import brian2
import numpy as np
from brian2 import (
    EventMonitor,
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    prefs,
)
from brian2.core.variables import ArrayVariable

import brian2numba  # noqa: F401 (registers the target)
from reliability import results
from reliability.children import RIGHT, fork, outcome
from reliability.failing_allocator import FailingAllocator

__all__ = ["main"]

#: Ways to connect neurons
PATTERNS: list[dict[str, Any]] = [
    {"condition": "i != j and (i + j) % 3 == 0"},
    {"i": np.arange(20), "j": (np.arange(20) * 7) % 40},
    {"j": "k for k in range(i - 2, i + 3) if k != i", "skip_if_invalid": True},
    {"p": 0.1},
    {"p": 0.5, "condition": "i < j", "n": 2},
    {"j": "k for k in sample(N_post, size=3)"},
    {"j": "(i + 1) % N_post"},
]


class Model:
    """A network with all that grows while it runs."""

    def __init__(self) -> None:
        defaultclock.dt = 0.1 * ms
        self.group = group = NeuronGroup(
            40,
            "dv/dt = (1.5 + 0.02*i - v)/(3*ms) : 1\nw : 1",
            threshold="v > 1",
            reset="v = 0",
            events={"half": "v > 0.5 and v < 0.6"},
            method="exact",
        )
        self.synapses = Synapses(
            group,
            group,
            "s : 1\ndx/dt = -x/ms : 1 (event-driven)",
            on_pre={"pre": "v_post += 0.001; x += 1", "late": "s += x"},
            on_post="s -= 0.5",
            delay={"late": 1.3 * ms},
            method="exact",
        )
        self.network = Network(
            group,
            self.synapses,
            StateMonitor(group, ["v", "w"], record=True),
            SpikeMonitor(group, variables="v"),
            EventMonitor(group, "half"),
            PopulationRateMonitor(group),
        )

    def results(self) -> dict[tuple[str, str], Any]:
        """Return the values of all arrays, and the spikes under way."""
        found: dict[tuple[str, str], Any] = {}
        owners = [o for o in self.network.sorted_objects if hasattr(o, "variables")]
        for number, owner in enumerate(owners):
            for name, variable in owner.variables.items():
                if isinstance(variable, ArrayVariable):
                    found[f"{number}", name] = np.array(variable.get_value())
        for pathway in self.synapses._pathways:
            found[pathway.objname, "queue"] = pathway.queue._full_state()
        return found


def steps(model: Model) -> Iterator[Callable[[], None]]:
    """Yield what is done with a model, one after the other."""
    synapses, network = model.synapses, model.network
    for pattern in PATTERNS[:5]:
        yield connecting(synapses, pattern)
    yield lambda: setattr(synapses.pre, "delay", "(i + j)*0.05*ms")
    yield lambda: setattr(synapses, "s", "i + 0.5*j")
    yield lambda: network.add(StateMonitor(synapses, "s", record=[0, 1]))
    yield running(network, 3)
    yield network.store
    yield running(network, 6)
    for pattern in PATTERNS[5:]:
        yield connecting(synapses, pattern)
    yield running(network, 9)
    yield network.restore
    yield running(network, 12)
    yield lambda: setattr(defaultclock, "dt", 0.25 * ms)
    yield running(network, 16)


def connecting(synapses: Synapses, pattern: dict[str, Any]) -> Callable[[], None]:
    """Return what connects in a way, also if that is tried again."""

    def connect() -> None:
        n_before = len(synapses)
        brian2.seed(5)
        try:
            synapses.connect(**pattern)
        except BaseException:
            assert len(synapses) == n_before, "a part was connected"
            raise

    return connect


def running(network: Network, until: float) -> Callable[[], None]:
    """Return what runs a network until a time in ms, wherever it is."""
    return lambda: network.run(until * ms - network.t)


def all_done(allocator: FailingAllocator) -> tuple[Model, list[BaseException]]:
    """Build a model and do everything with it; try again what had no memory."""
    errors: list[BaseException] = []
    model = again_with_memory(Model, allocator, errors)
    for step in steps(model):
        again_with_memory(step, allocator, errors)
    return model, errors


def again_with_memory(
    function: Callable[[], Any], allocator: FailingAllocator, errors: list[Any]
) -> Any:
    """Call a function; call it again, with memory, if there is none."""
    try:
        return function()
    except Exception as error:
        errors.append((is_clear(error), chain(error)))
    allocator.stop()
    gc.collect()
    return function()


def chain(error: BaseException | None) -> list[str]:
    """Return the messages of an exception and its causes."""
    messages = []
    while error is not None:
        messages.append(f"{type(error).__name__}: {error}")
        error = error.__cause__
    return messages


def is_clear(error: BaseException) -> bool:
    """Tell whether an exception says that memory is short, and for which object."""
    messages = chain(error)
    is_memory = any(m.startswith("MemoryError: ") for m in messages)
    text = " ".join(messages)
    names = ("neurongroup", "synapses", "monitor")
    return is_memory and any(name in text for name in names)


def same(found: dict[Any, Any], expected: dict[Any, Any]) -> bool:
    """Tell whether two results are equal, and say where they are not."""
    differing = [
        key
        for key in expected.keys() | found.keys()
        if not _equal(found.get(key), expected.get(key))
    ]
    if differing:
        print("different:", differing, flush=True)
    return not differing


def _equal(first: Any, second: Any) -> bool:
    if isinstance(first, tuple):
        return bool(first == second)
    return first is not None and np.array_equal(first, second, equal_nan=True)


class Harness:
    """Runs the model with a fault at each allocation, in forked processes."""

    def __init__(self) -> None:
        self.allocator = FailingAllocator()
        prefs.logging.warn_for_unused_objects = False
        prefs.codegen.target = prefs.codegen.string_expression_target = "numba"
        all_done(self.allocator)
        gc.collect()
        with self.allocator.failing(0, 0):
            model, errors = all_done(self.allocator)
            self.n_allocations = self.allocator.count
        assert not errors
        self.expected = model.results()
        del model
        gc.collect()

    def end(self, first: int, last: int) -> str:
        """Return how a process ends in which some allocations fail."""
        return outcome(fork(lambda: self.is_right(first, last)))

    def is_right(self, first: int, last: int) -> bool:
        """Tell whether faults at some allocations cost no more than a try."""
        with self.allocator.failing(first, last):
            model, errors = all_done(self.allocator)
        for clear, messages in errors:
            if not clear:
                print(f"allocation {first}: {messages}", flush=True)
        are_clear = all(clear for clear, _ in errors)
        return same(model.results(), self.expected) and are_clear


def main() -> None:
    """Let each allocation fail, and leave the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="let each k-th fail")
    every = parser.parse_args().every
    harness = Harness()
    figures: dict[str, object] = {"allocations of the model": harness.n_allocations}
    tried = range(1, harness.n_allocations + 1, every)
    for way, n_more in (("that one", 0), ("that one and all after it", 10**9)):
        ends = Counter(harness.end(n, n + n_more) for n in tried)
        figures[f"faults tried, at {way}"] = len(tried)
        for end in sorted({RIGHT, *ends}):
            figures[f"that ended {end}, with a fault at {way}"] = ends[end]
    file = results.write("allocation", f"--every {every}", figures)
    print(file.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
