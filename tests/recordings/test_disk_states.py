"""Restoring a state cuts a recording on disk back to what it was then."""

import numpy as np
import pytest
import xarray
from brian2 import (
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    ms,
    network_operation,
    prefs,
    seed,
)

from brian2numba import record_to_disk
from brian2numba.errors import RecordingError
from tests.recordings.disk_models import assert_same, values_of


def network(path=None, block_bytes=300, names=("trace", "spikes", "rate")):
    """Return a network and its monitors, which record in memory without a path."""
    seed(3)
    group = NeuronGroup(
        5,
        "dv/dt = (2 - v)/ms + xi*ms**-0.5 : 1\nw : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        name="group",
    )
    monitors = [
        StateMonitor(group, ["v", "w"], record=[0, 3, 4], name="trace"),
        SpikeMonitor(group, "v", name="spikes"),
        PopulationRateMonitor(group, name="rate"),
    ]
    made = Network(group, monitors)
    if path is not None:
        chosen = [monitor for monitor in monitors if monitor.name in names]
        record_to_disk(chosen, path, block_bytes=block_bytes)
    return made, monitors


def restored_once(made):
    made.run(3.3 * ms)
    made.store()
    made.run(2.4 * ms)
    made.restore()
    made.run(4 * ms)


def restored_again_and_again(made):
    made.store("start")
    made.run(1 * ms)
    made.store("a")
    for k in range(4):
        made.restore("a")
        made["group"].w = k
        made.run((k + 1) * 1.1 * ms)
    made.store("b")
    made.run(3 * ms)
    made.restore("b")
    made.restore("b")
    made.run(1 * ms)
    made.restore("a")
    made.run(2 * ms)
    made.restore("start")
    made.run(1.5 * ms)


def restored_at_the_end(made):
    made.run(3 * ms)
    made.store()
    made.run(2 * ms)
    made.restore()


def restored_at_once(made):
    made.run(3 * ms)
    made.store()
    made.restore()
    made.run(1 * ms)


def with_the_same_random_numbers(made):
    made.run(3 * ms)
    made.store()
    made.run(2 * ms)
    made.restore(restore_random_state=True)
    made.run(3 * ms)


def nothing_recorded(made):
    made.store()
    made.run(5 * ms)
    made.restore()


def restored_within_a_run(made):
    made.run(2 * ms)
    made.store()
    done = []

    @network_operation(when="end")
    def restoring():
        if made.t > 4 * ms and not done:
            done.append(1)
            made.restore()

    made.add(restoring)
    made.run(5 * ms)
    made.run(1 * ms)


WAYS = [
    restored_once,
    restored_again_and_again,
    restored_at_the_end,
    restored_at_once,
    with_the_same_random_numbers,
    nothing_recorded,
    restored_within_a_run,
]


@pytest.mark.parametrize("block_bytes", [300, 10**6])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_states_as_in_memory(way, block_bytes, tmp_path):
    check(way, tmp_path / "recording.zarr", block_bytes)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_states_with_brians_own_loop(way, tmp_path):
    prefs.codegen.runtime.numba.native_loop = False
    check(way, tmp_path / "recording.zarr")


def check(way, path, block_bytes=300):
    in_memory, expected = network()
    way(in_memory)
    on_disk, monitors = network(path, block_bytes)
    way(on_disk)
    assert_same([values_of(m) for m in monitors], [values_of(m) for m in expected])
    assert_on_disk(path, expected)


def assert_on_disk(path, monitors):
    """Check that the folder has all, and nothing else, after a run or a flush."""
    on_disk = path.parent / "copy.zarr"
    for monitor in monitors:
        with xarray.open_zarr(path, group=monitor.name) as found:
            if found.sizes.get("t", found.sizes.get("event")) != len(monitor.t):
                # Restored after the last run: the next flush cuts it
                continue
            for full_name, values in values_of(monitor).items():
                name = full_name.split(".")[1]
                if name in found:
                    assert found[name].values.tobytes() == values.tobytes(), name
    assert not on_disk.exists()


def test_a_cut_is_flushed(tmp_path):
    path = tmp_path / "recording.zarr"
    made, (trace, spikes, rate) = network()
    folder = record_to_disk([trace, spikes, rate], path, block_bytes=300)
    restored_at_the_end(made)
    folder.flush()
    with xarray.open_zarr(path, group="trace") as found:
        assert len(found.t) == len(trace.t) == 30
    with xarray.open_zarr(path, group="spikes") as found:
        assert len(found.t) == spikes.num_spikes
        assert list(found["count"]) == list(spikes.count)


def test_a_state_of_before_the_recording_on_disk(tmp_path):
    def run(path):
        made, monitors = network()
        made.run(2 * ms)
        made.store()
        made.run(1 * ms)
        if path is not None:
            record_to_disk(monitors, path, block_bytes=300)
        made.run(1 * ms)
        made.restore()
        made.run(1.5 * ms)
        return [values_of(monitor) for monitor in monitors]

    path = tmp_path / "recording.zarr"
    expected = run(None)
    assert_same(run(path), expected)
    with xarray.open_zarr(path, group="trace") as found:
        assert found.v.values.tobytes() == expected[0]["trace.v"].tobytes()


def test_only_some_monitors_are_on_disk(tmp_path):
    in_memory, expected = network()
    restored_again_and_again(in_memory)
    made, monitors = network(tmp_path / "recording.zarr", names=["spikes"])
    restored_again_and_again(made)
    assert_same([values_of(m) for m in monitors], [values_of(m) for m in expected])


def test_a_file(tmp_path):
    def way(made):
        file = str(tmp_path / "state")
        made.run(3 * ms)
        made.store(filename=file)
        made.run(2 * ms)
        made.restore(filename=file)
        made.run(3 * ms)

    check(way, tmp_path / "recording.zarr")


@pytest.mark.parametrize("block_bytes", [300, 10**6])
def test_a_state_whose_rows_are_gone(block_bytes, tmp_path):
    made, monitors = network(tmp_path / "recording.zarr", block_bytes)
    made.run(2 * ms)
    made.store("early")
    made.run(2 * ms)
    made.store("late")
    made.restore("early")
    made.run(3 * ms)
    with pytest.raises(RecordingError) as caught:
        made.restore("late")
    text = str(caught.value)
    assert "'trace'" in text or "'spikes'" in text or "'rate'" in text
    assert "was cut back to an earlier time after the state with" in text
    # What is there stays, and the network can go on
    made.restore("early")
    made.run(1 * ms)
    assert len(monitors[0].t) == 30


def test_a_state_of_another_recording(tmp_path):
    made, _ = network(tmp_path / "first.zarr")
    made.run(1 * ms)
    made.store(filename=str(tmp_path / "state"))
    another, _ = network(tmp_path / "second.zarr")
    with pytest.raises(RecordingError, match="in another recording than that in"):
        another.restore(filename=str(tmp_path / "state"))


def test_views_keep_what_they_show(tmp_path):
    made, (trace, spikes, _) = network(tmp_path / "recording.zarr", 10**6)
    made.run(1 * ms)
    made.store()
    made.run(1 * ms)
    t, i = trace.t[:], spikes.i[:]
    kept_t, kept_i = np.array(t), np.array(i)
    made.restore()
    made.run(3 * ms)
    assert np.array_equal(t, kept_t)
    assert np.array_equal(i, kept_i)
