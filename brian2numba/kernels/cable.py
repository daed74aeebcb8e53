"""
The cable equation of a branched neuron: one implicit time step.

The discretised equation has an unknown for each compartment, coupled to its neighbours
in its section, and one for each node: the points where sections start and end.
Eliminated from the tips to the root, the matrix keeps its structure (Hines, 1984); the
voltages then follow from the root to the tips. Brian's arrays are in this order: the
node at the start of a section is the root, or the end of a section before it.

The couplings are many times as large as what the diagonal has beyond them: the
conductance and the capacity of the membrane. Elimination keeps this excess apart, so
that nothing but positive numbers is added (Grassmann, Taksar and Heyman, 1985).
Subtracting from the whole diagonal loses as many digits as the couplings are larger.

Each pivot needs the one before it, so the time is that of a chain of one division and
two additions for each compartment. The rest is done meanwhile.

References
----------
Hines, M. (1984). Efficient computation of branched nerve equations. International
Journal of Bio-Medical Computing, 15(1), 69-76.

Grassmann, W. K., Taksar, M. I., Heyman, D. P. (1985). Regenerative analysis and steady
state distributions for Markov chains. Operations Research, 33(5), 1107-1116.
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Compartments", "Nodes", "Sections", "solve_cable"]


class Compartments(NamedTuple):
    """The rows of the compartments; pointers to one number for each.

    ``lower[i - 1]`` couples compartment `i` to the one before, ``upper[i]`` couples
    ``i - 1`` to `i`. ``to_end`` and ``to_start`` couple the last and the first of a
    section to its nodes, and are negative, as Brian has them.

    ``excess`` is what a diagonal element has beyond the sum of the couplings, and
    ``right`` the right-hand side; both are overwritten, as is ``inverse``, by those of
    the eliminated rows and by the inverse pivots. The solution goes to ``v``.
    """

    upper: Any
    lower: Any
    to_end: Any
    to_start: Any
    excess: Any
    right: Any
    inverse: Any
    v: Any


class Sections(NamedTuple):
    """Where sections start and end, and the inverse axial resistance of their ends.

    ``parent`` is the node at a section's start: node 0 is the root, node ``i + 1`` ends
    section `i`.
    """

    n_sections: Any
    starts: Any
    ends: Any
    start_conductance: Any
    end_conductance: Any
    parent: Any


class Nodes(NamedTuple):
    """The rows of the nodes: excess, and right-hand sides that become voltages."""

    excess: Any
    voltage: Any


def solve_cable(rows: Any, sections: Any, nodes: Any) -> None:
    """Find the voltages of all compartments and nodes.

    Parameters
    ----------
    rows : Compartments
        With the excess and the right-hand sides.
    sections : Sections
        Which compartments they have, and how they are connected.
    nodes : Nodes
        Needs no values; gets the voltages.
    """
    for node in range(sections.n_sections + 1):
        nodes.excess[node] = 0.0
        nodes.voltage[node] = 0.0
    for section in range(sections.n_sections - 1, -1, -1):
        _eliminate(rows, sections, nodes, section)
        _enter_into_parent(rows, sections, nodes, section)
    nodes.voltage[0] /= nodes.excess[0]
    for section in range(sections.n_sections):
        _substitute(rows, sections, nodes, section)


def _eliminate(rows: Any, sections: Any, nodes: Any, section: int) -> None:
    """Eliminate the node at a section's end, then its compartments from end to start.

    The sections that start at this node have been eliminated before. A row that was
    eliminated gives the next one the share of its excess that does not flow back.
    """
    first, last = sections.starts[section], sections.ends[section] - 1
    conductance = sections.end_conductance[section]
    factor = -rows.to_end[last] / (nodes.excess[section + 1] + conductance)
    excess = rows.excess[last] + factor * nodes.excess[section + 1]
    right = rows.right[last] + factor * nodes.voltage[section + 1]
    for i in range(last, first, -1):
        pivot = excess + rows.lower[i - 1]
        inverse = 1.0 / pivot
        rows.inverse[i] = inverse
        rows.right[i] = right
        # Another division, as the product with the inverse would have to wait for it
        excess = rows.excess[i - 1] + rows.upper[i] * excess / pivot
        right = rows.right[i - 1] + rows.upper[i] * inverse * right
    rows.excess[first] = excess
    rows.right[first] = right
    rows.inverse[first] = 1.0 / (excess - rows.to_start[first])


def _enter_into_parent(rows: Any, sections: Any, nodes: Any, section: int) -> None:
    """Enter a section's current into the row of the node at its start."""
    node, first = sections.parent[section], sections.starts[section]
    # The root is the sealed start of the first section: both have the same voltage
    conductance = sections.start_conductance[section] if section > 0 else -1.0
    factor = conductance * rows.inverse[first]
    nodes.excess[node] += factor * rows.excess[first]
    nodes.voltage[node] += factor * rows.right[first]


def _substitute(rows: Any, sections: Any, nodes: Any, section: int) -> None:
    """Find a section's voltages from that of the node at its start."""
    first = sections.starts[section]
    at_start = nodes.voltage[sections.parent[section]]
    v = (rows.right[first] - rows.to_start[first] * at_start) * rows.inverse[first]
    rows.v[first] = v
    for i in range(first + 1, sections.ends[section]):
        inverse = rows.inverse[i]
        v = rows.right[i] * inverse + rows.lower[i - 1] * inverse * v
        rows.v[i] = v
    conductance = sections.end_conductance[section]
    current = nodes.voltage[section + 1] + conductance * v
    nodes.voltage[section + 1] = current / (nodes.excess[section + 1] + conductance)
