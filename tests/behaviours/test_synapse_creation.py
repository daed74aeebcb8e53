"""Synapses are created as by other targets, with all that is counted of them."""

import sys

import numpy as np
import pytest
from brian2 import NeuronGroup, Synapses, prefs, seed
from brian2.core.base import BrianObjectException
from hypothesis import given, settings
from hypothesis import strategies as st

from brian2numba.containers import DynamicArray1D, reserve_rows
from brian2numba.device.random_state import RandomStreams
from brian2numba.kernels.distances import (
    N_AHEAD,
    KnownDistances,
    distance,
    forget_distances,
    next_distance,
    positions_per_logarithm,
)
from brian2numba.kernels.random_numbers import Streams, close_streams, open_streams
from brian2numba.kernels.synapse_creation import (
    count_indices,
    number_of_steps,
    number_repeats,
    steps_before,
    steps_until,
)
from brian2numba.language import float64s, int64, int64s, items_on_stack
from brian2numba.operations import operation

PATTERNS = {
    "all": {},
    "none": {"condition": "i < 0"},
    "condition": {"condition": "abs(i - j) < 7"},
    "condition with a variable": {"condition": "x_pre < x_post"},
    "condition of the source": {"condition": "i % 3 == 0"},
    "condition of the target": {"condition": "j % 3 == 0"},
    "several": {"condition": "i != j", "n": 2},
    "as many as": {"condition": "i < 5", "n": "j % 3"},
    "range": {"j": "k for k in range(i, i + 9)", "skip_if_invalid": True},
    "range with condition": {
        "j": "k for k in range(i - 9, i + 9, 2) if k != i",
        "skip_if_invalid": True,
    },
    "range that is valid where the condition holds": {
        "j": "k for k in range(i - 9, i + 9) if k >= 0 and k < N_post",
    },
    "range with a condition on the target": {
        "j": "k for k in range(N_post) if x_post > 0.5"
    },
    "range backwards": {
        "j": "k for k in range(i + 3, i - 20, -4)",
        "skip_if_invalid": True,
    },
    "range backwards with condition": {
        "j": "k for k in range(N_post - 1, -1, -1) if k % 7 > i % 3"
    },
    "range of sources": {"i": "k for k in range(1, N_pre, 3) if k != j"},
    "all sources": {"i": "k for k in range(0, N_pre, 2)"},
    "empty range": {"j": "k for k in range(5, 5)"},
    "calculated": {"j": "(i + 2 * k) % N_post for k in range(4) if k != 1"},
    "one to one": {"j": "i"},
    "beyond the end": {"j": "i + 3", "skip_if_invalid": True},
    "arrays": {"i": [3, 1, 1, 0], "j": [0, 5, 5, 2]},
    "arrays, several": {"i": [3, 1], "j": [0, 5], "n": 3},
}


def connected(target, pattern, n_pre=40, n_post=1300):
    """Return synapses of two subgroups, made in two steps by a target."""
    prefs.codegen.target = target
    seed(3)
    pre = NeuronGroup(n_pre + 3, "x : 1", name="pre")
    post = NeuronGroup(n_post + 5, "x : 1", name="post")
    pre.x, post.x = "(i * 7 % 11) / 11.0", "(i * 5 % 13) / 13.0"
    synapses = Synapses(
        pre[3:], post[5:], "w : 1", multisynaptic_index="number", name="synapses"
    )
    synapses.connect(i=[2, 2], j=[1, 4])
    synapses.w = 7
    synapses.connect(**pattern)
    return synapses


def all_of(synapses):
    names = ("_synaptic_pre", "_synaptic_post", "N_incoming", "N_outgoing", "number")
    values = {n: synapses.variables[n].get_value().tolist() for n in names}
    return {**values, "w": synapses.w[:].tolist(), "N": len(synapses)}


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_the_same_synapses_as_the_numpy_target(pattern):
    expected = all_of(connected("numpy", pattern))
    assert all_of(connected("numba", pattern)) == expected
    assert expected["w"] == [7, 7] + [0] * (expected["N"] - 2)


def test_random_conditions_draw_for_each_position():
    synapses = connected("numba", {"condition": "rand() < 0.3"}, n_post=2000)
    assert abs(len(synapses) / (40 * 2000) - 0.3) < 0.01
    seed(3)
    # The buffer of the target holds as many at a time
    drawn = np.random.rand(20_000) < 0.3
    expected = np.flatnonzero(drawn[:2000])
    assert synapses.j[2:][: len(expected)].tolist() == expected.tolist()


@settings(deadline=None)
@given(
    low=st.integers(-9, 9),
    high=st.integers(-9, 9),
    step=st.integers(-4, 4).filter(bool),
    size=st.integers(0, 7),
)
def test_valid_steps(low, high, step, size):
    steps = range(low, high, step)
    n_steps = number_of_steps(low, high, step)
    assert n_steps == len(steps)
    valid = [k for k in steps if 0 <= k < size]
    begin = steps_before(low, step, n_steps, size)
    end = steps_until(low, step, n_steps, size)
    assert list(steps[begin:end]) == valid
    assert len(valid) == end - begin


def test_indices_are_counted():
    indices = np.array([2, 2, 2, 0, 3, 2, 2], np.int32)
    counts = np.array([1, 1, 1, 1], np.int32)
    count_indices.call(indices.ctypes.data, len(indices), counts.ctypes.data)
    assert counts.tolist() == [2, 1, 6, 2]


