"""What `explain` says of networks, that it is true, and that asking changes nothing."""

import sys

import brian2
import matplotlib.pyplot as plt
import numpy as np
import pytest
from brian2 import (
    BrianObject,
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    StateMonitor,
    Synapses,
    check_units,
    defaultclock,
    magic_network,
    ms,
    network_operation,
    prefs,
    run,
    seed,
)
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.magic import MagicError
from brian2.devices.device import get_device

import brian2numba
from brian2numba.compilation import compiler
from brian2numba.simulation import schedule, without_time_steps
from tests.comparison import assert_same, simulate
from tests.models import DETERMINISTIC, RANDOM

OPERATION = "network operations are Python functions"


def neurons(**keywords):
    return NeuronGroup(
        10,
        "dv/dt = (1.2 - v)/(10*ms) : 1",
        method="euler",
        **{"threshold": "v > 1", "reset": "v = 0", "name": "cells", **keywords},
    )


def rows_of(explanation):
    return [(row.name, row.runs, row.reason) for row in explanation.rows]


def test_what_runs_where_and_why():
    class Own(BrianObject):
        def run(self):
            pass

    @network_operation(name="operation")
    def operation():
        pass

    numpys = NeuronGroup(
        2, "x : 1", name="numpys", codeobj_class=NumpyCodeObject, threshold="x > 1"
    )
    quiet = StateMonitor(numpys, "x", record=True, name="quiet")
    quiet.active = False
    network = Network(neurons(), operation, Own(name="own"), numpys, quiet)
    explanation = brian2numba.explain(network)
    assert sorted(rows_of(explanation)) == [
        ("cells_spike_resetter", "compiled", ""),
        ("cells_spike_thresholder", "compiled", ""),
        ("cells_stateupdater", "compiled", ""),
        ("numpys_spike_thresholder", "Python", "it is for the target numpy"),
        ("operation", "Python", OPERATION),
        ("own", "Python", "the class Own has a run() of its own"),
        ("quiet", "not run", "it is not active"),
    ]
    summary = explanation.summary
    assert "runs 3 of 6 tasks with one thread, and calls Python for 3" in summary


def test_what_is_said_is_what_a_run_does(monkeypatch):
    schedules = []
    run_of_schedule = schedule.Schedule.run
    monkeypatch.setattr(
        schedule.Schedule, "run", lambda s: schedules.append(s) or run_of_schedule(s)
    )
    called = []

    @network_operation(name="operation")
    def operation():
        called.append(1)

    network = Network(neurons(), operation)
    explanation = brian2numba.explain(network)
    assert called == schedules == []
    network.run(0.3 * ms)
    assert len(called) == 3
    said = {row.name: row.reason or None for row in explanation.rows}
    done = schedules[0]
    assert said == {
        entry.owner.name: obstacle
        for entry, obstacle in zip(done.entries, done.obstacles, strict=True)
    }
    kernels = [r.kernel or r.fused_kernel for r in done._entry_records]
    for entry, kernel in zip(done.entries, kernels, strict=True):
        fused_early = entry.owner.name == "cells_spike_thresholder"
        assert bool(kernel) == (said[entry.owner.name] is None and not fused_early)


def test_fused_objects_name_each_other():
    explanation = brian2numba.explain(Network(neurons()))
    (updater,), (thresholder,) = (
        explanation[f"cells_{part}"] for part in ("stateupdater", "spike_thresholder")
    )
    assert updater.fusion == "with cells_spike_thresholder"
    assert thresholder.fusion == "with cells_stateupdater"
    assert updater.kernel.name == thresholder.kernel.name
    assert "update_and_threshold" in updater.kernel.name
    assert explanation["cells_spike_resetter"][0].fusion == ""


def own_function():
    @check_units(x=1, result=1)
    def same(x):
        return x

    return [neurons(threshold="same(v) > 1", namespace={"same": same})]


def in_between():
    group = neurons()

    @network_operation(name="between", when="after_groups")
    def between():
        pass

    return [group, between]


def same_variables():
    group = neurons()
    group.run_regularly("v += 0.1", when="after_groups", name="kick")
    return [group]


def two_events():
    return [neurons(events={"half": "v > 0.5"})]


NOT_FUSED = {
    "calls functions of yours": own_function,
    "the threshold draws random numbers": lambda: [neurons(threshold="v > rand()")],
    "Python runs between in between": in_between,
    "kick, in between, uses the same variables": same_variables,
    "another threshold is done with the state update": two_events,
}


@pytest.mark.parametrize("reason", NOT_FUSED)
def test_why_objects_are_not_fused(reason):
    explanation = brian2numba.explain(Network(NOT_FUSED[reason]()))
    notes = [row.fusion for row in explanation.rows]
    assert any(note.startswith("not with ") and reason in note for note in notes), notes


