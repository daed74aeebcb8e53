"""Kernels whose accesses are checked, and kernels that Python runs."""

import gc
import linecache
import sys

import numpy as np
import pytest
from brian2 import (
    BrianObjectException,
    Cylinder,
    Function,
    Network,
    NeuronGroup,
    SpatialNeuron,
    StateMonitor,
    Synapses,
    linked_var,
    ms,
    network_operation,
    prefs,
    um,
)

from brian2numba import pipeline
from brian2numba.device.arrays import owner_name
from tests.comparison import assert_same, simulate
from tests.models import DETERMINISTIC, RANDOM

MODES = {
    "checked": {"checked": True},
    "uncompiled": {"jit": False},
    "checked and uncompiled": {"checked": True, "jit": False},
}
#: The modes in which accesses are checked
CHECKED = [mode for mode in MODES if "checked" in mode]


def choose(mode):
    for name, value in MODES[mode].items():
        prefs[f"codegen.runtime.numba.{name}"] = value
    prefs._backup()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", [*DETERMINISTIC, *RANDOM])
def test_results_are_the_same(name, mode):
    model = {**DETERMINISTIC, **RANDOM}[name]
    prefs.codegen.runtime.numba.math = "libm"
    expected = simulate(model, "numba")
    choose(mode)
    assert_same(simulate(model, "numba"), expected, rtol=1e-12)


@pytest.mark.parametrize("name", [*DETERMINISTIC, *RANDOM])
def test_checked_kernels_are_compiled(name, monkeypatch):
    compiled = []

    def compile_kernel(source, *arguments):
        kernel = pipeline_compile(source, *arguments)
        compiled.append((source, kernel))
        return kernel

    pipeline_compile = pipeline.compile_kernel
    monkeypatch.setattr(pipeline, "compile_kernel", compile_kernel)
    choose("checked")
    {**DETERMINISTIC, **RANDOM}[name]().run(0.5 * ms, namespace={})
    assert compiled
    for source, kernel in compiled:
        assert kernel.address != 0
        arrays = [slot for slot in source.slots if slot.name.startswith("_array")]
        assert source.text.count("_bounded(") >= len(arrays)


# Accesses outside of an array


def spiking(n=5):
    return NeuronGroup(
        n, "v : 1\nx : 1", threshold="v > 1", reset="v = 0", name="cells"
    )


def array_of(group, name):
    return group.variables[name].get_value()


def break_later(group, name, position, value):
    """Return what breaks an array once in a run: before it, indices are looked at."""
    values = [value]

    @network_operation(when="start", order=-1)
    def break_it():
        if values:
            array_of(group, name)[position] = values.pop()

    return break_it


def target_of_a_synapse():
    cells = spiking()
    synapses = Synapses(cells, cells, "w : 1", on_pre="x_post += w", name="syn")
    synapses.connect(j="i")
    cells.v = "2 * int(i == 3)"
    return Network(cells, synapses, break_later(synapses, "_synaptic_post", 3, 99))


def index_of_a_linked_variable():
    source, cells = NeuronGroup(3, "x : 1", name="source"), spiking(2)
    linked = NeuronGroup(2, "y : 1 (linked)\nz : 1", name="linked")
    linked.y = linked_var(source, "x", index=np.array([0, 2]))
    linked.run_regularly("z = y")
    breaking = break_later(linked, "_y_indices", 1, -1)
    return Network(source, cells, linked, breaking)


def neuron_of_a_monitor():
    cells = spiking()
    monitor = StateMonitor(cells, "x", record=[0, 2], name="monitor")
    array_of(monitor, "_indices")[1] = 5
    return Network(cells, monitor)


def index_of_a_spike():
    cells = spiking()
    cells.thresholder["spike"].active = False
    array_of(cells, "_spikespace")[[0, -1]] = 7, 1
    return Network(cells)


def parent_of_a_section():
    morphology = Cylinder(diameter=1 * um, length=100 * um, n=3)
    morphology.dendrite = Cylinder(diameter=1 * um, length=100 * um, n=3)
    neuron = SpatialNeuron(
        morphology, "Im = 0*amp/meter**2 : amp/meter**2", name="tree"
    )
    array_of(neuron.diffusion_state_updater, "_morph_parent_i")[1] = 1000
    return Network(neuron)


