"""Networks with other objects in a second run, and runs that end before their time."""

from brian2 import (
    Network,
    NetworkOperation,
    NeuronGroup,
    PopulationRateMonitor,
    StateMonitor,
    defaultclock,
    ms,
    network_operation,
    run,
    stop,
)

from tests.simulation.second_runs.cases import STEP, adder, attempt, case, steps
from tests.simulation.second_runs.groups import spiking


@case
def a_network_operation_that_is_added():
    group, _, network = adder("v += 1")
    network.run(STEP)
    yield group.v

    @network_operation()
    def add():
        group.v += 10

    network.add(add)
    network.run(STEP)
    yield group.v


@case
def the_function_of_a_network_operation():
    group, _, network = adder("v += 1")

    def first():
        group.v += 10

    def second():
        group.v += 100

    operation = NetworkOperation(first)
    network.add(operation)
    network.run(STEP)
    yield group.v
    operation.function = second
    network.run(STEP)
    yield group.v


@case
def an_operation_that_is_added_to_a_magic_network():
    group = NeuronGroup(1, "v : 1")
    group.run_regularly("v += 1")
    run(STEP)
    yield group.v
    group.run_regularly("v += 10")
    with attempt() as outcome:
        run(STEP)
    yield outcome.error, group.v


@case
def a_group_that_is_added_to_a_magic_network():
    group = NeuronGroup(1, "v : 1")
    group.run_regularly("v += 1")
    run(STEP)
    yield group.v
    other = NeuronGroup(1, "v : 1")
    other.run_regularly("v += 10")
    with attempt() as outcome:
        run(STEP)
    yield outcome.error, group.v, other.v


@case
def a_monitor_that_is_added():
    group, _, network = adder("v += 1")
    network.run(STEP)
    monitor = StateMonitor(group, "v", record=True)
    network.add(monitor)
    network.run(2 * STEP)
    yield monitor.v, steps(monitor)


@case
def a_monitor_that_is_removed():
    group, _, network = adder("v += 1")
    monitor = StateMonitor(group, "v", record=True)
    network.add(monitor)
    network.run(STEP)
    network.remove(monitor)
    network.run(2 * STEP)
    yield monitor.v, group.v


@case
def a_rate_with_another_time_step():
    group, _, network = spiking()
    monitor = PopulationRateMonitor(group)
    network.add(monitor)
    network.run(2 * STEP)
    yield monitor.rate_
    defaultclock.dt = STEP / 2
    network.run(2 * STEP)
    yield monitor.rate_


@case
def what_is_recorded_between_runs():
    group, _, network = adder("v += 1")
    monitor = StateMonitor(group, "v", record=True)
    network.add(monitor)
    network.run(2 * STEP)
    monitor.record_single_timestep()
    group.v = 100
    network.run(STEP)
    yield monitor.v, steps(monitor)


def two_operations():
    """Return a neuron, two operations whose order matters, and their network."""
    group = NeuronGroup(1, "v : 1")
    doubling = group.run_regularly("v = v*2", order=1)
    adding = group.run_regularly("v += 1", order=2)
    return group, doubling, adding, Network(group)


@case
def the_order():
    group, doubling, _, network = two_operations()
    for doubling.order in (1, 3):
        group.v = 0
        network.run(2 * STEP)
        yield group.v


@case
def a_group_that_is_added():
    group, _, network = adder("v += 1")
    network.run(STEP)
    other, _, _ = adder("v += 10")
    network.add(other)
    network.run(STEP)
    yield group.v, other.v


@case
def a_group_that_is_removed():
    group, _, network = adder("v += 1")
    other, _, _ = adder("v += 10")
    network.add(other)
    network.run(STEP)
    network.remove(other)
    network.run(STEP)
    yield group.v, other.v


@case
def another_network_with_the_same_group():
    group, _, network = adder("v += 1")
    network.run(STEP)
    yield group.v
    with attempt() as outcome:
        Network(group).run(STEP)
    yield outcome.error, group.v
    network.run(STEP)
    yield group.v


@case
def another_network_with_the_same_clock():
    group, _, network = adder("v = t/ms")
    other, _, second_network = adder("v = t/ms")
    network.run(3 * STEP)
    second_network.run(STEP)
    network.run(STEP)
    yield group.v, other.v


@case
def a_run_of_no_duration():
    group, _, network = adder()
    k = 1.0
    network.run(0 * ms)
    yield group.v
    k = 10.0
    network.run(STEP)
    yield group.v


@case
def a_profile():
    group, operation, network = adder()
    k = 1.0
    network.run(STEP)
    yield group.v
    k = 10.0
    network.run(STEP, profile=True)
    names = [name for name, _ in network.profiling_info]
    network.run(STEP)
    yield operation.name in names, group.v


def stumbling(error, code="v += 1"):
    """Return neurons, their network, which raises an error, and what to clear."""
    group, _, network = adder(code)
    errors = [error]

    @network_operation(when="end")
    def stumble():
        if errors and group.v[0] == 2:
            raise errors[0]

    network.add(stumble)
    return group, network, errors


@case
def a_step_that_failed():
    group, network, errors = stumbling(ValueError("on purpose"))
    with attempt() as outcome:
        network.run(4 * STEP)
    yield outcome.error, group.v, network.t / STEP, defaultclock.t / STEP
    errors.clear()
    network.run(2 * STEP)
    yield group.v, network.t / STEP


@case
def a_step_that_was_interrupted():
    group, network, errors = stumbling(KeyboardInterrupt())
    with attempt() as outcome:
        network.run(4 * STEP)
    yield outcome.error, group.v, network.t / STEP
    errors.clear()
    network.run(2 * STEP)
    yield group.v, network.t / STEP


@case
def a_run_of_no_duration_after_a_step_that_failed():
    group, network, errors = stumbling(ValueError("on purpose"), "v += k")
    k = 1.0
    with attempt() as outcome:
        network.run(4 * STEP)
    errors.clear()
    with attempt() as second_outcome:
        network.run(0 * ms)
    yield outcome.error, second_outcome.error, group.v, network.t / STEP


@case
def a_preparation_that_failed():
    group, _, network = adder()
    k = 1.0
    network.run(STEP)
    yield group.v
    k = "no number"
    with attempt() as outcome:
        network.run(STEP)
    yield outcome.error, group.v
    k = 10.0
    network.run(STEP)
    yield group.v


@case
def a_run_that_was_stopped():
    group, _, network = adder()

    @network_operation(when="end")
    def halt():
        if group.v[0] == 2:
            network.stop()

    network.add(halt)
    k = 1.0
    network.run(5 * STEP)
    yield group.v, network.t / STEP
    k = 10.0
    network.run(2 * STEP)
    yield group.v, network.t / STEP


@case
def a_stop_between_runs():
    group, _, network = adder("v += 1")
    network.run(STEP)
    stop()
    network.run(2 * STEP)
    yield group.v, network.t / STEP


@case
def what_a_monitor_of_a_magic_network_depends_on():
    group, other = NeuronGroup(1, "v : 1"), [NeuronGroup(1, "v : 1")]

    def run_both():
        own, hidden = group, other[0]
        monitor = StateMonitor(hidden, "v", record=True)
        run(STEP)
        run(STEP)
        return monitor

    monitor = run_both()
    for monitor.active in (True, True, False, True):
        run(STEP)
        yield monitor.active, len(monitor.t), group.v
