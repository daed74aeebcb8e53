"""What is new since the last reading comes once, in order, and without copies."""

import gc
import threading

import numpy as np
import pytest
from brian2 import (
    EventMonitor,
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    Quantity,
    SpikeMonitor,
    StateMonitor,
    ms,
    mV,
    network_operation,
    prefs,
    second,
    set_device,
    volt,
)
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.utils.logger import catch_logs
from numpy.testing import assert_array_equal

import brian2numba
from brian2numba import NewRows
from brian2numba.recordings.recording import Recording, recording_of


def neurons(n=10):
    group = NeuronGroup(
        n,
        """
        dv/dt = (15*mV + 1*mV*i - v)/(5*ms) : volt
        k : integer
        """,
        threshold="v > 10*mV",
        reset="v = 0*mV; k += 1",
        events={"half": "v > 5*mV and v < 7*mV"},
        method="exact",
    )
    group.v = "0.7*mV*i"
    return group


def monitors(group):
    return [
        SpikeMonitor(group, variables=["v", "k"]),
        EventMonitor(group[3:7], "half"),
        StateMonitor(group, ["v", "k"], record=[1, 3]),
        StateMonitor(group, "v", record=True, dt=1 * ms),
        PopulationRateMonitor(group),
    ]


def numbers(rows):
    return {name: getattr(rows, name + "_") for name in rows._fields}


def put_together(parts):
    """Return what was read one after the other as if it had been read at once."""
    return {
        name: np.concatenate([part[name] for part in parts], axis=-1)
        for name in parts[0]
    }


def assert_all(monitor, parts):
    """Check that parts are all that a monitor has recorded."""
    for name, values in put_together(parts).items():
        assert_array_equal(values, np.asarray(getattr(monitor, name + "_")))


def test_comes_once_in_runs_of_pieces(loop):
    group = neurons()
    recorded = monitors(group)
    network = Network(group, recorded)
    readers, others = [NewRows(m) for m in recorded], [NewRows(m) for m in recorded]
    parts = [[] for _ in recorded]

    @network_operation(dt=0.7 * ms)
    def look():
        for reader, found in zip(readers, parts, strict=True):
            found.append(numbers(reader.read()))

    network.add(look)
    for duration in (0.2, 10, 7.3):
        network.run(duration * ms)
    look.function()
    for monitor, found, other in zip(recorded, parts, others, strict=True):
        assert len(found) > 20
        assert_all(monitor, found)
        # Each reader has its own place
        assert_all(monitor, [numbers(other.read())])
        assert len(other.read().t) == 0


def test_names_units_and_shapes():
    group = neurons()
    recorded = monitors(group)
    spikes, events, states, _, rates = (NewRows(m) for m in recorded)
    Network(group, recorded).run(30 * ms)
    new = spikes.read()
    assert new._fields == ("i", "t", "k", "v")
    assert type(new.t) is Quantity
    assert new.t.dim is second.dim
    assert new.v.dim is volt.dim
    assert type(new.i) is type(new.k) is type(new.t_) is type(new.v_) is np.ndarray
    assert_array_equal(new.v / mV, recorded[0].v[:] / mV)
    with pytest.raises(AttributeError, match="only: i, t, k, v"):
        _ = new.w_
    i, t = events.read()
    assert_array_equal(i, recorded[1].i[:])
    assert_array_equal(t, recorded[1].t[:])
    new = states.read()
    assert new._fields == ("t", "v", "k")
    assert new.v.shape == (2, 300) == new.k.shape
    assert_array_equal(new.v, recorded[2].v)
    new = rates.read()
    assert new._fields == ("t", "rate")
    assert_array_equal(new.rate, recorded[4].rate)
    # The same where nothing is new
    assert spikes.read().v.dim is volt.dim
    assert states.read().v.shape == (2, 0)


def test_nothing_is_copied():
    group = neurons()
    recorded = monitors(group)
    for monitor in (recorded[2], recorded[4]):
        brian2numba.keep_last(monitor, 1 * second)
    readers = [NewRows(m) for m in recorded]
    network = Network(group, recorded)
    network.run(10 * ms)
    for reader in readers:
        reader.read()
    network.run(10 * ms)
    for monitor, reader in zip(recorded, readers, strict=True):
        new = reader.read()
        for name in new._fields:
            own = monitor.variables[name].get_value()
            assert np.shares_memory(getattr(new, name), own)
            assert not getattr(new, name).flags.writeable


