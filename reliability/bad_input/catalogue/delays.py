"""Delays of synapses."""

from reliability.bad_input.case import refused

__all__ = ["CASES"]

CASES = (
    refused(
        "syn.delay = -1*ms; network.run(1*ms)",
        "ValueError",
        "The delay of synapse 0 is -0.001 s; it must be at least 0 and",
    ),
    refused(
        "syn.delay = nan*ms; network.run(1*ms)",
        "ValueError",
        "The delay of synapse 0 is nan s; it must be at least 0 and at",
    ),
    refused(
        "syn.delay = inf*ms; network.run(1*ms)",
        "ValueError",
        "The delay of synapse 0 is inf s; it must be at least 0 and at",
    ),
    refused(
        "syn.delay = 1e9*second; network.run(1*ms)",
        "ValueError",
        "The delay of synapse 0 is 1000000000.0 s; it must be at least 0",
    ),
    refused(
        'syn.delay = "-i*ms"; network.run(1*ms)',
        "ValueError",
        "The delay of synapse 1 is -0.001 s; it must be at least 0 and",
    ),
    refused(
        'syn.delay = "ms/(i - 1.0)"; network.run(1*ms)',
        "ValueError",
        "The delay of synapse 0 is -0.001 s; it must be at least 0 and",
    ),
    refused(
        "syn.delay = 3; network.run(1*ms)",
        "DimensionMismatchError",
        "Incorrect unit for setting variable delay (units are s and 1).",
    ),
    refused(
        'syn.delay = "3*mV"',
        "DimensionMismatchError",
        'The right-hand-side of code statement "delay = 3*mV" does not',
    ),
    refused(
        "syn.delay[7] = 1*ms",
        "IndexError",
        "Index 7 is out of range: there are 5 synapses, from 0 to 4.",
    ),
    refused(
        "network.run(1*ms); syn.delay[2] = -1*ms; network.run(1*ms)",
        "ValueError",
        "The delay of synapse 2 is -0.001 s; it must be at least 0 and",
    ),
    refused(
        "network.run(1*ms); syn.pre.delay = nan*ms; network.run(1*ms)",
        "ValueError",
        "The delay of synapse 0 is nan s; it must be at least 0 and at",
    ),
    refused(
        'made = Synapses(cells, cells, on_pre="v += 1", delay=-1*ms, name="made"); made.connect(); run(1*ms)',
        "ValueError",
        "The delay of synapse 0 is -0.001 s; it must be at least 0 and",
    ),
    refused(
        'made = Synapses(cells, cells, on_pre="v += 1", delay=nan*ms, name="made"); made.connect(); run(1*ms)',
        "ValueError",
        "The delay of synapse 0 is nan s; it must be at least 0 and at",
    ),
    refused(
        'made = Synapses(cells, cells, on_pre="v += 1", delay=[1, 2]*ms, name="made")',
        "TypeError",
        "Cannot set the delay for pathway 'pre': expected a scalar",
    ),
    refused(
        'made = Synapses(cells, cells, on_pre="v += 1", delay="1*ms", name="made")',
        "TypeError",
        "Delay argument has to be a quantity or a dictionary, is type",
    ),
    refused(
        'made = Synapses(cells, cells, on_pre="v += 1", delay=3*mV, name="made")',
        "DimensionMismatchError",
        "Delay has to be specified in units of seconds but got 3. mV",
    ),
    refused(
        'made = Synapses(cells, cells, on_pre="v += 1", delay=3, name="made")',
        "TypeError",
        "Delay argument has to be a quantity or a dictionary, is type",
    ),
    refused(
        'made = Synapses(cells, cells, on_pre={"a": "v += 1", "b": "v += 2"}, delay={"b": -2*ms}, name="made"); made.connect(); run(1*ms)',
        "ValueError",
        "The delay of synapse 0 is -0.002 s; it must be at least 0 and",
    ),
    refused(
        'made = Synapses(cells, cells, on_post="v_pre += 1", name="made"); made.connect(); made.post.delay = -1*ms; run(1*ms)',
        "ValueError",
        "The delay of synapse 0 is -0.001 s; it must be at least 0 and",
    ),
    refused(
        'made = Synapses(cells, cells, on_pre="v += 1", delay=1*ms, name="made"); made.connect(); made.delay = "i*ms"',
        "SyntaxError",
        "Cannot write to scalar variable 'delay' with an expression",
    ),
)
