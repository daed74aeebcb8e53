"""Thresholds and synaptic pathways: spikes that are found, pushed and delivered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from brian2.core.base import weakproxy_with_fallback
from brian2.core.variables import DynamicArrayVariable

from brian2numba.behaviours.base import EVENT_COUNT, Behaviour, Offer
from brian2numba.binding import BoundKernel
from brian2numba.containers import advance_queue, push_spikes
from brian2numba.device.delivery import DeliveryWays
from brian2numba.device.queues import own_queue, prepare_queue
from brian2numba.generation.ordered_slots import Flag, OrderedData
from brian2numba.generation.slots import LastItem, Slot
from brian2numba.kernels.refractoriness import (
    AGENDA_STEPS,
    PART_GRAIN,
    Agenda,
    AgendaPart,
)
from brian2numba.kernels.sleep import Sleep
from brian2numba.language import address_of, pointer_to

__all__ = [
    "ADDRESS_OF_SLEEP",
    "DeliverBehaviour",
    "PushBehaviour",
    "ThresholdBehaviour",
]


#: The slot for when neurons have to be looked at
ADDRESS_OF_AGENDA = "_address_of_agenda"
#: The slot for what is known of neurons that sleep
ADDRESS_OF_SLEEP = "_address_of_sleep"


class ThresholdBehaviour(Behaviour):
    """A threshold leaves no events behind when a run ends."""

    def __init__(self, codeobj: Any, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        self._eventspace = keywords["eventspace_variable"]

    def slots(self) -> list[Slot]:
        """Return where the number of events goes."""
        return [LastItem(EVENT_COUNT, self._eventspace)]

    def offers(self) -> dict[str, Offer]:
        """Return where it stands when neurons are looked at, and which sleep."""
        return {
            **super().offers(),
            ADDRESS_OF_AGENDA: self._address_of_agenda,
            ADDRESS_OF_SLEEP: self._address_of_sleep,
        }

    def _address_of_agenda(self) -> int:
        n_neurons = len(self._eventspace.get_value()) - 1
        n_parts = -(-n_neurons // PART_GRAIN)
        # Memory that is not used takes none: few parts are there
        heads = np.zeros(n_parts * AGENDA_STEPS, np.int32)
        following = np.zeros(n_neurons, np.int32)
        self._agenda_parts = (AgendaPart * n_parts)()
        self.agenda = Agenda()
        self.agenda.version = 1
        self.agenda.parts = pointer_to(self._agenda_parts)
        self.agenda.heads = pointer_to(heads)
        self.agenda.following = pointer_to(following)
        self._alive = heads, following
        return address_of(self.agenda)

    def _address_of_sleep(self) -> int:
        self.sleep = Sleep()
        return address_of(self.sleep)

    def after_run(self) -> None:
        """Say that there are no events."""
        self._eventspace.get_value()[-1] = 0


class PushBehaviour(Behaviour):
    """Spikes are pushed into the queue of a pathway."""

    def pathway(self) -> Any:
        """Return the pathway."""
        return self.codeobj.owner

    def offers(self) -> dict[str, Offer]:
        """Return the queue and its operations."""
        queue = own_queue(self.pathway())
        self._queue = queue
        return {
            **super().offers(),
            "_spike_queue": lambda: queue.handle,
            "_push_spikes": lambda: push_spikes.address,
            "_advance_queue": lambda: advance_queue.address,
        }

    def before_run(self) -> None:
        """Bring the queue up to date with the synapses and their delays."""
        prepare_queue(self.pathway())

    def obstacle(self) -> str | None:
        """Say so if the queue is not ours."""
        if self.pathway().queue is self._queue:
            return None
        return "another target has taken over the spike queue of the pathway"

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return what pushes spikes: Python, once another target has the queue."""
        pathway, queue = self.pathway(), self._queue

        def push() -> None:
            if pathway.queue is queue:
                kernel()
            else:
                pathway.push_spikes()

        return push


class DeliverBehaviour(PushBehaviour):
    """Spikes that are due are delivered to their synapses."""

    def __init__(self, codeobj: Any, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        self._weak_pathway = weakproxy_with_fallback(keywords["pathway"])
        self.ways = DeliveryWays(self._weak_pathway)

    def pathway(self) -> Any:
        """Return the pathway."""
        return self._weak_pathway

    def slots(self) -> list[Slot]:
        """Return the ways in which the kernel may deliver."""
        return [
            Flag("_is_ordered", self.ways, 0),
            Flag("_has_runs", self.ways, 1),
            Flag("_are_single", self.ways, 2),
            Flag("_looks_ahead", self.ways, 3),
            *(
                OrderedData(f"_ordered_{name}", variable, self.ways)
                for name, variable in self.codeobj.variables.items()
                if isinstance(variable, DynamicArrayVariable) and variable.ndim == 1
            ),
        ]

    def before_run(self) -> None:
        """Leave the preparation to the code object that pushes the spikes."""

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return the kernel: this code object is made anew for each run."""
        return kernel
