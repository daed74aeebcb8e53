"""What is not prepared again, and what is kept for that."""

import gc
import logging
import sys
import weakref

import numpy as np
import pytest
from brian2 import (
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    PoissonInput,
    PopulationRateMonitor,
    SpatialNeuron,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    cm,
    ms,
    ohm,
    prefs,
    run,
    seed,
    um,
)
from brian2.core.base import BrianObject
from brian2.spatialneuron.morphology import Soma

from brian2numba.simulation import run as running
from brian2numba.target import NumbaCodeObject
from tests.preparing.models import STEP, Model, Unknown


class Made:
    """How many code objects and schedules were made."""

    code_objects = schedules = 0


@pytest.fixture
def made(monkeypatch):
    """Count what is made."""
    made = Made()
    make_code_object, make_schedule = NumbaCodeObject.__init__, running.Schedule

    def code_object(self, *args, **options):
        made.code_objects += 1
        make_code_object(self, *args, **options)

    def schedule(*args):
        made.schedules += 1
        return make_schedule(*args)

    monkeypatch.setattr(NumbaCodeObject, "__init__", code_object)
    monkeypatch.setattr(running, "Schedule", schedule)
    return made


def everything():
    """Return objects of each of Brian's classes."""
    group = NeuronGroup(
        3,
        """dv/dt = (a - v)/tau + 0.1*xi/sqrt(ms) : 1 (unless refractory)
        dw/dt = -w/tau : 1
        total : 1
        double = 2*v : 1
        slow = v*a : 1 (constant over dt)""",
        threshold="v > 1",
        reset="v = 0",
        refractory="0.2*ms*a",
        events={"high": "w > a"},
        method="euler",
    )
    group.run_on_event("high", "w = 0")
    group.run_regularly("w += rand()", dt=2 * STEP)
    source = SpikeGeneratorGroup(2, [0, 1], [0, 1] * STEP, period=3 * STEP)
    synapses = Synapses(
        source,
        group,
        "dx/dt = -x/tau : 1 (event-driven)\ndy/dt = -y/tau : 1 (clock-driven)",
        on_pre="x += a\nw_post += x",
        on_post="y += 1",
        method="exact",
    )
    synapses.connect()
    synapses.delay = "i*ms"
    sums = Synapses(group[:2], group, "total_post = v_pre : 1 (summed)")
    sums.connect()
    poisson = PoissonGroup(2, rates="a*kHz")
    given = PoissonInput(group, "w", 5, 100 * Hz, weight=0.1)
    cable = SpatialNeuron(
        Soma(10 * um),
        "Im = g*v : amp/meter**2\ng : siemens/meter**2\nI : amp (point current)",
        Ri=100 * ohm * cm,
    )
    monitors = [
        StateMonitor(group, ["v", "double", "slow"], record=True),
        SpikeMonitor(group),
        PopulationRateMonitor(group),
    ]
    return [group, source, synapses, sums, poisson, given, cable, *monitors]


NAMES = {"a": 1.5, "tau": 5 * ms}


def test_a_run_of_an_unchanged_network_makes_nothing(made):
    network = Network(*everything())
    network.run(4 * STEP, namespace=NAMES)
    assert made.code_objects > 15
    assert made.schedules == 1
    before = made.code_objects
    for duration in (1, 0, 7, 1):
        network.run(duration * STEP, namespace=dict(NAMES))
    assert (made.code_objects, made.schedules) == (before, 1)


def test_what_is_restored_or_assigned_makes_nothing(made):
    objects = everything()
    network, group, source = Network(*objects), objects[0], objects[1]
    group.namespace["a"] = 1.5
    network.store()
    for k in range(5):
        network.restore()
        seed(k)
        group.v = np.full(3, k)
        group.w = "rand()*a"
        group.w["v > 0"] = 0.5
        source.set_spikes([0, k % 2], [1, 2] * STEP)
        network.run(4 * STEP, namespace=NAMES)
        if k == 1:
            before = made.code_objects
    assert (made.code_objects, made.schedules) == (before, 1)


def test_a_magic_run_of_what_has_not_changed_makes_nothing(made):
    group = NeuronGroup(1, "v : 1")
    group.run_regularly("v += a")
    for a in (1.0, 1.0, 10.0, 100.0):
        before = float(group.v[0])
        run(STEP)
        assert float(group.v[0]) == before + a
    assert (made.code_objects, made.schedules) == (1, 1)


