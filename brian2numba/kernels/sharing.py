"""How the work of a kernel is divided between threads."""

from __future__ import annotations

from brian2numba.containers.queue_storage import synapse_at
from brian2numba.language import Pointer, int32

__all__ = ["NO_END", "part_of_range"]

#: Behind the last element, however many there are
NO_END = 2**62


def part_of_range(  # noqa: PLR0913, PLR0917
    targets: Pointer[int32],
    synapses: Pointer[int32],
    first: int,
    end: int,
    part_start: int,
    part_end: int,
) -> tuple[int, int]:
    """Return the part of a range of synapses that goes to some of the neurons.

    Parameters
    ----------
    targets : pointer to int32
        The target of each synapse; within the range, they ascend.
    synapses : pointer to int32
        The list of synapses that the range is a part of, see `synapse_at`.
    first, end : int
        The range.
    part_start, part_end : int
        The first neuron, and the one after the last.
    """
    begin, stop = first, end
    if part_start > 0:
        begin = _first_not_below(targets, synapses, first, end, part_start)
    if part_end < NO_END:
        stop = _first_not_below(targets, synapses, begin, end, part_end)
    return begin, stop


def _first_not_below(
    targets: Pointer[int32], synapses: Pointer[int32], low: int, high: int, neuron: int
) -> int:
    """Return the position of the first synapse whose target is not below a neuron.

    What is left to look at shrinks by a number of steps that depends on how much there
    is, and not on what it is: a processor that guesses how comparisons end would guess
    half of them wrong.
    """
    n_left = high - low
    while n_left > 0:
        half = (n_left + 1) // 2
        is_below = targets[synapse_at(synapses, low + half - 1)] < neuron
        low += half if is_below else 0
        n_left -= half
    return low
