"""Events are counted that happened within the last while."""

import numpy as np
import pytest
from brian2 import (
    EventMonitor,
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    ms,
    mV,
    network_operation,
    second,
)
from numpy.testing import assert_array_equal

import brian2numba
from brian2numba import counts_within


def neurons():
    group = NeuronGroup(
        10,
        "dv/dt = (1.5 + 0.1*i - v)/(5*ms) : 1",
        threshold="v > 1",
        reset="v = 0",
        events={"half": "v > 0.5 and v < 0.7"},
        method="exact",
    )
    group.v = "0.07*i"
    return group


def counted(monitor, duration):
    """Count in the way that a user would."""
    is_new = monitor.t_[:] >= monitor.clock.t_ - float(duration) - 1e-9
    return np.bincount(monitor.i[:][is_new], minlength=len(monitor.source))


def test_counts_those_of_the_last_while():
    group = neurons()
    recorded = [
        SpikeMonitor(group),
        SpikeMonitor(group[4:8]),
        EventMonitor(group, "half"),
    ]
    looks = []

    @network_operation(dt=3.3 * ms, when="end")
    def look():
        for monitor in recorded:
            for duration in (0, 0.1, 5, 77, 1100):
                counts = counts_within(monitor, duration * ms)
                assert_array_equal(counts, counted(monitor, duration * ms))
                looks.append(counts)

    network = Network(group, recorded, look)
    network.run(50 * ms)
    network.run(1000 * ms)
    look.function()
    assert all(counts.dtype.kind == "i" for counts in looks)
    for monitor in recorded:
        assert_array_equal(counts_within(monitor, 1000 * second), monitor.count)
        # More than is looked at at once
        assert len(monitor.t) > 1024
    network.store()
    network.run(10 * ms)
    network.restore()
    look.function()


def test_begins_at_the_step_that_is_so_long_ago():
    source = SpikeGeneratorGroup(3, [0, 1, 2, 2], [1, 2, 3, 4] * ms)
    spikes = SpikeMonitor(source)
    network = Network(source, spikes)
    network.run(5 * ms)
    assert_array_equal(counts_within(spikes, 4 * ms), [1, 1, 2])
    assert_array_equal(counts_within(spikes, 3.9 * ms), [0, 1, 2])
    assert_array_equal(counts_within(spikes, 1 * ms), [0, 0, 1])
    assert_array_equal(counts_within(spikes, 0 * ms), [0, 0, 0])


@pytest.mark.parametrize("length", [300, 100 * ms])
def test_windows_that_are_long_enough(length):
    group = neurons()
    spikes, every = SpikeMonitor(group), SpikeMonitor(group)
    brian2numba.keep_last(spikes, length)
    network = Network(group, spikes, every)
    network.store()
    for _ in range(2):
        # Again after it has dropped some
        network.restore()
        network.run(10 * ms)
        assert_array_equal(counts_within(spikes, 90 * ms), every.count)
        network.run(2 * second)
        assert_array_equal(counts_within(spikes, 90 * ms), counted(every, 90 * ms))


def test_windows_that_are_too_short():
    group = neurons()
    few, short = SpikeMonitor(group), SpikeMonitor(group)
    brian2numba.keep_last(few, 20)
    brian2numba.keep_last(short, 20 * ms)
    network = Network(group, few, short)
    network.run(30 * ms)
    network.store()
    for _ in range(2):
        with pytest.raises(ValueError, match="keeps the last 20 rows, which do not"):
            counts_within(few, 50 * ms)
        with pytest.raises(ValueError, match="keeps the last 20 ms, which do not"):
            counts_within(short, 50 * ms)
        assert counts_within(short, 20 * ms).sum() == len(short.t)
        network.run(10 * ms)
        network.restore()
    # What it has dropped before does not come back
    brian2numba.keep_last(short, 1 * second)
    assert len(short.t)
    with pytest.raises(ValueError, match="would miss events"):
        counts_within(short, 40 * ms)


def test_refuses_what_can_not_be_counted():
    group = neurons()
    states, spikes = StateMonitor(group, "v", record=0), SpikeMonitor(group)
    for other in (states, group):
        with pytest.raises(TypeError, match="needs a SpikeMonitor"):
            counts_within(other, 5 * ms)
    for duration in (5, 5 * mV, [5, 6] * ms, "5*ms"):
        with pytest.raises(TypeError, match=r"such as 50\*ms"):
            counts_within(spikes, duration)
    for duration in (-1 * ms, np.inf * ms, np.nan * ms):
        with pytest.raises(ValueError, match="finite and not negative"):
            counts_within(spikes, duration)
    with pytest.raises(ValueError, match="only counts events"):
        counts_within(SpikeMonitor(group, record=False), 5 * ms)
    values = SpikeMonitor(group, record=False, variables="v")
    with pytest.raises(ValueError, match="does not record i and t"):
        counts_within(values, 5 * ms)
