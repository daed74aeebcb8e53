"""Refractory periods."""

from reliability.bad_input.case import accepted, refused, warned

__all__ = ["CASES"]

CASES = (
    warned(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory=-1*ms, name="made"); run(1*ms)',
        "The refractory period is -0.001 s: negative ones mean that there is none.",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory=inf*ms, name="made"); run(1*ms)',
        "ValueError",
        "The refractory period has to be finite, it is inf s.",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory=nan*ms, name="made"); run(1*ms)',
        "ValueError",
        "The refractory period has to be finite, it is nan s.",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory=20000*second, name="made"); run(1*ms)',
        "ValueError",
        "The refractory period can be at most 10000 s, it is 20000.0 s:",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory=1*mV, name="made"); run(1*ms)',
        "DimensionMismatchError",
        "Refractory period has to be specified in units of seconds but",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory=5, name="made"); run(1*ms)',
        "TypeError",
        "expected string or bytes-like object, got 'int'",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory=5*[1]*ms, name="made"); run(1*ms)',
        "TypeError",
        "only 0-dimensional arrays can be converted to Python scalars",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory=True, name="made"); run(1*ms)',
        "TypeError",
        "expected string or bytes-like object, got 'bool'",
    ),
    accepted(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory="-1*ms", name="made"); run(1*ms)',
        "Refractory periods",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory="5*mV", name="made"); run(1*ms)',
        "TypeError",
        "Refractory expression has to evaluate to a timespan or a",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory="v", name="made"); run(1*ms)',
        "TypeError",
        "Refractory expression is dimensionless but not a boolean value.",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory="nothing", name="made"); run(1*ms)',
        "KeyError",
        "'The identifier \"nothing\" could not be resolved.'",
    ),
    refused(
        'period = inf*ms; made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory="period", name="made"); run(1*ms)',
        "ValueError",
        "The refractory period of a neuron of the NeuronGroup 'made' is",
    ),
    refused(
        'period = nan*ms; made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory="period", name="made"); run(1*ms)',
        "ValueError",
        "The refractory period of a neuron of the NeuronGroup 'made' is",
    ),
    accepted(
        'made = NeuronGroup(3, "v : 1\\nlong : second", threshold="v > 1", refractory="long", name="made"); made.long = -1*ms; run(1*ms)',
        "Refractory periods",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1\\nlong : second", threshold="v > 1", refractory="long", name="made"); made.long = "inf*ms"; run(1*ms)',
        "ValueError",
        "The refractory period of a neuron of the NeuronGroup 'made' is",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1\\nlong : second", threshold="v > 1", refractory="long", name="made"); made.long = [1, nan, 1]*ms; run(1*ms)',
        "ValueError",
        "The refractory period of a neuron of the NeuronGroup 'made' is",
    ),
    accepted(
        'made = NeuronGroup(3, "v : 1\\nlong : second", threshold="v > 1", refractory="long", name="made"); made.run_regularly("long = -1*ms"); run(1*ms)',
        "Refractory periods",
    ),
    accepted(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory="1*ms - i*ms", name="made"); run(1*ms)',
        "Refractory periods",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", threshold="v > 1", refractory="ms/(i - 1.0)", name="made"); run(1*ms)',
        "ValueError",
        "The refractory period of a neuron of the NeuronGroup 'made' is",
    ),
    warned(
        'made = NeuronGroup(3, "dv/dt = 1/ms : 1 (unless refractory)", threshold="v > 1", name="made"); run(1*ms)',
        'Model equations use the "unless refractory" flag but no',
    ),
)
