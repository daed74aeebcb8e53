"""The mode in which what runs keep is compared with what is prepared anew."""

from dataclasses import replace

import pytest
from brian2 import Network, NeuronGroup, SpikeMonitor, ms
from brian2.core.base import BrianObjectException

from brian2numba.preparing import kept_schedule
from brian2numba.testing.prepared_twice import prepare_twice


def cells():
    group = NeuronGroup(
        3, "dv/dt = -v/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact"
    )
    return group, Network(group, SpikeMonitor(group))


def test_everything_that_is_kept_is_compared():
    _, network = cells()
    network.run(1 * ms)
    with prepare_twice() as compared:
        n_objects, n_schedules = compared.n_objects, compared.n_schedules
        network.run(1 * ms)
        network.run(1 * ms)
    # The group, its state update, threshold and reset, and the monitor
    assert compared.n_objects == n_objects + 2 * 5
    assert compared.n_schedules == n_schedules + 2


def test_what_differs_is_found():
    group, network = cells()
    network.run(1 * ms)
    code_object = group.resetter["spike"].codeobj
    code_object.source = replace(code_object.source, text="something else")
    with prepare_twice(), pytest.raises(BrianObjectException) as raised:
        network.run(1 * ms)
    difference = str(raised.value.__cause__)
    assert "resetter' differs from what is made now" in difference


def test_another_schedule_is_found():
    _, network = cells()
    network.run(1 * ms)
    # Of the state update, which is done with the threshold and has no kernel of its own
    kept_schedule(network).obstacles[0] = "something else"
    with prepare_twice(), pytest.raises(AssertionError, match="the schedule of"):
        network.run(1 * ms)
