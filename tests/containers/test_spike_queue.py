"""Spike queues deliver what Brian's deliver, in the same order, and lose nothing."""

import gc
import subprocess
import sys
import weakref

import numpy as np
import pytest
from brian2.synapses.cythonspikequeue import SpikeQueue as BrianQueue
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from numba import njit
from numba.core.runtime import _nrt_python, rtsys

from brian2numba.containers import SpikeQueue, push_spikes
from brian2numba.containers.queue_operations import clear_queue, copy_events
from brian2numba.containers.queue_storage import (
    EVENT_ITEMS,
    PAGE_SLOTS,
    RANGE_ITEMS,
)
from brian2numba.containers.spike_queue import _Events
from brian2numba.errors import Status

DT = 1e-4
START, END = 3, 9


class Model:
    """What a queue does, with a list for each time step to come."""

    def __init__(self):
        self.now, self.steps, self.dt = 0, {}, None

    def prepare(self, delays, dt, sources):
        if self.dt not in (None, dt):
            moved = {}
            for step, events in sorted(self.steps.items()):
                new = int((step - self.now) * (self.dt / dt) + 0.5)
                moved.setdefault(new, []).extend(events)
            self.now, self.steps = 0, moved
        self.dt, self.sources = dt, sources
        delays = np.broadcast_to(delays, len(sources))
        self.delays = [int(delay / dt + 0.5) for delay in delays]

    def push(self, spikes):
        for neuron in spikes:
            for synapse, source in enumerate(self.sources):
                if source == neuron:
                    step = self.now + self.delays[synapse]
                    self.steps.setdefault(step, []).append(synapse)

    def peek(self):
        return self.steps.get(self.now, [])

    def advance(self):
        self.steps.pop(self.now, None)
        self.now += 1

    def pending(self):
        return {k - self.now: events for k, events in self.steps.items() if events}


def pending(queue):
    """Return the events of a queue by the number of steps until they are due."""
    offset, slots = queue._full_state()
    return {(k - offset) % len(slots): slot for k, slot in enumerate(slots) if slot}


delays_in_tenths_of_ms = st.integers(0, 40) | st.sampled_from([64, 127, 128, 1000])


#: Many synapses of few neurons, so that there are groups with the same delay, or few
sources_of_synapses = st.lists(st.integers(START, END - 1), max_size=30) | st.builds(
    lambda sources, n: sources * n,
    st.lists(st.integers(START, END - 1), max_size=3),
    st.integers(8, 40),
)


class QueueMachine(RuleBasedStateMachine):
    """Compares with the model."""

    @initialize()
    def create(self):
        self.queue, self.model = SpikeQueue(START, END), Model()
        self.prepare([], [0], True, DT)

    @rule(
        sources=sources_of_synapses,
        delays=st.lists(delays_in_tenths_of_ms, min_size=1, max_size=30),
        is_sorted=st.booleans(),
        dt=st.sampled_from([DT, DT, 2 * DT, DT / 2]),
    )
    def prepare(self, sources, delays, is_sorted, dt):
        sources = np.array(sorted(sources) if is_sorted else sources, np.int32)
        repeated = np.resize(delays, len(sources) if len(delays) > 1 else 1) * 1e-4
        self.sources, self.delays = sources, repeated
        self.queue.prepare(repeated, dt, sources)
        self.model.prepare(repeated, dt, sources)

    @rule(sources=sources_of_synapses, delay=delays_in_tenths_of_ms)
    def add_synapses(self, sources, delay):
        n = len(self.sources)
        before = np.resize(self.delays, n) if n else np.zeros(0)
        delays = np.append(before, np.full(len(sources), delay * 1e-4))
        self.sources = np.append(self.sources, np.array(sources, np.int32))
        self.delays = delays if len(delays) else np.zeros(1)
        self.queue.prepare(self.delays, self.model.dt, self.sources)
        self.model.prepare(self.delays, self.model.dt, self.sources)

    @rule(neurons=st.sets(st.integers(0, 12)), repeats=st.integers(1, 30))
    def push(self, neurons, repeats):
        spikes = np.array(sorted(neurons), np.int32)
        for _ in range(repeats):
            self.queue.push(spikes)
            self.model.push(spikes)

    @rule(steps=st.integers(1, 70))
    def run_on(self, steps):
        for _ in range(steps):
            assert self.queue.peek().tolist() == self.model.peek()
            self.queue.advance()
            self.model.advance()

    @rule()
    def store_and_restore(self):
        state = self.queue._full_state()
        other = SpikeQueue(START, END)
        other._restore_from_full_state(state)
        assert other._full_state() == state
        self.queue._restore_from_full_state(state)
        assert self.queue._full_state() == state

    @rule()
    def exchange_with_brian(self):
        state = self.queue._full_state()
        brian = BrianQueue(START, END)
        brian._restore_from_full_state(state)
        assert brian._full_state() == state
        self.queue._restore_from_full_state(brian._full_state())

    @invariant()
    def is_the_same(self):
        assert self.queue.peek().tolist() == self.model.peek()
        assert pending(self.queue) == self.model.pending()


