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

from brian2numba.preparing import kept_schedule
from brian2numba.simulation import crew, planning, threads
from tests import models
from tests.comparison import assert_same, simulate

THREADS = "codegen.runtime.numba.threads"


@pytest.fixture
def shared(monkeypatch):
    """Let threads share all that they may, however small; note what that is."""
    names = []

    class Noted(planning.SharedKernel):
        def __init__(self, code_object, division):
            super().__init__(code_object, division)
            names.append(code_object.name)

    monkeypatch.setattr(threads.Sharing, "is_eager", True)
    monkeypatch.setattr(planning, "SharedKernel", Noted)
    monkeypatch.setattr(crew._Crew, "limit", 3)
    return names


def assert_threads_change_nothing(model, dtype=np.float64):
    """Compare the results of one thread with those of more, bit by bit."""
    prefs.core.default_float_dtype = dtype
    one = with_threads(1, model)
    for n_threads in (2, 3):
        assert_same(with_threads(n_threads, model), one, rtol=0)


def with_threads(n_threads, model):
    prefs[THREADS] = n_threads
    prefs._backup()
    return simulate(model, "numba", 20 * ms)


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
    assert shared == 2 * [
        "neurons_update_and_threshold_codeobject",
        "synapses_pre_codeobject",
    ]


# Brian compares with a number that single precision does not have
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
def test_single_precision(shared):
    assert_threads_change_nothing(network, np.float32)
    assert len(shared) == 4


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


def test_fast_random_numbers(shared):
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
    assert len(shared) == 4


def test_small_groups_are_left_to_one_thread(monkeypatch):
    monkeypatch.setattr(crew._Crew, "limit", 2)
    prefs[THREADS] = 2
    net = network()
    net.run(1 * ms)
    assert kept_schedule(net).n_threads == [1] * len(kept_schedule(net).entries)


def test_the_number_of_threads_is_checked():
    for value in (0, -1, 1.5, "2", True):
        with pytest.raises(PreferenceError):
            prefs[THREADS] = value


def test_too_many_threads(monkeypatch):
    monkeypatch.setattr(crew._Crew, "limit", 2)
    prefs[THREADS] = 64
    with catch_logs() as logs:
        assert crew.number_of_threads() == 2
    assert "64 threads were asked for, but" in logs[0][2]


def test_threads_that_do_not_start(monkeypatch):
    def fail(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(crew._Crew, "limit", crew.MOST_THREADS)
    monkeypatch.setattr(crew.threading.Thread, "start", fail)
    prefs[THREADS] = 20
    with catch_logs() as logs:
        n_threads = crew.number_of_threads()
    assert n_threads < 20
    assert "can't start new thread. The results are the same." in logs[0][2]


def test_what_python_runs_has_one_thread():
    prefs[THREADS] = 2
    prefs.codegen.runtime.numba.jit = False
    assert crew.number_of_threads() == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_uses_one_thread(shared):
    expected = simulate(network, "numba")
    prefs[THREADS] = 2
    simulate(network, "numba")

    def child(queue):
        queue.put((crew.number_of_threads(), simulate(network, "numba")))

    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=child, args=(queue,))
    process.start()
    n_threads, result = queue.get(timeout=120)
    process.join()
    assert n_threads == 1
    assert_same(result, expected, rtol=0)
