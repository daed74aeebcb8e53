"""Conflicts: what kernels of subgroups have in common."""

import pytest
from brian2 import (
    Hz,
    Network,
    NeuronGroup,
    PoissonInput,
    StateMonitor,
    Synapses,
    ms,
    prefs,
)

from brian2numba.preparing import kept_schedule
from brian2numba.simulation import crew, threads
from brian2numba.simulation.conflicts import Use
from tests.comparison import assert_same, simulate

THREADS = "codegen.runtime.numba.threads"


@pytest.fixture(autouse=True)
def eager(monkeypatch):
    """Let threads share all that they may, however small."""
    monkeypatch.setattr(threads.Sharing, "is_eager", True)
    monkeypatch.setattr(crew._Crew, "limit", 2)
    prefs.codegen.runtime.numba.random = "fast"
    prefs[THREADS] = 2


def network(*ranges):
    """Return neurons with random input to the given ranges of them."""
    # Parts have whole blocks of 512 neurons, which draw together
    cells = NeuronGroup(1200, "du/dt = -u/(5*ms) : 1", method="exact", name="cells")
    inputs = [
        PoissonInput(cells[first:end], "u", 10, 200 * Hz, 1) for first, end in ranges
    ]
    trace = StateMonitor(cells, "u", record=True, name="trace")
    return Network(cells, inputs, trace)


def inputs_of(net):
    """Return what there is to do for the inputs, in the order of the schedule."""
    net.run(0.1 * ms)
    (planned,) = kept_schedule(net)._plans
    entrants = [e for stage in planned.stages for e in stage.entrants]
    found = [e for e in entrants if e.code_object.name.startswith("poissoninput")]
    return sorted(found, key=lambda e: e.position)


def are_one_after_the_other(inputs):
    return len(inputs) == 2 and inputs[0].chain is inputs[1].chain


def test_inputs_of_subgroups_without_common_elements_are_done_at_once():
    inputs = inputs_of(network((0, 400), (400, 800), (800, 1200)))
    assert len({id(e.chain) for e in inputs}) == 3
    assert len({e.stage for e in inputs}) == 1


def test_inputs_with_a_common_element_are_done_in_order():
    assert are_one_after_the_other(inputs_of(network((0, 401), (400, 800))))


def test_numbers_of_one_sequence_keep_their_order():
    prefs.codegen.runtime.numba.random = "numpy"
    assert are_one_after_the_other(inputs_of(network((0, 400), (400, 800))))


def test_results_are_those_of_one_thread():
    def run(n_threads):
        prefs[THREADS] = n_threads
        prefs._backup()
        return simulate(
            lambda: network((0, 400), (400, 800), (100, 900), (800, 1200)),
            "numba",
            10 * ms,
        )

    assert_same(run(2), run(1), rtol=0)


def test_synapses_have_no_extent():
    cells = NeuronGroup(40, "v : 1\nu : 1", threshold="v > 1", name="cells")
    synapses = Synapses(cells[:20], cells[20:], on_pre="u_post += 1", name="synapses")
    synapses.connect()
    net = Network(cells, synapses)
    net.run(0.1 * ms)
    (planned,) = kept_schedule(net)._plans
    (delivery,) = (
        e
        for stage in planned.stages
        for e in stage.entrants
        if e.code_object.template_name == "synapses"
    )
    u = delivery.code_object.variables["u_post"]
    assert delivery.uses[id(u)].extent is None


@pytest.mark.parametrize(
    ("first", "second", "is_apart"),
    [
        ((0, 5), (5, 9), True),
        ((5, 9), (0, 5), True),
        ((0, 6), (5, 9), False),
        ((5, 6), (0, 9), False),
        (None, (5, 9), False),
        ((0, 5), None, False),
        ((0, 0), (0, 9), True),
    ],
)
def test_extents(first, second, is_apart):
    assert Use(True, extent=first).is_apart(Use(True, extent=second)) == is_apart


def test_what_is_used_in_two_ways():
    one = Use(False, own="parts", extent=(3, 5))
    assert one.and_also(Use(True, "parts", (7, 9))) == Use(True, "parts", (3, 9))
    assert one.and_also(Use(False)) == Use(False)
