"""
Neurons that sleep: nothing is computed of them until an event arrives.

Eight neurons sleep together (a *nest*) when none of them can reach the threshold within
as many steps as there are powers of the matrix by which a step multiplies the state.
When they wake up, their state is multiplied by the power of the steps they slept.
"""

from __future__ import annotations

from brian2numba.containers.extents import Extent
from brian2numba.containers.queue_operations import (
    due_chunk,
    queue_of,
    read_chunk,
    synapse_at,
)
from brian2numba.language import (
    Pointer,
    Record,
    float64,
    float64s,
    int32s,
    int64,
    items_on_stack,
    prefetch,
    uint8,
)
from brian2numba.operations import operation

__all__ = [
    "ALWAYS_AWAKE",
    "AWAKE",
    "MOST_VARIABLES",
    "NEST",
    "PADDING",
    "Sleep",
    "begin_step",
    "end_of_awake",
    "end_step",
    "next_awake",
    "wake_all",
]

#: How many neurons sleep together
NEST = 8
#: The state variables that a neuron can have
MOST_VARIABLES = 4
#: How many nests more there are than neurons need
PADDING = 64

#: What those of a nest take
_NEST_ITEMS = MOST_VARIABLES * NEST

#: What a nest does. One that an event arrives at in this step, and that slept, has the
#: state of the end of the step already; one that was awake stays so for another step
ASLEEP, IS_AHEAD, AWAKE, EXPECTS_EVENT, ALWAYS_AWAKE = 0, 1, 2, 3, 4

#: How many events before they arrive the state of their targets is fetched
_AHEAD = 8


class Sleep(Record):
    """Which neurons of a group sleep, and what they wake up with."""

    #: How often the state was updated
    step: int64
    n_neurons: int64
    n_nests: int64
    #: For each nest what it does; behind the last, zero for `PADDING` of them
    doings: Pointer[uint8]
    words: Pointer[int64]
    #: For each nest that sleeps the step of its state
    since: Pointer[int64]
    #: The addresses of the state variables' arrays
    n_variables: int64
    states: Pointer[int64]
    #: The state that a step leaves as it is
    rest: Pointer[float64]
    #: Powers of the matrix, from the one with exponent 0 on
    n_powers: int64
    powers: Pointer[float64]
    #: What a unit of each variable above its rest, and one below it, adds at most to
    #: the potential in any of so many steps
    above: Pointer[float64]
    below: Pointer[float64]
    #: How far the potential may be above its rest without reaching the threshold
    limit: float64
    #: Null without refractoriness
    not_refractory: Pointer[uint8]
    #: The handles of the queues whose events go to the group, and the addresses of the
    #: extents of the targets of their synapses
    n_queues: int64
    queues: Pointer[int64]
    targets: Pointer[int64]


def begin_step(sleep: Sleep) -> None:
    """Wake up what an event arrives at in this step, and what has slept for long."""
    n_turns = sleep.n_powers // 2
    nest = sleep.step % n_turns
    while nest < sleep.n_nests:
        _wake(sleep, nest)
        nest += n_turns
    for k in range(sleep.n_queues):
        _expect_events(sleep, sleep.queues[k], Extent.from_address(sleep.targets[k]))
    sleep.step += 1


