"""Spikes that are delivered in special ways change what they do without these.

Each model runs on Brian's numpy target, in the general way, and with copies of what is
read of synapses in the order of delivery, ranges for few synapses, and loops over
targets that are neighbours, wherever that is right.
"""

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    Synapses,
    defaultclock,
    ms,
    network_operation,
    prefs,
)
from brian2.devices.device import reinit_devices

from brian2numba.containers.choices import Choices
from brian2numba.containers.delivery_order import OrderedItems
from brian2numba.containers.target_runs import has_long_runs
from brian2numba.simulation import planning, threads

N_SOURCES, N_TARGETS = 12, 40
MODELS = {}
NEVER = 1e9


def model(function):
    MODELS[function.__name__] = function
    return function


def spiking():
    """Return neurons that spike often, some of them together."""
    numbers = np.random.RandomState(5)
    indices = numbers.randint(0, N_SOURCES, 200)
    times = numbers.randint(0, 180, 200) * 0.1
    pairs = np.unique(np.c_[times, indices], axis=0)
    return SpikeGeneratorGroup(N_SOURCES, pairs[:, 1].astype(int), pairs[:, 0] * ms)


def receiving(equations="g : 1\nh : 1", **kwds):
    return NeuronGroup(N_TARGETS, equations, name="targets", **kwds)


def connected(
    source, target, equations="w : 1", on_pre="g_post += w", pathway="pre", **kwds
):
    """Return synapses with several delays, some to one target more than once."""
    synapses = Synapses(source, target, equations, on_pre=on_pre, **kwds)
    numbers = np.random.RandomState(7)
    i, j = numbers.randint(0, [[len(source)], [len(target)]], (2, 300))
    order = np.lexsort((j, i))
    synapses.connect(i=i[order], j=j[order])
    vary(synapses, pathway=pathway)
    return synapses


def vary(synapses, seed=9, pathway="pre"):
    numbers = np.random.RandomState(seed)
    n = len(synapses)
    getattr(synapses, pathway).delay = numbers.randint(0, 5, n) * 0.3 * ms
    if "w" in synapses.variables:
        synapses.w = numbers.rand(n)


def run_in_pieces(network, *between):
    """Run the network, and let something happen between the pieces."""
    network.run(5 * ms)
    for change in between:
        change()
        network.run(5 * ms)
    network.run(3 * ms)


@model
def weights_and_delays():
    source, target = spiking(), receiving()
    network = Network(source, target, connected(source, target))
    run_in_pieces(network)
    return target


@model
def unsorted_synapses_of_one_delay():
    source, target = spiking(), receiving()
    synapses = Synapses(source, target, "w : 1", on_pre="g_post += w", delay=1 * ms)
    numbers = np.random.RandomState(7)
    i, j = numbers.randint(0, [[N_SOURCES], [N_TARGETS]], (2, 300))
    synapses.connect(i=i, j=j)
    synapses.w = numbers.rand(300)
    run_in_pieces(Network(source, target, synapses))
    return target


@model
def weights_changed_between_runs():
    source, target = spiking(), receiving()
    synapses = connected(source, target)

    def change():
        synapses.w = "w * 0.5"

    def change_one():
        synapses.w[3] = 17.0

    run_in_pieces(Network(source, target, synapses), change, change_one)
    return target


@model
def weights_changed_by_run_regularly():
    source, target = spiking(), receiving()
    synapses = connected(source, target)
    synapses.run_regularly("w = w * 0.9 + 0.01 * i", dt=0.7 * ms)
    run_in_pieces(Network(source, target, synapses))
    return target


@model
def weights_changed_by_network_operation():
    source, target = spiking(), receiving()
    synapses = connected(source, target)

    @network_operation(dt=1.3 * ms)
    def change():
        synapses.w[:] = synapses.w[:] * 0.8

    run_in_pieces(Network(source, target, synapses, change))
    return target