@pytest.mark.parametrize("name", ["native_loop", "jit"])
def test_preferences_that_leave_the_loop_to_brian(name):
    prefs[f"codegen.runtime.numba.{name}"] = False
    explanation = brian2numba.explain(Network(neurons()))
    reason = f"the preference codegen.runtime.numba.{name} is False"
    assert {row[1:] for row in rows_of(explanation)} == {("Python", reason)}
    summary = explanation.summary
    assert f"Brian's own loop runs its time steps, because {reason}." in summary
    origin = "Python runs it" if name == "jit" else "compiled"
    assert {row.origin for row in explanation.rows} <= {origin, "from the store"}


def test_networks_for_other_targets():
    prefs.codegen.target = "numpy"
    explanation = brian2numba.explain(Network(neurons()))
    assert explanation.loop == "nothing is for the target numba"
    assert {row.kernel for row in explanation.rows} == {None}


def test_threads():
    prefs.codegen.runtime.numba.threads = 2
    large = NeuronGroup(5000, "dv/dt = -v/(10*ms) : 1", method="euler", name="large")
    explanation = brian2numba.explain(Network(large, neurons()))
    threads = {row.name: row.threads for row in explanation.rows}
    # As many as asked for, unless the machine has fewer
    assert threads["large_stateupdater"] == explanation.threads
    assert threads["cells_stateupdater"] == 1


def test_where_the_machine_code_comes_from(empty_cache):
    compiler._compiled.clear()
    first = brian2numba.explain(Network(neurons())).rows[0]
    assert first.origin == "compiled"
    assert first.compile_time > 0
    compiler._compiled.clear()
    assert brian2numba.explain(Network(neurons())).rows[0].origin == "from the store"


def profiled(native=True):
    prefs.codegen.runtime.numba.native_loop = native
    source = SpikeGeneratorGroup(3, [0, 1, 2], [1, 2, 3] * ms, name="source")
    group = neurons()
    synapses = Synapses(source, group, on_pre="v_post += 0.1", name="synapses")
    synapses.connect()
    network = Network(source, group, synapses)
    network.run(5 * ms, profile=True)
    return network


@pytest.mark.parametrize("native", [True, False])
def test_times_of_a_profiled_run(native):
    network = profiled(native)
    explanation = brian2numba.explain(network)
    by_object = {}
    for row in explanation.rows:
        by_object[row.name] = by_object.get(row.name, 0) + (row.seconds or 0)
    # Brian's loop also calls groups, which do nothing
    brians = {name: float(t) for name, t in network.profiling_info if name in by_object}
    assert by_object == pytest.approx(brians)
    assert sum(row.share or 0 for row in explanation.rows) == pytest.approx(1)
    n_timed = sum(row.seconds is not None for row in explanation["synapses_pre"])
    assert n_timed == (2 if native else 1)
    assert "share" in str(explanation)
    network.run(1 * ms)
    assert {row.seconds for row in brian2numba.explain(network).rows} == {None}


def test_plot():
    axes = brian2numba.explain(profiled()).plot()
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels[0] == "cells_stateupdater: stateupdate"
    assert len(axes.patches) == len(labels) == 6
    plt.close(axes.figure)


def test_no_plot_without_times():
    with pytest.raises(ValueError, match="its last run was not profiled"):
        brian2numba.explain(Network(neurons())).plot()


def test_data_frame():
    pandas = pytest.importorskip("pandas", reason="pandas is an optional dependency")
    explanation = brian2numba.explain(Network(neurons()))
    frame = explanation.to_dataframe()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.name) == [row.name for row in explanation.rows]
    assert "kernel" not in frame.columns


@pytest.mark.parametrize(
    ("module", "method"), [("pandas", "to_dataframe"), ("matplotlib.pyplot", "plot")]
)
def test_without_optional_packages(module, method, monkeypatch):
    explanation = brian2numba.explain(profiled())
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=f"needs the package {module.split('.')[0]}"):
        getattr(explanation, method)()


def test_html_is_escaped():
    html = brian2numba.explain(Network(neurons()))._repr_html_()
    assert html.count("<tr>") == 4
    assert "Network &#x27;network" in html


def test_names_that_are_not_there():
    with pytest.raises(KeyError, match=r"'else' does nothing .* These do: cells_st"):
        brian2numba.explain(Network(neurons()))["else"]


def test_networks_of_nothing():
    assert "runs 0 of 0 tasks" in str(brian2numba.explain(Network()))


def test_what_can_not_be_explained():
    with pytest.raises(TypeError, match="3 is no network"):
        brian2numba.explain(3)
    brian2.set_device("cpp_standalone", build_on_run=False)
    try:
        with pytest.raises(RuntimeError, match="but the device is CPPStandaloneDevice"):
            brian2numba.explain(Network())
    finally:
        brian2.set_device("runtime")


def test_not_within_a_run_of_the_network():
    @network_operation
    def asking():
        brian2numba.explain(network)

    network = Network(neurons(), asking)
    with pytest.raises(RuntimeError, match="is running already"):
        network.run(1 * ms)


