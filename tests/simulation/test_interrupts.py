"""Ctrl+C ends a run at the end of a step; other signals do nothing to it."""

import os
import signal

import numpy as np
import pytest
from brian2 import BrianObject, Network, NeuronGroup, ms

from reliability.interrupts import Interrupts, continued, same, signals, whole

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="it sends signals as POSIX systems do"
)


@pytest.mark.parametrize("calls_python", [False, True])
def test_ctrl_c_changes_nothing(calls_python):
    # Compiled steps take a microsecond: most pauses have to be over before the run is
    interrupts = Interrupts(0.02 if calls_python else 0.002)
    n_steps = 3000 if calls_python else 9000
    expected = whole(n_steps, calls_python)
    for _ in range(20):
        assert same(continued(interrupts, n_steps, 4, calls_python), expected)
        if len(interrupts.delays) >= 8:
            break
    assert interrupts.delays


def test_signals_change_nothing():
    expected = whole(2000, True)
    with signals(0.001) as count:
        assert same(whole(2000, True), expected)
    assert count[0] > 10


class Interrupting(BrianObject):
    """Sends Ctrl+C when the last step is done."""

    def after_run(self):
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_after_the_last_step_leaves_nothing_undone():
    group = NeuronGroup(3, "dx/dt = 1/ms : 1", threshold="True", method="euler")
    network = Network(group, Interrupting(name="an_interrupting_one", order=-1))
    network.run(1 * ms)
    assert network.t == 1 * ms
    assert np.asarray(group.variables["_spikespace"].get_value())[-1] == 0
    network.run(1 * ms)
    assert network.t == 2 * ms
