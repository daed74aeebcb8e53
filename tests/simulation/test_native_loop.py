"""The compiled run loop means what Brian's loop means."""

import threading
import time

import brian2
import numpy as np
import pytest
from brian2 import (
    Network,
    NetworkOperation,
    NeuronGroup,
    SpikeGeneratorGroup,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    network_operation,
    prefs,
    run,
    second,
)
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.base import BrianObjectException
from brian2.core.clocks import EventClock
from brian2.devices.device import get_device
from numpy.testing import assert_array_equal

from brian2numba.simulation import schedule
from tests.comparison import assert_same, simulate
from tests.models import DETERMINISTIC, RANDOM


@pytest.fixture(params=[True, False], ids=["native", "brian"])
def both_loops(request):
    """Run a test with the compiled loop and with Brian's."""
    prefs.codegen.runtime.numba.native_loop = request.param
    prefs._backup()
    return request.param


def seconds(t):
    """Return a time as a plain number."""
    return float(np.asarray(t))


def counter(dt=None, **keywords):
    """Return neurons that count time steps, and a recording of them."""
    group = NeuronGroup(2, "x : 1", dt=dt, **keywords)
    group.run_regularly("x += 1")
    return group, StateMonitor(group, "x", record=0, order=-1)


@pytest.mark.parametrize("name", [*DETERMINISTIC, *RANDOM])
def test_same_as_brians_loop_bit_by_bit(name):
    model = {**DETERMINISTIC, **RANDOM}[name]
    native = simulate(model, "numba")
    prefs.codegen.runtime.numba.native_loop = False
    prefs._backup()
    assert_same(native, simulate(model, "numba"), rtol=0)


def test_python_is_called_when_it_is_due(both_loops):
    group, trace = counter()
    calls = []

    @network_operation(dt=0.5 * ms, when="start")
    def early(t):
        calls.append((seconds(t), group.x[0]))

    @network_operation(dt=0.5 * ms, when="end")
    def late(t):
        calls.append((seconds(t), group.x[0]))

    network = Network(group, trace, early, late)
    network.run(1.2 * ms)
    assert calls == [(0, 0), (0, 1), (5e-4, 5), (5e-4, 6), (1e-3, 10), (1e-3, 11)]


def test_compiled_code_runs_all_else(monkeypatch):
    slices = []
    run = schedule.Schedule.run
    monkeypatch.setattr(schedule.Schedule, "run", lambda s: slices.append(1) or run(s))
    group, trace = counter()
    operation = NetworkOperation(lambda: None, dt=1 * ms)
    Network(group, trace, operation).run(10 * ms)
    # One stretch before each call of the operation, and one after the last
    assert len(slices) == 11


def test_several_clocks(both_loops):
    fast, fast_trace = counter(dt=0.05 * ms)
    slow, slow_trace = counter(dt=0.15 * ms)
    group, trace = counter()
    order = []
    operation = NetworkOperation(
        lambda t: order.append(round(seconds(t) * 1e6)),
        clock=EventClock([0.07, 0.3, 0.61] * ms),
    )
    network = Network(fast, fast_trace, slow, slow_trace, group, trace, operation)
    network.run(0.5 * ms)
    network.run(0.5 * ms)
    assert (fast.x[0], slow.x[0], group.x[0]) == (20, 7, 10)
    assert order == [70, 300, 610]
    assert_array_equal(slow_trace.x[0], range(7))


def test_a_dt_that_does_not_fit_is_refused(both_loops):
    group, _ = counter()
    network = Network(group)
    network.run(0.1 * ms)
    defaultclock.dt = 0.3 * ms
    with pytest.raises(ValueError, match="is not a multiple of"):
        network.run(1 * ms)


@pytest.mark.parametrize("report", ["text", "stderr", "callable"])
def test_reports(both_loops, report, capsys):
    group, trace = counter()
    calls = []
    network = Network(group, trace)
    network.run(
        1 * ms,
        report=(lambda *a: calls.append(a)) if report == "callable" else report,
        report_period=1e-9 * second,
    )
    if report == "callable":
        assert [calls[0][1], calls[-1][1]] == [0, 1]
        assert calls[-1][2:] == (0 * ms, 1 * ms)
        assert len(calls) > 2
    else:
        captured = capsys.readouterr()
        text = captured.err if report == "stderr" else captured.out
        assert "Starting simulation" in text
        assert "(100%) simulated" in text


def test_a_report_that_raises_leaves_a_whole_step(both_loops):
    group, trace = counter()
    network = Network(group, trace)

    def report(elapsed, completed, start, duration):
        if completed > 0.5:
            raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        network.run(1 * ms, report=report, report_period=1e-9 * second)
    done = round(float(network.t) / 1e-4)
    assert done in range(6, 10)
    network.run(0.2 * ms)
    assert_array_equal(trace.x[0], range(done + 2))


