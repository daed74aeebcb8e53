"""The numba target next to Brian's other targets, in one network and one script."""

import gc
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    PoissonGroup,
    PopulationRateMonitor,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    network_operation,
    prefs,
    seed,
)
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.codegen.targets import codegen_targets
from brian2.devices.device import device

import brian2numba
from brian2numba import NumbaCodeObject
from brian2numba.registration import register

FOLDER = Path(brian2numba.__file__).parents[1]
BOTH = {"numpy": NumpyCodeObject, "numba": NumbaCodeObject}


class Model:
    """A network in which spikes are under way for several steps.

    Parameters
    ----------
    classes : dict
        The class of code objects for "cells", "synapses" and "monitors"; those that
        are left out follow the preference.
    """

    def __init__(self, **classes):
        self.source = SpikeGeneratorGroup(
            3,
            indices=[0, 1, 2, 0, 1, 2, 0],
            times=[0.0, 0.1, 0.2, 0.7, 0.7, 1.2, 1.3] * ms,
            codeobj_class=classes.get("source"),
            name="source",
        )
        self.cells = NeuronGroup(
            4,
            "dv/dt = -v/(5*ms) : 1",
            threshold="v > 0.7",
            reset="v = 0",
            method="exact",
            codeobj_class=classes.get("cells"),
            name="cells",
        )
        self.synapses = Synapses(
            self.source,
            self.cells,
            "w : 1",
            on_pre="v_post += w",
            on_post="w += 0.125",
            codeobj_class=classes.get("synapses"),
            name="syn",
        )
        self.synapses.connect()
        self.synapses.w = "0.25 + 0.25 * ((i + j) % 3)"
        self.synapses.pre.delay = "(i + 2 * j) * 0.1*ms"
        self.synapses.post.delay = 0.5 * ms
        monitor = {"codeobj_class": classes.get("monitors")}
        self.states = StateMonitor(self.cells, "v", record=True, **monitor)
        self.spikes = SpikeMonitor(self.cells, variables="v", **monitor)
        self.rates = PopulationRateMonitor(self.cells, **monitor)
        self.network = Network(
            self.source,
            self.cells,
            self.synapses,
            self.states,
            self.spikes,
            self.rates,
        )

    def run(self, steps, target=None):
        if target is not None:
            prefs.codegen.target = target
        self.network.run(steps * 0.1 * ms)

    def results(self):
        """Return all that a run leaves, for comparison."""
        assert len(self.states.t) == self.states.v.shape[1]
        assert len(self.spikes.t) == len(self.spikes.i) == self.spikes.num_spikes
        return {
            "v": self.states.v[:].copy(),
            "t": self.states.t_[:].copy(),
            "i": self.spikes.i[:].copy(),
            "spike t": self.spikes.t_[:].copy(),
            "spike v": self.spikes.v[:].copy(),
            "count": self.spikes.count[:].copy(),
            "rate": self.rates.rate_[:].copy(),
            "w": self.synapses.w[:].copy(),
        }


def assert_same(results, expected):
    for name, value in expected.items():
        np.testing.assert_allclose(results[name], value, rtol=1e-13, err_msg=name)


@pytest.fixture
def expected():
    """Return what the numpy target makes of 30 steps of the model."""
    prefs.codegen.target = "numpy"
    model = Model()
    model.run(30)
    prefs.codegen.target = "numba"
    results = model.results()
    assert len(results["i"]) > 5
    assert len(set(results["w"])) > 3
    return results


# Targets per object


@pytest.mark.parametrize("part", ["source", "cells", "synapses", "monitors"])
@pytest.mark.parametrize(("default", "other"), [("numba", "numpy"), ("numpy", "numba")])
def test_one_kind_of_object_with_another_target(default, other, part, expected):
    prefs.codegen.target = default
    model = Model(**{part: BOTH[other]})
    model.run(30)
    assert_same(model.results(), expected)
    codeobj = {
        "source": model.source.codeobj if part == "source" else None,
        "cells": model.cells.state_updater.codeobj,
        "synapses": model.synapses.pre.codeobj,
        "monitors": model.states.codeobj,
    }
    for name, used in codeobj.items():
        if used is not None:
            assert type(used) is BOTH[other if name == part else default]


