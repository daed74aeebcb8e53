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
    fetched_bytes : float
        How large what a kernel reads of all synapses must be for that of the next time
        step to be fetched from memory.
    fetched_length : float
        How many synapses a range must have for it, on average: few are delivered before
        anything could be fetched.
    events_before_copies : float
        How many events, for each synapse, must have been pushed for copies in the order
        of delivery, with a list that was just made. That takes 18 to 100 ns a synapse,
        copies of a weight and a target 3 to 12: as there is time for the one, there is
        for the other.
    events_before_renewal : float
        The same since synapses have changed, with a list that there was already. Copies
        take about as long as they save with so many events (6 to 12 ns each): however
        often weights change, that costs at most as much again as there was to save.
    """

    group_size: ClassVar[float] = 8
    run_length: ClassVar[float] = 16
    fetched_bytes: ClassVar[float] = 2**23
    fetched_length: ClassVar[float] = 4
    events_before_copies: ClassVar[float] = 0
    events_before_renewal: ClassVar[float] = 0.75

    #: What tests set, so that small models are delivered to in all ways
    EAGER: ClassVar = {
        "group_size": 0,
        "run_length": 0,
        "fetched_bytes": 0,
        "fetched_length": 0,
        "events_before_copies": 0,
        "events_before_renewal": 0,
    }
