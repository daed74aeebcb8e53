"""Changes that a network operation makes within the first run."""

from brian2 import (
    Hz,
    Network,
    NetworkOperation,
    PoissonGroup,
    SpikeMonitor,
    StateMonitor,
    kHz,
    ms,
    prefs,
    seed,
)

from tests.simulation.second_runs.cases import STEP, adder, attempt, case, steps, within
from tests.simulation.second_runs.inputs import generator
from tests.simulation.second_runs.networks import two_operations
from tests.simulation.second_runs.synapses import pathway


@case
def within_a_run_the_namespace_of_the_group():
    group, _, network = adder(namespace={"k": 1.0})
    within(network, lambda: group.namespace.update(k=10.0))
    network.run(4 * STEP)
    yield group.v
    network.run(STEP)
    yield group.v


@case
def within_a_run_a_variable_of_the_caller():
    group, _, network = adder()
    k = 1.0

    def change():
        nonlocal k
        k = 10.0

    within(network, change)
    network.run(4 * STEP)
    yield group.v
    network.run(STEP)
    yield group.v


@case
def within_a_run_values():
    group, _, network = adder("v += 1")

    def change():
        group.v = 100

    within(network, change)
    network.run(4 * STEP)
    yield group.v


@case
def within_a_run_values_that_are_computed():
    group, _, network = adder("v += 1")
    k = 5.0

    def change():
        captured = k
        group.v = "v + k"

    within(network, change)
    network.run(4 * STEP)
    yield group.v
    group.v = "v + k"
    yield group.v


@case
def within_a_run_more_synapses():
    _, target, synapses, network = pathway()
    within(network, lambda: synapses.connect(i=[1], j=[1]))
    network.run(4 * STEP)
    yield target.w
    network.run(2 * STEP)
    yield target.w, len(synapses)


@case
def within_a_run_a_pathway_that_is_switched_off():
    _, target, synapses, network = pathway()

    def change():
        synapses.pre.active = False

    within(network, change)
    network.run(5 * STEP)
    yield target.w


@case
def within_a_run_an_operation_that_is_switched_on():
    group, operation, network = adder("v += 1")
    operation.active = False

    def change():
        operation.active = True

    within(network, change)
    with attempt() as outcome:
        network.run(5 * STEP)
    yield outcome.error, group.v


@case
def within_a_run_a_monitor():
    group, _, network = adder("v += 1")
    monitor = StateMonitor(group, "v", record=True)
    within(network, lambda: network.add(monitor))
    network.run(4 * STEP)
    yield monitor.v[:].size
    network.run(STEP)
    yield monitor.v


@case
def within_a_run_the_order():
    group, doubling, _, network = two_operations()

    def change():
        doubling.order = 3

    within(network, change)
    network.run(4 * STEP)
    yield group.v
    network.run(2 * STEP)
    yield group.v


@case
def within_a_run_the_spikes_of_a_generator():
    source, monitor, network = generator([0, 0.2])
    within(network, lambda: source.set_spikes([0, 1], [0.3, 0.4] * ms))
    network.run(6 * STEP)
    yield monitor.i, steps(monitor)
    source.set_spikes([0], [0.7] * ms)
    network.run(4 * STEP)
    yield monitor.i, steps(monitor)


@case
def within_a_run_the_rates_of_a_poisson_group():
    group = PoissonGroup(1, rates=10 * kHz)
    monitor = SpikeMonitor(group)
    network = Network(group, monitor)

    def change():
        group.rates = 0 * Hz

    within(network, change)
    network.run(4 * STEP)
    yield monitor.num_spikes


@case
def within_a_run_an_operation():
    group, _, network = adder("v += 1")
    within(network, lambda: group.run_regularly("v += 10"))
    network.run(4 * STEP)
    yield group.v
    network.run(STEP)
    yield group.v


@case
def within_a_run_the_target():
    group, operation, network = adder("v += 1")

    def change():
        prefs.codegen.target = "numpy"

    within(network, change)
    network.run(4 * STEP)
    yield group.v
    network.run(STEP)
    yield group.v, operation.codeobj.class_name


@case
def within_a_run_the_seed():
    group, operation, network = adder("v = rand()", n=2)
    operation.when = "groups"
    seen = []
    seed(3)
    looking = NetworkOperation(
        lambda: seen.append(group.v[:].copy()), when="after_groups"
    )
    network.add(looking)
    within(network, lambda: seed(3), at=0)
    network.run(2 * STEP)
    yield from seen
