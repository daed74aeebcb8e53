"""Runge-Kutta methods meet the conditions of their orders, which are about trees."""

import functools
import itertools
from fractions import Fraction
from math import prod

import numpy as np
import pytest

from brian2numba.generation.tableaus import TABLEAUS

#: The orders of the solution and of the one that it is compared with
ORDERS = {
    "rk2": (3, 2),
    "rk4": (4, 4),
    "rkf45": (5, 4),
    "rkck": (5, 4),
    "rk8pd": (8, 7),
}
#: What the error counts: the difference of the solutions, times this
FACTORS = {"rk4": Fraction(4, 15)}
#: Fractions that approximate irrational numbers, in the publication
APPROXIMATE = {"rk8pd"}
#: Numbers of rooted trees with 1, 2, ... vertices
N_TREES = [1, 1, 2, 4, 9, 20, 48, 115, 286]


@functools.cache
def trees(n):
    """Return the rooted trees with n vertices: tuples of what hangs at the root."""
    if n == 1:
        return [()]
    found = set()
    for parts in partitions(n - 1, n - 1):
        for branches in itertools.product(*(trees(part) for part in parts)):
            found.add(tuple(sorted(branches)))
    return sorted(found)


def partitions(n, largest):
    """Yield the ways to write n as a sum of positive numbers up to a largest one."""
    if n == 0:
        yield ()
    for part in range(min(n, largest), 0, -1):
        for rest in partitions(n - part, part):
            yield (part, *rest)


def size(tree):
    return 1 + sum(map(size, tree))


def density(tree):
    return size(tree) * prod(map(density, tree))


def exactly(name, numbers):
    """Return the fractions that numbers stand for."""
    fractions = [Fraction(float(x)) for x in numbers]
    if name in APPROXIMATE:
        return fractions
    # Two fractions of such denominators differ by more than a double is inexact
    return [x.limit_denominator(5_000_000) for x in fractions]


def method(name):
    """Return in fractions: nodes, rows of stages, the solution and the other one."""
    tableau = TABLEAUS[name]
    rows = [exactly(name, row) for row in tableau.weights]
    error = [e / FACTORS.get(name, 1) for e in exactly(name, tableau.error)]
    other = [b - e for b, e in zip(rows[-1], error, strict=True)]
    return exactly(name, tableau.nodes), rows[:-1], rows[-1], other


def misses(rows, weights, order):
    """Return by how much a method misses each condition of an order."""

    @functools.cache
    def of_stages(tree):
        branches = [sums(branch) for branch in tree]
        return [prod(values) for values in zip(*branches, strict=True)] or [1] * len(
            rows
        )

    @functools.cache
    def sums(tree):
        slopes = of_stages(tree)
        return [sum(a * s for a, s in zip(r, slopes, strict=True) if a) for r in rows]

    return [
        sum(b * s for b, s in zip(weights, of_stages(tree), strict=True))
        - Fraction(1, density(tree))
        for tree in trees(order)
    ]


def is_met(name, rows, weights, order):
    allowed = 1e-14 if name in APPROXIMATE else 0
    return max(map(abs, misses(rows, weights, order))) <= allowed


def test_trees():
    assert [len(trees(n + 1)) for n in range(len(N_TREES))] == N_TREES
    chain, bush = (((),),), ((), (), ())
    assert (size(chain), density(chain)) == (3, 6)
    assert (size(bush), density(bush)) == (4, 4)


@pytest.mark.parametrize("name", TABLEAUS)
def test_order_conditions(name):
    _, rows, solution, other = method(name)
    for weights, order in zip((solution, other), ORDERS[name], strict=True):
        assert all(is_met(name, rows, weights, p) for p in range(1, order + 1))
        assert not is_met(name, rows, weights, order + 1)


@pytest.mark.parametrize("name", TABLEAUS)
def test_nodes_are_sums_of_weights(name):
    nodes, rows, solution, _ = method(name)
    allowed = 1e-14 if name in APPROXIMATE else 0
    for node, row in zip(nodes, [*rows, solution], strict=True):
        assert abs(node - sum(row)) <= allowed


@pytest.mark.parametrize("name", TABLEAUS)
def test_stages_need_those_before_only(name):
    tableau = TABLEAUS[name]
    n = tableau.n_stages
    assert tableau.weights.shape == (n + 1, n)
    assert tableau.nodes.shape == (n + 1,)
    assert not np.triu(tableau.weights[:-1]).any()
    assert (tableau.nodes[0], tableau.nodes[-1]) == (0, 1)


def test_orders_that_control_goes_by():
    # The library's: not for all methods that of their solution
    orders = {name: tableau.order for name, tableau in TABLEAUS.items()}
    assert orders == {"rk2": 2, "rk4": 4, "rkf45": 5, "rkck": 5, "rk8pd": 8}
    stages = {name: tableau.n_stages for name, tableau in TABLEAUS.items()}
    assert stages == {"rk2": 3, "rk4": 11, "rkf45": 6, "rkck": 6, "rk8pd": 13}
