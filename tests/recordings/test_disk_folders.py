"""Where recordings go: folders, modes, and what they leave behind."""

import gc
import os
import shutil
import threading
import tracemalloc
import weakref
from pathlib import Path

import numpy as np
import pytest
import xarray
import zarr
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    ms,
    mV,
    prefs,
    second,
    seed,
)

import brian2numba.recordings.to_disk
from brian2numba import keep_last, record_to_disk
from brian2numba.errors import RecordingError


def network(name="group"):
    seed(3)
    group = NeuronGroup(
        5,
        "dv/dt = (2 - v)/ms + xi*ms**-0.5 : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        name=name,
    )
    trace = StateMonitor(group, "v", record=True, name=f"{name}_trace")
    spikes = SpikeMonitor(group, name=f"{name}_spikes")
    return Network(group, trace, spikes), trace, spikes


def n_on_disk(path, group="group_trace"):
    with xarray.open_zarr(path, group=group) as found:
        return len(found.t)


@pytest.mark.parametrize("kind", [str, Path])
def test_paths(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in (
        kind(tmp_path / "with spaces" / "and in a folder.zarr"),
        kind("relative.zarr"),
        kind(tmp_path / "größer"),
    ):
        made, trace, _ = network()
        folder = record_to_disk(made, path)
        made.run(1 * ms)
        assert folder.path == Path(path).absolute()
        assert n_on_disk(path) == len(trace.t) == 10


def test_a_relative_path_stays_where_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made, trace, _ = network()
    record_to_disk(made, "x.zarr", block_bytes=100)
    made.run(1 * ms)
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    made.run(1 * ms)
    assert len(trace.v[0]) == 20
    assert n_on_disk(tmp_path / "x.zarr") == 20


def test_an_old_recording_is_refused_or_overwritten(tmp_path):
    path = tmp_path / "x.zarr"
    made, _, _ = network("old")
    record_to_disk(made, path, block_bytes=100)
    made.run(5 * ms)
    made, trace, _ = network()
    with pytest.raises(FileExistsError, match="With mode='w' it is overwritten"):
        record_to_disk(made, path)
    made.run(1 * ms)
    record_to_disk(made, path, mode="w", block_bytes=100)
    made.run(1 * ms)
    assert n_on_disk(path) == len(trace.t) == 20
    assert sorted(zarr.open_group(path, mode="r").group_keys()) == [
        "group_spikes",
        "group_trace",
    ]
    assert not (path / "old_trace").exists()


@pytest.mark.parametrize("mode", ["w", "w-", "a"])
def test_other_folders_are_not_touched(mode, tmp_path):
    made, _, _ = network()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.txt").write_text("all of it")
    (tmp_path / "file").write_text("more")
    for name in ("folder", "file"):
        with pytest.raises(FileExistsError, match="something that is no zarr store"):
            record_to_disk(made, tmp_path / name, mode=mode)
    assert (tmp_path / "folder" / "thesis.txt").read_text() == "all of it"
    # Nothing has changed for the monitors
    made.run(1 * ms)


@pytest.mark.parametrize("mode", ["w", "w-", "a"])
def test_an_empty_folder_is_used(mode, tmp_path):
    made, _, _ = network()
    record_to_disk(made, tmp_path, mode=mode)
    made.run(1 * ms)
    assert n_on_disk(tmp_path) == 10


def test_what_can_not_be_recorded(tmp_path):
    made, trace, spikes = network()
    path = tmp_path / "x.zarr"
    group = made["group"]
    with pytest.raises(TypeError, match=r"but NeuronGroup\(.* is none"):
        record_to_disk(group, path)
    with pytest.raises(TypeError, match="but 3 is none"):
        record_to_disk(3, path)
    with pytest.raises(ValueError, match="the list is empty"):
        record_to_disk([], path)
    with pytest.raises(ValueError, match="has no monitors to record"):
        record_to_disk(Network(group), path)
    with pytest.raises(ValueError, match="The monitor 'group_trace' is given twice"):
        record_to_disk([trace, trace], path)
    with pytest.raises(ValueError, match="there are only 'w-', 'w' and 'a'"):
        record_to_disk(made, path, mode="r")
    for time in (3, 2 * mV, -1 * second, [1, 2] * second, float("nan") * second):
        with pytest.raises((ValueError, TypeError), match="flush_every"):
            record_to_disk(made, path, flush_every=time)
    for n_bytes in (0, -5):
        with pytest.raises(ValueError, match="but blocks have bytes"):
            record_to_disk(made, path, block_bytes=n_bytes)
    prefs.codegen.target = "numpy"
    with pytest.raises(RuntimeError, match=r"Set prefs.codegen.target = 'numba'"):
        record_to_disk(made, path)
    prefs.codegen.target = "numba"
    assert not path.exists()
    keep_last(spikes, 5)
    with pytest.raises(ValueError, match="goes elsewhere already, or only the last"):
        record_to_disk(spikes, path)
    record_to_disk(trace, path)
    with pytest.raises(ValueError, match="'group_trace' records goes elsewhere"):
        record_to_disk(trace, tmp_path / "y.zarr")
    assert not (tmp_path / "y.zarr").exists()


def test_without_zarr(tmp_path, monkeypatch):
    def missing(module, what, advice=""):
        raise ImportError(f"{what} needs the package {module}")

    monkeypatch.setattr(brian2numba.recordings.to_disk, "required", missing)
    made, _, _ = network()
    with pytest.raises(ImportError, match="A recording on disk needs the package zarr"):
        record_to_disk(made, tmp_path / "x.zarr")
    made.run(1 * ms)


def test_two_networks_and_two_folders(tmp_path):
    first, second_one = network("first"), network("second")
    record_to_disk(first[0], tmp_path / "first.zarr", block_bytes=100)
    record_to_disk(second_one[1], tmp_path / "states.zarr", block_bytes=100)
    record_to_disk(second_one[2], tmp_path / "spikes.zarr", block_bytes=100)
    for _ in range(3):
        first[0].run(1 * ms)
        second_one[0].run(2 * ms)
    assert n_on_disk(tmp_path / "first.zarr", "first_trace") == 30
    assert n_on_disk(tmp_path / "states.zarr", "second_trace") == 60
    n_spikes = n_on_disk(tmp_path / "spikes.zarr", "second_spikes")
    assert n_spikes == second_one[2].num_spikes > 0


def threads():
    return {
        t.name for t in threading.enumerate() if t.name.startswith("brian2numba wr")
    }


def test_the_thread_ends_with_the_run(tmp_path):
    made, trace, _ = network()
    folder = record_to_disk(made, tmp_path / "x.zarr", block_bytes=100)
    assert not threads()
    made.run(5 * ms)
    assert not threads()
    made.store()
    made.restore()
    folder.flush()
    assert not threads()
    assert len(trace.v[0]) == 50
    assert folder.error is None


def test_the_thread_ends_when_the_disk_is_full(tmp_path, monkeypatch):
    made, _, _ = network()
    record_to_disk(made, tmp_path / "x.zarr", block_bytes=100)

    async def fail(*args):
        raise OSError("the disk is full")

    monkeypatch.setattr(zarr.storage.LocalStore, "set", fail)
    with pytest.raises(RecordingError):
        made.run(5 * ms)
    assert not threads()


def test_many_short_runs_leave_nothing(tmp_path):
    made, trace, _ = network()
    record_to_disk(made, tmp_path / "x.zarr", block_bytes=1000)
    for _ in range(20):
        made.run(0.5 * ms)
    n_threads, n_files = threading.active_count(), n_open_files()
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.take_snapshot()
    for _ in range(80):
        made.run(0.5 * ms)
    gc.collect()
    after = tracemalloc.take_snapshot()
    tracemalloc.stop()
    grown = sum(d.size_diff for d in after.compare_to(before, "filename"))
    assert grown < 400_000
    assert threading.active_count() == n_threads
    assert n_open_files() == n_files
    assert len(trace.t) == 500


def n_open_files():
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.exists() else 0


def test_a_monitor_that_is_gone(tmp_path):
    path = tmp_path / "x.zarr"
    made, trace, spikes = network()
    folder = record_to_disk(made, path, block_bytes=100)
    # Before Python 3.13, names of this function that Brian has seen live on
    made.run(1 * ms, namespace={})
    gone = weakref.ref(trace)
    made.remove(trace)
    del trace
    gc.collect()
    assert gone() is None
    made.run(1 * ms)
    folder.flush()
    assert n_on_disk(path) == 10
    assert n_on_disk(path, "group_spikes") == spikes.num_spikes


def test_networks_that_are_gone_keep_nothing(tmp_path):
    made, trace, spikes = network()
    record_to_disk(made, tmp_path / "x.zarr", block_bytes=100)
    # Before Python 3.13, names of this function that Brian has seen live on
    made.run(1 * ms, namespace={})
    found = [
        weakref.ref(o) for o in (made, trace, spikes, trace._brian2numba_recording)
    ]
    del made, trace, spikes
    gc.collect()
    assert [reference() for reference in found] == [None] * 4


def test_a_folder_that_is_deleted(tmp_path):
    """Whatever is lost is lost; there is no crash, and an error or what is left."""
    path = tmp_path / "x.zarr"
    made, trace, _ = network()
    record_to_disk(made, path, block_bytes=100)
    made.run(2 * ms)
    shutil.rmtree(path)
    made.run(2 * ms)
    assert len(trace.t) == 40
    assert np.array_equal(trace.t[20:], np.arange(20, 40) * 1e-4 * second)


def test_there_is_one_folder_of_files(tmp_path):
    """Nothing that was for a moment is left."""
    made, _, _ = network()
    record_to_disk(made, tmp_path / "x.zarr", block_bytes=100)
    made.run(3 * ms)
    made.store()
    made.run(3 * ms)
    made.restore()
    made.run(1 * ms)
    assert not list(tmp_path.rglob("*.partial"))
    rows = zarr.open_group(tmp_path / "x.zarr", mode="r")["group_trace"].attrs
    found = (tmp_path / "x.zarr" / "group_trace" / "v" / "c").rglob("*")
    assert sum(p.is_file() for p in found) == 40 / rows["rows_of_block"]


@pytest.mark.parametrize("compressors", ["auto", None])
def test_compressors(compressors, tmp_path):
    made, trace, _ = network()
    record_to_disk(made, tmp_path / "x.zarr", compressors=compressors)
    made.run(2 * ms)
    with xarray.open_zarr(tmp_path / "x.zarr", group="group_trace") as found:
        assert np.array_equal(found.v.T, trace.v[:])


def test_dask_reads_it_piece_by_piece(tmp_path):
    made, trace, _ = network()
    record_to_disk(made, tmp_path / "x.zarr", block_bytes=1000)
    made.run(20 * ms)
    with xarray.open_zarr(tmp_path / "x.zarr", group="group_trace", chunks={}) as found:
        assert found.v.data.npartitions > 5
        assert float(found.v.max()) == np.max(trace.v)
