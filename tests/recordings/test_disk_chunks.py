"""Files of recordings: whenever a process dies, those that are there agree."""

import json

import numpy as np
import pytest
import zarr
from brian2 import Network, NeuronGroup, StateMonitor, ms

from brian2numba import record_to_disk


def network(path):
    group = NeuronGroup(3, "x : 1", name="group")
    trace = StateMonitor(group, "x", record=True, name="trace")
    made = Network(group, trace)
    return made, record_to_disk(made, path, block_bytes=500)


def chunks(path):
    folder = path / "trace" / "x" / "c"
    return sorted(int(p.parent.name) for p in folder.glob("*/0"))


def test_chunks_of_zeros_are_written(tmp_path):
    """What is written over would be deleted too late, if it were deleted instead."""
    path = tmp_path / "x.zarr"
    made, _ = network(path)
    made.run(6 * ms)
    assert chunks(path) == list(range(8))


def test_the_disk_knows_of_a_cut_before_rows_are_written_over(tmp_path, monkeypatch):
    path = tmp_path / "x.zarr"
    made, folder = network(path)
    made.run(2 * ms)
    made.store()
    made["group"].x = 1
    made.run(4 * ms)
    seen = []
    set_chunk = zarr.storage.LocalStore.set

    async def looking(store, key, value):
        if key.startswith("trace/x/c/"):
            # As if the process died now
            text = (path / "trace" / "x" / "zarr.json").read_text("utf-8")
            seen.append(json.loads(text)["shape"][0])
        await set_chunk(store, key, value)

    made.restore()
    made["group"].x = 2
    monkeypatch.setattr(zarr.storage.LocalStore, "set", looking)
    made.run(5 * ms)
    assert seen[0] == 20
    # What is in memory again stays on disk until then
    assert set(seen) <= set(range(20, 71))
    assert np.array_equal(
        zarr.open_array(path, path="trace/x", mode="r")[:, 0], [0] * 20 + [2] * 50
    )
    assert folder.error is None


def test_files_of_rows_that_were_taken_back_are_deleted(tmp_path):
    path = tmp_path / "x.zarr"
    made, folder = network(path)
    made.run(1 * ms)
    made.store()
    made.run(5 * ms)
    assert chunks(path) == list(range(8))
    made.restore()
    folder.flush()
    assert chunks(path) == [0, 1]


@pytest.mark.parametrize("n_neurons", [3, 3000])
def test_zarrs_other_pipeline(n_neurons, tmp_path):
    """Users can choose how zarr calls the store: files stay as long as they should."""
    pipeline = "zarr.core.codec_pipeline.FusedCodecPipeline"
    if not hasattr(zarr.core.codec_pipeline, "FusedCodecPipeline"):
        pytest.skip("This zarr has one pipeline.")
    path = tmp_path / "x.zarr"
    with zarr.config.set({"codec_pipeline.path": pipeline}):
        group = NeuronGroup(n_neurons, "x = i + timestep(t, dt) : 1", name="group")
        trace = StateMonitor(group, "x", record=True, name="trace")
        made = Network(group, trace)
        record_to_disk(made, path, block_bytes=500 * n_neurons)
        made.run(1 * ms)
        made.store()
        made.run(30 * ms)
        made.restore()
        made.run(29 * ms)
        found = trace.x[1, :]
    assert np.array_equal(found, 1.0 + np.arange(300))
    x = zarr.open_array(path, path="trace/x", mode="r")
    assert np.array_equal(x[:, 1], found)
