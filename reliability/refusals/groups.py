"""Inputs of groups of neurons, of what drives them, and of sections of cables."""

from reliability.refusals.row import Row

__all__ = ["ROWS"]

ROWS = (
    Row('NeuronGroup(inf, "v : 1").N', "No group has infinitely many neurons."),
    Row(
        'NeuronGroup(10**18, "v : 1").N',
        "Brian's indices have 32 bits.",
    ),
    Row(
        'group = NeuronGroup(1, "v : 1", threshold="True", refractory=inf*second)\n'
        "spikes = SpikeMonitor(group)\n"
        "run(0.3*ms)\n"
        "spikes.num_spikes",
        "An infinite period is no number of time steps. It would be none at all, which "
        "is the opposite.",
    ),
    Row(
        'group = NeuronGroup(1, "v : 1", threshold="True", refractory=20000*second)\n'
        "spikes = SpikeMonitor(group)\n"
        "run(0.3*ms)\n"
        "spikes.num_spikes",
        "Neurons count as having spiked 10 000 s before the start: they would be "
        "refractory before their first spike.",
    ),
    Row(
        'group = NeuronGroup(1, "v : 1", threshold="True", refractory="log(i)*ms",\n'
        '    name="made")\n'
        "spikes = SpikeMonitor(group)\n"
        "run(0.3*ms)\n"
        "spikes.num_spikes",
        "As above, for a period that code computes.",
    ),
    Row(
        "group = PoissonGroup(2, rates=[nan, 1e5]*Hz)\n"
        "spikes = SpikeMonitor(group)\n"
        "run(0.3*ms)\n"
        "spikes.num_spikes",
        "A rate that is not a number comes of an error in a computation. (One that a "
        "string computes in the run gives no spikes.)",
    ),
    Row(
        'source = PoissonInput(cells, "x", 10, 20000*Hz, weight=1)\n'
        "Network(cells, source).run(0.2*ms)\n"
        "cells.x[0]",
        "An input can't spike more than once in a time step. What Cython's algorithm "
        "ends at depends on how many inputs there are.",
    ),
    Row(
        'source = PoissonInput(cells, "x", 2**63, 3e-15*Hz, weight=1)\n'
        "Network(cells, source).run(0.2*ms)\n"
        "cells.x[0]",
        "Inputs are counted in 64 bits, unless they bring more than 5 spikes in a time "
        "step: then Brian needs to know the mean only.",
    ),
    Row(
        'group = NeuronGroup(1, "dy/dt = 1/ms : 1", method="gsl", name="made",\n'
        '    method_options={"absolute_error": 1*mV})\n'
        "run(0.1*ms)",
        "The error is that of variables in the units that they have: one of a unit is "
        "an error of one variable.",
        cython="the same, if the GNU Scientific Library is there",
    ),
    Row(
        'group = NeuronGroup(1, "dy/dt = 1/ms : 1", method="gsl", name="made",\n'
        '    method_options={"absolute_error_per_variable": 1e-3})\n'
        "run(0.1*ms)",
        "It is not said which variable has this error.",
        cython="the same, if the GNU Scientific Library is there",
    ),
    Row(
        'group = NeuronGroup(1, "dy/dt = 1/ms : 1", method="gsl", name="made",\n'
        '    method_options={"absolute_error_per_variable": {"z": 1e-3}})\n'
        "run(0.1*ms)",
        "It would have no effect.",
        cython="the same, if the GNU Scientific Library is there",
    ),
    Row(
        'group = NeuronGroup(1, "dy/dt = 1/ms : 1", method="gsl", name="made",\n'
        '    method_options={"max_steps": inf})\n'
        "run(0.1*ms)",
        "Steps are counted. (0 is for any number of them.)",
        cython="no integration at all: its code is not compiled",
    ),
    Row(
        'group = NeuronGroup(1, "dy/dt = (1 + y**2)/ms : 1", method="gsl",\n'
        '    name="made")\n'
        "run(2*ms)\n"
        "group.y[0]",
        "It has no solution for that long.",
        cython="the same, if the GNU Scientific Library is there",
    ),
    Row(
        'values = TimedArray([1, 2], dt=0*ms)\ncells.x = "values(1*ms)"\ncells.x[0]',
        "Values that follow each other within no time are no function of time.",
    ),
    Row(
        'values = TimedArray([], dt=1*ms, name="values")\n'
        'cells.x = "values(1*ms)"\n'
        "cells.x[0]",
        "There is no value that it could have.",
        cython="memory that is not its own is read",
    ),
    Row(
        'draw = BinomialFunction(-1, 0.5)\ncells.x = "draw()"\ncells.x[0]',
        "There is no distribution of a negative number of trials.",
    ),
    Row(
        'draw = BinomialFunction(10, 1.5)\ncells.x = "draw()"\ncells.x[0]',
        "A probability is between 0 and 1.",
    ),
    Row(
        "Cylinder(length=-10*um, diameter=1*um, n=2).area[0]/um**2",
        "No section has a negative length.",
    ),
    Row(
        "neuron = SpatialNeuron(Cylinder(length=10*um, diameter=1*um, n=2),\n"
        '    "Im = 0*amp/meter**2 : amp/meter**2", Cm=-1*uF/cm**2, name="made")\n'
        "neuron.v = -70*mV\n"
        "run(0.1*ms)\n"
        "neuron.v[0]/mV",
        "No membrane has a negative capacitance: its voltage would run away from all "
        "that drives it.",
    ),
)
