"""What monitors recorded is looked at without copies, and stays as it was."""

import gc

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    linked_var,
    ms,
)
from brian2.core.base import BrianObjectException

from brian2numba.containers import DynamicArray1D, DynamicArray2D, append_rows

RECORDED = {
    "all": True,
    "in order": [3, 4, 5],
    "in another order": [5, 4, 3],
    "with gaps": [0, 2, 3],
    "one": [6],
    "twice": [1, 1],
    "none": [],
}


def make_network(record=True):
    neurons = NeuronGroup(
        8,
        "dv/dt = (1.5 + 0.1*i - v) / (3*ms) : 1\nw = 2*v + i : 1\nk : integer",
        threshold="v > 1",
        reset="v = 0; k += 1",
        method="exact",
        name="neurons",
    )
    return Network(
        neurons,
        StateMonitor(neurons, ["v", "w", "k"], record=record, name="states"),
        SpikeMonitor(neurons, "w", name="spikes"),
        PopulationRateMonitor(neurons, name="rates"),
    )


def views_of(network):
    """Return what users get of the monitors, but for `StateMonitor.v`, Brian's copy."""
    states, spikes, rates = (network[name] for name in ("states", "spikes", "rates"))
    return {
        "states.t_[:]": states.t_[:],
        "states.t[:]": states.t[:],
        "states.v_": states.v_,
        "states.k_": states.k_,
        "spikes.t_[:]": spikes.t_[:],
        "spikes.t[:]": spikes.t[:],
        "spikes.i[:]": spikes.i[:],
        "spikes.w[:]": spikes.w[:],
        "rates.t_[:]": rates.t_[:],
        "rates.rate_[:]": rates.rate_[:],
    }


def test_a_variable_and_the_index_that_it_is_linked_through():
    source = NeuronGroup(3, "p : 1", name="source")
    group = NeuronGroup(3, "k : integer\nl : 1 (linked)", name="group")
    group.l = linked_var(source, "p", index="k")
    monitor = StateMonitor(group, ["l", "k"], record=True, name="states")
    with pytest.raises(BrianObjectException) as error:
        Network(source, group, monitor).run(1 * ms)
    message = "'states' can't record both 'l', which is linked through the index var"
    assert message in str(error.value.__cause__)


@pytest.mark.parametrize("record", RECORDED.values(), ids=RECORDED)
def test_any_neurons_can_be_recorded(record):
    network = make_network(record)
    everything = StateMonitor(network["neurons"], ["v", "w", "k"], record=True)
    network.add(everything)
    network.run(5 * ms)
    indices = np.arange(8) if record is True else np.array(record, int)
    for name in ("v_", "w_", "k_"):
        expected = getattr(everything, name)[indices]
        np.testing.assert_array_equal(getattr(network["states"], name), expected)
    assert network["states"].k_.shape == (len(indices), 50)


def test_recordings_are_looked_at_in_place():
    network = make_network()
    network.run(20 * ms)
    again = views_of(network)
    for name, view in views_of(network).items():
        assert len(view), name
        assert np.shares_memory(view, again[name]), name


@pytest.mark.parametrize("end", ["goes on", "restored", "restored later", "deleted"])
def test_what_was_looked_at_stays_as_it_was(end):
    network = make_network()
    network.run(5 * ms)
    if end == "restored":
        network.store()
    network.run(15 * ms)
    if end == "restored later":
        network.store()
        network.restore()
    views = views_of(network)
    copies = {name: np.array(view) for name, view in views.items()}
    if end == "goes on":
        network.run(50 * ms)
    elif end == "deleted":
        del network
        gc.collect()
        np.ones(100_000).sum()
    else:
        network["neurons"].v = 0.3
        network.run(7 * ms)
        network.restore()
        network["neurons"].v = 0.7
        network.run(50 * ms)
    for name, view in views.items():
        np.testing.assert_array_equal(np.array(view), copies[name], err_msg=name)


def test_a_state_of_another_length_does_not_change_what_was_looked_at():
    network = make_network()
    network.run(20 * ms)
    network.store()
    network.restore()
    longer = network["states"].v_.copy()
    network.restore()
    before = network["states"].v_
    network["states"].resize(50)
    short = network["states"].v_
    copy = short.copy()
    network.restore()
    assert network["states"].v_.tolist() == longer.tolist() == before.tolist()
    assert short.tolist() == copy.tolist()


@pytest.mark.parametrize("is_looked_at", [False, True])
def test_appending_moves_the_array_seldom(is_looked_at):
    array = DynamicArray2D((0, 3))
    sizes, views = set(), []
    for k in range(10_000):
        address = append_rows.call(array.handle, 1)
        assert address == array._rows.data + k * 24
        sizes.add(array._rows.capacity)
        if is_looked_at:
            views = [array.data]
    assert len(sizes) < 16
    assert all(len(view) == 10_000 for view in views)


@pytest.mark.parametrize("n_rows", [0, 3, 10])
def test_a_shorter_array_leaves_its_block_to_those_who_look_at_it(n_rows):
    array = DynamicArray1D(10)
    array[:] = np.arange(10)
    view = array.data
    array.resize(n_rows)
    append_rows.call(array.handle, 5)
    array[:] = -1
    assert view.tolist() == list(range(10))


def test_an_array_that_nobody_looks_at_shrinks_in_place():
    array = DynamicArray1D(10)
    address = array._rows.data
    array.resize(3)
    assert array._rows.data == address
    assert array._rows.capacity == 10


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.float64])
def test_blocks_begin_at_cache_lines_wherever_they_move(dtype):
    array = DynamicArray1D(0, dtype)
    for size in (1, 100, 10_000, 300_000, 5_000_000, 30_000_000):
        array.resize(size)
        array[-1] = size % 100
        assert array.data.ctypes.data % 64 == 0
        array.shrink(size)
    assert array.data[[0, 99, 9999, 299_999, 4_999_999]].tolist() == [1, 0, 0, 0, 0]
    assert array[-1] == 0
