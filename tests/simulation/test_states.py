"""States are restored as with Brian's numpy target; what is the same stays known."""

import gc
import json
import subprocess
import sys

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    defaultclock,
    get_device,
    ms,
    network_operation,
    prefs,
)
from brian2.devices.device import reinit_devices

from tests.simulation.second_runs.cases import attempt

STEP = 0.1 * ms


class Model:
    """Spikes on their way through plastic synapses with delays, all recorded."""

    def __init__(self, **keywords):
        self.source = SpikeGeneratorGroup(
            3, [0, 1, 2] * 4, np.repeat([0.1, 0.4, 0.7, 1.3], 3) * ms, name="source"
        )
        self.target = NeuronGroup(
            4, "x : 1\ny : 1", threshold="x > 3", reset="x = 0", name="target"
        )
        self.synapses = Synapses(
            self.source,
            self.target,
            "w : 1",
            on_pre="x_post += w; w += 0.25",
            name="pathway",
            **keywords,
        )
        self.synapses.connect(i=[0, 0, 1, 2, 2], j=[0, 1, 2, 3, 0])
        self.synapses.w = [1, 2, 3, 4, 5]
        if not keywords:
            self.synapses.delay = [0, 0.1, 0.2, 0.3, 0.5] * ms
        self.spikes = SpikeMonitor(self.target, name="spikes")
        self.states = StateMonitor(self.target, "x", record=True, name="states")
        self.network = Network(
            self.source, self.target, self.synapses, self.spikes, self.states
        )

    def run(self, n_steps=6):
        """Run, and return what the state is then."""
        self.network.run(n_steps * STEP)
        return self.seen()

    def seen(self):
        """Return all of the state that a user sees."""
        return [
            np.asarray(values).round(9).tolist()
            for values in (
                *(self.target.x[:], self.synapses.w[:], self.spikes.i[:]),
                *(self.spikes.t_[:], self.states.x, self.states.t_[:]),
                *(self.synapses.i[:], self.synapses.j[:], self.network.t_),
                *(self.synapses.delay_[:], self.synapses.N_incoming[:]),
            )
        ]


def restore(model, *args, **keywords):
    with attempt() as outcome:
        model.network.restore(*args, **keywords)
    return outcome.error


def repeatedly(model):
    model.run(3)
    model.network.store()
    for _ in range(3):
        yield model.run()
        model.network.restore()
        yield model.seen()


def before_the_first_run(model):
    model.network.store()
    for _ in range(3):
        yield model.run()
        model.network.restore()
        yield model.seen()


def after_values_were_set(model):
    model.run(3)
    model.network.store()
    model.target.x = [5, 6, 7, 8]
    model.synapses.w = 2
    model.synapses.delay = 0.4 * ms
    yield model.run()
    model.network.restore()
    yield model.seen()
    yield model.run()


def after_delays_were_set(model):
    model.run(3)
    model.network.store()
    for delay in (0.6, 0.9, 0.5):
        model.synapses.delay = delay * ms
        yield model.run()
        model.network.restore()
        yield model.run()
        model.network.restore()


def after_the_time_step_changed(model):
    model.run(4)
    model.network.store()
    for dt in (0.05, 0.1, 0.2):
        model.network.restore()
        defaultclock.dt = dt * ms
        yield model.run()


def two_states_in_turns(model):
    model.network.store("a")
    model.run()
    model.synapses.delay = 0.7 * ms
    model.network.store("b")
    for name in ("a", "b", "b", "a", "a", "b"):
        model.network.restore(name)
        yield model.seen()
        yield model.run()


def two_states_of_the_same(model):
    model.run(2)
    model.network.store("a")
    model.network.store("b")
    for name in ("a", "b", "a"):
        model.network.restore(name)
        yield model.run()


def stored_anew(model):
    for _ in range(3):
        model.network.store()
        yield model.run()
        model.network.restore()
        yield model.run(2)


def after_views_were_written(model):
    model.run(3)
    model.network.store()
    w = model.synapses.w[:]
    w[1] = 7
    yield model.run()
    # The view shows what it did, here, or what is there, with numpy
    model.network.restore()
    yield model.run()


