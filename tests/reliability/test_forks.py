"""A process may fork at any time: its children compile and run, and so does it."""

import os
import threading
from collections import Counter

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, StateMonitor, ms, network_operation, prefs

from brian2numba.compilation.locks import COMPILING
from brian2numba.simulation.threads import Sharing
from reliability.children import RIGHT, fork, outcome
from reliability.forks import WAYS, pool, storm

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork"),
    # What Python says of all threads; here they are the point
    pytest.mark.filterwarnings("ignore:.*is multi-threaded:DeprecationWarning"),
]


@pytest.mark.parametrize("way", WAYS)
def test_children_compile_and_run_whatever_another_thread_does(way):
    assert storm(way, 5) == Counter({RIGHT: 5})


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_pools_of_processes(method):
    assert pool(method, 3)[RIGHT] == 3


def counter():
    """Return neurons that count time steps, and a recording of them."""
    group = NeuronGroup(2, "x : 1")
    group.run_regularly("x += 1")
    return group, StateMonitor(group, "x", record=0, order=-1)


def test_a_child_has_no_part_in_the_run_of_another_thread():
    group, trace = counter()
    entered, is_over = threading.Event(), threading.Event()

    @network_operation(when="thresholds", dt=0.5 * ms)
    def wait():
        entered.set()
        assert is_over.wait(60)

    network = Network(group, trace, wait)
    network.store()
    thread = threading.Thread(target=network.run, args=(1 * ms,))
    thread.start()
    assert entered.wait(60)

    def in_child():
        is_over.set()
        other, other_trace = counter()
        Network(other, other_trace).run(0.5 * ms)
        assert other_trace.x[0].tolist() == [0, 1, 2, 3, 4]
        with pytest.raises(RuntimeError, match="when this process was forked"):
            network.run(1 * ms)
        network.restore()
        network.run(1 * ms)
        return trace.x[0].tolist() == list(range(10))

    child = fork(in_child)
    is_over.set()
    thread.join()
    assert outcome(child) == RIGHT
    assert trace.x[0].tolist() == list(range(10))


def test_a_run_goes_on_in_a_child_that_its_own_thread_forked(monkeypatch):
    monkeypatch.setattr(Sharing, "is_eager", True)
    prefs.codegen.runtime.numba.threads = 2
    group = NeuronGroup(5000, "dx/dt = (i - x)/ms : 1", method="exact")
    children = []

    @network_operation(dt=1 * ms)
    def fork_once(t):
        if t >= 2 * ms and not children:
            children.append(os.fork())

    network = Network(group, fork_once)
    try:
        network.run(5 * ms)
        done = np.allclose(group.x, np.arange(5000) * (1 - np.exp(-5.0)))
    except BaseException:
        done = False
        raise
    finally:
        if children == [0]:
            os._exit(0 if done else 1)
    assert done
    assert outcome(children[0]) == RIGHT


def test_a_fork_by_the_thread_that_compiles_does_not_wait_for_itself():
    with COMPILING:
        assert outcome(fork(WAYS["LLVM compiles"][1])) == RIGHT