def test_two_groups_and_two_pathways_of_different_targets():
    groups = {
        name: NeuronGroup(
            3,
            "x : 1",
            threshold="i == 1",
            codeobj_class=BOTH[name],
        )
        for name in BOTH
    }
    synapses = [
        Synapses(groups[a], groups[b], on_pre="x_post += 1", codeobj_class=BOTH[target])
        for a in BOTH
        for b in BOTH
        for target in BOTH
    ]
    for s in synapses:
        s.connect()
    Network(*groups.values(), synapses).run(0.1 * ms)
    for group in groups.values():
        assert group.x[:].tolist() == [4, 4, 4]


@pytest.mark.parametrize("string_target", ["numpy", "numba"])
@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_targets_of_string_expressions(target, string_target):
    prefs.codegen.target = target
    prefs.codegen.string_expression_target = string_target
    group = NeuronGroup(4, "x : 1\nk : integer\nflag : boolean\ny = 2 * x : 1")
    group.x = "i * 0.5 + int(i > 2)"
    group.k = "i // 2"
    group.flag["k == 1"] = True
    group.x["flag"] = "-x"
    assert group.x[:].tolist() == [0, 0.5, -1, -2.5]
    assert group.flag[:].tolist() == [False, False, True, True]
    assert group.y[:].tolist() == [0, 1, -2, -5]
    assert group.x["x < 0"].tolist() == [-1, -2.5]
    assert group.y["k == 1"].tolist() == [-2, -5]


@pytest.mark.skipif(
    "codegen.synapse_connect_target" not in prefs.prefs,
    reason="the preference for synapse creation is new in Brian 2.11",
)
@pytest.mark.parametrize("connect_target", ["numpy", "numba"])
@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_targets_of_synapse_creation(target, connect_target):
    prefs.codegen.target = target
    prefs.codegen.synapse_connect_target = connect_target
    group = NeuronGroup(4, "x : 1", threshold="i == 0")
    synapses = Synapses(group, group, "w : 1", on_pre="x_post += w")
    synapses.connect("i < j")
    synapses.connect(i=[3, 0], j=[0, 0])
    synapses.connect(j="k for k in range(i, 2)", n=2)
    synapses.w = "1 + j"
    expected = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3), (3, 0), (0, 0)]
    expected += [(0, 0), (0, 0), (0, 1), (0, 1), (1, 1), (1, 1)]
    assert list(zip(synapses.i, synapses.j, strict=True)) == expected
    assert synapses.N_outgoing_pre.tolist() == [8, 4, 1, 1]
    Network(group, synapses).run(0.1 * ms)
    assert group.x[:].tolist() == [3, 6, 3, 4]


# Another target from one run to the next


@pytest.mark.parametrize(
    "targets",
    [
        ["numpy", "numba", "numpy"],
        ["numba", "numpy", "numba"],
        ["numba", "numba", "numpy"],
    ],
    ids="-".join,
)
def test_another_target_for_each_run_of_a_network(targets, expected):
    prefs.codegen.target = targets[0]
    model = Model()
    model.run(9)
    # Spikes are under way when the target changes
    assert any(model.synapses.pre.queue._full_state()[1])
    model.run(7, targets[1])
    model.run(14, targets[2])
    assert_same(model.results(), expected)


def test_connect_under_another_target_than_the_run():
    group = NeuronGroup(3, "x : 1", threshold="i == 0")
    synapses = Synapses(group, group, "w : 1", on_pre="x_post += w")
    network = Network(group, synapses)
    for round_number, target in enumerate(["numpy", "numba", "numpy", "numba"], 1):
        prefs.codegen.target = target
        prefs.codegen.string_expression_target = target
        synapses.connect(i=[0], j=[round_number % 3])
        synapses.w = "N"
        network.run(0.1 * ms)
        assert len(synapses) == len(synapses.w[:]) == round_number
    assert group.x[:].tolist() == [3 + 4, 1 + 2 + 3 + 2 * 4, 2 + 3 + 4]


@pytest.mark.compiler
def test_cython_takes_over_and_hands_back():
    group = NeuronGroup(2, "x : 1", threshold="i == 0")
    synapses = Synapses(group, group, on_pre="x_post += 1", delay=0.2 * ms)
    synapses.connect()
    monitor = StateMonitor(group, "x", record=[1])
    network = Network(group, synapses, monitor)
    for target in ("numba", "cython", "numba"):
        prefs.codegen.target = target
        network.run(0.3 * ms)
        assert len(monitor.t) == monitor.x.shape[1]
    # The first spike, of the first step, arrives in the third
    assert monitor.x[0].tolist() == [0, 0, 0, 1, 2, 3, 4, 5, 6]
    synapses.connect(i=[1], j=[1])
    assert len(synapses) == 5