@model
def weights_changed_by_another_pathway():
    source, target = spiking(), receiving()
    on_pre = {"pre": "g_post += w", "learn": "w = w * 1.01"}
    synapses = connected(source, target, on_pre=on_pre)
    synapses.learn.delay = "0.1*ms * (i % 3)"
    run_in_pieces(Network(source, target, synapses))
    return target


@model
def weights_changed_after_target_spikes():
    source = spiking()
    target = receiving(
        "dg/dt = -g/(5*ms) : 1", threshold="g > 2", reset="g = 0", method="exact"
    )
    synapses = connected(
        source, target, "w : 1\ns : 1", on_post="w = w * 0.95 + 0.01 * s; s += 1"
    )
    synapses.post.delay = "0.1*ms * (j % 4)"
    run_in_pieces(Network(source, target, synapses))
    return target


@model
def weights_that_are_written_by_the_pathway():
    source, target = spiking(), receiving()
    synapses = connected(
        source, target, "w : 1\nu : 1\nq : 1", "u += 0.3; g_post += w * u; q = w"
    )
    run_in_pieces(Network(source, target, synapses))
    return target, synapses


@model
def delays_changed_between_runs():
    source, target = spiking(), receiving()
    synapses = connected(source, target)
    run_in_pieces(
        Network(source, target, synapses),
        lambda: vary(synapses, 1),
        lambda: vary(synapses, 2),
    )
    return target


@model
def delays_changed_within_a_run():
    source, target = spiking(), receiving()
    synapses = connected(source, target)

    @network_operation(dt=2.1 * ms)
    def change():
        synapses.delay[:20] = 1.7 * ms

    run_in_pieces(Network(source, target, synapses, change))
    return target


@model
def more_synapses_between_runs():
    source, target = spiking(), receiving()
    synapses = connected(source, target)

    def connect():
        synapses.connect(i=[3, 1, 3], j=[5, 6, 5])
        vary(synapses)

    run_in_pieces(Network(source, target, synapses), connect, connect)
    return target


@model
def states_restored_with_events_under_way():
    source, target = spiking(), receiving()
    synapses = connected(source, target)
    network = Network(source, target, synapses)
    network.run(4 * ms)
    network.store()
    network.run(4 * ms)
    synapses.w = 0.25
    network.run(4 * ms)
    network.restore()
    network.run(8 * ms)
    return target


@model
def subgroups():
    source = NeuronGroup(
        N_SOURCES, "dv/dt = 1/(2*ms) : 1", threshold="v > 1", reset="v = -i * 0.1"
    )
    target = receiving()
    synapses = connected(source[3:9], target[10:30])
    dense = Synapses(source[2:8], target[5:25], "w : 1", on_pre="h_post += w")
    dense.connect()
    dense.w = np.random.RandomState(1).rand(len(dense))
    run_in_pieces(Network(source, target, synapses, dense))
    return target


@model
def many_synapses_a_pair():
    source, target = spiking(), receiving()
    synapses = Synapses(source, target, "w : 1", on_pre="g_post += w; h_post *= 1.01")
    synapses.connect(n=3)
    synapses.w = np.random.RandomState(1).rand(len(synapses))
    target.h = 1
    run_in_pieces(Network(source, target, synapses))
    return target


@model
def all_to_all():
    source, target = spiking(), receiving()
    weighted = Synapses(source, target, "w : 1", on_pre="g_post += w", delay=1 * ms)
    constant = Synapses(source, target, on_pre="h_post = h_post * 0.9 + 0.1")
    for synapses in (weighted, constant):
        synapses.connect()
    weighted.w = np.random.RandomState(1).rand(len(weighted))
    run_in_pieces(Network(source, target, weighted, constant))
    return target


@model
def all_but_one():
    source, target = spiking(), receiving()
    synapses = Synapses(source, target, "w : 1", on_pre="g_post += w")
    synapses.connect("i != j")
    synapses.w = np.random.RandomState(1).rand(len(synapses))
    run_in_pieces(Network(source, target, synapses))
    return target


