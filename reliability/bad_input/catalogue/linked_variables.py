"""Linked and summed variables."""

from reliability.bad_input.case import refused

__all__ = ["CASES"]

CASES = (
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)", name="made"); made.y = linked_var(cells, "x", index=[0, 1, 2, 3, 5])',
        "ValueError",
        "Index array for linked variable y contains values outside of",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)", name="made"); made.y = linked_var(cells, "x", index=[0, 1, 2, 3, -1])',
        "ValueError",
        "Index array for linked variable y contains values outside of",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)", name="made"); made.y = linked_var(cells, "x", index=[0, 1, 2, 3, 2**32])',
        "ValueError",
        "Index array for linked variable y contains values outside of",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)", name="made"); made.y = linked_var(cells, "x", index=[0, 1, 2, 3, 0.5])',
        "TypeError",
        "The index for a linked variable has to be an integer array",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)", name="made"); made.y = linked_var(cells, "x", index=[0, 1])',
        "TypeError",
        "Index array for linked variable 'y' has to be a one-dimensional",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)", name="made"); made.y = linked_var(cells, "nothing")',
        "KeyError",
        "'nothing'",
    ),
    refused(
        'made = NeuronGroup(3, "y : 1 (linked)", name="made"); made.y = linked_var(cells, "x")',
        "ValueError",
        "Cannot link variable 'y' to 'x', the size of the target group",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)", name="made"); made.y = linked_var(cells, "I")',
        "DimensionMismatchError",
        "Unit of variable 'y' does not match its link target 'I'",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)", name="made"); made.y = 3',
        "ValueError",
        "Cannot set a linked variable directly, link it to another",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)", name="made"); made.y = linked_var(cells, "x", index="nothing")',
        "ValueError",
        "Index variable 'nothing' not found.",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\na : 1", name="made"); made.y = linked_var(cells, "x", index="a")',
        "TypeError",
        "Index variable 'a' should be an integer parameter.",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\ndz/dt = y/ms : 1", name="made", method="euler"); run(1*ms)',
        "KeyError",
        "'The identifier \"y\" could not be resolved.'",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\nn : integer\\ndz/dt = y/ms : 1", name="made", method="euler"); made.y = linked_var(cells, "x", index="n"); made.n = 99; run(0*ms)',
        "IndexError",
        "Element 0 of the index 'n' is 99, but has to be between 0 and 4.",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\nn : integer\\ndz/dt = y/ms : 1", name="made", method="euler"); made.y = linked_var(cells, "x", index="n"); made.n = -1; run(0*ms)',
        "IndexError",
        "Element 0 of the index 'n' is -1, but has to be between 0 and 4.",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\nn : integer\\nz : 1", name="made"); made.y = linked_var(cells, "x", index="n"); made.n = 5; made.z = "y"',
        "IndexError",
        "Element 0 of the index 'n' is 5, but has to be between",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\nn : integer\\nz : 1", name="made"); made.y = linked_var(cells, "x", index="n"); made.n = 10**8; print(made.y[:])',
        "IndexError",
        "index 100000000 is out of bounds for axis 0 with size 5",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\nn : integer\\nz : 1", name="made"); made.y = linked_var(cells, "x", index="n"); made.n = -1; print(made.y["i > 2"])',
        "IndexError",
        "Element 0 of the index 'n' is -1, but has to be between",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\nn : integer\\nz : 1", name="made"); made.y = linked_var(cells, "x", index="n"); made.run_regularly("n = 5"); made.run_regularly("z = y", order=1); run(1*ms)',
        "IndexError",
        "A variable of the NeuronGroup 'made' that is used as an index",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\nn : integer\\nz : 1", name="made"); made.y = linked_var(cells, "x", index="n"); made.run_regularly("n = 5; z = y"); run(1*ms)',
        "IndexError",
        "A variable of the NeuronGroup 'made' that is used as an index",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\nn : integer\\nz : 1", name="made"); made.y = linked_var(cells, "x", index="n"); made.n = 7; made.run_regularly("y = 5"); run(0*ms)',
        "IndexError",
        "Element 0 of the index 'n' is 7, but has to be between 0 and 4.",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\nn : integer\\nz : 1", name="made"); made.y = linked_var(cells, "x", index="n"); made.n = 10**8; made.y[:] = 3',
        "IndexError",
        "index 100000000 is out of bounds for axis 0 with size 5",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\nn : integer\\nz : 1", name="made"); made.y = linked_var(cells, "x", index="n"); made.n = 10**8; made.y = "i"',
        "ValueError",
        "Cannot set a linked variable directly, link it to another",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\nn : integer\\nz : 1", name="made"); made.y = linked_var(cells, "x", index="n"); made.n = 7; mon = StateMonitor(made, "y", record=True, name="mon"); run(0*ms)',
        "IndexError",
        "Element 0 of the index 'n' is 7, but has to be between 0 and 4.",
    ),
    refused(
        'made = NeuronGroup(5, "y : 1 (linked)\\nn : integer (constant)\\nz : 1", name="made"); made.y = linked_var(cells, "x", index="n"); made.n = 7; made.run_regularly("z = y"); run(0*ms)',
        "IndexError",
        "Element 0 of the index 'n' is 7, but has to be between 0 and 4.",
    ),
    refused(
        'made = Synapses(cells, cells, "w : 1\\nx_post = w : 1 (summed)", name="made"); made.connect(); made.variables["_synaptic_post"].set_value(10**8); run(0*ms)',
        "IndexError",
        "Element 0 of the index '_synaptic_post' is 100000000, but has",
    ),
    refused(
        'made = Synapses(cells, cells, "w : 1\\nx_post = w*mV : 1 (summed)", name="made"); made.connect(); run(1*ms)',
        "DimensionMismatchError",
        "The target variable 'x_post' does not have the same dimensions",
    ),
    refused(
        'made = Synapses(cells, cells, "w : 1\\nx_post = w : 1 (summed)", name="made"); made.connect(); more = Synapses(cells, cells, "w : 1\\nx_post = w : 1 (summed)", name="more"); more.connect(); run(1*ms)',
        "NotImplementedError",
        "Multiple 'summed variables' target the variable 'x' in group",
    ),
    refused(
        'made = Synapses(cells, cells, "n : integer\\ny : 1 (linked)\\nz : 1", name="made"); made.connect(); made.y = linked_var(others, "y", index="n"); made.n = 3; made.z = "y"',
        "IndexError",
        "Element 0 of the index 'n' is 3, but has to be between 0 and 2.",
    ),
)
