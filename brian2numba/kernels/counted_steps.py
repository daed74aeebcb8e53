"""
Steps that are picked with a probability, by counter-based random numbers.

The distance to the next one is ``log(u) / log(1 - p)``, without its fraction, where u
is uniform (Devroye, L.: Non-uniform random variate generation, Springer 1986, X.2). The
distances of many steps are made in vector code. They depend on the neuron that the
synapses are of, and on their place among its distances, not on how many are made at
once.
"""

from __future__ import annotations

from brian2numba.kernels.counter_based import (
    from_1_to_2,
    minus_2_log,
    open_key,
    random_bits,
)
from brian2numba.kernels.distances import positions_per_logarithm
from brian2numba.kernels.random_numbers import Streams
from brian2numba.language import (
    Pointer,
    Record,
    address_of,
    float64,
    float64_bits,
    floor,
    int32,
    int64,
    interleaved,
)

__all__ = [
    "MOST_STEPS",
    "PickedSteps",
    "append_steps",
    "begin_steps",
    "first_step_beyond",
    "keep_valid_steps",
    "next_step",
    "next_steps",
]

#: How many steps are found at once, at most
MOST_STEPS = 256
#: They are found in groups of so many, and some more than are expected
_IN_GROUP, _SPARE = 16, 8
#: Larger than any number of neurons or synapses, small enough to add up
_FAR = 2.0**40
#: Makes of a number of [1, 2) with 52 bits the middle of what these bits leave open
_TO_MIDDLE = 1.0 - 2.0**-53
#: Where distances are in the counter's second word
_DISTANCE_BIT = 0x40000000
#: The double whose last bits are a whole number that is added to it
_WHOLE, _WHOLE_BITS = 2.0**52, 0x4330000000000000


class PickedSteps(Record):
    """The steps of one neuron that have been found; a record of the kernel's own."""

    #: The last that was found, or one beyond the end
    last: int64
    #: How many there are in memory, and how many of them were taken by `next_step`
    n_found: int64
    n_taken: int64
    #: How many pairs of distances were made
    n_pairs: int64
    #: The probability, and what -2 times a logarithm is multiplied by
    probability: float64
    factor: float64


def begin_steps(picked: PickedSteps, p: float) -> None:
    """Begin before the first step of a neuron.

    Parameters
    ----------
    picked : PickedSteps
        The record.
    p : float
        The probability with which a step is picked, more than 0.
    """
    picked.last = -1
    picked.n_found = 0
    picked.n_taken = 0
    picked.n_pairs = 0
    # Often it is the same for all neurons
    if p != picked.probability:
        picked.probability = p
        # All distances are 0 where each step is picked
        picked.factor = -0.5 * positions_per_logarithm(p) if p < 1.0 else 0.0


def next_steps(
    picked: PickedSteps, steps: Pointer[int64], n_total: int, streams: Streams
) -> int:
    """Find the next steps that are picked; return how many.

    Parameters
    ----------
    picked : PickedSteps
        The record. As long as its ``last`` is not beyond the end, there may be more.
    steps : pointer to int64
        Where they are wanted; there is room for `MOST_STEPS`.
    n_total : int
        How many steps there are.
    streams : Streams
        Opened streams of counter-based numbers, those of the neuron.
    """
    n = _number_at_once(picked, n_total)
    key, factor = open_key(address_of(streams.buffers)), picked.factor
    element, draw = streams.element, streams.draw
    first = _DISTANCE_BIT | picked.n_pairs
    for k in interleaved(n // 2):
        bits = random_bits(element, first + k, draw, key)
        steps[2 * k] = _from_step_to_step(bits[0], bits[1], factor)
        steps[2 * k + 1] = _from_step_to_step(bits[2], bits[3], factor)
    picked.n_pairs += n // 2
    last = picked.last
    for k in range(n):
        last += steps[k]
        steps[k] = last
    picked.last = last
    return n if last < n_total else _number_below(steps, n, n_total)


def _number_at_once(picked: PickedSteps, n_total: int) -> int:
    """Return for how many steps distances are made: as are expected, and some more."""
    expected = (n_total - 1 - picked.last) * picked.probability
    n = int64(min(expected, float64(MOST_STEPS))) + _SPARE
    return min((n + _IN_GROUP - 1) // _IN_GROUP * _IN_GROUP, MOST_STEPS)


def _from_step_to_step(high: int, low: int, factor: float) -> int:
    """Return how far the next step is."""
    u = from_1_to_2(high, low) - _TO_MIDDLE
    whole = floor(min(minus_2_log(u) * factor, _FAR)) + 1.0
    # Not every processor has vector code that makes an integer of a double
    return float64_bits(whole + _WHOLE) - _WHOLE_BITS


def _number_below(steps: Pointer[int64], n: int, end: int) -> int:
    n_below = 0
    for k in range(n):
        n_below += 1 if steps[k] < end else 0
    return n_below


def next_step(
    picked: PickedSteps, steps: Pointer[int64], n_total: int, streams: Streams
) -> int:
    """Return the next step that is picked; `n_total` if there is none.

    Parameters
    ----------
    picked, steps, n_total, streams
        See `next_steps`. In `steps` are those that were found.
    """
    if picked.n_taken == picked.n_found:
        if picked.last >= n_total:
            return n_total
        picked.n_found = next_steps(picked, steps, n_total, streams)
        picked.n_taken = 0
        if picked.n_found == 0:
            return n_total
    picked.n_taken += 1
    return steps[picked.n_taken - 1]


def first_step_beyond(
    steps: Pointer[int64], n: int, first_valid: int, end_valid: int
) -> int:
    """Return the first of several steps that is not valid; -1 if there is none.

    Parameters
    ----------
    steps : pointer to int64
        The steps, which rise.
    n : int
        How many.
    first_valid, end_valid : int
        The first valid step, and the one after the last.
    """
    if n == 0 or (steps[0] >= first_valid and steps[n - 1] < end_valid):
        return -1
    k = 0 if steps[0] < first_valid else _number_below(steps, n, end_valid)
    return steps[k]


def keep_valid_steps(
    steps: Pointer[int64], n: int, first_valid: int, end_valid: int
) -> int:
    """Keep the valid ones of steps, see `first_step_beyond`; return how many."""
    n_before = _number_below(steps, n, first_valid)
    n_valid = max(_number_below(steps, n, end_valid) - n_before, 0)
    if n_before > 0:
        for k in range(n_valid):
            steps[k] = steps[n_before + k]
    return n_valid


def append_steps(  # noqa: PLR0913, PLR0917 (all are numbers that the kernel has)
    steps: Pointer[int64],
    n_new: int,
    outer: Pointer[int32],
    inner: Pointer[int32],
    n_created: int,
    source: int,
    first: int,
    step: int,
) -> None:
    """Write synapses of one neuron with those of the others that steps lead to.

    Parameters
    ----------
    steps : pointer to int64
        The steps.
    n_new : int
        How many.
    outer, inner, n_created, source, first, step
        See `brian2numba.kernels.synapse_creation.append_marked`.
    """
    for k in range(n_new):
        outer[n_created + k] = source
    for k in range(n_new):
        inner[n_created + k] = first + steps[k] * step
