"""Indices of synapses, given or set by hand."""

from reliability.bad_input.case import accepted, refused

__all__ = ["CASES"]

CASES = (
    refused("syn.i[0] = 99", "TypeError", "Variable i is read-only."),
    refused("syn.i = 7", "TypeError", "Variable i is read-only."),
    refused("syn.j[0] = -1", "TypeError", "Variable j is read-only."),
    refused(
        'made = Synapses(cells, cells, "w : 1\\nx_post = x_pre : 1 (summed)", name="made"); made.connect(j="i"); made.variables["_synaptic_pre"].set_value(99); run(0*ms)',
        "IndexError",
        "Element 0 of the index '_synaptic_pre' is 99, but has to be",
    ),
    refused(
        'syn.variables["_synaptic_post"].set_value(99); network.run(0*ms)',
        "IndexError",
        "Element 0 of the index '_synaptic_post' is 99, but has to be",
    ),
    refused(
        'syn.variables["_synaptic_post"].get_value()[0] = 2**30; network.run(0*ms)',
        "IndexError",
        "Element 0 of the index '_synaptic_post' is 1073741824, but has",
    ),
    refused(
        'made = Synapses(cells, cells, "w : 1\\nx_post = x_pre : 1 (summed)", name="made"); made.connect(j="i"); made.variables["_synaptic_pre"].get_value()[0] = -5; run(0*ms)',
        "IndexError",
        "Element 0 of the index '_synaptic_pre' is -5, but has to be",
    ),
    refused(
        'syn.variables["_synaptic_post"].set_value(5); syn.w = "v_post"',
        "IndexError",
        "Element 0 of the index '_synaptic_post' is 5, but has to be",
    ),
    refused(
        'syn.variables["_synaptic_pre"].set_value(-1); syn.w[0] = "v_pre"',
        "IndexError",
        "Element 0 of the index '_synaptic_pre' is -1, but has to be",
    ),
    refused(
        'syn.variables["_synaptic_post"].set_value(10**8); print(syn.v_post[:])',
        "IndexError",
        "index 100000000 is out of bounds for axis 0 with size 5",
    ),
    refused("syn._resize(3)", "ValueError", "Cannot reduce number of synapses, 3 < 5."),
    refused("syn.N = 3", "TypeError", "Variable N is read-only."),
    refused("cells.N = 7", "TypeError", "Variable N is read-only."),
    refused(
        "syn.w[7] = 1",
        "IndexError",
        "Index 7 is out of range: there are 5 synapses, from 0 to 4.",
    ),
    refused(
        "syn.w[-6] = 1",
        "IndexError",
        "Index -6 is out of range: there are 5 synapses, from 0 to 4.",
    ),
    refused(
        "syn.w[2**32] = 1",
        "IndexError",
        "Index 4294967296 is out of range: there are 5 synapses, from 0",
    ),
    accepted("syn.w[0, 9] = 1", "Indices that select nothing"),
    accepted("syn.w[9, :] = 1", "Indices that select nothing"),
    accepted('syn.w["i > 100"] = 1', "Indices that select nothing"),
    refused(
        'syn.w["i*ms > 1"] = 1',
        "DimensionMismatchError",
        "Comparison of expressions with different units. Expression 'i *",
    ),
    refused(
        'syn.w[[0, 7]] = "i"',
        "IndexError",
        "Index 7 is out of range: there are 5 synapses, from 0 to 4.",
    ),
    refused(
        'syn.w[7] = "i"',
        "IndexError",
        "Index 7 is out of range: there are 5 synapses, from 0 to 4.",
    ),
    refused(
        'syn.w[2**32] = "i"',
        "IndexError",
        "Index 4294967296 is out of range: there are 5 synapses, from 0",
    ),
    accepted('syn.w[0, 2**32] = "i"', "Indices that select nothing"),
    refused(
        'bare = Synapses(cells, others, "w : 1", on_pre="y_post += w", name="bare"); bare.w = 1',
        "TypeError",
        "Cannot write to synaptic variable 'w', you need to call",
    ),
    refused(
        'bare = Synapses(cells, others, "w : 1", on_pre="y_post += w", name="bare"); bare.w = "i"',
        "TypeError",
        "Cannot write to synaptic variable 'w', you need to call",
    ),
    refused(
        'bare = Synapses(cells, others, "w : 1", on_pre="y_post += w", name="bare"); network.add(bare); network.run(1*ms)',
        "TypeError",
        "Synapses object 'bare' does not do anything, since it has not",
    ),
)
