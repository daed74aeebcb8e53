"""Runs on several threads that something ends or interrupts: as on one thread."""

import os
import signal
import threading
import time

import numpy as np
import pytest
from brian2 import (
    BrianObjectException,
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    ms,
    network_operation,
    prefs,
)

from brian2numba.operations import operation
from brian2numba.preparing import kept_schedule
from brian2numba.simulation import crew, threads
from brian2numba.simulation.race import Choice
from reliability.values import differing, values_of

THREADS = "codegen.runtime.numba.threads"


@pytest.fixture(autouse=True)
def eager(monkeypatch):
    """Let threads share all that they may, however small."""
    monkeypatch.setattr(threads.Sharing, "is_eager", True)
    monkeypatch.setattr(crew._Crew, "limit", 3)


def neurons(n, name):
    """Return neurons whose refractory period is infinite from the step `last` on."""
    group = NeuronGroup(
        n,
        """dv/dt = (1.1 + 0.5*i/N - v)/(2*ms) : 1 (unless refractory)
        long : second
        last : 1
        huge : 1""",
        threshold="v > 1",
        reset="v = 0",
        refractory="long",
        method="exact",
        name=name,
    )
    group.v = "0.9*(i/N)"
    group.long = 0.3 * ms
    group.last = 1e9
    group.huge = 1e300
    code = "long = 0.3*ms + int(t >= last*dt)*huge*huge*ms"
    group.run_regularly(code, name=f"{name}_wrong")
    return group


def network(n_failing):
    """Return three populations; that in the middle can fail."""
    groups = [neurons(n, name) for n, name in ((40, "a"), (n_failing, "b"), (30, "c"))]
    net = Network(groups)
    for source in groups:
        for target in groups:
            synapses = Synapses(
                source,
                target,
                "w : 1",
                on_pre="v_post += 0.01*w",
                name=f"of_{source.name}_to_{target.name}",
                delay=0.2 * ms,
            )
            synapses.connect()
            synapses.w = "1 + 0.01*j"
            net.add(synapses)
        net.add(
            SpikeMonitor(source, name=f"spikes_of_{source.name}"),
            PopulationRateMonitor(source, name=f"rate_of_{source.name}"),
        )
    net.add(StateMonitor(groups[2], "v", record=True, name="trace"))
    return net


def with_threads(n_threads, scenario):
    """Return all states that a scenario shows with a number of threads."""
    prefs[THREADS] = n_threads
    prefs._backup()
    return list(scenario())


def assert_same_states(scenario):
    expected = with_threads(1, scenario)
    for n_threads in (2, 3):
        states = with_threads(n_threads, scenario)
        assert len(states) == len(expected)
        for state, other in zip(states, expected, strict=True):
            assert not list(differing(state, other, rtol=0))


def seen(net):
    """Return copies of all values; objects have names of their own in each network."""
    order = {name: str(k) for k, name in enumerate(sorted(o.name for o in net.objects))}
    return {
        (order.get(owner, owner), name): np.array(values)
        for (owner, name), values in values_of(net).items()
    }


@pytest.mark.parametrize("neuron", [1, -1])
def test_a_kernel_that_threads_share_and_that_fails(neuron):
    # Neurons of the part that did not fail may have spiked
    left_out = [("1", "_spikespace"), ("1", "not_refractory"), ("1", "lastspike")]

    def scenario():
        net = network(60)
        net["b"].last[neuron] = 37
        with pytest.raises(BrianObjectException) as error:
            net.run(10 * ms)
        assert "'b_" in str(error.value)
        yield {k: array for k, array in seen(net).items() if k not in left_out}
        net["b"].last = 1e9
        net["b"].long = 0.3 * ms
        net.run(3 * ms)

    assert_same_states(scenario)


def test_a_kernel_that_fails_and_a_run_that_goes_on():
    def scenario():
        net = network(5)
        net["b"].last[3] = 37
        with pytest.raises(BrianObjectException):
            net.run(10 * ms)
        yield seen(net)
        net["b"].last = 1e9
        net["b"].long = 0.3 * ms
        net.run(3 * ms)
        yield seen(net)

    assert_same_states(scenario)