OUTSIDE = {
    target_of_a_synapse: "The statement 'x_post = _array_x_post[_postsynaptic_idx]' of "
    "the Synapses 'syn' uses element 99 of 'x' of 'cells', which has 5 elements, at t "
    "= 0 s. The statement is part of:\nx_post += w",
    index_of_a_linked_variable: "uses element -1 of 'x' of 'source', which has 3 "
    "elements, at t = 0 s. The statement is part of:\nz = y",
    neuron_of_a_monitor: "uses element 5 of 'x' of 'cells', which has 5 elements, at "
    "t = 0 s.",
    index_of_a_spike: "The statement '_array_v[_idx] = v' of the NeuronGroup 'cells' "
    "uses element 7 of 'v' of 'cells', which has 5 elements, at t = 0 s. The "
    "statement is part of:\nv = 0",
    parent_of_a_section: "The statement '_solve_cable(_compartments, _sections, "
    "_Nodes(_array__P_diag, _array__B))' of the SpatialNeuron "
    "'tree' uses element 1000 of '_P_diag' of 'tree",
}


@pytest.mark.parametrize("mode", CHECKED)
@pytest.mark.parametrize("model", OUTSIDE, ids=lambda model: model.__name__)
def test_an_access_outside_of_an_array_is_an_error(model, mode):
    choose(mode)
    network = model()
    with pytest.raises(BrianObjectException) as caught:
        network.run(1 * ms)
    assert isinstance(caught.value.__cause__, IndexError)
    assert OUTSIDE[model] in str(caught.value.__cause__)


@pytest.mark.parametrize("mode", CHECKED)
def test_the_run_goes_on_after_the_model_was_mended(mode):
    choose(mode)
    network = target_of_a_synapse()
    with pytest.raises(BrianObjectException):
        network.run(1 * ms)
    array_of(network["syn"], "_synaptic_post")[3] = 3
    network.run(1 * ms)
    assert network["cells"].x[:].tolist() == [0] * 5
    network["syn"].w = 2
    network["cells"].v = 2
    network.run(1 * ms)
    assert network["cells"].x[:].tolist() == [2] * 5


# Python runs kernels


def test_debuggers_see_the_lines_of_a_kernel():
    choose("uncompiled")
    group = NeuronGroup(2, "dv/dt = -v / (10*ms) : 1", method="euler")
    network = Network(group)
    network.run(0.1 * ms)
    (code_object,) = group.state_updater.code_objects
    values = []

    def trace(frame, event, argument):
        if event == "line" and frame.f_code.co_name == "kernel":
            line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
            if line.strip() == "_array_v[_idx] = v":
                values.append(frame.f_locals["v"])
        return trace

    group.v = [1, 3]
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        code_object()
    finally:
        sys.settrace(before)
    assert values == group.v[:].tolist() == pytest.approx([0.99, 2.97])


def test_a_user_function_runs_as_it_is():
    choose("uncompiled")
    seen = []

    def remember(x):
        seen.append(float(x))
        return 2 * x

    function = Function(remember, arg_units=[1], return_unit=1)
    group = NeuronGroup(2, "x : 1\ny : 1")
    group.run_regularly("y = remember(x)")
    group.x = [1, 2]
    Network(group).run(0.1 * ms, namespace={"remember": function})
    assert seen == [1.0, 2.0]
    assert group.y[:].tolist() == [2.0, 4.0]


def test_numbers_are_computed_as_compiled_code_does():
    choose("uncompiled")
    group = NeuronGroup(1, "x : 1\na : 1\nb : 1\nc : 1\nd : 1\nk : integer")
    group.run_regularly(
        "a = 1/x\nb = log(x)\nc = exp(1000 + x)\nd = exprel(800.0 + x)\nk = int(c)"
    )
    Network(group).run(0.1 * ms)
    assert group.a[0] == group.c[0] == group.d[0] == np.inf
    assert group.b[0] == -np.inf


def test_an_error_in_a_user_function_is_seen():
    choose("uncompiled")

    def fail(x):
        raise ValueError(f"no value for {x}")

    function = Function(fail, arg_units=[1], return_unit=1)
    group = NeuronGroup(1, "x : 1")
    group.run_regularly("x = fail(x)")
    with pytest.raises(BrianObjectException) as caught:
        Network(group).run(0.1 * ms, namespace={"fail": function})
    assert "no value for 0.0" in str(caught.value.__cause__)


def test_the_name_of_a_variable_that_outlived_its_group():
    group = NeuronGroup(1, "x : 1", name="gone")
    variable = group.variables["x"]
    assert owner_name(variable) == "gone"
    del group
    gc.collect()
    assert owner_name(variable) == ""
