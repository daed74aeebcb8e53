"""A recording goes on where another process left it."""

import numpy as np
import pytest
import xarray
import zarr
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, ms, seed

from brian2numba import record_to_disk
from brian2numba.errors import RecordingError


def network(path=None, variables="v", mode="a", block_bytes=700):
    """Return a network whose monitors record to a folder, or in memory."""
    seed(5)
    group = NeuronGroup(
        4,
        "dv/dt = (2 - v)/ms + xi*ms**-0.5 : 1\nw : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        name="group",
    )
    trace = StateMonitor(group, variables, record=[0, 3], name="trace")
    spikes = SpikeMonitor(group, name="spikes")
    made = Network(group, trace, spikes, name="network")
    if path is not None:
        record_to_disk(made, path, mode=mode, block_bytes=block_bytes)
    return made


def shown(made):
    trace, spikes = made["trace"], made["spikes"]
    return [trace.t[:], trace.v[:], spikes.t[:], spikes.i[:], spikes.count[:]]


def assert_same(found, expected):
    for some, others in zip(found, expected, strict=True):
        assert np.array_equal(some, others)


def left_behind(path, file):
    """Record, store a state in a file, and record more: then the process ends."""
    made = network(path)
    made.run(5.3 * ms)
    made.store(filename=file)
    made.run(3.1 * ms)


def undisturbed():
    made = network()
    made.run(5.3 * ms)
    made.run(4.2 * ms)
    return shown(made)


@pytest.mark.parametrize("block_bytes", [700, 100_000])
def test_from_a_state_in_a_file(tmp_path, block_bytes):
    expected = undisturbed()
    path, file = tmp_path / "folder.zarr", tmp_path / "state"
    left_behind(path, file)
    made = network(path, block_bytes=block_bytes)
    assert made["trace"].v.shape == (2, 84)
    made.restore(filename=file, restore_random_state=True)
    assert made["trace"].v.shape == (2, 53)
    made.run(4.2 * ms)
    assert_same(shown(made), expected)
    for name in ("trace", "spikes"):
        with xarray.open_zarr(path, group=name) as data:
            assert np.array_equal(data.t, np.asarray(made[name].t))
    with xarray.open_zarr(path, group="spikes") as data:
        assert np.array_equal(data["count"], expected[-1])


def test_without_a_state_what_follows_is_appended(tmp_path):
    path = tmp_path / "folder.zarr"
    left_behind(path, tmp_path / "state")
    made = network(path)
    n_spikes, counted = made["spikes"].num_spikes, made["spikes"].count[:].sum()
    assert n_spikes == counted > 0
    made.run(2 * ms)
    assert np.allclose(made["trace"].t[-20:] / ms, np.arange(20) / 10)
    assert made["trace"].v.shape == (2, 104)


def test_where_a_process_was_killed_between_two_arrays(tmp_path):
    """Each array has a length of its own: those that are longer are cut."""
    path, file = tmp_path / "folder.zarr", tmp_path / "state"
    left_behind(path, file)
    zarr.open_array(path / "trace" / "t", mode="r+").resize((200,))
    made = network(path)
    assert made["trace"].v.shape == (2, 84)
    made.restore(filename=file)
    made.run(1 * ms)
    with xarray.open_zarr(path, group="trace") as data:
        assert data.sizes == {"t": 63, "neuron": 2}
    assert zarr.open_array(path / "trace" / "t", mode="r").shape == (63,)


def test_rows_that_were_cut_by_the_other_process(tmp_path):
    path, file = tmp_path / "folder.zarr", tmp_path / "state"
    made = network(path)
    made.store("begin")
    made.run(5.3 * ms)
    made.store(filename=file)
    made.restore("begin")
    made.run(8 * ms)
    made = network(path)
    with pytest.raises(RecordingError, match="these rows are gone"):
        made.restore(filename=file)


def test_other_variables_are_refused(tmp_path):
    path = tmp_path / "folder.zarr"
    left_behind(path, tmp_path / "state")
    with pytest.raises(ValueError, match=r"'trace' records t \(float64\), v .* w "):
        network(path, variables=["v", "w"])


def test_a_monitor_that_has_recorded_is_refused(tmp_path):
    left_behind(tmp_path / "folder.zarr", tmp_path / "state")
    made = network()
    made.run(1 * ms)
    with pytest.raises(ValueError, match=r"'trace' can't go on .* 10 rows"):
        record_to_disk(made, tmp_path / "folder.zarr", mode="a")


def test_another_recording_has_no_way_back(tmp_path):
    file = tmp_path / "state"
    left_behind(tmp_path / "folder.zarr", file)
    made = network(tmp_path / "other.zarr")
    with pytest.raises(RecordingError, match="mode='a'"):
        made.restore(filename=file)