def test_stop_ends_the_step_and_no_more(both_loops):
    group, trace = counter()

    @network_operation(when="start")
    def stopping(t):
        if t >= 0.5 * ms:
            network.stop()

    network = Network(group, trace, stopping)
    network.run(2 * ms)
    assert group.x[0] == 6
    assert round(network.t / (0.1 * ms)) == 6
    assert get_device()._last_run_completed_fraction == pytest.approx(0.3)


def test_maximum_run_time(both_loops):
    group, _ = counter()
    network = Network(group)
    get_device()._set_maximum_run_time(0.05)
    try:
        start = time.time()
        network.run(1000 * second)
    finally:
        get_device()._set_maximum_run_time(None)
    assert time.time() - start < 10
    assert 0 < network.t < 1000 * second
    assert group.x[0] == round(float(network.t) / 1e-4)


def test_objects_that_are_not_active(both_loops):
    group, trace = counter()
    trace.active = False
    network = Network(group, trace)
    network.run(0.3 * ms)
    trace.active = True
    network.run(0.2 * ms)
    assert_array_equal(trace.x[0], [3, 4])


def test_time_goes_on_without_active_objects(both_loops):
    group, trace = counter()
    network = Network(group, trace)
    for obj in network.objects:
        obj.active = False
    network.run(1 * ms)
    assert network.t == 1 * ms
    assert round(float(np.asarray(defaultclock.timestep))) == 10
    assert group.x[0] == 0


def test_short_and_empty_runs(both_loops):
    group, trace = counter()
    network = Network(group, trace)
    network.run(0 * ms)
    assert get_device()._last_run_completed_fraction == 1
    for _ in range(5):
        network.run(0.1 * ms)
    assert_array_equal(trace.x[0], range(5))
    with pytest.raises(ValueError, match="non-negative duration"):
        network.run(-1 * ms)


def test_profile(both_loops):
    group, trace = counter()

    @network_operation(name="sleepy", dt=1 * ms)
    def sleepy():
        time.sleep(0.01)

    network = Network(group, trace, sleepy)
    network.run(3 * ms, profile=True)
    times = dict(network.profiling_info)
    assert {"sleepy", trace.name} <= set(times)
    assert times["sleepy"] >= 0.03 * second
    assert all(t >= 0 * second for t in times.values())
    network.run(1 * ms)
    with pytest.raises(ValueError, match="profil"):
        _ = network.profiling_info


def test_what_an_operation_resizes_is_seen(both_loops):
    source = SpikeGeneratorGroup(1, [0] * 6, [0.1, 0.2, 0.3, 1.1, 1.2, 1.3] * ms)
    target = NeuronGroup(1, "v : 1")
    synapses = Synapses(source, target, "w : 1", on_pre="v_post += w")
    synapses.connect(i=0, j=0)
    synapses.w = 1
    trace = StateMonitor(target, "v", record=0)

    @network_operation(dt=1 * ms)
    def connect(t):
        if t >= 1 * ms:
            synapses.connect(i=0, j=0)
            synapses.w[1:] = 10

    network = Network(source, target, synapses, trace, connect)
    network.run(2 * ms)
    # As in Brian, new synapses get spikes from the next run on
    assert target.v[0] == 6
    assert len(synapses) == 2


def test_other_targets_take_part(both_loops):
    group = NeuronGroup(3, "dx/dt = -x/ms : 1", method="exact")
    group.x = 1
    numpy_group = NeuronGroup(
        3, "dx/dt = -x/ms : 1", method="exact", codeobj_class=NumpyCodeObject
    )
    numpy_group.x = 1
    Network(group, numpy_group).run(1 * ms)
    np.testing.assert_allclose(group.x, numpy_group.x, rtol=1e-12)


def test_a_run_method_of_a_subclass_is_called(both_loops):
    class Loud(StateMonitor):
        calls = 0

        def run(self):
            Loud.calls += 1
            super().run()

    group, _ = counter()
    trace = Loud(group, "x", record=0, order=-1)
    Network(group, trace).run(0.5 * ms)
    assert Loud.calls == 5
    assert_array_equal(trace.x[0], range(5))


def test_an_interrupted_step_is_completed_not_repeated():
    group, trace = counter()
    failing = [True]

    @network_operation(when="thresholds")
    def sometimes(t):
        if t >= 0.5 * ms and failing[0]:
            raise ZeroDivisionError("once")

    network = Network(group, trace, sometimes)
    with pytest.raises(ZeroDivisionError, match="once"):
        network.run(1 * ms)
    assert round(network.t / (0.1 * ms)) == 5
    failing[0] = False
    network.run(0.5 * ms)
    assert_array_equal(trace.x[0], range(10))
    assert_array_equal(np.round(trace.t / (0.1 * ms)), range(10))


