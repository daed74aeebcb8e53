"""A full disk: an error that says so, and a run that goes on once there is room."""

import errno

import numpy as np
import pytest
import xarray
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    ms,
    prefs,
    seed,
)
from zarr.storage import LocalStore

from brian2numba import record_to_disk
from brian2numba.errors import RecordingError
from tests.recordings.disk_models import assert_same, values_of


class Disk:
    """Says that a disk is full after some more files."""

    def __init__(self):
        self.n_files = 10**9

    def set(self, method):
        async def writing(store, key, value, *args):
            if self.n_files <= 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            self.n_files -= 1
            await method(store, key, value, *args)

        return writing


@pytest.fixture
def disk(monkeypatch):
    made = Disk()
    monkeypatch.setattr(LocalStore, "set", made.set(LocalStore.set))
    return made


def network(path=None):
    seed(3)
    group = NeuronGroup(
        50,
        "dv/dt = (2 - v)/ms + xi*ms**-0.5 : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        name="group",
    )
    trace = StateMonitor(group, "v", record=True, name="trace")
    spikes = SpikeMonitor(group, "v", name="spikes")
    made = Network(group, trace, spikes)
    folder = None
    if path is not None:
        folder = record_to_disk(made, path, block_bytes=5000)
    return made, trace, spikes, folder


def undisturbed(n_steps):
    made, trace, spikes, _ = network()
    made.run(n_steps * 0.1 * ms)
    return [values_of(trace), values_of(spikes)]


@pytest.mark.parametrize("n_files", range(0, 12, 2))
@pytest.mark.parametrize("native_loop", [True, False])
def test_a_full_disk(n_files, native_loop, disk, tmp_path):
    prefs.codegen.runtime.numba.native_loop = native_loop
    path = tmp_path / "recording.zarr"
    made, trace, spikes, folder = network(path)
    made.run(2 * ms)
    disk.n_files = n_files
    with pytest.raises(RecordingError) as caught:
        made.run(200 * ms)
    text = str(caught.value)
    assert text.startswith(
        ("What the monitor 'trace' has", "What the monitor 'spikes'")
    )
    assert f"can't be written to '{path}', at t = 0." in text
    assert "No space left on device" in text
    assert "bytes wait in memory." in text
    assert isinstance(caught.value.__cause__, OSError)
    # Brian's clocks are where the steps that are done end
    n_steps = len(trace.t)
    assert 20 < n_steps < 2000
    assert round(made.t / (0.1 * ms)) == n_steps
    assert_same([values_of(trace), values_of(spikes)], undisturbed(n_steps))
    # Still full
    with pytest.raises(RecordingError):
        made.run(1 * ms)
    with pytest.raises(RecordingError):
        folder.flush()
    disk.n_files = 10**9
    made.run(3 * ms)
    n_steps = len(trace.t)
    assert_same([values_of(trace), values_of(spikes)], undisturbed(n_steps))
    assert_on_disk(path, n_steps)


def assert_on_disk(path, n_steps):
    states, events = undisturbed(n_steps)
    with xarray.open_zarr(path, group="trace") as found:
        assert found.v.values.tobytes() == states["trace.v"].tobytes()
        assert found.t.values.tobytes() == states["trace.t"].tobytes()
    with xarray.open_zarr(path, group="spikes") as found:
        assert found.v.values.tobytes() == events["spikes.v"].tobytes()
        assert np.array_equal(found["count"], events["spikes.count"])


def test_the_error_says_how_much_waits(disk, tmp_path):
    made, trace, spikes, _ = network(tmp_path / "recording.zarr")
    disk.n_files = 0
    with pytest.raises(RecordingError) as caught:
        made.run(10 * ms)
    expected = sum(
        monitor.variables[name].get_value().nbytes
        for monitor, name in [(trace, "t"), (trace, "v"), (spikes, "t"), (spikes, "i"),
                              (spikes, "v")]
    )  # fmt: skip
    n_bytes = int(str(caught.value).split(" bytes wait")[0].split()[-1])
    assert n_bytes == expected


def test_it_is_said_once(disk, tmp_path):
    made, _, _, _ = network(tmp_path / "recording.zarr")
    disk.n_files = 0
    with pytest.raises(RecordingError) as caught:
        made.run(10 * ms)
    notes = getattr(caught.value, "__notes__", [])
    assert not any("can't be written" in note for note in notes)


def test_memory_stays_bounded(disk, tmp_path):
    prefs.codegen.runtime.numba.native_loop = False
    made, trace, _, _ = network(tmp_path / "recording.zarr")
    disk.n_files = 0
    with pytest.raises(RecordingError):
        made.run(500 * ms)
    assert len(trace.t) < 200


def test_flush_says_it_too(disk, tmp_path):
    path = tmp_path / "recording.zarr"
    made, trace, _, folder = network(path)
    made.run(1 * ms)
    made.store()
    made.run(1 * ms)
    disk.n_files = 0
    made.restore()
    with pytest.raises(RecordingError, match="No space left on device"):
        folder.flush()
    assert len(trace.t) == 10
    disk.n_files = 10**9
    folder.flush()
    with xarray.open_zarr(path, group="trace") as found:
        assert found.v.values.tobytes() == np.ascontiguousarray(trace.v.T).tobytes()
    made.run(1 * ms)
    assert len(trace.t) == 20


def test_a_full_disk_when_the_recording_begins(disk, tmp_path):
    disk.n_files = 0
    with pytest.raises(OSError, match="No space left on device"):
        network(tmp_path / "recording.zarr")