def test_views_keep_what_they_show():
    group = neurons()
    recorded = monitors(group)
    for monitor in recorded[::2]:
        brian2numba.keep_last(monitor, 10)
    network = Network(group, recorded)
    readers = [NewRows(m) for m in recorded]
    network.run(20 * ms)
    network.store()
    kept = [numbers(reader.read()) for reader in readers]
    copies = [{name: a.copy() for name, a in new.items()} for new in kept]
    network.run(600 * ms)
    network.restore()
    group.v = 0 * mV
    network.run(30 * ms)
    for views, values in zip(kept, copies, strict=True):
        for name, view in views.items():
            assert_array_equal(view, values[name])


@pytest.mark.parametrize("length", [None, 400, 50 * ms])
def test_after_restoring_only_what_comes_then(length, loop):
    group = neurons()
    recorded = monitors(group)
    if length is not None:
        for monitor in recorded:
            brian2numba.keep_last(monitor, length)
    network = Network(group, recorded)
    readers = [NewRows(m) for m in recorded]
    network.run(5 * ms)
    network.store()
    network.run(5 * ms)
    for reader in readers:
        reader.read()
    # Shorter and longer than before, read and not read
    for duration in (3, 5, 20, 40):
        network.restore()
        network.run(duration * ms)
        for reader in readers:
            times = reader.read().t_
            assert len(times)
            assert times[0] >= 5e-3 - 1e-9
            assert times[-1] < (5 + duration) * 1e-3
            assert len(times) > 0.3 * duration
            assert reader.n_missed == 0
        network.run(1 * ms)
        network.restore()
        assert all(len(reader.read().t) == 0 for reader in readers)


def test_restored_state_of_a_file_and_of_other_targets(tmp_path):
    group = neurons()
    states = StateMonitor(group, "v", record=0)
    network = Network(group, states)
    reader = NewRows(states)
    network.run(5 * ms)
    network.store(filename=str(tmp_path / "state"))
    network.run(5 * ms)
    reader.read()
    prefs.codegen.target = "numpy"
    network.restore(filename=str(tmp_path / "state"))
    network.run(20 * ms)
    assert len(reader.read().t) == 200


def test_windows_say_what_was_missed():
    group = neurons()
    states, every = (StateMonitor(group, "v", record=0) for _ in range(2))
    brian2numba.keep_last(states, 50)
    reader, other = NewRows(states), NewRows(states)
    network = Network(group, states, every)
    network.run(20 * ms)
    with catch_logs() as logs:
        new = reader.read()
        network.run(20 * ms)
        reader.read()
    assert_array_equal(new.v, every.v[:, 150:200])
    assert reader.n_missed == 150 + 150
    (message,) = [text for *_, text in logs]
    assert f"'{states.name}' dropped 150 rows" in message
    assert "keep_last" in message
    with catch_logs() as logs:
        other.read()
    assert len(logs) == 1
    assert other.n_missed == 350
    assert len(every.t) == len(other.read().t) + 400


def test_nothing_is_missed_within_a_window():
    group = neurons()
    spikes, every = SpikeMonitor(group), SpikeMonitor(group)
    brian2numba.keep_last(spikes, 5 * ms)
    reader, parts = NewRows(spikes), []

    @network_operation(dt=4 * ms)
    def look():
        parts.append(numbers(reader.read()))
        # Trims it
        len(spikes.t)

    network = Network(group, spikes, every, look)
    network.run(700 * ms)
    look.function()
    assert reader.n_missed == 0
    assert_all(every, parts)
    assert recording_of(spikes).first > 500


def test_monitor_that_gets_a_window_later():
    group = neurons()
    spikes = SpikeMonitor(group)
    network = Network(group, spikes)
    reader = NewRows(spikes)
    network.run(10 * ms)
    n = len(reader.read().t)
    network.run(10 * ms)
    brian2numba.keep_last(spikes, 1000)
    new = reader.read()
    assert_array_equal(new.t, spikes.t[n:])
    network.run(10 * ms)
    assert_array_equal(reader.read().t, spikes.t[n + len(new.t) :])


def test_targets_that_move_arrays():
    group = neurons()
    spikes = SpikeMonitor(group, codeobj_class=NumpyCodeObject)
    prefs.codegen.target = "numpy"
    states = StateMonitor(group, "v", record=[0, 1])
    readers = NewRows(spikes), NewRows(states)
    parts = [], []
    network = Network(group, spikes, states)
    for _ in range(3):
        network.run(10 * ms)
        for reader, found in zip(readers, parts, strict=True):
            found.append(numbers(reader.read()))
    assert_all(spikes, parts[0])
    assert_all(states, parts[1])


