"""Queues are prepared again where synapses, delays or dt may have changed."""

import numpy as np
import pytest
from brian2 import (
    Clock,
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    Synapses,
    defaultclock,
    ms,
    prefs,
)
from brian2.utils.logger import BrianLogger, catch_logs


class Model:
    """A spike in each step of 0.1 ms, and neurons that count how many arrive."""

    def __init__(self, **keywords):
        self.source = SpikeGeneratorGroup(1, np.zeros(200), np.arange(200) * 0.1 * ms)
        self.target = NeuronGroup(4, "n : 1")
        self.synapses = Synapses(
            self.source, self.target, on_pre="n_post += 1", name="pathway", **keywords
        )
        self.synapses.connect()
        self.synapses.delay = [0, 0.1, 0.2, 0.3] * ms
        self.network = Network(self.source, self.target, self.synapses)

    def counts(self, n_steps=10):
        """Run and return how many spikes arrived at each neuron."""
        self.target.n = 0
        self.network.run(n_steps * 0.1 * ms)
        return self.target.n[:].tolist()


def test_what_did_not_change_is_not_sorted_again(sorted_synapses):
    model = Model()
    assert model.counts() == [10, 9, 8, 7]
    del sorted_synapses[:]
    for _ in range(3):
        assert model.counts() == [10, 10, 10, 10]
    model.synapses.namespace["unused"] = 3
    model.target.n = "i"
    assert model.counts() == [10, 10, 10, 10]
    assert not sorted_synapses


def change_by_assignment(model):
    model.synapses.delay = 0.5 * ms


def change_one(model):
    model.synapses.delay[2] = 0.5 * ms


def change_by_expression(model):
    model.synapses.delay = "0.5*ms"


def change_by_expression_for_some(model):
    model.synapses.delay["j > 1"] = "0.5*ms"


def change_of_the_array(model):
    model.synapses.pre.variables["delay"].get_value()[:] = 5e-4


def change_by_numpy_target(model):
    prefs.codegen.string_expression_target = "numpy"
    model.synapses.delay = "0.5*ms"
    prefs.codegen.string_expression_target = "numba"


def change_by_more_synapses(model):
    model.synapses.connect(i=0, j=0)
    model.synapses.delay = 0.5 * ms


def change_of_dt(model):
    defaultclock.dt = 0.05 * ms


CHANGES = [
    change_by_assignment,
    change_one,
    change_by_expression,
    change_by_expression_for_some,
    change_of_the_array,
    change_by_numpy_target,
    change_by_more_synapses,
    change_of_dt,
]


@pytest.mark.parametrize("change", CHANGES)
def test_changes_are_seen(change, sorted_synapses):
    def counts(target):
        defaultclock.dt = 0.1 * ms
        prefs.codegen.target = target
        model = Model()
        first = [model.counts(), model.counts()]
        del sorted_synapses[:]
        change(model)
        return [*first, model.counts(), model.counts()]

    ours = counts("numba")
    assert len(sorted_synapses) == 1
    assert ours == counts("numpy")


def test_a_view_that_is_kept_may_change_delays_at_any_time(sorted_synapses):
    model = Model()
    model.counts()
    delays = model.synapses.pre.variables["delay"].get_value()
    model.counts()
    delays[:] = 0
    assert model.counts() == [10, 11, 12, 13]
    delays[:] = 1e-4
    del delays
    assert model.counts() == [9, 9, 9, 9]
    del sorted_synapses[:]
    assert model.counts() == [10, 10, 10, 10]
    assert not sorted_synapses


def test_delays_that_code_has_changed_in_a_run():
    def counts(target):
        prefs.codegen.target = target
        model = Model()
        regular = model.synapses.run_regularly("delay = 0.7*ms", dt=1 * ms)
        model.network.add(regular)
        first = [model.counts(), model.counts()]
        regular.active = False
        model.synapses.delay = 0.2 * ms
        second = [model.counts(), model.counts()]
        regular.active = True
        third = model.counts()
        regular.active = False
        return [*first, *second, third, model.counts()]

    assert counts("numba") == counts("numpy")


def test_a_stored_state_brings_its_delays(sorted_synapses):
    model = Model()
    model.counts()
    model.network.store()
    model.synapses.delay = 0.6 * ms
    model.counts()
    model.network.restore()
    assert model.counts() == [10, 10, 10, 10]


def test_a_preparation_that_failed_is_done_again():
    model = Model()
    model.counts()
    model.synapses.delay[1] = -3 * ms
    with pytest.raises(Exception, match="pathway"):
        model.counts()
    with pytest.raises(Exception, match="pathway"):
        model.counts()
    model.synapses.delay = 0 * ms
    assert model.counts()[0] >= 10


@pytest.mark.parametrize("which", ["synapses", "target"])
def test_brian_warns_of_another_time_step_though_the_queue_is_prepared(which):
    model = Model()
    model.network.run(0.2 * ms)
    model.network.run(0.2 * ms)
    getattr(model, which)._clock = Clock(dt=0.05 * ms, name="other_clock")
    # It does so once in a process
    BrianLogger._log_messages.clear()
    with catch_logs() as logs:
        model.network.run(0.2 * ms)
    assert any(name.endswith("synapses_dt_mismatch") for _, name, _ in logs)
