"""When spikes are delivered in special ways: what was measured, and what tests set."""

from __future__ import annotations

from typing import ClassVar

__all__ = ["Choices"]


class Choices:
    """The limits from which special ways of delivery pay.

    Attributes
    ----------
    group_size : float
        How many synapses must have neuron and delay in common, on average, for spikes
        to be pushed as ranges of these.
    run_length : float
        How many targets of a neuron must be neighbours, on average, for loops over
        targets that are known to be.
    events_before_copies : float
        How many events, for each synapse, must have been pushed since synapses have
        changed for copies in the order of delivery. A copy takes about as long as it
        saves with so many events: however often synapses change, that costs at most as
        much again as there was to save.
    """

    group_size: ClassVar[float] = 8
    run_length: ClassVar[float] = 16
    events_before_copies: ClassVar[float] = 1

    #: What tests set, so that small models are delivered to in all ways
    EAGER: ClassVar = {"group_size": 0, "run_length": 0, "events_before_copies": 0}
