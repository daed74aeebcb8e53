"""Monitors show the same, bit by bit, whether they record on disk or in memory."""

import brian2 as b2
import numpy as np
import pytest
from brian2 import (
    EventMonitor,
    Network,
    NeuronGroup,
    PoissonGroup,
    PopulationRateMonitor,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    mV,
    network_operation,
    prefs,
)

from brian2numba import record_to_disk
from tests.models import DETERMINISTIC, RANDOM
from tests.recordings.disk_models import (
    MONITORS,
    assert_recorded_alike,
    assert_same,
    run_twice,
    shown,
    values_of,
)


def all_kinds():
    """Return a network with monitors of each kind, of variables of each type."""
    group = NeuronGroup(
        12,
        """dv/dt = (30*mV - v)/(5*ms) + mV*xi*ms**-0.5 : volt
        w : 1
        n : integer
        flag : boolean
        common : volt (shared)
        double_v = 2*v : volt
        late = t > 3*ms : boolean""",
        threshold="v > 20*mV",
        reset="v = 0*mV; n += 1; flag = not flag",
        events={"half": "v > 10*mV and v < 11*mV"},
        method="euler",
        dtype={"w": np.float32},
        name="group",
    )
    group.run_regularly("w = rand() - 0.5", dt=0.3 * ms)
    group.run_regularly("common += 1*mV", dt=0.2 * ms)
    synapses = Synapses(group, group, "g : 1", on_pre="g += 1; v_post += 0.1*mV")
    synapses.connect(p=0.3)
    names = ["v", "w", "n", "flag", "double_v", "late"]
    found = [
        StateMonitor(group, names, record=[2, 3, 11], name="several"),
        StateMonitor(group, True, record=True, name="everything", dt=0.7 * ms),
        StateMonitor(group, "v", record=5, name="one", when="before_thresholds"),
        StateMonitor(group, "v", record=[], name="nothing"),
        StateMonitor(group, "common", record=True, name="shared"),
        StateMonitor(group[4:9], ["v", "w"], record=True, name="part", dt=1.1 * ms),
        StateMonitor(synapses, ["g", "v_post"], record=True, name="weights"),
        StateMonitor(
            group, "v", record=True, name="slow", clock=b2.Clock(0.5 * ms, name="own")
        ),
        SpikeMonitor(group, ["v", "w", "n", "flag", "common"], name="spikes"),
        SpikeMonitor(group, record=False, name="counts"),
        SpikeMonitor(group[3:7], "double_v", name="spikes_of_part"),
        EventMonitor(group, "half", "v", name="halves"),
        PopulationRateMonitor(group, name="rate"),
        PopulationRateMonitor(group[2:4], name="rate_of_part"),
    ]
    return Network(group, synapses, found)


def sources():
    given = SpikeGeneratorGroup(3, [0, 1, 2, 0, 1], [0.2, 0.4, 0.4, 5.5, 9] * ms)
    poisson = PoissonGroup(20, rates="100*Hz*(i + 1)")
    silent = NeuronGroup(2, "v : 1", threshold="v > 1")
    return Network(
        [given, poisson, silent],
        [SpikeMonitor(source) for source in (given, poisson, poisson[3:9], silent)],
        [PopulationRateMonitor(source) for source in (given, poisson)],
    )


