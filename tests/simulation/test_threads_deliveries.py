"""Which deliveries threads share, and where parts look for their synapses."""

import pytest
from brian2 import Network, NeuronGroup, Synapses, ms, prefs

from brian2numba.preparing import kept_schedule
from brian2numba.simulation import crew

THREADS = "codegen.runtime.numba.threads"
N = 2048


@pytest.fixture(autouse=True)
def two_threads(monkeypatch):
    monkeypatch.setattr(crew._Crew, "limit", 2)
    prefs[THREADS] = 2


def delivery(n_targets, delay):
    """Return what is planned for neurons that each have so many targets."""
    cells = NeuronGroup(
        N,
        "dv/dt = -v/(5*ms) : 1\nu : 1",
        threshold="v > 1",
        method="exact",
        name="cells",
    )
    synapses = Synapses(cells, cells, "w : 1", on_pre="u_post += w", name="synapses")
    synapses.connect(j=f"k for k in range({n_targets})")
    synapses.delay = delay
    net = Network(cells, synapses)
    net.run(0.1 * ms)
    (planned,) = kept_schedule(net)._plans
    (found,) = (
        entrant
        for stage in planned.stages
        for entrant in stage.entrants
        if entrant.code_object.template_name == "synapses"
    )
    return found


def test_deliveries_of_long_ranges_are_shared():
    assert delivery(20, 1 * ms).division is not None


@pytest.mark.parametrize("delay", ["(k % 5 + 1)*0.1*ms", "(k % 2 + 1)*0.1*ms"])
def test_deliveries_of_short_ranges_are_not(delay):
    # Each delay of a neuron is a range
    delay = delay.replace("k", "j")
    assert delivery(20, delay).division is None


def test_long_ranges_with_several_delays_are_shared():
    assert delivery(40, "(j % 2 + 1)*0.1*ms").division is not None


def test_parts_look_for_their_synapses_where_these_are_in_order():
    text = delivery(20, 1 * ms).code_object.source.text
    in_order = text.split("if _is_ordered and")[1].split("continue")[0]
    assert "_ordered__postsynaptic_idx, _int32s(0), _first" in in_order
    assert "_array__postsynaptic_idx" not in in_order