# Stored states


@pytest.mark.parametrize(("first", "second"), [("numpy", "numba"), ("numba", "numpy")])
def test_state_stored_under_one_target_goes_on_under_another(first, second, expected):
    prefs.codegen.target = first
    model = Model()
    model.run(9)
    model.network.store()
    model.run(21)
    assert_same(model.results(), expected)
    model.network.restore()
    assert len(model.states.t) == 9
    model.run(21, second)
    assert_same(model.results(), expected)
    model.network.restore()
    model.run(21, first)
    assert_same(model.results(), expected)


@pytest.mark.parametrize(("first", "second"), [("numpy", "numba"), ("numba", "numpy")])
def test_state_in_a_file_goes_on_in_a_model_of_another_target(
    first, second, expected, tmp_path
):
    path = str(tmp_path / "state")
    prefs.codegen.target = first
    stored = Model()
    stored.run(9)
    stored.network.store(filename=path)
    # The names of the objects, in the new model the same, tell what belongs where
    del stored
    gc.collect()
    prefs.codegen.target = second
    model = Model()
    model.run(4)
    model.network.restore(filename=path)
    model.run(21)
    assert_same(model.results(), expected)


def random_model():
    group = NeuronGroup(5, "dx/dt = -x/ms + xi*ms**-0.5 : 1", method="euler")
    source = PoissonGroup(5, "2000*Hz + 1000*rand()*Hz")
    synapses = Synapses(source, group, on_pre="x_post += rand()")
    synapses.connect(j="i")
    monitor = StateMonitor(group, "x", record=True)
    return Network(group, source, synapses, monitor), monitor


def test_random_state_is_restored():
    network, monitor = random_model()
    network.run(1 * ms)
    network.store()
    network.run(1 * ms)
    first = monitor.x[:].copy()
    network.restore(restore_random_state=True)
    network.run(1 * ms)
    np.testing.assert_array_equal(monitor.x[:], first)
    network.restore()
    network.run(1 * ms)
    assert (monitor.x[:] != first).any()


def test_random_state_is_restored_from_a_file_after_other_numbers(tmp_path):
    path = str(tmp_path / "state")
    seed(3)
    network, monitor = random_model()
    network.run(1 * ms)
    network.store(filename=path)
    network.run(1 * ms)
    first = monitor.x[:].copy()
    seed(4)
    NeuronGroup(50, "y : 1").y = "rand() + randn()"
    np.random.standard_normal(3)
    network.restore(filename=path, restore_random_state=True)
    network.run(1 * ms)
    np.testing.assert_array_equal(monitor.x[:], first)


def test_same_seed_gives_the_same_numbers():
    results = []
    for _ in range(2):
        seed(42)
        network, monitor = random_model()
        network.run(1 * ms)
        results.append(monitor.x[:].copy())
    np.testing.assert_array_equal(*results)


# What importing the package leaves as it was

CHECK_DEFAULTS = """
import brian2
from brian2 import *
from brian2.codegen.targets import codegen_targets
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.devices.device import RuntimeDevice, device, get_device
from brian2.synapses.cythonspikequeue import SpikeQueue

before = {
    "prefs": {k: v for k, v in prefs.prefs.items()},
    "functions": set(DEFAULT_FUNCTIONS),
    "targets": {t.class_name for t in codegen_targets},
    "exports": set(dir(brian2)),
}
import brian2numba

assert {k: prefs.prefs[k] for k in before["prefs"]} == before["prefs"]
new = set(prefs.prefs) - set(before["prefs"])
assert new and all(name.startswith("codegen.runtime.numba.") for name in new), new
assert prefs.codegen.target == "auto"
assert set(DEFAULT_FUNCTIONS) == before["functions"]
assert {t.class_name for t in codegen_targets} == before["targets"] | {"numba"}
assert set(dir(brian2)) == before["exports"]
assert type(get_device()) is RuntimeDevice

prefs.codegen.target = "numpy"
group = NeuronGroup(3, "v : 1", threshold="v > -1", reset="")
synapses = Synapses(group, group, "w : 1", on_pre="v_post += w")
synapses.connect()
monitor = StateMonitor(group, "v", record=True)
spikes = SpikeMonitor(group)
run(0.3 * ms)
for variable in (
    synapses.variables["w"],
    synapses.variables["_synaptic_pre"],
    monitor.variables["v"],
    spikes.variables["t"],
):
    assert type(device.arrays[variable]).__module__.startswith("brian2."), variable
assert type(synapses.pre.queue) is SpikeQueue
assert type(group.thresholder["spike"].codeobj).__name__ == "NumpyCodeObject"

function = Function(lambda x: x, arg_units=[1], return_unit=1)
try:
    function.implementations["cython"]
except KeyError:
    pass
else:
    raise AssertionError("a function got an implementation for Cython")

print("as before")
"""