@pytest.mark.parametrize("place", ["run", "group"])
def test_another_constant_is_filled_in(made, place):
    model = Model(namespace={"unused": {}})
    where = {} if place == "run" else model.group.namespace
    for where["k"] in (1.0, 10.0, 10.0, 100.0):
        model.run(namespace=where if place == "run" else {})
    assert float(model.group.v[0]) == 121
    assert (made.code_objects, made.schedules) == (2, 1)


def test_another_constant_is_filled_in_everywhere(made):
    network = Network(*everything())
    for a in (1.5, 1.25, 1.25, 2.5):
        network.run(4 * STEP, namespace={**NAMES, "a": a})
        before = made.code_objects
    assert made.schedules == 1
    network.run(STEP, namespace={**NAMES, "a": 3.5})
    assert made.code_objects == before


def test_what_is_not_known_is_prepared_and_the_rest_is_not(made):
    model, unknown = Model(), Unknown()
    model.network.add(unknown)
    numbers = [1.0, 1.0, 10.0]
    for k in numbers:
        model.run(namespace={"k": k})
    assert unknown.seen == numbers
    assert float(model.group.v[0]) == 12
    assert (made.code_objects, made.schedules) == (2, 1)


def test_only_what_has_changed_is_prepared(made):
    model = Model()
    model.run()
    codes = model.operation.codeobj, model.steady.codeobj
    model.operation.abstract_code = "v += 2*k"
    model.run()
    assert model.operation.codeobj is not codes[0]
    assert model.steady.codeobj is codes[1]
    assert made.code_objects == 3


def test_the_strings_that_were_used_last_are_kept(made):
    group = NeuronGroup(3, "v : 1", namespace={"a": 2.0})
    for number in range(70):
        group.v = "a*i"
        group.v["i > 0"] = number
    assert made.code_objects == 71
    assert group.v[:].tolist() == [0, 69, 69]


def build_and_run():
    """Return weak references to the objects of a model that ran, and is gone."""
    before = set(BrianObject.__instances__())
    objects = everything()
    network, group = Network(*objects), objects[0]
    for a in (1.5, 1.5, 2.0):
        network.run(2 * STEP, namespace={**NAMES, "a": a})
        group.w = "a*i"
        group.w["v > a"] = "rand()"
        group.v[:2] = "w"
    return set(BrianObject.__instances__()) - before


def names_of_living(prepare):
    """Return the names of what no reference, but a cycle of them, keeps alive."""
    prefs.codegen.runtime.numba.prepare = prepare
    gc.collect()
    gc.disable()
    try:
        found = [reference() for reference in build_and_run()]
        return sorted(obj.name for obj in found if obj is not None)
    finally:
        gc.enable()


def test_what_is_kept_keeps_nobody_alive():
    # What is made once in a process has cycles of its own
    build_and_run()
    assert names_of_living("changed") == names_of_living("always")


@pytest.mark.parametrize("is_removed", [True, False])
def test_names_of_objects_that_are_gone_are_free(is_removed):
    model = Model()
    added = NeuronGroup(1, "u : 1", name="added")
    added.run_regularly("u += 1")
    model.network.add(added)
    for _ in range(2):
        model.run()
    seen = weakref.ref(added)
    # Frames that were left by exceptions when it was made
    gc.collect()
    if is_removed:
        model.network.remove(added)
    else:
        del model
    del added
    assert seen() is None
    assert NeuronGroup(1, "", name="added").name == "added"


@pytest.fixture
def no_log():
    """Let pytest not keep what is logged."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("no_log")
def test_many_runs_take_no_more_memory_than_one():
    model = Model(namespace={})
    model.group.namespace["k"] = 1.0

    def run_often():
        for turn in range(100):
            model.group.namespace["k"] = 1.0 + turn % 3
            model.run(namespace={})
            model.group.v = "k*i"
            model.group.v["v > k"] = turn % 5
            if turn % 10 == 0:
                model.operation.abstract_code = f"v += {turn % 3}*k"
        gc.collect()
        return len(gc.get_objects()), sys.getallocatedblocks()

    run_often()
    n_objects, n_blocks = run_often()
    n_objects_now, n_blocks_now = run_often()
    assert n_objects_now - n_objects < 30
    assert n_blocks_now - n_blocks < 300
