"""Inputs of variables: their elements, values, types, and code that assigns to them."""

from reliability.refusals.row import Row

__all__ = ["ROWS"]

ROWS = (
    Row("cells.x[7] = 1\ncells.x[:]", "There are 5 neurons."),
    Row(
        "cells.k = inf\ncells.k[:]",
        "No integer is infinite: it would become another number.",
    ),
    Row(
        "cells.k = 2**31\ncells.k[:]",
        "Brian's integers have 32 bits: it would become -2**31.",
    ),
    Row(
        'cells.variables.add_array("buffer", size=(5, 2))\n'
        'cells.run_regularly("x = buffer")\n'
        "Network(cells).run(0.1*ms)\n"
        "cells.x[0]",
        "Code for one neuron takes one element of an array. (Python and code that "
        "numpy runs can use such arrays.)",
    ),
    Row(
        'cells.run_regularly("i = 2")\nNetwork(cells).run(0.1*ms)\ncells.i[:]',
        "It says which neuron the code is run for.",
    ),
    Row(
        'group = NeuronGroup(2, "y : 1 (linked)\\nat : integer")\n'
        'group.y = linked_var(cells, "x", index="at")\n'
        "group.at = 9\n"
        'group.run_regularly("now = y")\n'
        "Network(cells, group).run(0.1*ms)",
        "There are 5 neurons.",
        "memory that is not the variable's may be read",
        "memory that is not the variable's may be read",
    ),
    Row(
        'group = NeuronGroup(2, "y : 1 (linked)\\nat : integer", name="made")\n'
        'group.y = linked_var(cells, "x", index="at")\n'
        'group.run_regularly("at = 9")\n'
        'group.run_regularly("now = y")\n'
        "Network(cells, group).run(0.1*ms)",
        "As above, for an index that code computes.",
        "memory that is not the variable's may be read",
        "memory that is not the variable's may be read",
    ),
)