def test_importing_the_package_leaves_other_targets_as_they_are(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(CHECK_DEFAULTS)
    finished = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=FOLDER,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.splitlines()[-1] == "as before"


def test_importing_twice_registers_once():
    before = len(codegen_targets)
    add_array = device.add_array
    register()
    assert len(codegen_targets) == before
    assert device.add_array is add_array


# Views that users hold


def grown_synapses():
    group = NeuronGroup(50, "x : 1", threshold="i == 0")
    synapses = Synapses(group, group, "w : 1", on_pre="x_post += w")
    synapses.connect(j="i")
    synapses.w = "2 * i"
    return group, synapses


def churn():
    """Use memory again that may have been freed."""
    return [np.full(size, 7.5) for size in (10, 50, 100, 500, 1000, 5000) * 20]


def test_views_of_synapses_stay_valid_after_connect():
    _, synapses = grown_synapses()
    views = synapses.i[:], synapses.j[:], synapses.w[:]
    expected = [view.copy() for view in views]
    synapses.connect()
    synapses.w = -1
    churn()
    for view, values in zip(views, expected, strict=True):
        np.testing.assert_array_equal(view, values)
    views[2][:] = 5
    assert (synapses.w[:50] == -1).all()


def test_views_of_monitors_stay_valid_while_these_grow():
    group = NeuronGroup(3, "dx/dt = 1/ms : 1", method="euler", threshold="True")
    states = StateMonitor(group, "x", record=True)
    spikes = SpikeMonitor(group)
    network = Network(group, states, spikes)
    network.run(1 * ms)
    views = states.t_[:], states.x_[:], spikes.i[:], spikes.t_[:]
    expected = [view.copy() for view in views]
    network.run(100 * ms)
    churn()
    for view, values in zip(views, expected, strict=True):
        np.testing.assert_array_equal(view, values)
    assert len(states.t_) == 1010


def test_views_stay_valid_after_restore():
    group, synapses = grown_synapses()
    states = StateMonitor(group, "x", record=True)
    network = Network(group, synapses, states)
    network.store()
    network.run(5 * ms)
    synapses.connect(i=[1], j=[2])
    views = synapses.i[:], states.t_[:], states.x_[:]
    expected = [view.copy() for view in views]
    network.restore()
    churn()
    assert len(synapses) == 50
    assert len(states.t) == 0
    # The same run again records the same
    network.run(20 * ms)
    churn()
    for view, values in zip(views, expected, strict=True):
        np.testing.assert_array_equal(view, values)


def views_of_a_model():
    """Run a model and return views of its arrays, and a weak reference to it."""
    group, synapses = grown_synapses()
    states = StateMonitor(group, "x", record=True)
    Network(group, synapses, states).run(5 * ms)
    views = (
        synapses.i[:],
        synapses.w[:],
        states.t_[:],
        states.x_[:],
        synapses.variables["w"].get_value(),
    )
    return views, weakref.ref(synapses)


def test_views_outlive_their_objects():
    views, model = views_of_a_model()
    expected = [view.copy() for view in views]
    gc.collect()
    assert model() is None
    churn()
    for view, values in zip(views, expected, strict=True):
        np.testing.assert_array_equal(view, values)
    for view in views:
        if view.flags.writeable:
            view[:] = 1


def test_a_run_with_numpy_that_failed_is_over():
    prefs.codegen.target = "numpy"

    @network_operation
    def fail():
        raise ValueError("not this time")

    network = Network(NeuronGroup(1, "v : 1"), fail)
    with pytest.raises(ValueError, match="not this time"):
        network.run(0.1 * ms, namespace={})
    assert not Network._globally_running
    prefs.codegen.target = "numba"
    defaultclock.dt = 0.2 * ms
