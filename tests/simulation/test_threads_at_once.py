"""Networks that run at once, in threads or in one another, do no harm."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from brian2 import Network, NeuronGroup, ms, network_operation, prefs

from brian2numba.operations import Operation
from reliability.children import RIGHT
from reliability.threads_at_once import REFUSED, hammer


def test_an_operation_that_two_threads_compile_keeps_its_first_code(monkeypatch):
    both, results = threading.Barrier(2), iter([(1, "first"), (2, "second")])

    def compiler(function):
        both.wait(60)
        return next(results)

    monkeypatch.setattr(Operation, "compiler", staticmethod(compiler))

    def same(x: int) -> int:
        return x

    operation = Operation(same)
    with ThreadPoolExecutor(2) as threads:
        addresses = set(threads.map(lambda _: operation.address, range(2)))
    assert len(addresses) == 1
    assert {operation.address} == addresses


def test_threads_are_refused_while_another_one_runs():
    ends = hammer(8, 2)
    assert set(ends) <= {RIGHT, REFUSED}
    assert ends.total() == 16
    assert ends[RIGHT] >= 1


def test_a_run_within_a_run_may_not_move_its_clock():
    outer, inner, apart = (
        NeuronGroup(2, "dv/dt = 1/second : 1", method="euler", dt=dt, name=name)
        for name, dt in (("outer", None), ("inner", None), ("apart", 0.5 * ms))
    )
    within = {
        "with the same clock": Network(inner, name="sharing"),
        "with its own": Network(apart, name="separate"),
    }
    errors = []

    @network_operation(dt=1 * ms)
    def run_within():
        for network in within.values():
            try:
                network.run(1 * ms)
            except RuntimeError as error:
                errors.append(str(error))

    Network(outer, run_within, name="running").run(2 * ms)
    assert len(errors) == 2
    assert errors[0].startswith(
        "The network 'sharing' can't run within a run of the network 'running': they "
        "share the clock 'defaultclock', whose time would change."
    )
    assert outer.v[:] == pytest.approx([0.002, 0.002])
    assert inner.v[:].tolist() == [0, 0]
    assert apart.v[:] == pytest.approx([0.002, 0.002])


def assigned_from_a_thread(assign):
    """Let another thread assign within a step and while steps are run."""
    group = NeuronGroup(3, "x : 1\ny : 1", name="cells")
    group.run_regularly("y += x")
    ends = []

    def act():
        try:
            assign(group)
        except RuntimeError as error:
            ends.append(error)

    @network_operation(dt=1000 * ms)
    def in_a_step():
        other = threading.Thread(target=act)
        other.start()
        other.join(60)
        ends.append(other.is_alive())

    network = Network(group, in_a_step, name="running")
    network.run(0.2 * ms)
    meanwhile = threading.Thread(target=act)
    network.remove(in_a_step)
    meanwhile.start()
    network.run(2000 * ms)
    meanwhile.join(60)
    ends.append(meanwhile.is_alive())
    return group, ends


@pytest.mark.parametrize("target", ["numpy", "numba"])
@pytest.mark.parametrize("value", [3, [1, 2, 3], "i + 1"], ids=str)
def test_another_thread_assigns_during_a_run(target, value):
    prefs.codegen.target = target
    prefs.codegen.string_expression_target = "numpy"
    expected = [3, 3, 3] if value == 3 else [1, 2, 3]

    def assign(group):
        group.x = value

    group, ends = assigned_from_a_thread(assign)
    assert ends == [False, False]
    assert group.x[:].tolist() == expected
    # Before the first step's network operation, it was 0
    assert group.y[2] == 20001 * 3


def test_another_thread_assigns_no_strings_that_are_compiled():
    def assign(group):
        group.x[:2] = "i + 1"

    _, ends = assigned_from_a_thread(assign)
    refused = next(end for end in ends if isinstance(end, RuntimeError))
    assert str(refused) == (
        "The network 'running' is running in another thread: until it is done, nothing "
        "can be resized or restored, nor assigned by compiled code. Use a network "
        "operation to change something during a run, or assign numbers."
    )