#: Spikes under way, several clocks and kinds of clocks, cables, random numbers
ASKED = [
    "plastic_synapses",
    "events_clocks_and_schedules",
    "branched_neuron",
    "random_input",
]


def asks_often(build):
    """Return a network that is explained before each run."""

    class Asked(Network):
        def run(self, duration, *args, **keywords):
            for part in (0.3, 0.7):
                brian2numba.explain(self, namespace={})
                super().run(part * duration, *args, **keywords)
            brian2numba.explain(self, namespace={})

    return lambda: Asked(build().objects)


def in_two_runs(build):
    class InTwo(Network):
        def run(self, duration, *args, **keywords):
            for part in (0.3, 0.7):
                super().run(part * duration, *args, **keywords)

    return lambda: InTwo(build().objects)


@pytest.mark.parametrize("name", ASKED)
def test_asking_changes_no_result(name):
    model = {**DETERMINISTIC, **RANDOM}[name]
    expected = simulate(in_two_runs(model), "numba")
    assert_same(simulate(asks_often(model), "numba"), expected, rtol=0)


@pytest.mark.parametrize("random", ["numpy", "fast"])
def test_asking_draws_no_random_numbers(random):
    prefs.codegen.runtime.numba.random = random

    def noise(asks):
        group = NeuronGroup(
            5,
            "dv/dt = xi*ms**-0.5 : 1",
            threshold="v > rand()",
            method="euler",
            name="noisy",
        )
        network = Network(group)
        seed(7)
        if random == "fast":
            # Nobody has said which seed there is; numpy's own is set after asking
            counters = get_device()._brian2numba_random_counters
            counters._seed, counters._seeded_with = b"", None
        if asks:
            brian2numba.explain(network)
        if random == "fast":
            np.random.seed(8)
        network.run(1 * ms)
        return group.v[:].copy()

    np.testing.assert_array_equal(noise(True), noise(False))


def test_asking_lets_no_time_pass():
    group = neurons(dt=0.05 * ms)
    network = Network(group)
    network.run(0.5 * ms)
    other = Network(neurons(name="others", clock=group.clock))
    brian2numba.explain(other)
    assert float(group.t[:].item()) == pytest.approx(5e-4)
    assert float(other.t) == 0
    assert (group.clock.variables["timestep"].item(), group.clock._i_end) == (10, 10)


def test_asking_does_not_take_notice_of_another_dt():
    group = neurons()
    network = Network(group)
    network.run(0.1 * ms)
    defaultclock.dt = 0.3 * ms
    for _ in range(2):
        with pytest.raises(ValueError, match="is not a multiple of"):
            brian2numba.explain(network)
    with pytest.raises(ValueError, match="is not a multiple of"):
        network.run(1 * ms)


def test_asking_for_what_can_not_be_prepared_changes_nothing():
    group = NeuronGroup(1, "dx/dt = rate/ms : 1", method="euler")
    with pytest.raises(brian2.BrianObjectException):
        brian2numba.explain()
    assert group._network is None
    rate = 1  # noqa: F841 (the equations use it)
    run(1 * ms)
    assert group.x[0] == pytest.approx(1)


def test_the_magic_network_is_as_before():
    tau = 10 * ms  # noqa: F841 (the equations use it)
    group = NeuronGroup(1, "dv/dt = -v/tau : 1", method="exact", name="magic_cells")
    before = magic_network.id
    names = [row.name for row in brian2numba.explain().rows]
    assert names == ["magic_cells_stateupdater"]
    assert magic_network.id == before
    # What is explained is still new, and other new objects may join it
    other = neurons()
    run(1 * ms)
    assert magic_network.t == 1 * ms
    assert brian2numba.explain().rows
    assert magic_network.t == 1 * ms
    run(1 * ms)
    late = neurons(name="late")
    with pytest.raises(MagicError):
        brian2numba.explain()
    del group, other, late


def test_asking_after_an_interruption_leaves_the_step_to_be_completed():
    group = neurons()
    group.run_regularly("v = 0.1 + v", when="start")
    trace = StateMonitor(group, "v", record=0, when="end")
    failing = [True]

    @network_operation(when="before_end")
    def sometimes(t):
        if failing[0] and t >= 0.5 * ms:
            raise ZeroDivisionError("once")

    network = Network(group, trace, sometimes)
    with pytest.raises(ZeroDivisionError):
        network.run(1 * ms)
    brian2numba.explain(network)
    failing[0] = False
    network.run(0.5 * ms)
    np.testing.assert_allclose(np.round(trace.t / (0.1 * ms)), range(10))


def test_where_runs_take_no_time_steps():
    network = Network(neurons())
    with without_time_steps():
        assert "runs 3 of 3 tasks" in brian2numba.explain(network).summary
        network.run(1 * ms)
    assert network.t == 1 * ms
