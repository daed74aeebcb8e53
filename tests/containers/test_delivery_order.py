"""Copies in the order of delivery, and targets that are neighbours."""

from types import SimpleNamespace

import numpy as np
import pytest

from brian2numba.containers import giving_back, spike_queue
from brian2numba.containers.choices import Choices
from brian2numba.containers.gathering import gathered
from brian2numba.containers.giving_back import give_back_unused_memory
from brian2numba.containers.looking_ahead import Ahead, look_ahead, next_range
from brian2numba.containers.queue_operations import queue_of
from brian2numba.containers.spike_queue import SpikeQueue
from brian2numba.containers.target_runs import end_of_run, has_long_runs, starts_of_runs
from brian2numba.language import Pointer, int32
from brian2numba.operations import operation

DT = 0.1e-3


def int32s(*items):
    return np.array(items, np.int32)


@operation
def find_end(targets: Pointer[int32], first: int, end: int) -> int:
    """Call the function."""
    return end_of_run(targets, first, end)


@pytest.mark.parametrize("way", ["call", "python_call"])
@pytest.mark.parametrize("first", range(7))
def test_end_of_run(way, first):
    targets = int32s(3, 4, 5, 7, 8, 20, 22)
    ends = 3, 3, 3, 5, 5, 6, 7
    find = getattr(find_end, way)
    assert find(targets.ctypes.data, first, 7) == ends[first]
    assert find(targets.ctypes.data, first, first + 1) == first + 1


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int32, np.int64, bool])
def test_gathered(dtype):
    numbers = np.random.RandomState(3)
    items = numbers.randint(0, 2, 50).astype(dtype)
    places = numbers.randint(0, 50, 80).astype(np.int32)
    result = gathered(items, places)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, items[places])


def test_gathered_in_memory_that_there_was():
    items, places = np.arange(50.0), int32s(3, 1, 2)
    before = gathered(items, places)
    result = gathered(items + 1, places[::-1].copy(), before)
    assert result is before
    np.testing.assert_array_equal(result, [3, 2, 4])
    assert gathered(items, int32s(3, 1), before).tolist() == [3, 1]
    assert gathered(items.astype(np.float32), places, before).dtype == np.float32


def test_sorting_leaves_no_memory_behind(monkeypatch):
    given_back = []
    monkeypatch.setattr(spike_queue, "_MANY_SYNAPSES", 6)
    monkeypatch.setattr(
        spike_queue, "give_back_unused_memory", lambda: given_back.append(True)
    )
    queue = SpikeQueue(0, 4)
    queue.prepare(np.array([DT]), DT, int32s(0, 0, 1, 2, 2))
    assert not given_back
    queue.prepare(np.array([DT]), DT, int32s(0, 0, 1, 2, 2, 2))
    assert given_back


def test_memory_is_given_back():
    give_back_unused_memory()


@pytest.mark.parametrize("library", [SimpleNamespace(), None])
def test_there_may_be_no_way_to_give_memory_back(library, monkeypatch):
    if library is None:
        monkeypatch.setattr(giving_back.sys, "platform", "win32")
    monkeypatch.setattr(giving_back.ctypes, "CDLL", lambda _: library)
    assert giving_back._malloc_trim.__wrapped__() is None


def test_longest_range():
    queue = SpikeQueue(0, 2)
    queue.prepare(np.array([DT]), DT, int32s(0, 0, 1))
    assert queue.longest_range == 2
    queue.push(int32s(0))
    # One with two synapses is under way
    queue.prepare(np.array([DT]), DT, int32s(0, 1))
    assert queue.longest_range == 2
    queue.advance()
    queue.advance()
    queue.prepare(np.array([DT]), DT, int32s(0, 1))
    assert queue.longest_range == 1


def test_long_runs():
    dense = np.tile(np.arange(40, dtype=np.int32), 3)
    assert has_long_runs(dense, int32s(0, 40, 80, 120))
    # The same where a source begins elsewhere: its targets would not ascend
    assert not has_long_runs(dense, int32s(0, 41, 80, 120))
    assert not has_long_runs(dense[::2].copy(), int32s(0, 20, 40, 60))
    assert not has_long_runs(int32s(), int32s(0, 0))
    # One to one
    assert not has_long_runs(dense[:40], np.arange(41, dtype=np.int32))


def test_runs_that_are_long_at_first_only():
    n = 2**16
    targets = np.r_[np.arange(n), np.arange(0, 40 * n, 2)].astype(np.int32)
    assert not has_long_runs(targets, int32s(0, n, len(targets)))


def test_several_synapses_of_a_pair_are_in_no_run(monkeypatch):
    monkeypatch.setattr(Choices, "run_length", 0)
    assert has_long_runs(int32s(1, 2, 4), int32s(0, 3))
    assert not has_long_runs(int32s(1, 2, 2, 3), int32s(0, 4))


def test_starts_of_runs():
    dense = np.tile(np.arange(40, dtype=np.int32), 3)
    assert starts_of_runs(dense).tolist() == [0, 40, 80, 120]
    assert starts_of_runs(dense[::2].copy()).tolist() == []
    assert starts_of_runs(int32s()).tolist() == []


def test_looking_ahead():
    queue = SpikeQueue(0, 4)
    queue.prepare(np.array([2 * DT]), DT, int32s(0, 0, 1, 2, 2, 2))
    ahead = Ahead()

    def ranges():
        record = queue_of(queue.handle)
        look_ahead(record, ahead)
        found = [next_range(record, ahead) for _ in range(70)]
        return [each for each in found if each != (0, 0)]

    queue.push(int32s(2, 0))
    assert ranges() == []
    queue.advance()
    assert ranges() == [(3, 6), (0, 2)]
    queue.push(np.tile(int32s(1), 60))
    queue.advance()
    # In more than one chunk
    assert ranges() == [(2, 3)] * 60


def test_numbers_are_not_fetched_ahead():
    queue = SpikeQueue(0, 1)
    queue.prepare(np.array([1, 2]) * DT, DT, int32s(0, 0))
    queue.push(int32s(0))
    ahead, record = Ahead(), queue_of(queue.handle)
    look_ahead(record, ahead)
    assert next_range(record, ahead) == (0, 0)