def test_two_kernels_that_fail_in_one_step():
    def scenario():
        net = network(5)
        net["c"].last = net["b"].last = 37
        for name in ("b", "c"):
            with pytest.raises(BrianObjectException) as error:
                net.run(10 * ms)
            assert f"'{name}_" in str(error.value)
            yield seen(net)
            net[name].last = 1e9
            net[name].long = 0.3 * ms
        net.run(3 * ms)
        yield seen(net)

    assert_same_states(scenario)


@operation
def append_nothing(container: int, n_rows: int):
    """Say that there is no memory."""
    return 0


@pytest.mark.parametrize("name", ["spikes_of_a", "rate_of_b", "trace"])
def test_memory_that_is_short_in_a_step(name):
    def scenario():
        net = network(20)
        net.run(3 * ms)
        (code_object,) = net[name].code_objects
        append_rows = code_object.kernel.number("_append_rows")
        code_object.kernel.set_number("_append_rows", append_nothing.address)
        with pytest.raises(BrianObjectException) as error:
            net.run(3 * ms)
        assert type(error.value.__cause__) is MemoryError
        code_object.kernel.set_number("_append_rows", append_rows)
        net.run(3 * ms)
        yield seen(net)

    assert_same_states(scenario)


def test_network_operations_and_other_clocks():
    def scenario():
        net = network(20)

        @network_operation(dt=0.3 * ms, when="synapses")
        def kick(t):
            net["a"].v[int(t / ms) % 40] += 0.5

        slow = NeuronGroup(
            50, "dx/dt = -x/ms : 1", threshold="x < 0.5", reset="x = 1", dt=0.5 * ms
        )
        slow.x = 1
        net.add(kick, slow, SpikeMonitor(slow))
        for _ in range(2):
            net.run(5 * ms)
            yield seen(net)

    assert_same_states(scenario)


def test_an_exception_in_an_operation():
    def scenario():
        net = network(20)

        @network_operation
        def fail(t):
            if abs(t / ms - 2) < 0.01 and not failed:
                failed.append(t)
                raise ValueError("at once")

        failed = []
        net.add(fail)
        with pytest.raises(ValueError, match="at once"):
            net.run(5 * ms)
        yield seen(net)
        net.run(5 * ms)
        yield seen(net)

    assert_same_states(scenario)


def test_functions_of_users_between_others():
    def scenario():
        net = network(20)
        drive = TimedArray(np.linspace(0, 1, 50), dt=0.1 * ms)
        driven = NeuronGroup(
            40,
            "dx/dt = drive(t)/ms : 1",
            threshold="x > 1",
            reset="x = 0",
            method="euler",
            namespace={"drive": drive},
        )
        net.add(driven, SpikeMonitor(driven))
        net.run(5 * ms)
        yield seen(net)

    assert_same_states(scenario)


def test_store_and_restore():
    def scenario():
        net = network(20)
        net.run(2 * ms)
        net.store()
        net.run(3 * ms)
        yield seen(net)
        net.restore()
        # Spikes that are restored can't be divided
        net.run(3 * ms)
        yield seen(net)

    first, second = with_threads(2, scenario)
    assert not list(differing(first, second, rtol=0))
    assert_same_states(scenario)


@pytest.mark.skipif(os.name == "nt", reason="it sends signals as POSIX systems do")
def test_ctrl_c():
    prefs[THREADS] = 2
    net = network(20)
    net.run(0.1 * ms)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    start = time.monotonic()
    net.run(10_000_000 * ms)
    assert time.monotonic() - start < 60
    steps = round(float(net.t / ms) * 10)
    reached = seen(net)
    prefs[THREADS] = 1
    other = network(20)
    other.run(steps * 0.1 * ms)
    reached = {key: reached[key] for key in reached if "clock" not in key[0]}
    expected = {key: seen(other)[key] for key in reached}
    assert not list(differing(reached, expected, rtol=0))


def test_one_thread_and_several_in_turn():
    def scenario():
        net = network(20)
        for k in range(10):
            net.run(0.5 * ms)
            for planned in kept_schedule(net)._plans:
                planned.plan.race.choice = (Choice.ONE, Choice.SEVERAL)[k % 2]
        yield seen(net)

    assert_same_states(scenario)


def test_threads_do_several_entries_at_once():
    prefs[THREADS] = 2
    net = network(20)
    net.run(1 * ms)
    (planned,) = kept_schedule(net)._plans
    assert len(planned.stages) < len(kept_schedule(net).entries) / 2
