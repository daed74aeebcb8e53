"""Inputs of monitors and of groups that spike at given times."""

from reliability.refusals.row import Row

__all__ = ["ROWS"]

ROWS = (
    Row(
        'StateMonitor(cells, "x", record=[2**32 + 1]).record',
        "Neuron 2**32 + 1 is none: in 32 bits it would be neuron 1.",
    ),
    Row(
        'StateMonitor(cells, "x", record=[nan]).record',
        "It is no index.",
    ),
    Row(
        'group = NeuronGroup(2, "y : 1 (linked)\\nat : integer")\n'
        'group.y = linked_var(cells, "x", index="at")\n'
        'monitor = StateMonitor(group, ["y", "at"], record=True, name="made")\n'
        "Network(cells, group, monitor).run(0.1*ms)\n"
        "monitor.y[:]",
        "Brian would look up the variable with what was recorded of its index.",
        cython="memory that is not the variable's is read",
    ),
    Row(
        "monitor = PopulationRateMonitor(cells)\n"
        "Network(cells, monitor).run(0.3*ms)\n"
        'monitor.smooth_rate("flat", width=-1*ms)/Hz',
        "No window is narrower than 0.",
    ),
    Row(
        "group = SpikeGeneratorGroup(5, [[0, 1]], [[0, 0.1]]*ms)\n"
        "spikes = SpikeMonitor(group)\n"
        "run(0.3*ms)\n"
        "spikes.i[:]",
        "It is not said what the second dimension means.",
    ),
    Row(
        "group = SpikeGeneratorGroup(5, [0, 1], [0, nan]*ms)\n"
        "spikes = SpikeMonitor(group)\n"
        "run(0.3*ms)\n"
        "spikes.i[:]",
        "Each other spike would be lost with it: leave it out.",
    ),
    Row(
        "group = SpikeGeneratorGroup(5, [0], [0]*ms, period=nan*ms)\n"
        "spikes = SpikeMonitor(group)\n"
        "run(0.3*ms)\n"
        "spikes.i[:]",
        "It is no period.",
    ),
    Row(
        "group = SpikeGeneratorGroup(5, [0, 1], [0.2, 0.1]*ms, sorted=True)\n"
        "spikes = SpikeMonitor(group)\n"
        "run(0.3*ms)\n"
        "spikes.i[:], spikes.t[:]/ms",
        "They are not sorted: the first spike comes when the second one is due, or not "
        "at all.",
    ),
    Row(
        'group = SpikeGeneratorGroup(5, [0], [3000]*second, dt=1*us, name="made")\n'
        "spikes = SpikeMonitor(group)\n"
        "run(1*ms)\n"
        "spikes.t/second",
        "Brian counts time steps with 32 bits: the spike would be elsewhere.",
    ),
    Row(
        'group = SpikeGeneratorGroup(5, [0, 1, 0], [0, 0, 0.01]*ms, name="made")\n'
        "spikes = SpikeMonitor(group)\n"
        "run(0.3*ms)\n"
        "spikes.i[:]",
        "A neuron spikes once in a time step. Brian says so itself where the two "
        "follow each other in the list.",
    ),
    Row(
        "monitor = SpikeMonitor(cells)\nmonitor.resize(-1)\nmonitor.num_spikes",
        "Nothing has less than 0 elements.",
    ),
)
