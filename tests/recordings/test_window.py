"""A window shows the last of what a monitor without one records."""

import threading

import brian2
import numpy as np
import pytest
from brian2 import (
    EventMonitor,
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    ms,
    mV,
    network_operation,
    prefs,
    second,
)
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from numpy.testing import assert_array_equal

import brian2numba
from brian2numba.recordings.recording import recording_of

#: More than the spare rows of a window in its duration, and not a multiple of anything
LONG = 700.3


def neurons(n=10):
    """Return neurons that fire, and have another event."""
    group = NeuronGroup(
        n,
        "dv/dt = (1.5 + 0.1*i - v)/(5*ms) : 1",
        threshold="v > 1",
        reset="v = 0",
        events={"half": "v > 0.5 and v < 0.7"},
        method="exact",
    )
    group.v = "0.07*i"
    return group


def monitors(group):
    """Return a monitor of each kind."""
    return [
        SpikeMonitor(group, variables="v"),
        EventMonitor(group[3:7], "half", variables="v"),
        StateMonitor(group, ["v", "i"], record=[1, 3]),
        StateMonitor(group, "v", record=True, dt=1 * ms),
        PopulationRateMonitor(group),
    ]


def windows(length, *, group=None):
    """Return a network, its monitors, and others that keep only the last."""
    group = group or neurons()
    plain, short = monitors(group), monitors(group)
    for monitor in short:
        brian2numba.keep_last(monitor, length)
    return Network(group, plain, short), plain, short


def n_in_window(monitor, length):
    """Return how many of the last rows of a plain monitor are in a window."""
    times = monitor.t_[:]
    if isinstance(length, int):
        return min(length, len(times))
    oldest = monitor.clock.t_ - float(length) - 1e-9
    return int(np.count_nonzero(times >= oldest))


def assert_same_window(plain, short, length):
    """Check all that is read of a window, each first in its turn."""
    n = n_in_window(plain, length)
    first = len(plain.t) - n
    assert int(short.N[:]) == n
    assert len(short.t) == n
    for name in sorted(recording_of(short).arrays):
        values = np.asarray(getattr(plain, name + "_"))
        rows = values[:, first:] if values.ndim > 1 else values[first:]
        assert_array_equal(np.asarray(getattr(short, name + "_")), rows)
    assert_array_equal(short.t_["t > 5*ms"], plain.t_[:][first:][short.t_[:] > 5e-3])


@pytest.mark.parametrize("length", [1, 50, 5000, 7 * ms, 400 * ms])
def test_shows_the_last_bit_by_bit(length):
    network, plain, short = windows(length)
    for duration in (3, 20, LONG, 0.1):
        network.run(duration * ms)
        for one, other in zip(plain, short, strict=True):
            assert_same_window(one, other, length)


@pytest.mark.parametrize("length", [20, 2 * ms])
def test_in_all_loops_and_within_a_run(length, loop):
    network, plain, short = windows(length)

    @network_operation(dt=1.7 * ms, when="end")
    def look():
        for one, other in zip(plain, short, strict=True):
            assert_same_window(one, other, length)

    network.add(look)
    network.run(12 * ms)
    network.run(5 * ms)
    spikes, all_spikes = short[0], plain[0]
    assert spikes.num_spikes == n_in_window(all_spikes, length)
    trains, times = spikes.spike_trains(), spikes.t[:]
    for k, train in trains.items():
        assert_array_equal(train, times[spikes.i[:] == k])
    assert_array_equal(spikes.count, all_spikes.count)
    assert_array_equal(spikes.t["i == 3"], times[spikes.i[:] == 3])
    assert len(short[2]) == len(short[2].t)


def test_with_threads():
    prefs.codegen.runtime.numba.threads = 2
    test_shows_the_last_bit_by_bit(7 * ms)


def test_monitors_for_numpy():
    group = neurons()
    plain, short = monitors(group), monitors(group)
    for monitor in plain + short:
        monitor.codeobj_class = NumpyCodeObject
    for monitor in short:
        brian2numba.keep_last(monitor, 5 * ms)
    network = Network(group, plain, short)
    for _ in range(2):
        network.run(30 * ms)
        for one, other in zip(plain, short, strict=True):
            assert_same_window(one, other, 5 * ms)