class Elsewhere(Recording):
    """Rows that have left memory are in lists; all are seen."""

    is_elsewhere = True

    def __init__(self, monitor):
        super().__init__(monitor)
        self.away = {name: [] for name in self.arrays}

    def renew(self):
        for name, array in self.arrays.items():
            self.away[name].append(array.in_memory().copy())
        self.drop_first(self.n_in_memory)

    def described(self):
        return "has rows elsewhere"

    def rows(self, array):
        return np.concatenate([*self.away[array.variable_name], array.in_memory()])

    def state(self, array):
        return self.rows(array)

    def restore(self, array, state):
        raise NotImplementedError


def test_rows_that_are_no_longer_in_memory():
    group = neurons()
    recorded = [SpikeMonitor(group, variables="v"), StateMonitor(group, "v", record=0)]
    every = [SpikeMonitor(group, variables="v"), StateMonitor(group, "v", record=0)]
    for monitor in recorded:
        Elsewhere(monitor)
    network = Network(group, recorded, every)
    readers = [NewRows(m) for m in recorded]
    parts = [[] for _ in readers]
    for _ in range(4):
        network.run(9 * ms)
        for reader, found in zip(readers, parts, strict=True):
            found.append(numbers(reader.read()))
    for monitor, found, reader in zip(every, parts, readers, strict=True):
        assert reader.n_missed == 0
        assert_all(monitor, found)
    assert recording_of(recorded[0]).first > 0
    assert_array_equal(
        brian2numba.counts_within(recorded[0], 25 * ms),
        brian2numba.counts_within(every[0], 25 * ms),
    )


def test_recordings_on_disk(tmp_path):
    pytest.importorskip("zarr")
    group = neurons()
    recorded, every = monitors(group), monitors(group)
    brian2numba.record_to_disk(recorded, tmp_path / "disk.zarr", block_bytes=1000)
    network = Network(group, recorded, every)
    often, seldom = [NewRows(m) for m in recorded], [NewRows(m) for m in recorded]
    parts = [[] for _ in recorded]

    @network_operation(dt=1.7 * ms)
    def look():
        for reader, found in zip(often, parts, strict=True):
            found.append(numbers(reader.read()))

    network.add(look)
    network.run(20 * ms)
    network.run(60 * ms)
    look.function()
    for monitor, found, reader in zip(every, parts, seldom, strict=True):
        assert_all(monitor, found)
        assert_all(monitor, [numbers(reader.read())])
    assert_array_equal(
        brian2numba.counts_within(recorded[0], 50 * ms),
        brian2numba.counts_within(every[0], 50 * ms),
    )
    network.store()
    network.run(5 * ms)
    network.restore()
    network.run(30 * ms)
    for reader in seldom[2:]:
        times = reader.read().t / ms
        assert round(times[0]) == 80
        assert times[-1] >= 109


@pytest.mark.parametrize("length", [None, 5000, 200 * ms])
def test_readers_in_another_thread(length):
    group = neurons()
    states, every = (StateMonitor(group, "v", record=True) for _ in range(2))
    if length is not None:
        brian2numba.keep_last(states, length)
    network = Network(group, states, every)
    reader, parts, done = NewRows(states), [], threading.Event()

    def look():
        while not done.is_set():
            parts.append(numbers(reader.read()))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        network.run(1 * second)
    finally:
        done.set()
        thread.join()
    parts.append(numbers(reader.read()))
    if reader.n_missed == 0:
        assert_all(every, parts)
    # The thread may have had to wait, but what it has read is whole
    found = put_together(parts)
    is_read = np.isin(every.t_[:], found["t"])
    assert np.count_nonzero(is_read) == len(every.t) - reader.n_missed
    assert_array_equal(found["v"], every.v_[:, is_read])


def test_readers_do_not_keep_each_other_alive():
    group = neurons()
    spikes = SpikeMonitor(group)
    for _ in range(10):
        NewRows(spikes)
    gc.collect()
    assert len(vars(spikes)["_brian2numba_readers"]) == 0
    assert "neurons" not in repr(NewRows(spikes))
    assert repr(NewRows(spikes)) == f"<NewRows of '{spikes.name}'>"


def test_refuses_what_has_no_rows():
    group = neurons()
    with pytest.raises(TypeError, match=r"NewRows needs a StateMonitor.* is none"):
        NewRows(group)
    with pytest.raises(ValueError, match="only counts events"):
        NewRows(SpikeMonitor(group, record=False))


def test_refuses_what_another_process_records():
    set_device("cpp_standalone", build_on_run=False)
    try:
        states = StateMonitor(NeuronGroup(5, "v : 1"), "v", record=0)
        with pytest.raises(RuntimeError, match="does not record in this process"):
            NewRows(states)
    finally:
        set_device("runtime")