TestQueue = QueueMachine.TestCase
TestQueue.settings = settings(max_examples=30, stateful_step_count=12, deadline=None)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("is_sorted", [True, False])
@pytest.mark.parametrize("n_delays", [1, 400])
def test_is_like_brians_queue(dtype, is_sorted, n_delays):
    rng = np.random.default_rng(1)
    sources = rng.integers(10, 30, 400).astype(np.int32)
    if is_sorted:
        sources.sort()
    delays = rng.uniform(0, 5e-3, n_delays).astype(dtype)
    queues = [SpikeQueue(10, 30), BrianQueue(10, 30)]
    for queue in queues:
        queue.prepare(delays, DT, sources)
    for _ in range(100):
        spikes = np.flatnonzero(rng.random(40) < 0.2).astype(np.int32)
        for queue in queues:
            queue.push(spikes)
        assert queues[0].peek().tolist() == queues[1].peek().tolist()
        assert queues[0]._full_state() == queues[1]._full_state()
        for queue in queues:
            queue.advance()
    assert queues[0]._state_tuple == queues[1]._state_tuple
    # more delay: both turn their slots so that the present one is the first
    for queue in queues:
        queue.prepare(delays + dtype(0.01), DT, sources)
    assert queues[0]._full_state() == queues[1]._full_state()


#: Sources and delays (in steps) of 40 synapses, by how their spikes are kept
KINDS = {
    "one range": ([0] * 20 + [1] * 20, [5]),
    "one range, unsorted": ([0, 1] * 20, [5]),
    "a range for each delay": ([0] * 20 + [1] * 20, [3] * 10 + [6] * 10),
    "a range for each delay, unsorted": ([1, 0] * 20, [3] * 10 + [6] * 10),
    "numbers": ([0] * 20 + [1] * 20, range(20)),
    "numbers, unsorted": ([1, 0, 0] * 13 + [0], range(40)),
}


@pytest.mark.parametrize("before", KINDS)
@pytest.mark.parametrize("after", KINDS)
@pytest.mark.parametrize("factor", [1, 2])
def test_events_under_way_stay_the_same_synapses(before, after, factor):
    queue, model = SpikeQueue(0, 2), Model()
    for kind, dt in [(before, DT), (after, DT * factor), (before, DT * factor)]:
        sources, steps = KINDS[kind]
        sources = np.array(sources, np.int32)
        delays = np.resize(steps, 40 if len(steps) > 1 else 1) * DT
        for each in (queue, model):
            each.prepare(delays, dt, sources)
            for neurons in ([0, 1], [1]):
                each.push(np.array(neurons, np.int32))
        assert pending(queue) == model.pending()
        for _ in range(2):
            assert queue.peek().tolist() == model.peek()
            queue.advance()
            model.advance()
    for _ in range(40):
        assert queue.peek().tolist() == model.peek()
        queue.advance()
        model.advance()
    assert pending(queue) == {}