def with_operations():
    """Return a network in which Python reads each monitor at each step."""
    made = all_kinds()
    monitors = {obj.name: obj for obj in made.objects if isinstance(obj, MONITORS)}
    several, spikes = monitors["several"], monitors["spikes"]
    seen = np.zeros(8)
    group = NeuronGroup(8, "x : 1", name="seen")

    @network_operation(when="end")
    def look():
        seen[:] = [
            len(several.t),
            several.v[1, -1] / mV if len(several.t) else 0,
            np.sum(several.n[:, -7:]),
            spikes.num_spikes,
            np.sum(spikes.i[-3:]),
            spikes.count[3],
            float(spikes.t[spikes.num_spikes // 2]) if spikes.num_spikes else 0,
            monitors["rate"].num_events if hasattr(spikes, "nothing") else 0,
        ]
        group.x = seen

    made.add(look, group, StateMonitor(group, "x", record=True, name="looked"))
    return made


HALF = {"half": 0.5}


def opaque(x):
    """Return half of x, in a way that no compiler understands."""
    return np.asarray([float(str(value)) * HALF["half"] for value in np.ravel(x)])


def left_to_numpy():
    """Return a network in which numpy records, as numba can't compile a function."""
    group = NeuronGroup(
        6,
        "dx/dt = (2 - x)/(3*ms) : 1\ny = opaque(x) : 1",
        threshold="x > 1",
        reset="x = 0",
        method="euler",
        name="group",
    )
    group.x = "i/10.0"
    return Network(
        group,
        StateMonitor(group, ["x", "y"], record=[0, 4], name="states"),
        StateMonitor(group, "y", record=True, name="all_states"),
        SpikeMonitor(group, ["x", "y"], name="spikes"),
        PopulationRateMonitor(group, name="rate"),
    )


MODELS = [all_kinds, sources, with_operations]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_values_are_those_in_memory(model, tmp_path):
    assert_recorded_alike(model, tmp_path / "recording.zarr")


@pytest.mark.parametrize("block_bytes", [1, 300, 10**5])
def test_blocks_of_any_size(block_bytes, tmp_path):
    path = tmp_path / "recording.zarr"
    assert_recorded_alike(all_kinds, path, block_bytes=block_bytes)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_brians_own_loop(model, tmp_path):
    prefs.codegen.runtime.numba.native_loop = False
    assert_recorded_alike(model, tmp_path / "recording.zarr")


def test_kernels_that_python_runs(tmp_path):
    prefs.codegen.runtime.numba.jit = False
    assert_recorded_alike(all_kinds, tmp_path / "recording.zarr")


@pytest.mark.long
def test_kernels_that_numba_compiles(tmp_path):
    prefs.codegen.runtime.numba.compiler = "numba"
    assert_recorded_alike(all_kinds, tmp_path / "recording.zarr")


def test_threads(tmp_path):
    prefs.codegen.runtime.numba.threads = 2
    assert_recorded_alike(all_kinds, tmp_path / "recording.zarr")


def test_profiles(tmp_path):
    def run(network):
        network.run(8 * ms, profile=True, namespace={})

    assert_recorded_alike(all_kinds, tmp_path / "recording.zarr", run=run)


def test_what_numpy_records(tmp_path):
    prefs.logging.console_log_level = "CRITICAL"
    function = b2.Function(opaque, arg_units=[1], return_unit=1)

    def run(network):
        for _ in range(2):
            network.run(4 * ms, namespace={"opaque": function})

    assert_recorded_alike(left_to_numpy, tmp_path / "recording.zarr", run=run)


@pytest.mark.long
@pytest.mark.parametrize("name", [*DETERMINISTIC, *RANDOM])
def test_small_models(name, tmp_path):
    model = {**DETERMINISTIC, **RANDOM}[name]
    if not any(isinstance(obj, MONITORS) for obj in model().sorted_objects):
        pytest.skip("It has no monitors.")
    assert_recorded_alike(model, tmp_path / "recording.zarr")


def test_many_short_runs(tmp_path):
    def run(network):
        for k in range(30):
            network.run((k % 4) * 0.2 * ms, namespace={})

    assert_recorded_alike(all_kinds, tmp_path / "recording.zarr", run=run)


@pytest.mark.parametrize("block_bytes", [300, 10**5])
def test_what_was_recorded_before_goes_to_disk(block_bytes, tmp_path):
    def begun(path):
        def model():
            made = all_kinds()
            made.run(5 * ms, namespace={})
            if path is not None:
                record_to_disk(made, path, block_bytes=block_bytes)
            return made

        return model

    found = shown(begun(tmp_path / "recording.zarr"))
    assert_same(found, shown(begun(None)))


def test_only_some_monitors(tmp_path):
    def run(network):
        if network is not None:
            names = {obj.name: obj for obj in network.objects}
            if is_on_disk:
                chosen = [names["several"], names["counts"]]
                record_to_disk(chosen, tmp_path / "recording.zarr", block_bytes=500)
            run_twice(network)

    is_on_disk = False
    expected = shown(all_kinds, run=run)
    is_on_disk = True
    assert_same(shown(all_kinds, run=run), expected)


def test_magic_networks(tmp_path):
    def recorded(is_on_disk):
        b2.start_scope()
        b2.seed(3)
        group = NeuronGroup(
            5, "dv/dt = -v/ms + xi*ms**-0.5 : 1", threshold="v > 0.5", method="euler"
        )
        trace = StateMonitor(group, "v", record=True, name="trace")
        spikes = SpikeMonitor(group, "v", name="spikes")
        if is_on_disk:
            record_to_disk([trace, spikes], tmp_path / "x.zarr", block_bytes=400)
        b2.run(3 * ms)
        b2.run(3 * ms)
        return [values_of(trace), values_of(spikes)]

    expected = recorded(False)
    assert_same(recorded(True), expected)


def test_values_that_are_equal_and_yet_differ(tmp_path):
    """Zeros with a sign, and numbers that are none, are kept as they are."""

    def model():
        group = NeuronGroup(4, "x : 1")
        group.x = [-0.0, 0.0, np.nan, -np.inf]
        return Network(group, StateMonitor(group, "x", record=True))

    assert_recorded_alike(model, tmp_path / "recording.zarr")
