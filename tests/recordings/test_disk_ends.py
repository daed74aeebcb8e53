"""Runs that end early leave what was recorded until then, in monitors and on disk."""

import os
import signal
import threading
import time

import numpy as np
import pytest
import xarray
from brian2 import (
    BrianObjectException,
    Function,
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    ms,
    network_operation,
    prefs,
    seed,
)

from brian2numba import record_to_disk


def network(path, end=None, step=20, more=""):
    """Return a network that does something at a step, its monitors, and their folder.

    With no path, it records in memory.
    """
    seed(3)
    group = NeuronGroup(
        5,
        "dv/dt = (2 - v)/ms + xi*ms**-0.5 : 1\nn : integer\nw : 1",
        threshold="v > 1",
        reset="v = 0; n += 1",
        method="euler",
        name="group",
    )
    if more:
        group.run_regularly(more, when="after_thresholds")
    trace = StateMonitor(group, ["v", "n"], record=[0, 3], name="trace")
    spikes = SpikeMonitor(group, "v", name="spikes")
    made = Network(group, trace, spikes)
    if end is not None:

        @network_operation(when="before_resets")
        def ending():
            if round(made.t / (0.1 * ms)) == step:
                end(made)

        made.add(ending)
    folder = None
    if path is not None:
        folder = record_to_disk(made, path, block_bytes=200)
    return made, trace, spikes, folder


def assert_recorded(trace, spikes, n_steps, path=None):
    """Check what monitors and their folder have of the first steps."""
    made, t, s, _ = network(None)
    made.run(n_steps * 0.1 * ms)
    assert len(t.t) == len(trace.t) == n_steps
    for name in ("t", "v", "n"):
        expected = np.asarray(getattr(t, name))
        assert np.asarray(getattr(trace, name)).tobytes() == expected.tobytes()
    for name in ("t", "i", "v"):
        expected = np.asarray(getattr(s, name)[:])
        assert np.asarray(getattr(spikes, name)[:]).tobytes() == expected.tobytes()
    assert list(spikes.count) == list(s.count)
    if path is not None:
        assert_on_disk(t, s, path)


def assert_on_disk(trace, spikes, path):
    """Check that a folder has what monitors in memory have."""
    with xarray.open_zarr(path, group="trace") as found:
        assert found.v.dims == ("t", "neuron")
        assert found.v.values.tobytes() == np.ascontiguousarray(trace.v.T).tobytes()
        assert found.n.values.tobytes() == np.ascontiguousarray(trace.n.T).tobytes()
        assert np.array_equal(found.t, np.asarray(trace.t))
        assert list(found.neuron) == [0, 3]
    with xarray.open_zarr(path, group="spikes") as found:
        assert np.array_equal(found.i, spikes.i)
        assert np.array_equal(found.t, np.asarray(spikes.t))
        assert found.v.values.tobytes() == np.asarray(spikes.v[:]).tobytes()
        assert list(found["count"]) == list(spikes.count)


@pytest.mark.parametrize("native_loop", [True, False])
def test_stop(native_loop, tmp_path):
    prefs.codegen.runtime.numba.native_loop = native_loop
    path = tmp_path / "recording.zarr"
    made, trace, spikes, _ = network(path, Network.stop)
    made.run(5 * ms)
    # The step is ended
    assert_recorded(trace, spikes, 21, path)
    made.run(2.9 * ms)
    assert_recorded(trace, spikes, 50, path)


def raise_error(made):
    raise ValueError("in an operation")


@pytest.mark.parametrize("native_loop", [True, False])
def test_an_exception_in_an_operation(native_loop, tmp_path):
    prefs.codegen.runtime.numba.native_loop = native_loop
    path = tmp_path / "recording.zarr"
    made, trace, spikes, _ = network(path, raise_error)
    with pytest.raises((ValueError, BrianObjectException)):
        made.run(5 * ms)
    in_memory, t, s, _ = network(None, raise_error)
    with pytest.raises((ValueError, BrianObjectException)):
        in_memory.run(5 * ms)
    assert len(trace.t) == len(t.t) == 21
    assert np.array_equal(trace.v[:], t.v)
    assert np.array_equal(spikes.t[:], s.t[:])
    assert list(spikes.count) == list(s.count)
    assert_on_disk(t, s, path)


TABLE = np.arange(30.0)


def table(k):
    """Look into an array, which may be too short."""
    return TABLE[k]


def test_an_index_beyond_an_array(tmp_path):
    """A kernel fails, and what was recorded before is there."""

    def run(path):
        group = NeuronGroup(4, "x : 1", name="group")
        group.run_regularly("x = look_up(timestep(t, dt))", when="before_end")
        function = Function(
            table,
            arg_units=[1],
            return_unit=1,
            arg_types=["integer"],
            return_type="float",
        )
        trace = StateMonitor(group, "x", record=True, name="trace")
        made = Network(group, trace)
        if path is not None:
            record_to_disk(made, path, block_bytes=200)
        with pytest.raises(BrianObjectException) as caught:
            made.run(5 * ms, namespace={"look_up": function})
        assert isinstance(caught.value.__cause__, IndexError)
        return trace

    path = tmp_path / "recording.zarr"
    expected, trace = run(None), run(path)
    assert len(expected.t) == 31
    assert np.array_equal(trace.x[:], expected.x)
    with xarray.open_zarr(path, group="trace") as found:
        assert np.array_equal(found.x, expected.x.T)
        assert np.array_equal(found.t, np.asarray(expected.t))


@pytest.mark.parametrize("native_loop", [True, False])
def test_ctrl_c(native_loop, tmp_path):
    prefs.codegen.runtime.numba.native_loop = native_loop
    path = tmp_path / "recording.zarr"
    made, trace, spikes, _ = network(path)
    made.run(0.1 * ms)

    def interrupt():
        while len(trace.t) < 30:
            time.sleep(0.001)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    made.run(10_000 * ms)
    thread.join()
    assert len(trace.t) < 100_001
    assert_recorded(trace, spikes, len(trace.t), path)
    made.run(1 * ms)
    assert_recorded(trace, spikes, len(trace.t), path)


def test_a_recording_that_is_read_from_disk_while_it_is_made(tmp_path):
    path = tmp_path / "recording.zarr"
    seen = []

    def look(made):
        folder.flush()
        with xarray.open_zarr(path, group="trace") as found:
            seen.append(len(found.t))

    made, trace, spikes, folder = network(path, look)
    made.run(3 * ms)
    assert seen == [21]
    assert_recorded(trace, spikes, 30, path)


def test_a_folder_says_what_it_has(tmp_path):
    path = tmp_path / "recording.zarr"
    made, _, _, folder = network(path)
    assert repr(folder) == f"<Recordings of 'trace', 'spikes' in '{path}'>"
    made.run(1 * ms)
    with xarray.open_zarr(path, group="trace") as found:
        assert found.attrs["monitor"] == "StateMonitor"
        assert found.attrs["name"] == "trace"
        assert found.attrs["source"] == "group"
        assert (found.attrs["dt"], found.attrs["dt_units"]) == (1e-4, "s")
    with xarray.open_zarr(path) as root:
        assert root.attrs["versions"].keys() >= {"brian2", "brian2numba", "zarr"}
