"""Groups whose parts, clocks or variables are others in the second run."""

import numpy as np
from brian2 import (
    EventMonitor,
    Network,
    NeuronGroup,
    SpikeMonitor,
    TimedArray,
    defaultclock,
    linked_var,
    ms,
    us,
)

from tests.simulation.second_runs.cases import STEP, adder, attempt, case, steps


def spiking(threshold="v >= 2", reset="v = 0", model="v : 1", **options):
    """Return a neuron that counts up and spikes, its spikes, and its network."""
    group = NeuronGroup(1, model, threshold=threshold, reset=reset, **options)
    group.run_regularly("v += 1", when="start")
    monitor = SpikeMonitor(group)
    return group, monitor, Network(group, monitor)


@case
def a_threshold():
    group, monitor, network = spiking()
    network.run(4 * STEP)
    yield steps(monitor)
    group.events["spike"] = "v >= 1"
    network.run(4 * STEP)
    yield steps(monitor)


@case
def when_a_reset_is_due():
    group, monitor, network = spiking()
    network.run(4 * STEP)
    yield group.v
    group.resetter["spike"].when = "before_start"
    network.run(3 * STEP)
    yield group.v, steps(monitor)


@case
def a_threshold_that_is_switched_off():
    group, monitor, network = spiking()
    network.run(4 * STEP)
    yield steps(monitor)
    group.thresholder["spike"].active = False
    network.run(4 * STEP)
    yield steps(monitor), group.v


@case
def a_threshold_that_is_switched_off_after_a_spike():
    group, monitor, network = spiking("v >= 1", None)
    network.run(2 * STEP)
    yield monitor.num_spikes
    group.thresholder["spike"].active = False
    network.run(3 * STEP)
    yield monitor.num_spikes


@case
def when_an_event_is_looked_for():
    group = NeuronGroup(1, "v : 1", events={"up": "v >= 2"})
    group.run_regularly("v += 1", when="start")
    group.run_on_event("up", "v = 0")
    monitor = EventMonitor(group, "up")
    network = Network(group, monitor)
    network.run(4 * STEP)
    yield group.v
    group.set_event_schedule("up", when="before_start")
    network.run(3 * STEP)
    yield group.v, steps(monitor)


@case
def code_for_an_event():
    group, _, network = spiking(reset=None, model="v : 1\nn : 1")
    network.run(4 * STEP)
    yield group.n
    group.run_on_event("spike", "n += 1")
    network.run(4 * STEP)
    yield group.n


@case
def a_refractory_period():
    group, monitor, network = spiking("v >= 1", None, refractory=2 * STEP)
    network.run(4 * STEP)
    yield steps(monitor)
    group._refractory = 4 * STEP
    network.run(12 * STEP)
    yield steps(monitor)


@case
def what_spikes_are_recorded_with():
    group, _, network = spiking()
    monitor = SpikeMonitor(group, variables="v", name="with_values")
    network.add(monitor)
    network.run(4 * STEP)
    yield monitor.v
    group.events["spike"] = "v >= 3"
    network.run(6 * STEP)
    yield monitor.v


@case
def code_that_runs_regularly():
    group, operation, network = adder("v += 1")
    network.run(STEP)
    yield group.v
    operation.abstract_code = "v += 10"
    network.run(STEP)
    yield group.v


@case
def an_operation_that_is_removed_from_its_group():
    group, operation, network = adder("v += 1")
    network.run(STEP)
    yield group.v
    group.contained_objects.remove(operation)
    network.run(STEP)
    yield group.v


@case
def a_group_that_is_switched_off_and_on():
    group, _, network = adder()
    k = 1.0
    network.run(STEP)
    yield group.v
    group.active = False
    network.run(STEP)
    yield group.v
    k = 10.0
    group.active = True
    network.run(STEP)
    yield group.v


@case
def an_operation_that_was_switched_off():
    group, operation, network = adder()
    operation.active = False
    network.run(STEP)
    yield group.v
    k = 10.0
    operation.active = True
    network.run(STEP)
    yield group.v


@case
def a_number_in_equations():
    group = NeuronGroup(1, "dv/dt = k/(10*ms) : 1", method="euler")
    network = Network(group)
    for k in (1.0, 10.0):
        network.run(STEP)
        yield group.v


