"""Durations, time steps, clocks, reports."""

from reliability.bad_input.case import accepted, refused

__all__ = ["CASES"]

CASES = (
    refused(
        "run(-1*ms)",
        "ValueError",
        "Function 'run' expected a non-negative duration but got '-1. ms'",
    ),
    refused(
        "run(nan*second)",
        "ValueError",
        "The duration of a run has to be finite, not nan s.",
    ),
    refused(
        "run(inf*second)",
        "ValueError",
        "The duration of a run has to be finite, not inf s.",
    ),
    refused(
        "run(1e300*second)",
        "OverflowError",
        "A run until 1e+300 s would be 1e+304 time steps of the Clock",
    ),
    refused(
        "run(3)",
        "DimensionMismatchError",
        "Function 'run' expected a quantity with unit second for",
    ),
    refused(
        "run(1*mV)",
        "DimensionMismatchError",
        "Function 'run' expected a quantity with unit second for",
    ),
    refused('run("1*ms")', "TypeError", "The duration has to be one time, not '1*ms'."),
    refused(
        "run([1, 2]*ms)",
        "TypeError",
        "The duration has to be one time, not array([1., 2.]) * msecond.",
    ),
    refused("run(None)", "TypeError", "The duration has to be one time, not None."),
    refused(
        'run(1*ms, report="nothing")',
        "ValueError",
        'Do not know how to handle report argument "nothing".',
    ),
    refused(
        "run(1*ms, report=3)",
        "TypeError",
        "Do not know how to handle report argument, it has to be one of",
    ),
    accepted(
        'run(1*ms, report="text", report_period=0*second)',
        "Periods of reports",
    ),
    accepted(
        'run(1*ms, report="text", report_period=-1*second)',
        "Periods of reports",
    ),
    accepted(
        'run(1*ms, report="text", report_period=nan*second)',
        "Periods of reports",
    ),
    refused(
        'run(1*ms, report="text", report_period=3)',
        "DimensionMismatchError",
        "Function 'run' expected a quantity with unit second for",
    ),
    refused("run(1*ms, namespace=3)", "AssertionError", "AssertionError"),
    accepted(
        'run(1*ms, profile="yes")',
        "True and False",
    ),
    accepted("network.run(0.01*ms)", "Runs shorter than a time step"),
    refused(
        "defaultclock.dt = 0*ms; network.run(1*ms)",
        "ValueError",
        "The time step dt of the Clock 'defaultclock' has to be positive",
    ),
    refused(
        "defaultclock.dt = -1*ms",
        "ValueError",
        "The time step dt of the Clock 'defaultclock' has to be positive",
    ),
    refused(
        "defaultclock.dt = -1*ms; network.run(1*ms)",
        "ValueError",
        "The time step dt of the Clock 'defaultclock' has to be positive",
    ),
    refused(
        "defaultclock.dt = nan*ms; network.run(1*ms)",
        "ValueError",
        "The time step dt of the Clock 'defaultclock' has to be positive",
    ),
    refused(
        "defaultclock.dt = inf*ms; network.run(1*ms)",
        "ValueError",
        "The time step dt of the Clock 'defaultclock' has to be positive",
    ),
    refused(
        "defaultclock.dt = 1e-300*second; network.run(1*ms)",
        "OverflowError",
        "A run until 0.001 s would be 1e+297 time steps of the Clock",
    ),
    refused(
        "@network_operation\ndef end(): network.stop()\nnetwork.add(end); defaultclock.dt = 1e-17*second; network.run(1*second)",
        "OverflowError",
        "A run until 1.0 s would be 1e+17 time steps of the Clock",
    ),
    accepted(
        "defaultclock.dt = 1e300*second; network.run(1*ms)",
        "Runs shorter than a time step",
    ),
    refused(
        "defaultclock.dt = 3; network.run(1*ms)",
        "DimensionMismatchError",
        "Function '_set_dt' expected a quantity with unit second for",
    ),
    refused(
        "defaultclock.dt = 3*mV",
        "DimensionMismatchError",
        "Function '_set_dt' expected a quantity with unit second for",
    ),
    refused(
        "defaultclock.dt = [1, 2]*ms",
        "TypeError",
        "only 0-dimensional arrays can be converted to Python scalars",
    ),
    refused(
        'made = NeuronGroup(2, "v : 1", dt=0*ms, name="made"); run(1*ms)',
        "ValueError",
        "The time step dt of the Clock 'made_clock' has to be positive",
    ),
    refused(
        'made = NeuronGroup(2, "v : 1", dt=-0.1*ms, name="made"); run(1*ms)',
        "ValueError",
        "The time step dt of the Clock 'made_clock' has to be positive",
    ),
    refused(
        'made = NeuronGroup(2, "v : 1", dt=nan*ms, name="made"); run(1*ms)',
        "ValueError",
        "The time step dt of the Clock 'made_clock' has to be positive",
    ),
    refused(
        'made = NeuronGroup(2, "v : 1", dt=3, name="made")',
        "DimensionMismatchError",
        "Function '__init__' expected a quantity with unit second for",
    ),
    refused(
        'made = NeuronGroup(2, "v : 1", dt=1*ms, clock=Clock(1*ms), name="made")',
        "ValueError",
        "Can only specify either a dt or a clock, not both.",
    ),
    refused(
        'made = NeuronGroup(2, "v : 1", clock=3, name="made"); run(1*ms)',
        "AttributeError",
        "'int' object has no attribute 'variables'",
    ),
    refused(
        "Clock(0*ms)",
        "ValueError",
        "The time step dt of the Clock 'clock' has to be positive and",
    ),
    refused(
        "Clock(-1*ms)",
        "ValueError",
        "The time step dt of the Clock 'clock' has to be positive and",
    ),
    refused(
        "Clock(nan*ms)",
        "ValueError",
        "The time step dt of the Clock 'clock' has to be positive and",
    ),
    refused(
        "Clock(inf*ms)",
        "ValueError",
        "The time step dt of the Clock 'clock' has to be positive and",
    ),
    refused(
        "Clock(3)",
        "DimensionMismatchError",
        "Function '_set_dt' expected a quantity with unit second for",
    ),
    refused(
        "network.run(1*ms); defaultclock.dt = 0.3*ms; network.run(1*ms)",
        "ValueError",
        "Cannot set dt from 100. us to 300. us, the time 1. ms is not a",
    ),
    refused(
        "network.t = 3*ms",
        "AttributeError",
        "property 't' of 'Network' object has no setter",
    ),
)
