"""Inputs that are others in the second run."""

from brian2 import (
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    PoissonInput,
    SpikeGeneratorGroup,
    SpikeMonitor,
    TimedArray,
    defaultclock,
    kHz,
    ms,
    seed,
)

from tests.simulation.second_runs.cases import STEP, attempt, case, steps


def poisson_input():
    """Return neurons, what excites them, and their network."""
    group = NeuronGroup(1, "v : 1")
    given = PoissonInput(group, "v", 1000, 5 * kHz, weight=1)
    return group, given, Network(group, given)


@case
def the_rate_of_a_poisson_input():
    _, given, network = poisson_input()
    network.run(STEP)
    with attempt() as outcome:
        given.rate = 1 * Hz
    yield outcome.error


@case
def the_hidden_rate_of_a_poisson_input():
    group, given, network = poisson_input()
    seed(5)
    network.run(STEP)
    before = group.v[0]
    given._rate = 0 * Hz
    seed(5)
    network.run(STEP)
    yield (group.v[0] - before) / before


@case
def the_time_step_of_a_poisson_input():
    _, _, network = poisson_input()
    network.run(STEP)
    defaultclock.dt = STEP / 2
    with attempt() as outcome:
        network.run(STEP)
    yield outcome.error


@case
def the_rates_of_a_poisson_group():
    group = PoissonGroup(2, rates=10 * kHz)
    monitor = SpikeMonitor(group)
    network = Network(group, monitor)
    network.run(STEP)
    yield monitor.num_spikes
    group.rates = [0, 10000] * Hz
    network.run(STEP)
    yield monitor.i


@case
def the_timed_array_of_a_poisson_group():
    group = PoissonGroup(2, rates="values(t)")
    monitor = SpikeMonitor(group)
    network = Network(group, monitor)
    values = TimedArray([10, 0] * kHz, dt=STEP)
    network.run(2 * STEP)
    yield monitor.num_spikes
    values = TimedArray([0, 0, 10, 10] * kHz, dt=STEP)
    network.run(2 * STEP)
    yield monitor.num_spikes


def generator(times, **options):
    """Return two neurons with a spike each, what records them, and their network."""
    group = SpikeGeneratorGroup(2, [0, 1], times * ms, **options)
    monitor = SpikeMonitor(group)
    return group, monitor, Network(group, monitor)


@case
def the_spikes_of_a_generator():
    group, monitor, network = generator([0, 0.2])
    network.run(2 * STEP)
    yield monitor.i
    group.set_spikes([1, 1, 0], [0.2, 0.3, 0.3] * ms)
    network.run(2 * STEP)
    yield monitor.i, steps(monitor)


@case
def the_period_of_a_generator():
    group, monitor, network = generator([0, 0.1], period=0.2 * ms)
    network.run(4 * STEP)
    yield monitor.num_spikes
    with attempt() as outcome:
        group.period = 0.4 * ms
    network.run(8 * STEP)
    yield outcome.error, monitor.num_spikes


@case
def the_time_step_of_a_generator():
    _, monitor, network = generator([0, 0.25])
    network.run(STEP)
    defaultclock.dt = STEP / 2
    network.run(4 * STEP)
    yield monitor.i, monitor.t_ * 1e4