def test_runs_of_no_duration_leave_an_interrupted_step_as_it_is():
    group, trace = counter()
    slow = NeuronGroup(1, "y : 1", dt=0.5 * ms)
    slow.run_regularly("y += 1", when="end")
    failing = [True]

    @network_operation(when="thresholds")
    def sometimes(t):
        if t >= 0.5 * ms and failing[0]:
            raise ZeroDivisionError("once")

    network = Network(group, trace, slow, sometimes)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError, match="once"):
            network.run(1 * ms)
        network.run(0 * ms)
        assert round(network.t / (0.1 * ms)) == 5
        assert slow.y[0] == 1
    failing[0] = False
    network.run(0 * ms)
    network.run(0.5 * ms)
    assert_array_equal(trace.x[0], range(10))
    assert slow.y[0] == 2


def test_an_interrupted_step_of_another_network_is_refused_until_restore():
    group, trace = counter()

    @network_operation(when="thresholds")
    def always(t):
        if t >= 0.5 * ms:
            raise ZeroDivisionError("always")

    network = Network(group, trace, always)
    network.store()
    with pytest.raises(ZeroDivisionError):
        network.run(1 * ms)
    network.remove(always)
    with pytest.raises(RuntimeError, match="objects have changed since"):
        network.run(1 * ms)
    network.restore()
    network.run(0.4 * ms)
    assert_array_equal(trace.x[0], range(4))


def test_a_step_that_was_interrupted_is_begun_anew_after_restore():
    group, trace = counter()
    failing = [False]

    @network_operation(when="thresholds")
    def sometimes():
        if failing[0]:
            raise ZeroDivisionError("once")

    network = Network(group, trace, sometimes)
    network.run(0.5 * ms)
    network.store()
    failing[0] = True
    # In the very step with which the stored state goes on
    with pytest.raises(ZeroDivisionError):
        network.run(0.5 * ms)
    failing[0] = False
    network.restore()
    network.run(0.5 * ms)
    assert_array_equal(trace.x[0], range(10))


def test_a_cell_that_failed_in_its_first_step_can_be_corrected_and_run_again():
    def cell(correct):
        group = NeuronGroup(1, "dx/dt = 1/(0.1*ms) : 1", method="euler")

        @network_operation(when="thresholds")
        def operation():
            if not correct:
                raise ZeroDivisionError("in the first step")

        run(0.3 * ms)
        return group.x[0]

    with pytest.raises(ZeroDivisionError):
        cell(correct=False)
    assert cell(correct=True) == pytest.approx(3)


def test_the_status_of_a_kernel_becomes_an_exception(monkeypatch):
    group, trace = counter()
    network = Network(group, trace)
    network.run(0.3 * ms)

    @brian2.check_units(x=1, result=1)
    def picky(x):
        if x > 2:
            raise ValueError("too large")
        return x

    other = NeuronGroup(1, "y : 1", name="other", namespace={"picky": picky})
    other.run_regularly("y = picky(y + 1)")
    network.add(other)
    with pytest.raises(BrianObjectException) as caught:
        network.run(1 * ms)
    assert "t = 0.0005 s" in str(caught.value)
    assert str(caught.value.__cause__) == "too large"
    (note,) = caught.value.__cause__.__notes__
    assert "called by the NeuronGroup 'other', at t = 0.0005 s" in note
    assert round(network.t / (0.1 * ms)) == 5
    assert len(trace.t) == trace.x.shape[1]


def test_a_second_run_in_another_thread_is_refused():
    first, second_network = (Network(*counter()) for _ in range(2))
    first.run(0 * ms)
    second_network.run(0 * ms)
    errors = []

    def run_second():
        time.sleep(0.1)
        for action in (
            lambda: second_network.run(1 * ms),
            lambda: setattr(first.objects_list[0], "x", "7"),
        ):
            try:
                action()
            except RuntimeError as error:
                errors.append(str(error))

    first.objects_list = [o for o in first.objects if isinstance(o, NeuronGroup)]
    thread = threading.Thread(target=run_second)
    thread.start()
    get_device()._set_maximum_run_time(2)
    try:
        first.run(1000 * second)
    finally:
        get_device()._set_maximum_run_time(None)
    thread.join()
    assert len(errors) == 2
    assert "can't run now" in errors[0]
    assert "nor assigned by compiled code" in errors[1]


def test_other_threads_go_on():
    ticks = []

    def tick():
        while not done:
            ticks.append(time.time())
            time.sleep(0.001)

    done = []
    thread = threading.Thread(target=tick)
    thread.start()
    network = Network(*counter())
    get_device()._set_maximum_run_time(0.3)
    try:
        network.run(1000 * second)
    finally:
        get_device()._set_maximum_run_time(None)
        done.append(True)
        thread.join()
    assert len(ticks) > 5


def test_spikes_under_way_survive_another_dt(both_loops):
    source = SpikeGeneratorGroup(10, range(10), np.arange(10) * 0.2 * ms)
    target = NeuronGroup(1, "v : 1")
    synapses = Synapses(source, target, on_pre="v_post += 1", delay=3 * ms)
    synapses.connect()
    network = Network(source, target, synapses)
    network.run(2.5 * ms)
    assert target.v[0] == 0
    defaultclock.dt = 0.25 * ms
    network.run(5 * ms)
    assert target.v[0] == 10
