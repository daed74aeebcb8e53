"""Threads that share the work of kernels: the results are those of one thread."""

import multiprocessing
import os

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    PreferenceError,
    SpikeMonitor,
    Synapses,
    ms,
    prefs,
)
from brian2.utils.logger import catch_logs

from brian2numba.simulation import threads
from brian2numba.testing.eager_threads import eagerly_shared
from tests import models
from tests.comparison import assert_same, simulate

THREADS = "codegen.runtime.numba.threads"


@pytest.fixture
def shared(monkeypatch):
    """Let two threads share all that they may, however small; note what that is."""
    names = []

    def noted(code_object):
        kernel = eagerly_shared(code_object)
        if kernel is not None:
            names.append(code_object.name)
        return kernel

    monkeypatch.setattr(threads, "_GRAIN", 8)
    monkeypatch.setattr("brian2numba.simulation.schedule.shared_kernel", noted)
    launch(2)
    return names


def launch(n_threads):
    """Launch numba's threads, and say how many there are."""
    threads._launch()
    threads._Layer.n_threads = max(threads._Layer.n_threads, n_threads)


def assert_threads_change_nothing(model, dtype=np.float64):
    """Compare the results of one thread and of two, bit by bit."""
    prefs.core.default_float_dtype = dtype
    prefs[THREADS] = 1
    prefs._backup()
    one = simulate(model, "numba", 20 * ms)
    prefs[THREADS] = 2
    prefs._backup()
    two = simulate(model, "numba", 20 * ms)
    assert_same(two, one, rtol=0)


@pytest.mark.parametrize("name", models.DETERMINISTIC | models.RANDOM)
def test_results_are_those_of_one_thread(name, shared):
    assert_threads_change_nothing((models.DETERMINISTIC | models.RANDOM)[name])


def network(n=200, on_pre="v_post += 0.02*w", model="w : 1", **delay):
    """Return neurons that excite each other."""
    neurons = NeuronGroup(
        n,
        "dv/dt = (1.1 + 0.2*i/N - v)/(5*ms) : 1 (unless refractory)\nu : 1",
        threshold="v > 1",
        reset="v = 0",
        refractory=1 * ms,
        method="exact",
        name="neurons",
    )
    neurons.v = "rand()"
    synapses = Synapses(
        neurons, neurons, model, on_pre=on_pre, name="synapses", method="euler", **delay
    )
    synapses.connect(p=0.2)
    synapses.w = "rand()"
    return Network(neurons, synapses, SpikeMonitor(neurons))


def test_state_updates_thresholds_and_deliveries_are_shared(shared):
    assert_threads_change_nothing(lambda: network(delay=1 * ms))
    assert shared == [
        "neurons_update_and_threshold_codeobject",
        "synapses_pre_codeobject",
    ]


# Brian compares with a number that single precision does not have
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
def test_single_precision(shared):
    assert_threads_change_nothing(network, np.float32)
    assert len(shared) == 2


def test_delays_of_each_synapse(shared):
    def build():
        net = network()
        net["synapses"].delay = "0.1*ms*int(5*rand())"
        return net

    assert_threads_change_nothing(build)
    assert "synapses_pre_codeobject" in shared


def test_synapses_in_no_order(shared):
    def build():
        net = network()
        net["synapses"].connect(i=[7, 3, 7, 3], j=[9, 1, 2, 150])
        net["synapses"].w = 0.3
        return net

    assert_threads_change_nothing(build)
    assert "synapses_pre_codeobject" not in shared


@pytest.mark.parametrize(
    "on_pre",
    [
        "v_pre += 0.01*w",  # another neuron's than the target
        "v_post += 0.01*v_pre",  # reads what another part may write
        "v_post += 0.01*rand()",  # draws in the order of the synapses
    ],
)
def test_what_depends_on_order_is_not_shared(on_pre, shared):
    assert_threads_change_nothing(lambda: network(on_pre=on_pre))
    assert "synapses_pre_codeobject" not in shared


def test_plasticity_is_shared(shared):
    equations = "w : 1\ndapre/dt = -apre/(10*ms) : 1 (event-driven)"
    on_pre = "v_post += 0.02*w\napre += 0.1\nw = clip(w + 0.01*apre, 0, 1)"
    assert_threads_change_nothing(lambda: network(on_pre=on_pre, model=equations))
    assert "synapses_pre_codeobject" in shared


def test_summed_variables_are_shared(shared):
    def build():
        net = network(model="w : 1\nu_post = w*v_pre : 1 (summed)")
        return net

    assert_threads_change_nothing(build)
    assert "synapses_summed_variable_u_post_codeobject" in shared


def test_fast_random_numbers(shared, monkeypatch):
    # As many elements as draw together are in no more than one part
    monkeypatch.setattr(threads, "_GRAIN", 512)
    prefs.codegen.runtime.numba.random = "fast"
    prefs._backup()

    def build():
        neurons = NeuronGroup(
            1500,
            "dv/dt = -v/(5*ms) + 0.8*xi*(5*ms)**-0.5 : 1",
            threshold="v > 1 + 0.1*rand()",
            reset="v = 0",
            method="euler",
            name="neurons",
        )
        return Network(neurons, SpikeMonitor(neurons))

    assert_threads_change_nothing(build)
    assert len(shared) == 2


def test_small_groups_are_left_to_one_thread():
    launch(2)
    prefs[THREADS] = 2
    net = network()
    net.run(1 * ms)
    for codeobj in net["neurons"].state_updater.code_objects:
        assert threads.shared_kernel(codeobj) is None


def test_the_number_of_threads_is_checked():
    for value in (0, -1, 1.5, "2", True):
        with pytest.raises(PreferenceError):
            prefs[THREADS] = value


def test_too_many_threads(monkeypatch):
    launch(1)
    monkeypatch.setattr(threads._Layer, "n_threads", 2)
    prefs[THREADS] = 64
    with catch_logs() as logs:
        assert threads.number_of_threads() == 2
    assert "64 threads were asked for, but" in logs[0][2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_uses_one_thread(shared):
    expected = simulate(network, "numba")
    prefs[THREADS] = 2
    simulate(network, "numba")

    def child(queue):
        queue.put((threads.number_of_threads(), simulate(network, "numba")))

    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=child, args=(queue,))
    process.start()
    n_threads, result = queue.get(timeout=120)
    process.join()
    assert n_threads == 1
    assert_same(result, expected, rtol=0)
