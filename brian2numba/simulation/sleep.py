"""Which neurons may sleep in a run, and waking them up when Python may look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from brian2.core.preferences import prefs
from brian2.devices.device import get_device
from brian2.input.poissoninput import PoissonInput

from brian2numba.behaviours.spikes import DeliverBehaviour
from brian2numba.containers import SpikeQueue
from brian2numba.device.arrays import is_ours, only_read
from brian2numba.kernels.sleep import (
    ALWAYS_AWAKE,
    AWAKE,
    NEST,
    PADDING,
    Sleep,
    wake_all,
)
from brian2numba.language import address_of, pointer_to
from brian2numba.simulation.entries import Entry
from brian2numba.simulation.linear_neurons import CannotSleepError, linear_neurons
from brian2numba.simulation.releases import gives_arrays_to_users
from brian2numba.target import NumbaCodeObject

__all__ = ["Sleeper", "neurons_may_sleep"]

#: Delays that are shorter, in time steps, may be rounded to none
_SHORTEST_DELAY = 0.6


def neurons_may_sleep() -> bool:
    """Tell whether the preference for it is set."""
    return bool(prefs["codegen.runtime.numba.sleep"])


class Sleeper:
    """A group whose neurons may sleep.

    Parameters
    ----------
    entries : sequence of Entry
        All that a time step does.
    updater, thresholder : int
        The positions of the group's state update and threshold, which are done in one
        pass.
    awaits_releases : bool
        Whether refractory neurons are looked at when one may be released.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        updater: int,
        thresholder: int,
        awaits_releases: bool,
    ) -> None:
        self._awaits_releases = awaits_releases
        self._entries, self._position = entries, updater
        self._updater, self._threshold = entries[updater], entries[thresholder]
        self._state = tuple(sorted(self.group.equations.diff_eq_names))
        self._variables = [self.group.variables[name] for name in self._state]
        self._record: Sleep | None = None
        self._alive: list[Any] = []

    @property
    def group(self) -> Any:
        """The group, which is not kept alive."""
        return self._updater.owner.group

    def obstacle(self) -> str | None:
        """Return why no neuron may sleep, as things are; ``None`` if some may."""
        try:
            self._refuse_other_kinds()
            linear_neurons(self._updater, self._threshold, self._state, self._dt())
            if all(self._always_awake()):
                return "all its neurons get input, or are recorded, in each step"
            list(self._queues())
        except CannotSleepError as reason:
            return str(reason)
        return None

    def give(self, record: Sleep | None) -> None:
        """Take the record that the kernel works with, which it has if neurons may."""
        self._record = record

    def begin(self) -> None:
        """Begin a run: all neurons are awake."""
        assert self._record is not None
        record, n_neurons = self._record, len(self.group)
        n_nests = -(-n_neurons // NEST)
        doings = np.zeros((n_nests + PADDING) // 8 * 8, np.uint8)
        doings[:n_nests] = ALWAYS_AWAKE
        record.step, record.n_neurons, record.n_nests = 0, n_neurons, n_nests
        record.n_queues, record.n_powers, record.n_reached = 0, 2, 0
        record.doings = pointer_to(doings)
        record.words = pointer_to(doings.view(np.int64))
        self._alive = [doings]
        if self.obstacle() is None:
            doings[:n_nests] = np.where(self._always_awake(), ALWAYS_AWAKE, AWAKE)
            self._fill(record, n_nests)

    def _fill(self, record: Sleep, n_nests: int) -> None:
        """Write down what neurons wake up with."""
        linear = linear_neurons(self._updater, self._threshold, self._state, self._dt())
        arrays = [variable.get_value() for variable in self._variables]
        queues = np.array(list(self._queues()), np.int64).reshape(-1, 2)
        record.since = self._pointer(np.zeros(n_nests * NEST, np.int64))
        record.reached = self._pointer(np.zeros(n_nests * NEST, np.int32))
        record.n_variables = len(arrays)
        record.states = self._pointer(np.array([a.ctypes.data for a in arrays]))
        record.rest = self._pointer(linear.rest)
        record.n_powers, record.powers = (
            len(linear.powers),
            self._pointer(linear.powers),
        )
        record.above = self._pointer(linear.above)
        record.below = self._pointer(linear.below)
        record.limit = linear.limit
        if "not_refractory" in self.group.variables:
            free = self.group.variables["not_refractory"].get_value()
            record.not_refractory = self._pointer(free.view(np.uint8))
        record.n_queues = len(queues)
        record.queues = self._pointer(queues[:, 0].copy())
        record.targets = self._pointer(queues[:, 1].copy())

    def _pointer(self, array: np.ndarray[Any, Any]) -> Any:
        contiguous = np.ascontiguousarray(array)
        self._alive.append(contiguous)
        return pointer_to(contiguous)

    def wake_all(self) -> None:
        """Bring the state of all neurons up to date."""
        assert self._record is not None
        wake_all.call(address_of(self._record))

    def _dt(self) -> float:
        return float(self._updater.owner.clock.variables["dt"].get_value().item())

    def _refuse_other_kinds(self) -> None:
        """Refuse groups whose state is changed by more than their equations."""
        if self._threshold.owner.template_kwds.get("_uses_refractory") and (
            not self._awaits_releases
        ):
            raise CannotSleepError("its refractoriness is more than a constant period")
        if any(v.dtype != np.float64 for v in self._variables):
            raise CannotSleepError("its variables have single precision")
        written = self._updater.code_object.accesses.written
        others = written - {*self._state, "not_refractory"}
        if others:
            names = ", ".join(sorted(others))
            raise CannotSleepError(f"its state update writes {names} as well")

    def _using(self) -> Iterator[tuple[int, Any]]:
        """Yield the positions and code objects of other kernels that use the state."""
        pair = self._updater, self._threshold
        for position, entry in enumerate(self._entries):
            code_object = entry.code_object
            if entry in pair or not isinstance(code_object, NumbaCodeObject):
                # Python finds all neurons awake
                continue
            slots = code_object.source.slots
            used = [getattr(slot, "variable", None) for slot in slots]
            if any(variable in used for variable in self._variables):
                yield position, code_object
            elif gives_arrays_to_users(code_object.source):
                raise CannotSleepError(
                    f"{entry.owner.name} gives arrays to functions of yours"
                )

    def _always_awake(self) -> np.ndarray[Any, Any]:
        """Return for each nest whether neurons are used in each step."""
        is_used = np.zeros(-(-len(self.group) // NEST) * NEST, bool)
        for position, code_object in self._using():
            owner = self._entries[position].owner
            if isinstance(owner, PoissonInput):
                first = getattr(owner._group, "start", 0)
                is_used[first : first + len(owner._group)] = True
            elif code_object.template_name == "statemonitor":
                with only_read(owner.variables["_indices"]):
                    recorded = owner.variables["_indices"].get_value()
                is_used[recorded + getattr(owner.source, "start", 0)] = True
            elif not (self._is_of_spikes(code_object, owner) or _delivers(code_object)):
                raise CannotSleepError(f"{owner.name} uses its variables")
        return is_used.reshape(-1, NEST).any(axis=1)

    def _is_of_spikes(self, code_object: Any, owner: Any) -> bool:
        """Tell whether a kernel is for neurons that spike, which are awake."""
        group = owner.group if code_object.template_name == "reset" else None
        if code_object.template_name == "spikemonitor":
            group = owner.source
        if group is None or owner.event != "spike":
            return False
        return group.variables["_spikespace"] is self.group.variables["_spikespace"]

    def _queues(self) -> Iterator[tuple[int, int]]:
        """Yield the queues of events for the group, and where their targets are."""
        for position, code_object in self._using():
            if not _delivers(code_object):
                continue
            owner, pathway = (
                self._entries[position].owner,
                code_object.behaviour.pathway(),
            )
            is_later = position > self._position
            if not is_later or owner.clock is not self._updater.owner.clock:
                raise CannotSleepError(f"{owner.name} has another time")
            self._refuse_indices(code_object)
            with only_read(pathway.variables["delay"]):
                delay = pathway.variables["delay"].get_value().min(initial=np.inf)
            if not delay >= _SHORTEST_DELAY * self._dt():
                raise CannotSleepError(f"{owner.name} has no delay")
            targets = get_device().arrays[pathway.synapses.variables["_synaptic_post"]]
            if not (isinstance(pathway.queue, SpikeQueue) and is_ours(targets)):
                raise CannotSleepError(f"another target runs {owner.name} as well")
            self._alive.append(pathway.queue)
            yield pathway.queue.handle, targets.payload

    def _refuse_indices(self, code_object: Any) -> None:
        """Refuse synapses that use the state of other neurons than their targets."""
        for name, variable in code_object.variables.items():
            index = code_object.variable_indices[name]
            if variable in self._variables and index != "_postsynaptic_idx":
                raise CannotSleepError(
                    f"{code_object.owner.name} uses variables of neurons that are no "
                    "targets of its synapses"
                )


def _delivers(code_object: NumbaCodeObject) -> bool:
    return type(code_object.behaviour) is DeliverBehaviour