def test_memory_is_constant():
    network, _, short = windows(100)
    most = [0] * len(short)

    @network_operation(dt=5 * ms)
    def look():
        for k, monitor in enumerate(short):
            most[k] = max(most[k], recording_of(monitor).n_in_memory)

    network.add(look)
    network.run(3 * second)
    for monitor, rows in zip(short, most, strict=True):
        recording = recording_of(monitor)
        assert rows <= 100 + max(100, 4096, 8)
        assert rows * recording.row_bytes <= 2**16 + 110 * recording.row_bytes
        assert recording.n_rows == recording.first + recording.n_in_memory
    # Each has dropped some, without anybody who looked at it
    assert min(most[:3]) > 1000
    assert min(recording_of(m).first for m in short[:3]) > 3000


def test_wide_rows_do_not_pile_up():
    group = NeuronGroup(20_000, "dv/dt = 1/second : 1", method="euler")
    monitor = StateMonitor(group, "v", record=True)
    brian2numba.keep_last(monitor, 3)
    network = Network(group, monitor)
    most = []
    network.add(
        network_operation()(lambda: most.append(recording_of(monitor).n_in_memory))
    )
    network.run(5 * ms)
    assert max(most) <= 3 + 8
    assert monitor.v.shape == (20_000, 3)


def test_views_keep_what_they_show():
    network, _, short = windows(30)
    network.run(20 * ms)
    spikes, states = short[0], short[2]
    views = spikes.t_[:], spikes.i[:], states.t_[:], states.v_
    copies = [view.copy() for view in views]
    network.run(800 * ms)
    assert_array_equal(spikes.t_[:][-1] > copies[0][-1], True)
    for view, copy in zip(views, copies, strict=True):
        assert_array_equal(view, copy)


@pytest.mark.parametrize("length", [30, 4 * ms])
def test_store_and_restore(length, loop):
    network, plain, short = windows(length)
    network.run(11 * ms)
    network.store()
    network.run(40 * ms)
    after = [m.t_[:].copy() for m in short]
    for duration in (40, 3):
        network.restore()
        for one, other in zip(plain, short, strict=True):
            assert_same_window(one, other, length)
        network.run(duration * ms)
        for one, other in zip(plain, short, strict=True):
            assert_same_window(one, other, length)
        if duration == 40:
            for times, monitor in zip(after, short, strict=True):
                assert_array_equal(times, monitor.t_[:])


def test_state_of_a_file(tmp_path):
    network, plain, short = windows(5 * ms)
    network.run(11 * ms)
    network.store(filename=str(tmp_path / "state"))
    network.run(600 * ms)
    network.restore(filename=str(tmp_path / "state"))
    for one, other in zip(plain, short, strict=True):
        assert_same_window(one, other, 5 * ms)


def test_another_window_and_monitors_that_have_recorded():
    group = neurons()
    plain, short = monitors(group), monitors(group)
    network = Network(group, plain, short)
    network.run(20 * ms)
    for length in (100, 5 * ms, 2 * ms):
        for one, other in zip(plain, short, strict=True):
            brian2numba.keep_last(other, length)
            assert_same_window(one, other, length)
        network.run(30 * ms)
        for one, other in zip(plain, short, strict=True):
            assert_same_window(one, other, length)


def test_a_larger_window_in_a_run():
    group = neurons()
    states = StateMonitor(group, "v", record=0)
    brian2numba.keep_last(states, 5)
    lengths = []

    @network_operation(dt=1 * ms)
    def change(t):
        lengths.append(len(states.t))
        brian2numba.keep_last(states, 20)

    Network(group, states, change).run(4 * ms)
    # The states of a step are recorded after the operation at its start
    assert lengths == [0, 10, 20, 20]


def test_time_step_that_changes():
    group = neurons()
    states, rates = StateMonitor(group, "v", record=0), PopulationRateMonitor(group)
    for monitor in (states, rates):
        brian2numba.keep_last(monitor, 2 * ms)
    network = Network(group, states, rates)
    network.run(5 * ms)
    group.clock.dt = 0.5 * ms
    network.run(1 * ms)
    for monitor in (states, rates):
        assert_array_equal(
            np.round(monitor.t / ms, 6), [*np.round(np.arange(4, 5, 0.1), 6), 5, 5.5]
        )


