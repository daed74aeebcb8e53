"""
The cable equation of a branched neuron: one implicit time step.

Within each section of the morphology, the discretised equation is a tridiagonal linear
system. Its solution is a particular solution plus two homogeneous ones, weighted with
the voltages of the nodes at the section's ends; these follow from a system with one
equation a node, whose matrix has the structure of the tree (Hines, 1984). Both kinds
are solved in linear time.

References
----------
Hines, M. (1984). Efficient computation of branched nerve equations. International
Journal of Bio-Medical Computing, 15(1), 69-76.
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = [
    "Matrix",
    "Sections",
    "Solutions",
    "Tree",
    "combine_solutions",
    "solve_sections",
    "solve_tree",
]


class Matrix(NamedTuple):
    """The tridiagonal systems of all sections; pointers to compartments.

    ``upper[i]`` is the coefficient of compartment `i` in the row of compartment
    ``i - 1``, ``lower[i - 1]`` that of ``i - 1`` in the row of `i`. ``towards_end`` and
    ``towards_start`` are the right-hand sides of the homogeneous solutions.
    """

    upper: Any
    diagonal: Any
    lower: Any
    towards_end: Any
    towards_start: Any
    conductance: Any


class Solutions(NamedTuple):
    """The solutions within the sections, and working space; one item a compartment."""

    particular: Any
    towards_end: Any
    towards_start: Any
    eliminated: Any


class Sections(NamedTuple):
    """Where sections start and end, and the inverse axial resistance of their ends."""

    n_sections: Any
    starts: Any
    ends: Any
    start_conductance: Any
    end_conductance: Any


class Tree(NamedTuple):
    """The system of the nodes: node 0 is the root, node ``i + 1`` ends section `i`."""

    parent: Any
    children: Any
    n_children: Any
    child_number: Any
    row_length: Any
    diagonal: Any
    towards_parent: Any
    towards_children: Any
    voltage: Any


def solve_sections(
    matrix: Any, solutions: Any, sections: Any, n_compartments: int
) -> None:
    """Solve the three systems of each section.

    On entry the particular solution holds the right-hand side.
    """
    for section in range(sections.n_sections):
        start, end = sections.starts[section], sections.ends[section]
        for i in range(start, end):
            solutions.towards_end[i] = matrix.towards_end[i]
            solutions.towards_start[i] = matrix.towards_start[i]
            _eliminate(matrix, solutions, i, n_compartments)
        for i in range(end - 2, start - 1, -1):
            _substitute(solutions, i)


def _eliminate(matrix: Any, solutions: Any, i: int, n_compartments: int) -> None:
    """Eliminate the element below the diagonal in row `i`."""
    pivot = matrix.diagonal[i] - matrix.conductance[i]
    below = 0.0
    if i > 0:
        below = matrix.lower[i - 1]
        pivot = pivot - below * solutions.eliminated[i - 1]
    scale = 1.0 / pivot
    if i < n_compartments - 1:
        solutions.eliminated[i] = matrix.upper[i + 1] * scale
    _eliminate_unknown(solutions.particular, i, below, scale)
    _eliminate_unknown(solutions.towards_end, i, below, scale)
    _eliminate_unknown(solutions.towards_start, i, below, scale)


def _eliminate_unknown(unknown: Any, i: int, below: float, scale: float) -> None:
    """Eliminate the element below the diagonal from a right-hand side."""
    before = unknown[i - 1] if i > 0 else 0.0
    unknown[i] = (unknown[i] - below * before) * scale


def _substitute(solutions: Any, i: int) -> None:
    """Substitute the solution of row ``i + 1`` in row `i`."""
    above = solutions.eliminated[i]
    solutions.particular[i] -= above * solutions.particular[i + 1]
    solutions.towards_end[i] -= above * solutions.towards_end[i + 1]
    solutions.towards_start[i] -= above * solutions.towards_start[i + 1]


def solve_tree(tree: Any, solutions: Any, sections: Any) -> None:
    """Find the voltages of the nodes."""
    for section in range(sections.n_sections):
        _add_section(tree, solutions, sections, section)
    for node in range(sections.n_sections, -1, -1):
        for k in range(tree.n_children[node]):
            position = node * tree.row_length + k
            child = tree.children[position]
            factor = tree.towards_children[position] / tree.diagonal[child]
            tree.diagonal[node] -= factor * tree.towards_parent[child - 1]
            tree.voltage[node] -= factor * tree.voltage[child]
    tree.voltage[0] /= tree.diagonal[0]
    for node in range(1, sections.n_sections + 1):
        parent = tree.parent[node - 1]
        coupled = tree.towards_parent[node - 1] * tree.voltage[parent]
        tree.voltage[node] = (tree.voltage[node] - coupled) / tree.diagonal[node]


def _add_section(tree: Any, solutions: Any, sections: Any, section: int) -> None:
    """Enter a section's currents into the equations of the nodes at its ends."""
    first, last = sections.starts[section], sections.ends[section] - 1
    if section == 0:
        # The root is the sealed start of the first section
        tree.diagonal[0] = solutions.towards_start[first] - 1
        tree.towards_children[0] = solutions.towards_end[first]
        tree.voltage[0] = -solutions.particular[first]
    else:
        node, conductance = tree.parent[section], sections.start_conductance[section]
        position = node * tree.row_length + tree.child_number[section]
        tree.diagonal[node] += (1 - solutions.towards_start[first]) * conductance
        tree.towards_children[position] = -solutions.towards_end[first] * conductance
        tree.voltage[node] += solutions.particular[first] * conductance
    conductance = sections.end_conductance[section]
    tree.diagonal[section + 1] = (1 - solutions.towards_end[last]) * conductance
    tree.towards_parent[section] = -solutions.towards_start[last] * conductance
    tree.voltage[section + 1] = solutions.particular[last] * conductance


def combine_solutions(tree: Any, solutions: Any, sections: Any, v: Any) -> None:
    """Put the voltages of all compartments into `v`."""
    for section in range(sections.n_sections):
        at_start = tree.voltage[tree.parent[section]]
        at_end = tree.voltage[section + 1]
        for i in range(sections.starts[section], sections.ends[section]):
            v[i] = (
                solutions.particular[i]
                + at_start * solutions.towards_start[i]
                + at_end * solutions.towards_end[i]
            )
