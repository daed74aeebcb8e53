"""Spikes at given times."""

from reliability.bad_input.case import refused, warned

__all__ = ["CASES"]

CASES = (
    refused(
        'made = SpikeGeneratorGroup(3, [3], [1]*ms, name="made")',
        "ValueError",
        "Indices have to lie in the interval [0, 3[",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [-1], [1]*ms, name="made")',
        "ValueError",
        "Indices have to lie in the interval [0, 3[",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [2**32], [1]*ms, name="made")',
        "ValueError",
        "Indices have to lie in the interval [0, 3[",
    ),
    warned(
        'made = SpikeGeneratorGroup(3, [0.5], [1]*ms, name="made"); run(1*ms)',
        "What is given for indices should be whole: 0.5 counts as 0.",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [nan], [1]*ms, name="made"); run(1*ms)',
        "ValueError",
        "What is given for indices has to be finite numbers, not nan.",
    ),
    warned(
        'made = SpikeGeneratorGroup(3, [True], [1]*ms, name="made")',
        "What is given for indices should be indices, not booleans: True",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, ["a"], [1]*ms, name="made")',
        "TypeError",
        "Quantities can only be created from numerical data.",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0, 1], [1]*ms, name="made")',
        "ValueError",
        "Length of the indices and times array must match, but 2 != 1",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [[0, 1]], [[1, 2]]*ms, name="made"); run(1*ms)',
        "ValueError",
        "The indices and times of spikes have to be one-dimensional, not",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, 0, 1*ms, name="made")',
        "TypeError",
        "object of type 'int' has no len()",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [-1]*ms, name="made")',
        "ValueError",
        "Spike times cannot be negative",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [nan]*ms, name="made"); run(1*ms)',
        "ValueError",
        "The times of spikes have to be finite, but times[0] is nan s.",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0, 1], [nan, 1]*ms, name="made"); run(1*ms)',
        "ValueError",
        "The times of spikes have to be finite, but times[0] is nan s.",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [inf]*ms, name="made"); run(1*ms)',
        "ValueError",
        "The times of spikes have to be finite, but times[0] is inf s.",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [3000]*second, dt=1*us, name="made"); run(1*ms)',
        "OverflowError",
        "The last spike of the SpikeGeneratorGroup 'made' is at 3000.0",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [1e300]*second, name="made"); run(1*ms)',
        "OverflowError",
        "The last spike of the SpikeGeneratorGroup 'made' is at 1e+300",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [1], name="made")',
        "DimensionMismatchError",
        "Function '__init__' expected a quantity with unit second for",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [1]*mV, name="made")',
        "DimensionMismatchError",
        "Function '__init__' expected a quantity with unit second for",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0, 0], [1, 1]*ms, name="made"); run(1*ms)',
        "ValueError",
        "Using a dt of <made.dt: 100. * usecond>, some neurons of",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0, 1, 0], [1, 1, 1.01]*ms, name="made"); run(2*ms)',
        "ValueError",
        "Using a dt of <made.dt: 100. * usecond>, some neurons of",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0, 1, 0], [1, 1, 1.01]*ms, sorted=True, name="made"); run(2*ms)',
        "ValueError",
        "Using a dt of <made.dt: 100. * usecond>, some neurons of",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0, 1], [2, 1]*ms, sorted=True, name="made"); run(3*ms)',
        "ValueError",
        "The spikes are said to be sorted by time, and by neuron where",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [1]*ms, period=-1*ms, name="made")',
        "ValueError",
        "The period cannot be negative.",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [1]*ms, period=nan*ms, name="made"); run(1*ms)',
        "ValueError",
        "The period of the spikes is not a number (NaN).",
    ),
    warned(
        'made = SpikeGeneratorGroup(3, [0], [1]*ms, period=inf*ms, name="made"); run(1*ms)',
        "Periods longer than 2147483647 timesteps (=214.7483647 ks)",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [0]*ms, period=0.01*ms, name="made"); run(1*ms)',
        "ValueError",
        "The period has to be greater than the maximum of the spike times",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [0]*ms, period=0.25*ms, name="made"); run(1*ms)',
        "NotImplementedError",
        "The period of 'made' is 250. us, which is not an integer",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [2]*ms, period=1*ms, name="made")',
        "ValueError",
        "The period has to be greater than the maximum of the spike times",
    ),
    warned(
        'made = SpikeGeneratorGroup(3, [0], [1]*ms, period=1e9*second, name="made"); run(1*ms)',
        "Periods longer than 2147483647 timesteps (=214.7483647 ks)",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [1]*ms, period=3, name="made")',
        "DimensionMismatchError",
        "Function '__init__' expected a quantity with unit second for",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [1]*ms, name="made"); made.set_spikes([3], [1]*ms)',
        "ValueError",
        "Indices have to lie in the interval [0, 3[",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [1]*ms, name="made"); made.set_spikes([2**32], [1]*ms)',
        "ValueError",
        "Indices have to lie in the interval [0, 3[",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [1]*ms, name="made"); made.set_spikes([0], [nan]*ms); run(1*ms)',
        "ValueError",
        "The times of spikes have to be finite, but times[0] is nan s.",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [1]*ms, name="made"); made.set_spikes([0], [1e8]*second); run(1*ms)',
        "OverflowError",
        "The last spike of the SpikeGeneratorGroup 'made' is at",
    ),
    refused(
        'made = SpikeGeneratorGroup(3, [0], [1]*ms, name="made"); made.set_spikes([0, 1], [1]*ms)',
        "ValueError",
        "Length of the indices and times array must match, but 2 != 1",
    ),
    warned(
        'made = SpikeGeneratorGroup(3, [0], [1]*ms, name="made"); run(2*ms); made.set_spikes([0], [1]*ms); run(1*ms)',
        "The SpikeGeneratorGroup contains spike times earlier than",
    ),
    refused(
        'made = SpikeGeneratorGroup(2, [0, 1]*8, [1]*8*ms + [1.01]*8*ms, name="made"); run(2*ms)',
        "ValueError",
        "Length of the indices and times array must match, but 16 != 8",
    ),
    refused(
        'made = SpikeGeneratorGroup(2, [0, 1]*20, np.linspace(1, 1.04, 40)*ms, name="made"); run(2*ms)',
        "ValueError",
        "Using a dt of <made.dt: 100. * usecond>, some neurons of",
    ),
    refused(
        'made = NeuronGroup(2, "v : 1", name="made"); made.v.set_item(slice(None), "nothing", namespace={})',
        "KeyError",
        "'The identifier \"nothing\" could not be resolved.'",
    ),
    warned(
        'made = Synapses(NeuronGroup(2, "v : 1", threshold="v > 1", name="source"), cells, on_pre="v += 1", name="made"); made.connect(); run(1*ms)',
        "The NeuronGroup 'source' sets a threshold but",
    ),
)
