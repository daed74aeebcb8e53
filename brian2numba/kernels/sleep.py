"""
Neurons that sleep: nothing is computed of them until an event arrives.

Eight neurons sleep together (a *nest*) when none of them can reach the threshold within
as many steps as there are powers of the matrix by which a step multiplies the state.
When they wake up, their state is multiplied by the power of the steps they slept. So is
that of a neuron that an event arrives at; its nest wakes up only if it then could reach
the threshold.
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
    int32,
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

#: What a nest does. One that is awake, and that an event arrives at in this step, stays
#: so for another step
ASLEEP, AWAKE, EXPECTS_EVENT, ALWAYS_AWAKE = 0, 1, 2, 3

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
    #: For each neuron that sleeps the step of its state: at most one ahead
    since: Pointer[int64]
    #: The neurons that slept when an event arrived at them in the last step
    n_reached: int64
    reached: Pointer[int32]
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
    """Wake up what may reach the threshold, and bring what events arrive at up to date.

    Parameters
    ----------
    sleep : Sleep
        The group.
    """
    for k in range(sleep.n_reached):
        _wake_if_needed(sleep, sleep.reached[k])
    sleep.n_reached = 0
    # What is known of a neuron that sleeps is known for as many steps
    n_turns = sleep.n_powers - 1
    nest = sleep.step % n_turns
    while nest < sleep.n_nests:
        _wake(sleep, nest)
        nest += n_turns
    for k in range(sleep.n_queues):
        _expect_events(sleep, sleep.queues[k], Extent.from_address(sleep.targets[k]))
    sleep.step += 1


def _expect_events(sleep: Sleep, handle: int, extent: Extent) -> None:
    """Prepare the neurons that the events of a queue are for that are due now."""
    queue, targets = queue_of(handle), int32s(extent.data)
    chunk = due_chunk(queue)
    while chunk != 0:
        synapses, ranges, n_ranges, chunk = read_chunk(queue, chunk)
        for r in range(n_ranges):
            end = ranges[r].end
            for position in range(ranges[r].first, end):
                later = targets[synapse_at(synapses, min(position + _AHEAD, end - 1))]
                prefetch(sleep.since, later)
                for j in range(sleep.n_variables):
                    prefetch(float64s(sleep.states[j]), later)
                _expect(sleep, targets[synapse_at(synapses, position)])


def _expect(sleep: Sleep, neuron: int) -> None:
    """Let a neuron expect an event at the end of the step that begins."""
    doing = sleep.doings[neuron // NEST]
    if doing == AWAKE:
        sleep.doings[neuron // NEST] = EXPECTS_EVENT
    elif doing == ASLEEP and sleep.since[neuron] <= sleep.step:
        _catch_up(sleep, neuron, sleep.step + 1)
        sleep.reached[sleep.n_reached] = neuron
        sleep.n_reached += 1


def _wake_if_needed(sleep: Sleep, neuron: int) -> None:
    """Let a nest wake up if a neuron that an event arrived at can't sleep on."""
    nest = neuron // NEST
    if sleep.doings[nest] == ASLEEP and not _is_below(sleep, neuron):
        _wake(sleep, nest)


def _is_below(sleep: Sleep, neuron: int) -> bool:
    """Tell whether a neuron that is not refractory can't reach the threshold."""
    highest = 0.0
    for j in range(sleep.n_variables):
        distance = float64s(sleep.states[j])[neuron] - sleep.rest[j]
        highest += distance * (sleep.above[j] if distance > 0 else sleep.below[j])
    return highest <= sleep.limit


def _wake(sleep: Sleep, nest: int) -> None:
    """Let a nest be awake, with the state of the last step."""
    if sleep.doings[nest] == ASLEEP:
        first = nest * NEST
        for neuron in range(first, min(first + NEST, sleep.n_neurons)):
            _catch_up(sleep, neuron, sleep.step)
        sleep.doings[nest] = AWAKE


def _catch_up(sleep: Sleep, neuron: int, step: int) -> None:
    """Give a neuron that slept the state after a number of steps."""
    n_steps = step - sleep.since[neuron]
    sleep.since[neuron] = step
    while n_steps > 0:
        _advance(sleep, neuron, min(n_steps, sleep.n_powers - 1))
        n_steps -= sleep.n_powers - 1


def _advance(sleep: Sleep, neuron: int, n_steps: int) -> None:
    """Let the state of a neuron go on by a number of steps."""
    n = sleep.n_variables
    before = items_on_stack(float64, MOST_VARIABLES)
    power = sleep.powers + n_steps * n * n
    for j in range(n):
        before[j] = float64s(sleep.states[j])[neuron] - sleep.rest[j]
    for i in range(n):
        above = power[n * i] * before[0]
        for j in range(1, n):
            above += power[n * i + j] * before[j]
        float64s(sleep.states[i])[neuron] = sleep.rest[i] + above


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
        elif doings[nest] != ASLEEP and _stays_awake(sleep, nest):
            return nest * NEST
        else:
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
        for neuron in range(nest * NEST, nest * NEST + NEST):
            sleep.since[neuron] = sleep.step - 1
    return sleep.doings[nest] != ASLEEP


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