def after_a_view_was_written_and_is_gone(model):
    model.run(3)
    model.network.store()
    model.synapses.w[:][1] = 8
    model.synapses.pre.variables["delay"].get_value()[:] = 2e-4
    model.network.restore()
    yield model.seen()
    yield model.run()


def after_more_synapses(model):
    model.run(3)
    model.network.store()
    model.synapses.connect(i=[1], j=[3])
    yield model.run()
    yield restore(model)
    yield model.synapses.w[:], model.synapses.N_outgoing[:]


def an_unknown_name(model):
    model.network.store("known")
    yield model.run()
    yield restore(model, "unknown")
    yield restore(model)
    yield model.seen()


def after_an_object_was_added(model):
    model.network.store()
    more = NeuronGroup(2, "z : 1", name="more")
    model.network.add(more)
    yield restore(model)
    model.network.remove(more)
    yield restore(model)
    yield model.run()


def after_an_object_was_removed(model):
    model.run(3)
    model.network.store()
    model.network.remove(model.states)
    yield restore(model)
    model.network.store()
    yield model.run()
    yield restore(model)
    yield model.run()


def after_a_stored_array_was_written(model):
    """Nobody should, but whoever does sees what it leads to."""
    model.run(3)
    model.network.store()
    model.network.restore()
    state = model.network._stored_state["default"]["pathway"]
    state["w"][0].flags.writeable = True
    state["w"][0][2] = 9
    model.network.restore()
    yield model.seen()
    yield model.run()


def within_a_run(model):
    calls = []

    @network_operation(when="end")
    def operation():
        calls.append(len(calls))
        if calls[-1] in (3, 5):
            model.network.store(str(calls[-1]))

    model.network.add(operation)
    yield model.run(8)
    for name in ("3", "5", "3", "5", "5"):
        model.network.restore(name)
        yield model.seen()
        yield model.run()


def a_run_within_a_run(model):
    """The network that runs within another one ends first."""
    other = NeuronGroup(1, "v : 1", dt=0.01 * ms, name="inner")
    inner, calls = Network(other), []

    @network_operation(when="end")
    def operation():
        calls.append(len(calls))
        if calls[-1] == 2:
            model.network.store()
        if calls[-1] == 4:
            inner.run(0.01 * ms)
            model.network.store("later")
        if calls[-1] == 5:
            model.network.restore()

    model.network.add(operation)
    yield model.run(8)
    for name in ("later", "default", "later"):
        model.network.restore(name)
        yield model.run(5)


SCENARIOS = [
    repeatedly,
    before_the_first_run,
    after_values_were_set,
    after_delays_were_set,
    after_the_time_step_changed,
    two_states_in_turns,
    two_states_of_the_same,
    stored_anew,
    after_views_were_written,
    after_a_view_was_written_and_is_gone,
    after_more_synapses,
    an_unknown_name,
    after_an_object_was_added,
    after_an_object_was_removed,
    after_a_stored_array_was_written,
    within_a_run,
    a_run_within_a_run,
]


def seen_with(target, scenario, **keywords):
    """Return what a scenario yields with a target."""
    reinit_devices()
    defaultclock.dt = 0.1 * ms
    prefs.codegen.target = prefs.codegen.string_expression_target = target
    seen = [
        part
        if isinstance(part, str)
        else [np.array(values).tolist() for values in part]
        for part in scenario(Model(**keywords))
    ]
    gc.collect()
    return seen