@pytest.mark.parametrize("is_sorted", [True, False])
def test_repeats_are_numbered(is_sorted):
    keys = np.array([4, 4, 4, 7, 9, 9] if is_sorted else [9, 4, 7, 4, 9, 4])
    order = np.argsort(keys, kind="stable")
    numbers = np.full(6, -1, np.int32)
    address = 0 if is_sorted else order.ctypes.data
    number_repeats.call(keys.ctypes.data, address, 6, numbers.ctypes.data)
    assert numbers.tolist() == ([0, 1, 2, 0, 0, 1] if is_sorted else [0, 0, 0, 1, 1, 2])


def test_indices_that_were_looked_at_stay_as_they_are():
    synapses = connected("numba", {"j": "i"})
    before = synapses.j[:]
    copy = before.copy()
    synapses.connect()
    assert before.tolist() == copy.tolist()
    assert len(synapses) == 42 + 40 * 1300


def test_what_failed_leaves_no_memory_behind(monkeypatch):
    synapses = connected("numba", {"j": "i"})
    capacities = []

    def truncate(self, n_rows, original=DynamicArray1D.truncate):
        before = self._rows.capacity
        original(self, n_rows)
        capacities.append((before, self._rows.capacity))

    monkeypatch.setattr(DynamicArray1D, "truncate", truncate)
    with pytest.raises(BrianObjectException):
        synapses.connect(j="k for k in range(N_post + i // 30)")
    assert len(synapses) == 42
    assert len(capacities) == 2
    assert all(before > 30_000 and after < 100 for before, after in capacities)


def test_memory_is_touched_once():
    resource = pytest.importorskip("resource", reason="Windows has no such module")
    synapses = connected("numba", {"j": "i"}, n_pre=10, n_post=10)
    synapses.connect(j="k for k in range(N_post)")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    neurons = NeuronGroup(2500, "x : 1", name="neurons")
    many = Synapses(neurons, neurons, name="many")
    many.connect(j="k for k in range(N_post)")
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    unit = 1 if sys.platform == "darwin" else 1024
    assert more * unit < 1.5 * 8 * len(many)


def test_reserved_rows_are_not_in_use():
    array = DynamicArray1D(3, np.int32)
    array[:] = [1, 2, 3]
    assert reserve_rows.call(array.handle, 1000) == array.data.ctypes.data
    assert array.data.tolist() == [1, 2, 3]
    assert reserve_rows.call(array.handle, 10) == array.data.ctypes.data
    assert reserve_rows.call(array.handle, -1) == 0
    assert reserve_rows.call(array.handle, 2**62) == 0


@operation
def _distances(numbers: int, results: int, n: int):
    """Write the distance of each number, for p = 0.02."""
    factor = positions_per_logarithm(0.02)
    for k in range(n):
        int64s(results)[k] = distance(float64s(numbers)[k], factor)
    return 0


@operation
def _distances_ahead(block: int, results: int, n: int):
    """Write the distances that are drawn, for p = 0.02."""
    factor = positions_per_logarithm(0.02)
    streams, known = Streams(), KnownDistances()
    ahead = items_on_stack(int64, N_AHEAD)
    open_streams(streams, block)
    forget_distances(known)
    for k in range(n):
        int64s(results)[k] = next_distance(known, ahead, factor, streams)
    close_streams(streams)
    return 0


def test_distances_are_those_of_the_c_librarys_logarithm():
    # Numbers whose distance is whole but for rounding, and those next to them
    whole = np.exp(np.arange(1, 20_001 - 8) * np.log(0.98))[:1500]
    near = [np.nextafter(whole, 0), whole, np.nextafter(whole, 1)]
    numbers = np.concatenate([*near, [0.0, 5e-324, 1e-308, 1e-300, 1 - 2**-53]])
    numbers = numbers[numbers < 1]
    numbers = np.concatenate([numbers, np.random.rand(20_000 - len(numbers))])
    streams = RandomStreams.with_own_buffers(len(numbers))
    address = streams.address
    streams.arrays["rand_buffer"][:] = numbers
    # At 0, the buffer would be filled
    streams.arrays["rand_buffer_index"][0] = 1
    expected, found = np.zeros((2, len(numbers) - 1), np.int64)
    _distances.call(numbers[1:].ctypes.data, expected.ctypes.data, len(expected))
    _distances_ahead.call(address, found.ctypes.data, len(found))
    assert found.tolist() == expected.tolist()
    assert streams.arrays["rand_buffer_index"][0] == 0


def test_distances_go_on_in_the_next_buffer():
    n = 45_000
    drawn = np.zeros(n, np.int64)
    streams = RandomStreams.with_own_buffers()
    streams.enter()
    seed(8)
    _distances_ahead.call(streams.address, drawn.ctypes.data, n)
    streams.leave()
    numbers = np.random.RandomState(8).random_sample(n)
    expected = np.zeros(n, np.int64)
    _distances.call(numbers.ctypes.data, expected.ctypes.data, n)
    assert drawn.tolist() == expected.tolist()
    assert streams.arrays["rand_buffer_index"][0] == n % 20_000


@pytest.mark.parametrize("p", [1e-17, 1e-300])
def test_a_probability_that_is_all_but_zero(p):
    assert len(connected("numba", {"p": p})) == 2


MIXED = {
    "of the source": {"p": "0.05 + 0.01 * i"},
    "also draws": {"condition": "rand() < 0.9", "p": 0.1},
    "in turn": {"p": "0.1 + 0.5 * (i % 2)"},
    "large": {"p": 0.4},
    "large with condition": {"condition": "i != j", "p": 0.4},
    "partly invalid": {
        "j": "k for k in sample(i - 20, i + 20, p=0.4)",
        "skip_if_invalid": True,
    },
}


@pytest.mark.compiler
@pytest.mark.parametrize("pattern", MIXED.values(), ids=MIXED)
def test_the_same_random_synapses_as_the_cython_target(pattern):
    expected = all_of(connected("cython", pattern))
    assert all_of(connected("numba", pattern)) == expected
