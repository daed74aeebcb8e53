"""Plans for threads look at the synapses, and leave them unchanged for what follows."""

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

from brian2numba.containers.connectivity import Connectivity
from brian2numba.device.delivery import DeliveryWays
from brian2numba.simulation import crew, threads

THREADS = "codegen.runtime.numba.threads"


@pytest.fixture(autouse=True)
def eager(monkeypatch):
    """Let threads share all that they may, however small."""
    monkeypatch.setattr(threads.Sharing, "is_eager", True)
    monkeypatch.setattr(crew._Crew, "limit", 2)
    prefs[THREADS] = 2


def network():
    """Return neurons with all that is divided by looking at arrays."""
    cells = NeuronGroup(
        64,
        "dv/dt = (1.1 - v)/ms : 1\ntotal : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name="cells",
    )
    synapses = Synapses(
        cells, cells, "w : 1\ntotal_post = w : 1 (summed)", "v_post += w", name="both"
    )
    synapses.connect(condition="i != j")
    synapses.delay = "(1 + i % 3)*0.1*ms"
    trace = StateMonitor(cells, "v", record=[1, 5], name="trace")
    drive = PoissonInput(cells[:10], "v", 5, 10 * Hz, 0.01)
    return Network(cells, synapses, trace, drive)


def count_calls(monkeypatch, owner, name):
    """Count the calls of a method, which still does what it does."""
    calls, method = [], getattr(owner, name)

    def counted(*arguments):
        # Arguments would be kept alive, and with them views of arrays
        calls.append(name)
        return method(*arguments)

    monkeypatch.setattr(owner, name, counted)
    return calls


def test_synapses_are_sorted_once_for_two_runs(monkeypatch):
    sorted_ = count_calls(monkeypatch, Connectivity, "of")
    net = network()
    net.run(0 * ms)
    n_first = len(sorted_)
    net.run(1 * ms)
    assert n_first > 0
    assert len(sorted_) == n_first


def test_copies_of_synapses_are_made_once_for_two_runs(monkeypatch):
    looks = count_calls(monkeypatch, DeliveryWays, "_look")
    net = network()
    net.run(0 * ms)
    n_first = len(looks)
    net.run(1 * ms)
    assert n_first > 0
    assert len(looks) == n_first