@pytest.mark.parametrize("keywords", [{}, {"delay": 0.2 * ms}], ids=["delays", "delay"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_is_as_with_numpy(scenario, keywords):
    ours, theirs = (seen_with(t, scenario, **keywords) for t in ("numba", "numpy"))
    assert ours == theirs


def errors_with(target):
    """Return the texts of what refuses to restore."""
    reinit_devices()
    prefs.codegen.target = target
    network = Network(NeuronGroup(1, "v : 1", name="first"))
    network.store()
    texts = []
    with pytest.raises(KeyError) as unknown:
        network.restore("unknown")
    network.add(NeuronGroup(1, "v : 1", name="second"))
    with pytest.raises(KeyError) as more:
        network.restore()
    network.store()
    network.remove(network["first"])
    with pytest.raises(KeyError) as less:
        network.restore()
    with pytest.raises(FileNotFoundError) as no_file:
        network.restore(filename="no such file")
    texts += [str(info.value) for info in (unknown, more, less, no_file)]
    return texts


def test_errors_are_brians():
    assert errors_with("numba") == errors_with("numpy")


SCRIPT = """
import json, sys
from brian2 import defaultclock, ms, prefs
from tests.simulation.test_states import Model
import brian2numba

prefs.codegen.target = prefs.codegen.string_expression_target = sys.argv[1]
model = Model()
if sys.argv[2] == "store":
    model.run(9)
    model.network.store(filename=sys.argv[3])
    model.network.restore(filename=sys.argv[3])
else:
    model.run(2)
    for _ in range(2):
        model.network.restore(filename=sys.argv[3])
        before = model.seen()
        after = model.run()
    print(json.dumps([before, after]))
"""


def in_a_process(*arguments):
    """Run the script; return what it prints."""
    finished = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.long
@pytest.mark.parametrize("target", ["numba", "numpy"])
def test_a_file_is_restored_in_another_process(target, tmp_path):
    path = str(tmp_path / "state")
    in_a_process(target, "store", path)
    model = Model()
    model.run(9)
    expected = [model.seen(), model.run()]
    for other in ("numba", "numpy"):
        assert json.loads(in_a_process(other, "restore", path)) == expected


# What is not found out again


def versions(model):
    arrays, variables = get_device().arrays, model.synapses.variables
    names = ("_synaptic_pre", "_synaptic_post", "w")
    found = [arrays[variables[name]].version for name in names]
    return [*found, arrays[model.synapses.pre.variables["delay"]].version]


@pytest.mark.parametrize("keywords", [{}, {"delay": 0.2 * ms}], ids=["delays", "delay"])
def test_what_nobody_wrote_keeps_what_is_known_of_it(sorted_synapses, keywords):
    model = Model(**keywords)
    model.network.run(3 * STEP)
    before = versions(model)
    model.network.store()
    assert versions(model) == before
    model.network.run(6 * STEP)
    after = [a == b for a, b in zip(versions(model), before, strict=True)]
    # The run wrote the weights
    assert after == [True, True, False, True]
    model.network.restore()
    assert versions(model) == before
    expected = model.run()
    del sorted_synapses[:]
    for _ in range(3):
        # To read them counted as to write them
        assert versions(model) != before
        model.network.restore()
        assert versions(model) == before
        assert model.run() == expected
    assert not sorted_synapses


def test_what_was_written_has_its_version_again():
    model = Model()
    model.run(3)
    model.network.store("first")
    first = versions(model)
    model.synapses.delay = 0.7 * ms
    model.synapses.w = 3
    model.network.store("second")
    second = versions(model)
    assert first[:2] == second[:2]
    assert not set(first[2:]) & set(second[2:])
    for name, known in (("first", first), ("second", second), ("first", first)):
        model.network.restore(name)
        assert versions(model) == known
    # An array that is not the stored one is not known, though it is equal
    model.network._stored_state["copy"] = {
        name: {
            key: (np.array(value[0]), value[1]) if key == "w" else value
            for key, value in state.items()
        }
        if isinstance(state, dict)
        else state
        for name, state in model.network._stored_state["first"].items()
    }
    model.network.restore("copy")
    now = versions(model)
    assert now[:2] == first[:2]
    assert now[2] not in first + second


def test_states_do_not_keep_each_other_alive():
    model = Model()
    container = get_device().arrays[model.synapses.variables["w"]]
    for k in range(30):
        model.network.store(str(k % 3))
    gc.collect()
    assert sum(copy() is not None for copy, _ in container._copies) <= 3
    model.network._stored_state.clear()
    gc.collect()
    assert not any(copy() is not None for copy, _ in container._copies)