@model
def one_to_one_and_neighbours():
    source, target = spiking(), receiving()
    single = Synapses(source, target, "w : 1", on_pre="g_post += w")
    single.connect(j="i")
    near = Synapses(source, target, "w : 1", on_pre="h_post += w")
    near.connect(j="k for k in range(i - 3, i + 8)", skip_if_invalid=True)
    for synapses in (single, near):
        synapses.w = np.random.RandomState(1).rand(len(synapses))
    run_in_pieces(Network(source, target, single, near))
    return target


@model
def sources_that_are_targets():
    group = NeuronGroup(
        N_TARGETS,
        "dv/dt = (1.2 - v)/(3*ms) : 1\nx : 1",
        threshold="v > 1",
        reset="v = 0; x += 0.5",
        method="exact",
    )
    group.v = np.linspace(0, 0.9, N_TARGETS)
    group.x = 1
    dense = Synapses(group, group, on_pre="x_post += 0.001 * x_pre; v_post -= 0.001")
    dense.connect()
    sparse = connected(group, group, on_pre="x_post += w * x_pre * v_pre * 0.01")
    run_in_pieces(Network(group, dense, sparse))
    return group


@model
def refractory_targets():
    source = spiking()
    target = receiving(
        "dg/dt = -g/(5*ms) : 1 (unless refractory)",
        threshold="g > 2",
        reset="g = 0",
        refractory=2 * ms,
        method="exact",
    )
    dense = Synapses(source, target, "w : 1", on_pre="g_post += w")
    dense.connect()
    dense.w = np.random.RandomState(1).rand(len(dense)) * 0.1
    run_in_pieces(Network(source, target, connected(source, target), dense))
    return target


@model
def pathways_in_order():
    source, target = spiking(), receiving()
    on_pre = {"first": "g_post += w", "second": "g_post *= 0.9"}
    synapses = connected(source, target, on_pre=on_pre, pathway="first")
    synapses.first.order, synapses.second.order = 1, -1
    synapses.second.delay = "0.1*ms * (j % 3)"
    run_in_pieces(Network(source, target, synapses))
    return target


@model
def variables_of_other_types():
    source, target = spiking(), receiving()
    equations = "w : 1\nk : integer\nis_on : boolean"
    on_pre = "g_post += w * k * int(is_on)"
    synapses = connected(source, target, equations, on_pre)
    synapses.k, synapses.is_on = "i % 5", "j % 2 == 0"
    run_in_pieces(Network(source, target, synapses))
    return target


def results_of(function, target="numba"):
    reinit_devices()
    prefs.codegen.target = target
    prefs.codegen.string_expression_target = target
    defaultclock.dt = 0.1 * ms
    found = function()
    objects = found if isinstance(found, tuple) else (found,)
    names = ("g", "h", "v", "x", "w", "u", "q")
    return {
        (number, name): np.array(obj.variables[name].get_value())
        for number, obj in enumerate(objects)
        for name in names
        if name in obj.variables
    }


def assert_equal(results, expected, rtol=0.0):
    assert results.keys() == expected.keys()
    assert any(np.any(values != 0) for values in expected.values())
    for key, values in expected.items():
        np.testing.assert_allclose(results[key], values, rtol=rtol, err_msg=str(key))