def test_a_look_at_events_does_not_change_what_is_pushed_later():
    queue, model = SpikeQueue(0, 1), Model()
    for n in (1, 58, 1, 1, 59, 60, 61):
        # apart, so that no range is continued by the next one
        for delays in (np.zeros(1), np.arange(2.0) * DT):
            for each in (queue, model):
                each.prepare(delays, DT, np.zeros(2, np.int32))
                for _ in range(n):
                    each.push(np.zeros(1, np.int32))
            assert queue.peek().tolist() == model.peek()


@pytest.mark.parametrize("is_sorted", [True, False])
def test_a_spike_costs_the_same_for_any_number_of_synapses(is_sorted):
    sources = np.arange(100_000, dtype=np.int32) % 2
    queue = SpikeQueue(0, 2)
    queue.prepare(np.ones(1) * DT, DT, np.sort(sources) if is_sorted else sources)
    for _ in range(20):
        queue.push(np.array([1], np.int32))
    assert queue._queue.chunks.used == -(-20 * RANGE_ITEMS // EVENT_ITEMS)
    queue.push(np.array([0], np.int32))
    queue.advance()
    assert len(queue.peek()) == 21 * 50_000


def test_neighbours_that_spike_together_keep_a_range_each():
    queue = SpikeQueue(0, 1000)
    queue.prepare(np.ones(1) * DT, DT, np.arange(1000, dtype=np.int32))
    queue.push(np.arange(1000, dtype=np.int32))
    # threads that share the delivery look for their targets in each neuron's range
    assert queue._queue.chunks.used == -(-1000 * RANGE_ITEMS // EVENT_ITEMS)
    queue.advance()
    assert queue.peek().tolist() == list(range(1000))


@pytest.mark.parametrize("factor", [0.3, 0.5, 2, 3.7, 10])
def test_no_spike_is_lost_when_the_time_step_changes(factor):
    queue = SpikeQueue(0, 1)
    sources = np.zeros(10, np.int32)
    queue.prepare(np.arange(10) * DT, DT, sources)
    queue.push(np.zeros(1, np.int32))
    queue.prepare(np.arange(10) * DT, factor * DT, sources)
    arrived = []
    for step in range(50):
        due = queue.peek()
        assert all(abs(k / factor - step) <= 0.5 + 1e-9 for k in due)
        arrived += due.tolist()
        queue.advance()
    assert arrived == list(range(10))


def test_more_synapses_and_delays_keep_what_is_under_way():
    queue = SpikeQueue(0, 2)
    queue.prepare(np.array([3 * DT]), DT, np.array([0], np.int32))
    queue.push(np.array([0], np.int32))
    queue.advance()
    queue.prepare(np.array([9 * DT, DT]), DT, np.array([0, 1], np.int32))
    queue.push(np.array([0, 1], np.int32))
    assert pending(queue) == {1: [1], 2: [0], 9: [0]}


@pytest.mark.parametrize("delay", [-1e-20, -0.4 * DT, -1.4 * DT])
def test_delays_that_are_rounded_to_0(delay):
    queue = SpikeQueue(0, 1)
    queue.prepare(np.array([delay]), DT, np.zeros(1, np.int32))
    queue.push(np.zeros(1, np.int32))
    assert pending(queue) == {0: [0]}


@pytest.mark.parametrize("source", [-5, 1, 4, 99])
def test_sources_that_are_not_the_pathways_are_refused(source):
    queue = SpikeQueue(2, 4)
    queue.prepare(np.array([DT]), DT, np.array([2, 3], np.int32))
    message = f"The source of synapse 1 is neuron {source}, which is not one of the"
    with pytest.raises(ValueError, match=message):
        queue.prepare(np.array([DT]), DT, np.array([2, source], np.int32))
    queue.push(np.array([3], np.int32))
    assert pending(queue) == {1: [1]}


@pytest.mark.parametrize("bad", [-1e-3, -3.1 * DT, np.nan, np.inf, 2**32 * DT])
def test_bad_delays_are_refused(bad):
    queue = SpikeQueue(0, 1)
    sources = np.zeros(3, np.int32)
    queue.prepare(np.array([0, DT, DT]), DT, sources)
    queue.push(np.zeros(1, np.int32))
    with pytest.raises(ValueError, match=f"delay of synapse 2 is {bad} s"):
        queue.prepare(np.array([0, DT, bad]), 2 * DT, sources)
    assert pending(queue) == {0: [0], 1: [1, 2]}
    queue.push(np.zeros(1, np.int32))
    assert pending(queue) == {0: [0, 0], 1: [1, 2, 1, 2]}


@pytest.mark.parametrize("bad", [2, 10])
def test_foreign_sources_are_refused(bad):
    queue = SpikeQueue(3, 10)
    with pytest.raises(ValueError, match=f"source of synapse 1 is neuron {bad}"):
        queue.prepare(np.zeros(1), DT, np.array([3, bad], np.int32))


@pytest.mark.parametrize("dt", [0, -DT, np.inf, np.nan])
def test_bad_time_steps_are_refused(dt):
    with pytest.raises(ValueError, match="positive and finite"):
        SpikeQueue(0, 1).prepare(np.zeros(1), dt, np.zeros(1, np.int32))


def test_sizes_must_fit():
    with pytest.raises(ValueError, match="2 delays for 3 synapses"):
        SpikeQueue(0, 1).prepare(np.zeros(2), DT, np.zeros(3, np.int32))


def test_offset_of_a_state_must_be_a_slot():
    with pytest.raises(ValueError, match="queue of 2 time steps has no step 2"):
        SpikeQueue(0, 1)._restore_from_full_state((2, [[], []]))


def test_restoring_nothing_empties_the_queue():
    queue = SpikeQueue(0, 1)
    queue.prepare(np.array([2 * DT]), DT, np.zeros(1, np.int32))
    queue.push(np.zeros(1, np.int32))
    queue._restore_from_full_state(None)
    assert queue._full_state() == (0, [[], [], []])


def test_an_unprepared_queue_ignores_spikes():
    queue = SpikeQueue(0, 5)
    queue.push(np.arange(5, dtype=np.int32))
    assert queue._full_state() == (0, [[]])
    assert len(queue.peek()) == 0
    queue.advance()


def test_memory_goes_with_the_events_not_with_the_delay():
    queue = SpikeQueue(0, 1)
    n_slots = 36_000_000
    queue.prepare(np.array([n_slots * DT, 0.5]), DT, np.zeros(2, np.int32))
    queue.push(np.zeros(1, np.int32))
    sizes = buffer_sizes(queue.structref)
    assert queue._queue.n_slots == n_slots + 1
    assert sum(sizes) < n_slots / 10
    assert queue._used_slots()[PAGE_SLOTS] <= n_slots <= queue._used_slots()[-1]


@njit
def buffer_sizes(queue):
    return queue.chunks_buffer.size, queue.pages_buffer.size, queue.directory.size


def test_operations_work_by_address():
    queue = SpikeQueue(0, 2)
    queue.prepare(np.zeros(1), DT, np.array([1, 0, 1], np.int32))
    spikes = np.array([0, 1], np.int32)
    assert push_spikes.call(queue.handle, spikes.ctypes.data, 2) == Status.OK
    due = np.zeros(3, np.int32)
    assert copy_events.call(queue.handle, 0, 0) == 3
    assert copy_events.call(queue.handle, 0, due.ctypes.data) == 3
    assert list(due) == [1, 0, 2]


def test_numba_functions_take_queues():
    @njit
    def n_slots(queue):
        return queue.n_slots

    queue = SpikeQueue(0, 1)
    queue.prepare(np.array([7 * DT]), DT, np.zeros(1, np.int32))
    assert n_slots(queue.structref) == 8


LIMITED = """
import resource
import numpy as np
from brian2numba.containers import SpikeQueue
queue = SpikeQueue(0, 2)
sources = np.zeros(2**17, np.int32)
sources[-1] = 1
# so few synapses have the same delay that each is an event
queue.prepare(np.arange(2**17) % 2**16 * 1e-4, 1e-4, sources)
queue.push(np.ones(1, np.int32))
queue.peek(), queue.advance()
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
limit = used + 2**26
resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
n_pushed = 0
try:
    for _ in range(100):
        queue.push(np.zeros(1, np.int32))
        n_pushed += 1
except MemoryError:
    pass
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert 0 < n_pushed < 100
sizes = {step: len(events) for step, events in queue._events_under_way().items()}
expected = dict.fromkeys(range(2**16), 2 * n_pushed)
expected[2**16 - 2] += 1
expected[2**16 - 1] = n_pushed
assert sizes == expected
"""


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS works on Linux only")
def test_running_out_of_memory_keeps_what_is_under_way():
    command = [sys.executable, "-c", LIMITED]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_no_memory_for_the_slots():
    queue = SpikeQueue(0, 1)
    with pytest.raises(MemoryError, match="time steps"):
        queue._replace_events(_Events.of({}), 2**63 - 1)
    assert queue._full_state() == (0, [[]])


def test_no_reference_is_lost():
    _nrt_python.memsys_enable_stats()
    gc.collect()
    before = rtsys.get_allocation_stats()
    for dt in (DT, 2 * DT):
        queue = SpikeQueue(0, 1)
        queue.prepare(np.arange(500) * DT, DT, np.zeros(500, np.int32))
        queue.push(np.zeros(1, np.int32))
        queue.prepare(np.arange(500) * DT, dt, np.zeros(500, np.int32))
        queue._restore_from_full_state(queue._full_state())
    del queue
    gc.collect()
    after = rtsys.get_allocation_stats()
    assert after.alloc > before.alloc
    assert after.alloc - before.alloc == after.free - before.free
    assert after.mi_alloc - before.mi_alloc == after.mi_free - before.mi_free


def test_can_be_referred_to_weakly():
    queue = SpikeQueue(0, 1)
    reference = weakref.ref(queue)
    del queue
    gc.collect()
    assert reference() is None


@pytest.mark.parametrize("call", ["call", "python_call"])
@pytest.mark.parametrize("n_steps", [5, 400])
def test_a_queue_is_emptied_in_its_memory(call, n_steps):
    """Chunks and pages are free again, and what is pushed next is delivered."""
    rng = np.random.default_rng(1)
    sources = np.sort(rng.integers(0, 10, 200)).astype(np.int32)
    delays = rng.uniform(0, n_steps * DT, 200)
    queue, other = SpikeQueue(0, 10), SpikeQueue(0, 10)
    spikes = np.arange(10, dtype=np.int32)
    for q in (queue, other):
        q.prepare(delays, DT, sources)
    for _ in range(3):
        for _ in range(20):
            queue.push(spikes)
            queue.advance()
        assert queue._queue.pages.used > 0
        getattr(clear_queue, call)(queue.handle, n_steps // 2)
        assert pending(queue) == {}
        assert queue._queue.present == n_steps // 2
        assert queue._queue.pages.used == queue._queue.chunks.used == 0
    other._queue.present = queue._queue.present
    for q in (queue, other):
        q.push(spikes)
    assert queue._full_state() == other._full_state()


def test_an_empty_state_keeps_the_memory_of_a_queue():
    queue = SpikeQueue(0, 4)
    queue.prepare(np.full(4, 20 * DT), DT, np.arange(4, dtype=np.int32))
    empty = queue._full_state()
    for _ in range(3):
        queue.push(np.arange(4, dtype=np.int32))
        queue.advance()
        before = queue._queue.directory.data, queue._queue.chunks.buffer.data
        queue._restore_from_full_state(empty)
        assert queue._full_state() == empty
        after = queue._queue.directory.data, queue._queue.chunks.buffer.data
        assert after == before
