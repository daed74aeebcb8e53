"""The solver of the cable equation, and how many digits it keeps."""

from fractions import Fraction

import numpy as np
import pytest
from brian2 import prefs

from brian2numba.kernels.cable import Compartments, Nodes, Sections, solve_cable
from brian2numba.language import float64s, int32s
from tests.comparison import simulate
from tests.models import DETERMINISTIC

#: For each section, the node at its start: 0 is the root, i + 1 the end of section i
TREES = {
    "unbranched": [0],
    "one behind the other": [0, 1, 2],
    "branched": [0, 1, 1, 3, 3, 2],
    "two sections at the root": [0, 0, 1],
}


def make_system(parents, coupling, seed):
    """Make a neuron; its couplings are about `coupling` times the excess."""
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 5, len(parents))
    ends = np.cumsum(lengths)
    n_compartments, n_sections = int(ends[-1]), len(parents)

    def numbers(scale, size):
        return scale * random.uniform(0.5, 2, size)

    return {
        "starts": (ends - lengths).astype(np.int32),
        "ends": ends.astype(np.int32),
        "parent": np.array(parents, dtype=np.int32),
        "upper": numbers(coupling, n_compartments),
        "lower": numbers(coupling, n_compartments),
        "to_end": -numbers(coupling, n_compartments),
        "to_start": -numbers(coupling, n_compartments),
        "start_conductance": numbers(coupling, n_sections),
        "end_conductance": numbers(coupling, n_sections),
        "excess": numbers(1, n_compartments),
        "right": numbers(1, n_compartments),
    }


def solved_by_kernel(system):
    """Return the voltages of compartments and nodes as the kernel finds them."""
    s = {name: array.copy() for name, array in system.items()}
    n_sections, n_compartments = len(s["starts"]), len(s["right"])
    s |= {"inverse": np.zeros(n_compartments), "v": np.zeros(n_compartments)}
    node_excess, node_voltage = np.zeros(n_sections + 1), np.ones(n_sections + 1)

    def pointers(names):
        for array in (s[name] for name in names):
            words = int32s if array.dtype == np.int32 else float64s
            yield words(array.ctypes.data)

    nodes = Nodes(float64s(node_excess.ctypes.data), float64s(node_voltage.ctypes.data))
    sections = Sections(n_sections, *pointers(Sections._fields[1:]))
    solve_cable(Compartments(*pointers(Compartments._fields)), sections, nodes)
    return np.concatenate([s["v"], node_voltage])


def solved_exactly(system):
    """Return the voltages of compartments and nodes from a full matrix of fractions."""
    n_compartments = len(system["right"])
    size = n_compartments + len(system["starts"]) + 1
    matrix = [[Fraction(0)] * size for _ in range(size)]
    right = [Fraction(x) for x in system["right"]]
    right += [Fraction(0)] * (size - n_compartments)

    def couple(row, column, conductance):
        matrix[row][row] += Fraction(float(conductance))
        matrix[row][column] -= Fraction(float(conductance))

    for i in range(n_compartments):
        matrix[i][i] += Fraction(system["excess"][i])
    for section, parent in enumerate(system["parent"]):
        first, last = system["starts"][section], system["ends"][section] - 1
        for i in range(first + 1, last + 1):
            couple(i, i - 1, system["lower"][i - 1])
            couple(i - 1, i, system["upper"][i])
        at_start, at_end = n_compartments + parent, n_compartments + section + 1
        couple(first, at_start, -system["to_start"][first])
        couple(last, at_end, -system["to_end"][last])
        # Brian's equation of the root has the sign of the first section turned
        into_start = system["start_conductance"][section] if section > 0 else -1
        couple(at_start, first, into_start)
        couple(at_end, last, system["end_conductance"][section])
    return np.array([float(x) for x in gauss(matrix, right)])


def gauss(matrix, right):
    """Solve a system by elimination."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for k in range(size):
        pivot = next(i for i in range(k, size) if rows[i][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for i in range(size):
            factor = rows[i][k]
            if i != k and factor:
                pairs = zip(rows[i], rows[k], strict=True)
                rows[i] = [x - factor * y for x, y in pairs]
    return [row[-1] for row in rows]


@pytest.mark.parametrize("parents", TREES.values(), ids=TREES)
@pytest.mark.parametrize("coupling", [0.1, 1.0, 1e10])
def test_solves_to_the_last_digits(parents, coupling):
    if parents == TREES["two sections at the root"]:
        # There, Brian's equation of the root subtracts
        tolerance = 1e-6 if coupling == 1e10 else 1e-11
    else:
        tolerance = 1e-14
    for seed in range(5):
        system = make_system(parents, coupling, seed)
        exact = solved_exactly(system)
        np.testing.assert_allclose(solved_by_kernel(system), exact, rtol=tolerance)


def test_single_precision_keeps_its_digits():
    double = simulate(DETERMINISTIC["branched_neuron"], "numba")
    prefs.core.default_float_dtype = np.float32
    prefs._backup()
    single = simulate(DETERMINISTIC["branched_neuron"], "numba")
    assert single[0, "v"].dtype == np.float32
    np.testing.assert_allclose(single[0, "v"], double[0, "v"], rtol=1e-5)
