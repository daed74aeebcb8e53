"""Synapses that are added, or do something else, or later, in the second run."""

from brian2 import (
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
)
from brian2.equations.codestrings import Expression

from tests.simulation.second_runs.cases import STEP, attempt, case


def pathway(on_pre="w_post += 1", *, model="x : 1", connect=True, **options):
    """Return neurons that spike in each step, their targets, synapses, a network."""
    source = SpikeGeneratorGroup(2, [0, 1], [0, 0] * ms, period=STEP)
    target = NeuronGroup(2, "w : 1")
    synapses = Synapses(source, target, model, on_pre=on_pre, **options)
    if connect:
        synapses.connect(i=[0], j=[0])
    return source, target, synapses, Network(source, target, synapses)


@case
def more_synapses():
    _, target, synapses, network = pathway()
    network.run(STEP)
    yield target.w
    synapses.connect(i=[0, 1], j=[1, 1])
    network.run(2 * STEP)
    yield target.w, len(synapses)


@case
def more_synapses_by_a_condition():
    _, target, synapses, network = pathway()
    network.run(STEP)
    yield target.w
    synapses.connect(condition="i != j")
    network.run(STEP)
    yield target.w, synapses.i, synapses.j


@case
def the_first_synapses():
    _, target, synapses, network = pathway(connect=False)
    with attempt() as outcome:
        network.run(STEP)
    yield outcome.error, target.w
    synapses.connect(i=[0], j=[1])
    network.run(STEP)
    yield target.w


@case
def more_synapses_than_are_recorded():
    _, _, synapses, network = pathway("x += 1")
    first = StateMonitor(synapses, "x", record=synapses[0, 0])
    network.add(first)
    network.run(STEP)
    synapses.connect(i=[0, 1], j=[0, 1])
    later = StateMonitor(synapses, "x", record=synapses[0, 0], name="later")
    network.add(later)
    network.run(2 * STEP)
    yield first.x, later.x


@case
def more_synapses_with_delays():
    _, target, synapses, network = pathway()
    synapses.delay = 0.1 * ms
    network.run(2 * STEP)
    yield target.w
    synapses.connect(i=[1], j=[1])
    network.run(2 * STEP)
    yield target.w, synapses.delay_[:] * 1e4


@case
def more_synapses_with_one_delay():
    _, target, synapses, network = pathway(delay=0.1 * ms)
    network.run(2 * STEP)
    yield target.w
    synapses.connect(i=[1], j=[1])
    network.run(2 * STEP)
    yield target.w


@case
def a_delay_of_each_synapse():
    _, target, synapses, network = pathway()
    network.run(2 * STEP)
    yield target.w
    synapses.delay = 0.2 * ms
    network.run(4 * STEP)
    yield target.w


@case
def a_delay_of_all_synapses():
    _, target, synapses, network = pathway(delay=0.2 * ms)
    network.run(4 * STEP)
    yield target.w
    synapses.delay = 0 * ms
    network.run(2 * STEP)
    yield target.w


@case
def the_delay_of_a_spike_under_way():
    source = SpikeGeneratorGroup(1, [0], [0] * ms)
    target = NeuronGroup(1, "w : 1")
    synapses = Synapses(source, target, on_pre="w_post = t/ms")
    synapses.connect()
    synapses.delay = 0.3 * ms
    network = Network(source, target, synapses)
    network.run(2 * STEP)
    synapses.delay = 2 * ms
    network.run(4 * STEP)
    yield target.w
    network.run(20 * STEP)
    yield target.w


@case
def the_time_step_of_delays():
    source, target, synapses, network = pathway()
    synapses.delay = 0.2 * ms
    network.run(4 * STEP)
    yield target.w
    defaultclock.dt = STEP / 2
    source.set_spikes([0], [0.5] * ms)
    target.w = 0
    network.run(8 * STEP)
    yield target.w


@case
def the_code_of_a_pathway():
    _, target, synapses, network = pathway()
    network.run(STEP)
    yield target.w
    synapses.pre.code = "w_post += 10"
    network.run(STEP)
    yield target.w


@case
def a_number_in_the_code_of_a_pathway():
    _, target, _, network = pathway("w_post += k")
    for k in (1.0, 10.0):
        network.run(STEP)
        yield target.w


@case
def when_a_pathway_is_due():
    _, target, synapses, network = pathway()
    target.run_regularly("w = w*2", when="after_synapses")
    network.run(2 * STEP)
    yield target.w
    target.w = 0
    synapses.pre.when = "end"
    network.run(2 * STEP)
    yield target.w


@case
def a_pathway_that_is_switched_off_and_on():
    _, target, synapses, network = pathway()
    for synapses.pre.active in (True, False, True):
        network.run(2 * STEP)
        yield target.w


def summed():
    """Return the source and the target of a summed variable, synapses, a network."""
    source = NeuronGroup(2, "u : 1")
    target = NeuronGroup(2, "w : 1")
    synapses = Synapses(source, target, "w_post = u_pre*k : 1 (summed)")
    synapses.connect(i=[0, 1], j=[0, 0])
    source.u = [1, 2]
    return source, target, synapses, Network(source, target, synapses)


@case
def what_is_summed():
    source, target, _, network = summed()
    k = 1.0
    network.run(STEP)
    yield target.w
    source.u = [10, 20]
    network.run(STEP)
    yield target.w


@case
def a_number_in_a_sum():
    _, target, _, network = summed()
    for k in (1.0, 10.0):
        network.run(STEP)
        yield target.w


@case
def more_synapses_to_sum_over():
    _, target, synapses, network = summed()
    k = 1.0
    network.run(STEP)
    yield target.w
    synapses.connect(i=[1], j=[1])
    network.run(STEP)
    yield target.w


@case
def the_expression_of_a_sum():
    _, target, synapses, network = summed()
    k = 1.0
    network.run(STEP)
    yield target.w
    synapses.summed_updaters["w_post"].expression = Expression("u_pre*k + 10")
    network.run(STEP)
    yield target.w
