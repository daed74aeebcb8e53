"""Stages: what threads do at once, and what has to wait."""

import pytest
from brian2 import (
    Cylinder,
    Hz,
    Network,
    NeuronGroup,
    PoissonInput,
    SpatialNeuron,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    prefs,
    um,
)

from brian2numba.preparing import kept_schedule
from brian2numba.simulation import crew, threads

THREADS = "codegen.runtime.numba.threads"


@pytest.fixture(autouse=True)
def eager(monkeypatch):
    """Let threads share all that they may, however small."""
    monkeypatch.setattr(threads.Sharing, "is_eager", True)
    monkeypatch.setattr(crew._Crew, "limit", 2)
    prefs[THREADS] = 2


def population(n, name, equations="dv/dt = (1.1 - v)/ms : 1\nu : 1", **keywords):
    return NeuronGroup(
        n,
        equations,
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name=name,
        **keywords,
    )


def synapses(source, target, on_pre="u_post += 1", **keywords):
    made = Synapses(
        source, target, on_pre=on_pre, name=f"{source.name}_to_{target.name}"
    )
    made.connect(**keywords)
    return made


def stages(*objects):
    """Return what is done in each stage; a star stands for what is divided."""
    net = Network(*objects)
    net.run(0.1 * ms)
    found = [
        {
            e.code_object.name.removesuffix("_codeobject")
            + ("*" if e.division is not None else "")
            for e in stage.entrants
        }
        for planned in kept_schedule(net)._plans
        for stage in planned.stages
    ]
    positions = [
        e.position
        for planned in kept_schedule(net)._plans
        for stage in planned.stages
        for e in stage.entrants
    ]
    assert len(set(positions)) == len(positions)
    return found


def test_deliveries_need_nothing_between_them():
    cells = population(40, "cells")
    excitation = synapses(cells, cells)
    other = population(30, "other")
    found = stages(
        cells, other, excitation, synapses(other, cells), SpikeMonitor(cells, name="m")
    )
    assert found == [
        {"cells_update_and_threshold*", "other_update_and_threshold*"},
        {
            "cells_to_cells_pre_push_spikes",
            "other_to_cells_pre_push_spikes",
            "cells_spike_resetter",
            "other_spike_resetter",
            "m",
        },
        {"cells_to_cells_pre*", "other_to_cells_pre*"},
    ]


def test_what_reads_what_another_thread_writes_waits():
    cells = population(40, "cells")
    to_v = synapses(cells, cells, "v_post += 0.1")
    trace = StateMonitor(cells, "v", record=True, when="end", name="trace")
    assert stages(cells, to_v, trace) == [
        {"cells_update_and_threshold*"},
        {"cells_to_cells_pre_push_spikes"},
        {"cells_to_cells_pre*"},
        # One after the other, by one thread
        {"cells_spike_resetter", "trace"},
    ]


def test_subgroups_are_divided_as_their_group():
    cells = population(60, "cells")
    net = Network(cells, synapses(cells, cells[30:]))
    net.run(0.1 * ms)
    (planned,) = kept_schedule(net)._plans
    divided = [
        e.division.starts
        for stage in planned.stages
        for e in stage.entrants
        if e.division is not None
    ]
    assert divided == [(0, 32), (0, 32)]


def test_numbers_of_one_sequence_are_drawn_in_order():
    cells, others = population(40, "cells"), population(40, "others")
    inputs = [PoissonInput(group, "u", 10, 100 * Hz, 1) for group in (cells, others)]
    (first, *_) = stages(cells, others, *inputs)
    names = {each.name for each in inputs}
    # One thread draws all; others are busy with what uses nothing of it
    assert names | {"cells_update_and_threshold*"} <= first


def test_a_check_of_periods_is_before_all_that_follows():
    cells = [
        population(
            40, name, "dv/dt = (1.1 - v)/ms : 1\nlong : second", refractory="long"
        )
        for name in ("a", "b")
    ]
    found = stages(*cells)
    first = [{n for n in stage if "update" in n} for stage in found[:2]]
    assert first == [{"a_update_and_threshold*"}, {"b_update_and_threshold*"}]


def test_functions_of_users_are_not_planned():
    from brian2 import check_units, implementation  # noqa: PLC0415

    @implementation("numba", lambda x: 2 * x)
    @check_units(x=1, result=1)
    def twice(x):
        return 2 * x

    driven = NeuronGroup(
        40, "dx/dt = twice(x)/ms : 1", method="euler", namespace={"twice": twice}
    )
    assert not any("driven" in name for stage in stages(driven) for name in stage)


def test_profiles_divide_each_entry():
    cells = population(40, "cells")
    net = Network(cells, synapses(cells, cells))
    net.run(1 * ms, profile=True)
    assert dict(net.profiling_info)["cells_stateupdater"] > 0 * ms


def test_nothing_is_done_beside_what_is_not_known():
    morphology = Cylinder(n=50, diameter=1 * um, length=100 * um)
    current = "Im = 0*amp/meter**2 : amp/meter**2"
    cable = SpatialNeuron(morphology, current, name="cable")
    net = Network(population(40, "a"), cable, population(40, "d"))
    net.run(0.1 * ms)
    (planned,) = kept_schedule(net)._plans
    of_cable = [
        e
        for stage in planned.stages
        for e in stage.entrants
        if e.code_object.name.startswith("cable")
    ]
    for e in of_cable:
        # One thread does all of the stage, in its order
        assert planned.stages[e.stage].entrants == tuple(e.chain)