@case
def a_method_after_one_that_is_impossible():
    group = NeuronGroup(1, "dv/dt = -v*f(t)/ms : 1", method="exact")
    group.v = 1
    network = Network(group)
    f = TimedArray([1.0, 1.0], dt=STEP)
    with attempt() as outcome:
        network.run(STEP)
    yield outcome.error, group.v
    group.state_updater.method_choice = "euler"
    network.run(STEP)
    yield group.v


@case
def a_subexpression_that_is_constant_in_a_step():
    group = NeuronGroup(
        1, "v = k*2 : 1 (constant over dt)\ndu/dt = v/ms : 1", method="euler"
    )
    network = Network(group)
    for k in (1.0, 10.0):
        network.run(STEP)
        yield group.u


@case
def a_number_in_a_condition():
    group, _, network = adder()
    k = 1.0
    network.run(STEP)
    yield group.v["v > k - 1"]
    k = 10.0
    network.run(STEP)
    yield group.v["v > k"], group.v["v > k + 5"]


@case
def the_time_step():
    group, _, network = adder("v = dt/us")
    network.run(STEP)
    yield group.v
    defaultclock.dt = STEP / 4
    network.run(STEP)
    yield group.v, defaultclock.t / us


@case
def the_time_step_of_an_exact_solution():
    group = NeuronGroup(1, "dv/dt = -v/tau : 1", method="exact")
    group.v = 1
    network = Network(group)
    tau = 1 * ms
    network.run(STEP)
    yield group.v
    defaultclock.dt = STEP / 2
    network.run(STEP / 2)
    yield group.v


@case
def the_time_step_of_a_group():
    group = NeuronGroup(1, "v : 1", dt=STEP)
    group.run_regularly("v += 1")
    network = Network(group)
    network.run(2 * STEP)
    yield group.v
    group.clock.dt = STEP / 2
    network.run(2 * STEP)
    yield group.v


@case
def a_time_step_that_does_not_fit():
    group, _, network = adder("v += 1")
    network.run(3 * STEP)
    yield group.v
    defaultclock.dt = 2 * STEP
    with attempt() as outcome:
        network.run(2 * STEP)
    yield outcome.error, group.v


@case
def values():
    group, _, network = adder("v += 1")
    network.run(STEP)
    yield group.v
    group.v = 100
    network.run(STEP)
    yield group.v


@case
def a_number_in_values_that_are_computed():
    group, _, network = adder("v += 1", n=2)
    k = 1.0
    network.run(STEP)
    group.v = "k + i"
    yield group.v
    k = 10.0
    group.v = "k + i"
    network.run(STEP)
    yield group.v


@case
def a_shared_variable():
    group, _, network = adder("v += s", model="v : 1\ns : 1 (shared)")
    for group.s in (1, 10):
        network.run(STEP)
        yield group.v


@case
def a_constant_shared_variable():
    group, _, network = adder("v += s", model="v : 1\ns : 1 (constant, shared)")
    for group.s in (1, 10):
        network.run(STEP)
        yield group.v


@case
def values_of_a_subgroup():
    group, _, network = adder("v += 1", n=3)
    part = group[1:]
    network.run(STEP)
    part.v = 100
    network.run(STEP)
    yield group.v


@case
def what_a_variable_is_linked_to():
    source = NeuronGroup(1, "u : 1")
    group, _, network = adder("v += x", model="v : 1\nx : 1 (linked)")
    group.x = linked_var(source, "u")
    network.add(source)
    for source.u in (1, 10):
        network.run(STEP)
        yield group.v


@case
def the_index_of_a_linked_variable():
    source = NeuronGroup(3, "u : 1")
    source.u = np.array([1, 10, 100])
    group, _, network = adder("v += x", model="v : 1\nx : 1 (linked)\nk : integer")
    group.x = linked_var(source, "u", index="k")
    network.add(source)
    network.run(STEP)
    yield group.v
    group.k = 2
    network.run(STEP)
    yield group.v


@case
def a_constant_that_is_added():
    group, operation, network = adder("v += 1")
    network.run(STEP)
    yield group.v
    group.variables.add_constant("c", 10.0)
    operation.abstract_code = "v += c"
    network.run(STEP)
    yield group.v
