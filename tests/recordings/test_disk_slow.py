"""Disks that are slower than the network, and those that fail at the worst moment."""

import threading
import time

import numpy as np
import pytest
import zarr
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, ms, second
from zarr.storage import LocalStore

from brian2numba import record_to_disk
from brian2numba.errors import RecordingError
from brian2numba.recordings.writer import Writer


def network(**options):
    group = NeuronGroup(20, "dv/dt = (2 - v)/ms : 1", threshold="v > 1", reset="v = 0")
    trace = StateMonitor(group, "v", record=True, name="trace")
    spikes = SpikeMonitor(group, name="spikes")
    return Network(group, trace, spikes), trace, spikes


@pytest.fixture
def slow_disk(monkeypatch):
    original = LocalStore.set

    async def slowly(store, key, value):
        if "/c/" in key:
            time.sleep(0.02)
        await original(store, key, value)

    monkeypatch.setattr(LocalStore, "set", slowly)


def test_a_slow_disk_is_flushed_all_the_same(tmp_path, slow_disk):
    """The network is always ahead: all the same, what is on disk is told of."""
    made, trace, _ = network()
    path = tmp_path / "x.zarr"
    record_to_disk(made, path, block_bytes=2000, flush_every=0.05 * second)
    seen, is_over = [], threading.Event()

    def look():
        while not is_over.is_set():
            group = zarr.open_group(path, mode="r")
            seen.append(group["trace/t"].shape[0])
            time.sleep(0.02)

    looking = threading.Thread(target=look)
    looking.start()
    made.run(30 * ms)
    is_over.set()
    looking.join()
    assert any(0 < n_rows < len(trace.t) for n_rows in seen)
    assert zarr.open_group(path, mode="r")["trace/t"].shape[0] == len(trace.t)


def test_what_fails_first_is_to_tell_of_a_cut(tmp_path, monkeypatch):
    made, trace, _ = network()
    record_to_disk(made, tmp_path / "x.zarr", block_bytes=2000)
    made.run(5 * ms)
    made.store()
    made.run(5 * ms)
    made.restore()
    original = LocalStore.set

    async def full(store, key, value):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LocalStore, "set", full)
    with pytest.raises(RecordingError, match="No space left"):
        made.run(5 * ms)
    monkeypatch.setattr(LocalStore, "set", original)
    made.run(5 * ms)
    assert np.allclose(np.diff(trace.t[:] / ms), 0.1)


def test_one_folder_that_fails_leaves_the_other_complete(tmp_path, monkeypatch):
    made, trace, spikes = network()
    record_to_disk(trace, tmp_path / "full.zarr")
    record_to_disk(spikes, tmp_path / "other.zarr")
    original = LocalStore.set

    async def full(store, key, value):
        if store.root.name == "full.zarr":
            raise OSError(28, "No space left on device")
        await original(store, key, value)

    monkeypatch.setattr(LocalStore, "set", full)
    with pytest.raises(RecordingError, match="'trace'"):
        made.run(5 * ms)
    stored = zarr.open_group(tmp_path / "other.zarr", mode="r")["spikes"]
    assert stored["t"].shape[0] == spikes.num_spikes > 0
    names = [thread.name for thread in threading.enumerate()]
    assert "brian2numba writes recordings" not in names


def test_a_writer_begins_again_where_its_thread_was_not_waited_for():
    done = []
    writer = Writer(lambda: done.append(1))
    writer.request()
    writer.wait()
    thread = writer._thread
    with writer._condition:
        # As `finish` does, but nobody waits
        writer._is_ending = True
        writer._condition.notify_all()
    thread.join()
    writer.request()
    writer.wait()
    writer.finish()
    assert done == [1, 1]
    assert writer._thread is None


def test_rows_after_a_block_that_is_not_written_wait_for_it(tmp_path, monkeypatch):
    """A flush that comes while blocks are being written tells of no row beyond them."""
    made, trace, _ = network()
    path = tmp_path / "x.zarr"
    folder = record_to_disk(trace, path, block_bytes=2000)
    made.run(1 * ms)
    (recording,) = folder._recordings
    n_rows = recording._n_rows_of_block
    seen = []
    write = recording._write

    def meanwhile(block):
        write(block)
        if len(seen) == 0:
            seen.append(block.stop)
            # As the thread of the network does while this one writes
            trace.resize(recording.n_rows + n_rows)
            recording._leave(n_rows)
            recording.take_rest()

    monkeypatch.setattr(recording, "_write", meanwhile)
    monkeypatch.setattr(folder, "request", lambda: None)
    trace.resize(recording.n_rows + n_rows)
    recording._leave(n_rows)
    recording.write()
    stored = recording._stored["t"].shape[0]
    assert stored == seen[0] == recording._n_on_disk
    recording.write()
    assert recording._stored["t"].shape[0] == recording.n_rows