def test_stop_and_steps_that_raise():
    network, plain, short = windows(2 * ms)

    @network_operation
    def disturb(t):
        if abs(t - 6 * ms) < 1e-9 * second:
            network.stop()
        if abs(t - 9 * ms) < 1e-9 * second:
            raise ValueError("as asked for")

    network.add(disturb)
    network.run(20 * ms)
    assert network.t < 7 * ms
    for one, other in zip(plain, short, strict=True):
        assert_same_window(one, other, 2 * ms)
    with pytest.raises(ValueError, match="as asked for"):
        network.run(20 * ms)
    for one, other in zip(plain, short, strict=True):
        assert_same_window(one, other, 2 * ms)


def test_positions_beyond_32_bits():
    network, plain, short = windows(20)
    for monitor in short:
        recording_of(monitor).first = 2**40
    new = brian2numba.NewRows(short[0])
    network.run(LONG * ms)
    for one, other in zip(plain, short, strict=True):
        assert_same_window(one, other, 20)
        recording = recording_of(other)
        assert type(recording.n_rows) is int
        assert recording.n_rows == 2**40 + len(one.t)
    with brian2.utils.logger.catch_logs():
        n_read = len(new.read().t)
    assert n_read + new.n_missed == len(plain[0].t)


def test_no_memory_to_leave_views_alone(monkeypatch):
    network, plain, short = windows(20)
    network.run(20 * ms)
    views = [(m.t_[:], m.v_[:]) for m in short[:3]]

    def fail(*_):
        raise MemoryError("None")

    with monkeypatch.context() as patch:
        patch.setattr("brian2numba.recordings.recording.drop_first", fail)
        # In the run they pile up; at its end, Brian looks at the arrays
        with pytest.raises(MemoryError):
            network.run(LONG * ms)
    for one, other in zip(plain, short, strict=True):
        assert_same_window(one, other, 20)
    assert len(views[0][0]) == 20


def test_next_runs_prepare_nothing():
    network, _, short = windows(20)
    readers = []
    for _ in range(3):
        network.run(1 * ms)
        readers += [brian2numba.NewRows(monitor) for monitor in short]
        brian2numba.counts_within(short[0], 0.5 * ms)
    explanation = brian2numba.explain(network)
    assert explanation.n_prepared == 0
    notes = {row.name: row.recording for row in explanation.rows}
    assert {notes[monitor.name] for monitor in short} == {"keeps the last 20 rows"}
    brian2numba.keep_last(short[0], 100 * ms)
    assert "keeps the last 100 ms" in str(brian2numba.explain(network))


def test_looks_of_another_thread():
    network, plain, short = windows(5 * ms)
    found, done = [], threading.Event()

    def look():
        while not done.is_set():
            times = short[2].t_[:]
            found.append(bool(np.all(np.diff(times) > 0)))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        network.run(300 * ms)
    finally:
        done.set()
        thread.join()
    assert found
    assert all(found)
    for one, other in zip(plain, short, strict=True):
        assert_same_window(one, other, 5 * ms)


def test_refuses_what_can_not_be_kept(tmp_path):
    pytest.importorskip("zarr")
    group = neurons()
    states, counter = StateMonitor(group, "v", record=0), SpikeMonitor(group)
    only = SpikeMonitor(group, record=False)
    values = SpikeMonitor(group, record=False, variables="v")
    keep_last = brian2numba.keep_last
    with pytest.raises(TypeError, match=r"needs a StateMonitor.* is none"):
        keep_last(group, 5)
    for length in (5.0, "5", True, None, [5]):
        with pytest.raises(TypeError, match="by their number"):
            keep_last(states, length)
    for length in (5 * mV, [5, 6] * ms):
        with pytest.raises(TypeError, match="or by a time"):
            keep_last(states, length)
    for length in (0, -3, 0 * ms, -1 * ms, np.inf * ms, np.nan * ms):
        with pytest.raises(ValueError, match="positive and finite"):
            keep_last(states, length)
    with pytest.raises(ValueError, match="only counts events"):
        keep_last(only, 5)
    with pytest.raises(ValueError, match="does not record 't'"):
        keep_last(values, 5 * ms)
    keep_last(values, 5)
    assert recording_of(states) is None
    disk = StateMonitor(group, "v", record=0)
    brian2numba.record_to_disk(disk, tmp_path / "recording.zarr")
    with pytest.raises(RuntimeError, match="records to disk, where all is kept"):
        keep_last(disk, 5)

    @network_operation
    def late():
        keep_last(counter, 5)

    with pytest.raises(RuntimeError, match="A network is running"):
        Network(group, states, counter, late).run(1 * ms)
