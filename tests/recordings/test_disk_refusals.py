"""What can't be done with a recording on disk is said in a sentence."""

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    ms,
    network_operation,
)

from brian2numba import record_to_disk
from brian2numba.errors import RecordingError
from brian2numba.recordings import disk


def network(path=None, mode="w-", n=5, variables="v"):
    group = NeuronGroup(n, "v = i + t/ms : 1\nw : 1", name="group")
    trace = StateMonitor(group, variables, record=True, name="trace")
    made = Network(group, trace)
    if path is not None:
        record_to_disk(made, path, mode=mode, block_bytes=200)
    return made, trace


@pytest.fixture
def trace(tmp_path):
    made, trace = network(tmp_path / "x.zarr")
    made.run(2 * ms)
    return trace


def container(trace, name="v"):
    variable = trace.variables[name]
    return variable.device.arrays[variable]


def test_indices(trace):
    for function, text in [
        (
            lambda: trace.v[0, 20],
            "The index 20 is beyond the 20 rows that were recorded.",
        ),
        (lambda: trace.v[5], "The index 5 is beyond the 5 neurons that were recorded."),
        (lambda: trace.v[1.5], "Recorded neurons have whole numbers; 1.5 is none."),
        (lambda: trace.v[0, 1.5], "Recorded rows have whole numbers; 1.5 is none."),
        (lambda: trace.v[np.ones(4, bool)], "A mask of shape .4,. does not fit 5"),
        (lambda: trace.v[0, np.ones(4, bool)], "A mask of shape .4,. does not fit 20"),
    ]:
        with pytest.raises(IndexError, match=text):
            function()


def test_arrays_without_a_copy(trace):
    with pytest.raises(ValueError, match="can't be had without a copy"):
        np.asarray(trace.v, copy=False)


def test_rows_that_have_left_memory_are_not_written(trace):
    array = container(trace)
    trace.resize(22)
    array[-1, 2] = 5
    assert trace.v[2, -1] == 5
    array[20] = np.arange(5.0)
    assert np.array_equal(trace.v[:, -2], np.arange(5))
    array[20:22] = 7
    array[np.array([20])] = 8
    array[[False] * 20 + [False, True]] = 9
    assert np.array_equal(trace.v[0, -2:], [8, 9])
    for rows in (slice(3, 5), [3, 21], 19, -3, slice(None, None, -1)):
        with pytest.raises(IndexError, match="the first 20 of them are no longer"):
            array[rows] = 0
    for row in (22, -23):
        with pytest.raises(IndexError, match="out of range"):
            array[row] = 0


def test_other_targets_do_not_get_the_rows(trace):
    with pytest.raises(TypeError, match="'trace' records does not stay in memory"):
        container(trace).get_capsule()


def test_more_rows_than_brian_can_count(tmp_path, monkeypatch):
    made, trace = network(tmp_path / "x.zarr")
    monkeypatch.setattr(disk, "_MOST_ROWS", 100)
    with pytest.raises(RecordingError, match="Brian can't count more than 100"):
        made.run(20 * ms)
    assert 50 < len(trace.t) <= 100


def test_going_on_with_something_else(tmp_path):
    path = tmp_path / "x.zarr"
    made, _ = network(path)
    made.run(1 * ms)
    del made
    for options in ({"n": 4}, {"variables": ["v", "w"]}):
        with pytest.raises(ValueError, match="Record to another folder"):
            network(path, "a", **options)


def test_going_on_with_rows_of_its_own(tmp_path):
    path = tmp_path / "x.zarr"
    made, _ = network(path)
    made.run(1 * ms)
    other, trace = network()
    other.run(1 * ms)
    with pytest.raises(ValueError, match="as it has recorded 10 rows itself"):
        record_to_disk(other, path, mode="a")
    other.run(1 * ms)
    assert len(trace.t) == 20


def test_it_begins_before_a_run(tmp_path):
    made, trace = network()

    @network_operation
    def begin():
        record_to_disk(trace, tmp_path / "x.zarr")

    made.add(begin)
    with pytest.raises(RuntimeError, match="is running"):
        made.run(1 * ms)
    assert not (tmp_path / "x.zarr").exists()


def test_a_monitor_that_only_counts(tmp_path):
    group = NeuronGroup(3, "v : 1", threshold="i == 1", name="group")
    counts = SpikeMonitor(group, record=False, name="counts")
    made = Network(group, counts)
    record_to_disk(counts, tmp_path / "x.zarr")
    made.run(1 * ms)
    assert list(counts.count) == [0, 10, 0]