#: The models in which copies are made, and that have targets which are neighbours
ORDERED = set(MODELS) - {
    "all_but_one",
    "all_to_all",
    "many_synapses_a_pair",
    "one_to_one_and_neighbours",
    # What they read may be written at any time step
    "weights_changed_after_target_spikes",
    "weights_changed_by_another_pathway",
    "weights_changed_by_run_regularly",
}
IN_RUNS = {
    "all_but_one",
    "all_to_all",
    "one_to_one_and_neighbours",
    "refractory_targets",
    "sources_that_are_targets",
    "subgroups",
}


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize(
    "condition", ["True", "i != j", "abs(i - j) < 9", "i % 3 == 1"]
)
def test_sums(condition, n_threads, monkeypatch):
    def sums():
        group = NeuronGroup(N_TARGETS, "x : 1\ng : 1\nh : 1")
        group.x = np.random.RandomState(1).rand(N_TARGETS)
        group.g = group.h = 3
        every = Synapses(group, group, "w : 1\ng_post = w * x_pre : 1 (summed)")
        part = Synapses(
            group[3:20],
            group[5:35],
            "w : 1\nh_post = w*(x_pre - x_post) : 1 (summed)",
        )
        network = Network(group, every, part)
        for synapses in (every, part):
            synapses.connect(condition=condition)
            synapses.w = np.random.RandomState(2).rand(len(synapses))
        network.run(0.2 * ms)
        every.connect(i=[3, 3], j=[1, 0])
        network.run(0.2 * ms)
        return group

    deliver(monkeypatch, eagerly=False)
    expected = results_of(sums)
    deliver(monkeypatch, eagerly=True)
    if n_threads > 1:
        monkeypatch.setattr(threads.Sharing, "is_eager", True)
        prefs["codegen.runtime.numba.threads"] = 2
        prefs._backup()
    assert_equal(results_of(sums), expected)
    assert_equal(results_of(sums, "numpy"), expected, rtol=1e-12)


def deliver(monkeypatch, eagerly):
    """Deliver in special ways wherever that is right, or never."""
    limits = Choices.EAGER if eagerly else dict.fromkeys(Choices.EAGER, NEVER)
    for name, value in limits.items():
        monkeypatch.setattr(Choices, name, value)


@pytest.fixture
def ways(monkeypatch):
    """Return the set of the special ways that were taken so far."""
    taken = set()
    make = OrderedItems.make

    def noted(self, synapses, state):
        taken.add("copies")
        make(self, synapses, state)

    def runs(targets, positions):
        are_long = has_long_runs(targets, positions)
        taken.update(["runs"] * are_long)
        return are_long

    monkeypatch.setattr(OrderedItems, "make", noted)
    monkeypatch.setattr("brian2numba.device.delivery.has_long_runs", runs)
    return taken


@pytest.mark.parametrize("function", MODELS.values(), ids=MODELS)
def test_special_ways_change_nothing(function, ways, monkeypatch):
    deliver(monkeypatch, eagerly=False)
    expected = results_of(function)
    assert not ways
    deliver(monkeypatch, eagerly=True)
    assert_equal(results_of(function), expected)
    name = function.__name__
    assert ("copies" in ways, "runs" in ways) == (name in ORDERED, name in IN_RUNS)
    monkeypatch.undo()
    assert_equal(results_of(function), expected)
    if function is not sources_that_are_targets:
        # numpy reads all sources before it writes a target
        assert_equal(results_of(function, "numpy"), expected, rtol=1e-12)


SETTINGS = {
    "checked": ("codegen.runtime.numba.checked", True),
    "python": ("codegen.runtime.numba.jit", False),
    "single": ("core.default_float_dtype", np.float32),
    "numba": ("codegen.runtime.numba.compiler", "numba"),
}


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("function", [weights_and_delays, all_but_one])
def test_they_change_nothing_with_other_settings(function, setting, monkeypatch):
    name, value = setting
    prefs[name] = value
    prefs._backup()
    deliver(monkeypatch, eagerly=False)
    expected = results_of(function)
    deliver(monkeypatch, eagerly=True)
    assert_equal(results_of(function), expected)


@pytest.mark.parametrize(
    "function",
    [weights_and_delays, all_but_one, subgroups, refractory_targets, all_to_all],
)
def test_threads_deliver_in_special_ways(function, monkeypatch):
    expected = results_of(function)
    shared = []

    class Noted(planning.SharedKernel):
        def __init__(self, code_object, *args):
            super().__init__(code_object, *args)
            shared.append(code_object.name)

    monkeypatch.setattr(threads.Sharing, "is_eager", True)
    monkeypatch.setattr(planning, "SharedKernel", Noted)
    prefs["codegen.runtime.numba.threads"] = 2
    prefs._backup()
    deliver(monkeypatch, eagerly=True)
    assert_equal(results_of(function), expected)
    assert any("pre" in name for name in shared)


