"""Calls of `record_to_disk` that meet: in one folder, or one that was refused."""

import numpy as np
import pytest
import xarray
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, ms, mV

from brian2numba import NewRows, keep_last, record_to_disk
from brian2numba.errors import RecordingError


def network(name="trace", variables="v", seconds=0):
    group = NeuronGroup(
        4, "dv/dt = (20*mV - v)/ms : volt\nw : 1", method="exact", name="group"
    )
    trace = StateMonitor(group, variables, record=True, name=name)
    return Network(group, trace), trace


def test_a_second_call_ends_the_first_recording(tmp_path):
    path = tmp_path / "x.zarr"
    first, trace = network()
    record_to_disk(first, path)
    first.run(1 * ms)
    second, other = network("other")
    record_to_disk(second, path, mode="a")
    second.run(2 * ms)
    with pytest.raises(RecordingError, match="goes on in this folder"):
        first.run(1 * ms)
    for name, n_rows in (("trace", 10), ("other", 20)):
        with xarray.open_zarr(path, group=name) as data:
            assert data.sizes["t"] == n_rows
    assert len(trace.t) == 10
    assert len(other.t) == 20


def test_what_was_overwritten_is_not_read(tmp_path):
    path = tmp_path / "x.zarr"
    first, trace = network()
    record_to_disk(first, path, block_bytes=100)
    first.run(1 * ms)
    second, other = network()
    record_to_disk(second, path, mode="w", block_bytes=100)
    second.run(2 * ms)
    with pytest.raises(RecordingError, match="overwrites this folder"):
        trace.v[0]
    assert other.v.shape == (4, 20)


def test_a_refused_call_changes_nothing(tmp_path):
    path = tmp_path / "x.zarr"
    first, _ = network()
    record_to_disk(first, path)
    first.run(1 * ms)
    second, trace = network(variables=["v", "w"])
    with pytest.raises(ValueError, match="Record to another folder"):
        record_to_disk(second, path, mode="a")
    record_to_disk(second, tmp_path / "other.zarr")
    second.run(1 * ms)
    assert trace.w.shape == (4, 10)


def test_nothing_to_go_on_with_is_told(tmp_path, caplog):
    path = tmp_path / "x.zarr"
    first, _ = network()
    record_to_disk(first, path)
    first.run(1 * ms)
    second, trace = network("trace_1")
    record_to_disk(second, path, mode="a")
    assert "has nothing of 'trace_1'" in caplog.text
    second.run(1 * ms)
    assert len(trace.t) == 10


def test_what_is_read_can_be_changed_in_memory(tmp_path):
    made, trace = network()
    record_to_disk(made, tmp_path / "x.zarr")
    made.run(1 * ms)
    before = np.array(trace.v)
    values = trace.v[1]
    values -= 5 * mV
    in_place = trace.v
    in_place /= mV
    assert np.array_equal(trace.v, before)
    assert np.allclose(in_place, before * 1000)


def test_a_single_time_step_after_a_run_is_on_disk(tmp_path):
    made, trace = network()
    record_to_disk(made, tmp_path / "x.zarr")
    made.run(1 * ms)
    trace.record_single_timestep()
    with xarray.open_zarr(tmp_path / "x.zarr", group="trace") as data:
        assert data.sizes["t"] == len(trace.t) == 11


def test_a_state_of_a_recording_is_nothing_for_memory(tmp_path):
    made, _ = network()
    record_to_disk(made, tmp_path / "x.zarr")
    made.run(1 * ms)
    made.store(filename=tmp_path / "state")
    other, _ = network()
    with pytest.raises(RecordingError, match="Call record_to_disk with mode='a'"):
        other.restore(filename=tmp_path / "state")


def test_counts_of_another_process_are_those_of_the_rows(tmp_path):
    def spiking():
        group = NeuronGroup(3, "v : 1", threshold="i < 2", name="group")
        spikes = SpikeMonitor(group, name="spikes")
        return Network(group, spikes), spikes

    first, _ = spiking()
    folder = record_to_disk(first, tmp_path / "x.zarr")
    first.run(1 * ms)
    # As if the process had been killed between counts and rows
    folder._recordings[0]._stored["count"][:] = [99, 99, 99]
    second, spikes = spiking()
    record_to_disk(second, tmp_path / "x.zarr", mode="a")
    assert list(spikes.count[:]) == [10, 10, 0]


def test_memory_of_a_large_beginning_is_given_back(tmp_path):
    for change in (
        lambda trace: record_to_disk(trace, tmp_path / "x.zarr", block_bytes=3200),
        lambda trace: keep_last(trace, 10),
    ):
        made, trace = network()
        made.run(2000 * ms)
        change(trace)
        made.run(1 * ms)
        container = trace.variables["v"].device.arrays[trace.variables["v"]]
        made.run(1 * ms)
        assert container._rows.capacity < 5000


def test_a_reader_of_what_is_new_keeps_no_memory():
    made, trace = network()
    made.run(1 * ms)
    container = trace.variables["v"].device.arrays[trace.variables["v"]]
    reader = NewRows(trace)
    assert container.version is not None
    made.run(1 * ms)
    assert reader.read().v.shape == (4, 10)