def _expect_events(sleep: Sleep, handle: int, extent: Extent) -> None:
    """Wake up the neurons that the events of a queue are for that are due now."""
    queue, targets = queue_of(handle), int32s(extent.data)
    chunk = due_chunk(queue)
    while chunk != 0:
        synapses, ranges, n_ranges, chunk = read_chunk(queue, chunk)
        for r in range(n_ranges):
            end = ranges[r].end
            for position in range(ranges[r].first, end):
                later = synapse_at(synapses, min(position + _AHEAD, end - 1))
                for j in range(sleep.n_variables):
                    prefetch(float64s(sleep.states[j]), targets[later])
                _expect(sleep, targets[synapse_at(synapses, position)] // NEST)


def _expect(sleep: Sleep, nest: int) -> None:
    """Let a nest expect an event at the end of the step that begins."""
    if sleep.doings[nest] == ASLEEP:
        _catch_up(sleep, nest, sleep.step + 1)
        sleep.doings[nest] = IS_AHEAD
    elif sleep.doings[nest] == AWAKE:
        sleep.doings[nest] = EXPECTS_EVENT


def _wake(sleep: Sleep, nest: int) -> None:
    """Let a nest be awake, with the state of the last step."""
    if sleep.doings[nest] == ASLEEP:
        _catch_up(sleep, nest, sleep.step)
        sleep.doings[nest] = AWAKE


def _catch_up(sleep: Sleep, nest: int, step: int) -> None:
    """Give a nest that slept the state after a number of steps."""
    n_steps = step - sleep.since[nest]
    while n_steps > 0:
        _advance(sleep, nest, min(n_steps, sleep.n_powers - 1))
        n_steps -= sleep.n_powers - 1


def _advance(sleep: Sleep, nest: int, n_steps: int) -> None:
    """Let a nest's state go on by a number of steps."""
    size = min(NEST, sleep.n_neurons - nest * NEST)
    if size == NEST:
        # A number that is known makes one vector of each loop
        _advance_neurons(sleep, nest * NEST, n_steps, NEST)
    else:
        _advance_neurons(sleep, nest * NEST, n_steps, size)


def _advance_neurons(sleep: Sleep, first: int, n_steps: int, size: int) -> None:
    n = sleep.n_variables
    before = items_on_stack(float64, _NEST_ITEMS)
    power = sleep.powers + n_steps * n * n
    for j in range(n):
        state, rest = float64s(sleep.states[j]) + first, sleep.rest[j]
        for k in range(size):
            before[NEST * j + k] = state[k] - rest
    for i in range(n):
        state, rest = float64s(sleep.states[i]) + first, sleep.rest[i]
        for k in range(size):
            above = power[n * i] * before[k]
            for j in range(1, n):
                above += power[n * i + j] * before[NEST * j + k]
            state[k] = rest + above


def next_awake(sleep: Sleep, neuron: int) -> int:
    """Return the first neuron of the next nest that is awake.

    Parameters
    ----------
    sleep : Sleep
        The group.
    neuron : int
        Where to begin: behind the last neuron of a nest, or 0.
    """
    # The last nest may have less neurons
    nest, n_nests = -(-neuron // NEST), sleep.n_nests
    doings, words = sleep.doings, sleep.words
    while nest < n_nests:
        if nest & 31 == 0:
            nest = _skip_sleeping(words, nest, n_nests)
        if nest & 7 == 0 and words[nest >> 3] == 0:
            nest += 8
        elif _stays_awake(sleep, nest):
            return nest * NEST
        else:
            if doings[nest] == IS_AHEAD:
                doings[nest] = AWAKE
            nest += 1
    return sleep.n_neurons


def _skip_sleeping(words: Pointer[int64], nest: int, n_nests: int) -> int:
    """Return the first of the next 32 nests that do not all sleep."""
    k = nest >> 3
    while nest < n_nests:
        if words[k] | words[k + 1] | words[k + 2] | words[k + 3] != 0:
            break
        nest, k = nest + 32, k + 4
    return nest


def end_of_awake(sleep: Sleep, start: int, stop: int) -> int:
    """Return the neuron after the last one of the nests that are awake from one on.

    Parameters
    ----------
    sleep : Sleep
        The group.
    start : int
        The first neuron.
    stop : int
        Where to stop looking.
    """
    end = start + NEST
    while end < stop and _stays_awake(sleep, end // NEST):
        end += NEST
    return min(end, stop)


def end_step(sleep: Sleep, start: int, stop: int) -> None:
    """Let nests that were updated expect no events any more: these arrive now.

    Parameters
    ----------
    sleep : Sleep
        The group.
    start, stop : int
        The first neuron, and the one after the last.
    """
    for nest in range(start // NEST, -(-stop // NEST)):
        if sleep.doings[nest] == EXPECTS_EVENT:
            sleep.doings[nest] = AWAKE


def _stays_awake(sleep: Sleep, nest: int) -> bool:
    """Let a nest sleep from the last step on, if it can; tell whether it is awake."""
    if sleep.doings[nest] == AWAKE and _can_sleep(sleep, nest * NEST):
        sleep.doings[nest] = ASLEEP
        sleep.since[nest] = sleep.step - 1
    return sleep.doings[nest] >= AWAKE


def _can_sleep(sleep: Sleep, first: int) -> bool:
    """Tell whether no neuron of a nest can reach the threshold by itself."""
    size = min(NEST, sleep.n_neurons - first)
    if size == NEST:
        return _are_below(sleep, first, NEST)
    return _are_below(sleep, first, size)


def _are_below(sleep: Sleep, first: int, size: int) -> bool:
    highest = items_on_stack(float64, NEST)
    for k in range(size):
        highest[k] = 0.0
    for j in range(sleep.n_variables):
        state, rest = float64s(sleep.states[j]) + first, sleep.rest[j]
        above, below = sleep.above[j], sleep.below[j]
        for k in range(size):
            distance = state[k] - rest
            highest[k] += distance * (above if distance > 0 else below)
    can_sleep = True
    for k in range(size):
        # What is no number stays awake
        can_sleep &= highest[k] <= sleep.limit
    if sleep.not_refractory:
        for k in range(size):
            can_sleep &= sleep.not_refractory[first + k] != 0
    return can_sleep


@operation
def wake_all(sleep: Sleep) -> int:
    """Let all neurons be awake; the result is 0."""
    for nest in range(sleep.n_nests):
        _wake(sleep, nest)
    return 0
