"""How many neurons, and subgroups."""

from reliability.bad_input.case import accepted, refused, warned

__all__ = ["CASES"]

CASES = (
    refused(
        'made = NeuronGroup(0, "v : 1", name="made")',
        "ValueError",
        "NeuronGroup size should be at least 1, was 0",
    ),
    refused(
        'made = NeuronGroup(-1, "v : 1", name="made")',
        "ValueError",
        "NeuronGroup size should be at least 1, was -1",
    ),
    warned(
        'made = NeuronGroup(2.5, "v : 1", name="made")',
        "The number of neurons N should be whole: 2.5 counts as 2.",
    ),
    refused(
        'made = NeuronGroup(nan, "v : 1", name="made")',
        "ValueError",
        "The number of neurons N has to be a finite number, not nan.",
    ),
    refused(
        'made = NeuronGroup(inf, "v : 1", name="made")',
        "ValueError",
        "The number of neurons N has to be a finite number, not inf.",
    ),
    accepted(
        'made = NeuronGroup("3", "v : 1", name="made")',
        "Counts",
    ),
    accepted(
        'made = NeuronGroup(True, "v : 1", name="made")',
        "True and False",
    ),
    refused(
        'made = NeuronGroup(3*mV, "v : 1", name="made")',
        "ValueError",
        "NeuronGroup size should be at least 1, was 0",
        "In NeuronGroup(N=3. * mvolt,",
    ),
    refused(
        'made = NeuronGroup(2**31, "v : 1", name="made")',
        "OverflowError",
        "The number of neurons N can be at most 2147483647, because",
    ),
    refused(
        'made = NeuronGroup(2**32 + 1, "v : 1", name="made")',
        "OverflowError",
        "The number of neurons N can be at most 2147483647, because",
    ),
    refused(
        'made = NeuronGroup(2**63, "v : 1", name="made")',
        "OverflowError",
        "The number of neurons N can be at most 2147483647, because",
    ),
    refused(
        'made = NeuronGroup(None, "v : 1", name="made")',
        "TypeError",
        "int() argument must be a string, a bytes-like object or a real",
    ),
    refused(
        'made = PoissonGroup(0, rates=1*Hz, name="made")',
        "ValueError",
        "N has to be an integer >= 1, got 0.",
    ),
    refused(
        'made = PoissonGroup(-3, rates=1*Hz, name="made")',
        "ValueError",
        "N has to be an integer >= 1, got -3.",
    ),
    refused(
        'made = PoissonGroup(1.5, rates=1*Hz, name="made")',
        "ValueError",
        "N has to be an integer >= 1, got 1.5.",
    ),
    refused(
        'made = PoissonGroup(nan, rates=1*Hz, name="made")',
        "ValueError",
        "The number of neurons N has to be a finite number, not nan.",
    ),
    refused(
        'made = PoissonGroup(2**32, rates=1*Hz, name="made")',
        "OverflowError",
        "The number of neurons N can be at most 2147483647, because",
    ),
    accepted(
        'made = PoissonGroup(True, rates=1*Hz, name="made")',
        "True and False",
    ),
    refused(
        'made = SpikeGeneratorGroup(0, [], []*ms, name="made")',
        "TypeError",
        "N has to be an integer >=1.",
    ),
    refused(
        'made = SpikeGeneratorGroup(2.5, [0], [1]*ms, name="made")',
        "TypeError",
        "N has to be an integer >=1.",
    ),
    refused(
        'made = SpikeGeneratorGroup(nan, [0], [1]*ms, name="made")',
        "ValueError",
        "The number of neurons N has to be a finite number, not nan.",
    ),
    refused(
        'made = SpikeGeneratorGroup(2**31, [0], [1]*ms, name="made")',
        "OverflowError",
        "The number of neurons N can be at most 2147483647, because",
    ),
    accepted(
        'made = SpikeGeneratorGroup(True, [0], [1]*ms, name="made")',
        "True and False",
    ),
    refused("cells[-1]", "IndexError", "Indices have to be positive."),
    refused("cells[3:3]", "IndexError", "Illegal start/end values for subgroup, 3>=3"),
    refused("cells[::2]", "IndexError", "Subgroups have to be contiguous"),
    refused(
        "cells[[0, 2]]",
        "IndexError",
        "Subgroups can only be constructed using contiguous indices.",
    ),
    refused(
        "cells[2**32]", "IndexError", "Illegal start value for subgroup, 4294967296>=5"
    ),
    refused(
        "cells[1.5]",
        "TypeError",
        "Subgroups can only be constructed using slicing syntax, a",
    ),
    refused(
        'cells["i > 2"]',
        "TypeError",
        "Subgroups can only be constructed using slicing syntax, a",
    ),
    refused(
        "cells[nan]",
        "TypeError",
        "Subgroups can only be constructed using slicing syntax, a",
    ),
)