def answers(synapses):
    """Return what the last kernel that delivered was told."""
    return synapses.pre.codeobj.behaviour.ways.answers()


def has_copies(synapses):
    """Tell whether the last kernel that delivered had copies of what it reads."""
    return answers(synapses).is_ordered


def test_copies_are_made_when_they_pay():
    # Ranges that are in no order, so that they are copied from
    source = NeuronGroup(10, "v : 1", threshold="True")
    target = receiving()
    synapses = Synapses(source, target, "w : 1", on_pre="g_post += w", delay=0.1 * ms)
    synapses.connect(i=[9, 3, 7, 3], j=[1, 2, 3, 4])
    network = Network(source, target, synapses)
    prefs.codegen.target = "numba"
    # With the list
    for _ in range(2):
        network.run(0.1 * ms)
        assert has_copies(synapses)
    synapses.w = 3
    for expected in (False, True):
        # Each synapse gets an event
        network.run(0.1 * ms)
        assert has_copies(synapses) == expected
    synapses.pre.delay = 0.2 * ms
    network.run(0.1 * ms)
    assert has_copies(synapses)


@pytest.mark.parametrize("j", ["i", "(7*i) % 12"])
@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_synapse_each(j, n_threads, monkeypatch):
    def each():
        source, target = spiking(), receiving()
        synapses = Synapses(source, target, "w : 1", on_pre="g_post += w", name="each")
        synapses.connect(j=j)
        synapses.w = np.random.RandomState(1).rand(len(synapses))
        synapses.pre.delay = 1.2 * ms
        network = Network(source, target, synapses)
        network.run(5 * ms)
        if prefs.codegen.target == "numba":
            assert answers(synapses).are_single
        # Spikes are under way to the only synapse of each neuron
        synapses.connect(i=[11, 11], j=[3, 4])
        synapses.w[N_SOURCES:] = 0.3
        network.run(5 * ms)
        if prefs.codegen.target == "numba":
            assert not answers(synapses).are_single
        return target

    if n_threads > 1:
        monkeypatch.setattr(threads.Sharing, "is_eager", True)
        prefs["codegen.runtime.numba.threads"] = 2
        prefs._backup()
    assert_equal(results_of(each), results_of(each, "numpy"), rtol=1e-12)


def test_the_next_step_is_fetched_where_tables_are_large(monkeypatch):
    prefs.codegen.target = "numba"
    source, target = spiking(), receiving()
    synapses = connected(source, target)
    network = Network(source, target, synapses)
    for n_bytes, length, expected in (
        (12 * 300 + 1, 0, False),
        (12 * 300, 0, True),
        (0, 100, False),
    ):
        monkeypatch.setattr(Choices, "group_size", 0)
        monkeypatch.setattr(Choices, "fetched_bytes", n_bytes)
        monkeypatch.setattr(Choices, "fetched_length", length)
        vary(synapses, seed=length)
        network.run(1 * ms)
        assert answers(synapses).looks_ahead == expected


def test_no_copies_of_what_somebody_has_a_view_of(monkeypatch):
    deliver(monkeypatch, eagerly=True)
    prefs.codegen.target = "numba"
    source, target = spiking(), receiving()
    synapses = connected(source, target)
    network = Network(source, target, synapses)
    view = synapses.variables["w"].get_value()
    network.run(2 * ms)
    assert not has_copies(synapses)
    del view
    network.run(2 * ms)
    assert has_copies(synapses)


def test_no_more_memory_for_copies_than_the_cython_target_takes(monkeypatch):
    deliver(monkeypatch, eagerly=True)
    prefs.codegen.target = "numba"
    source, target = spiking(), receiving()
    equations = "a : 1\nb : 1\nc : 1"
    synapses = connected(source, target, equations, "g_post += a * b * c")
    Network(source, target, synapses).run(2 * ms)
    assert not has_copies(synapses)
