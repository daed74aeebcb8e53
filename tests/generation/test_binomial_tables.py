"""Tables of binomial numbers, against inversion as Brian's Cython target does it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from brian2 import (
    BinomialFunction,
    Hz,
    Network,
    NeuronGroup,
    PoissonInput,
    defaultclock,
    get_device,
    prefs,
    seed,
    start_scope,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from brian2numba.generation.random_functions import binomial

LAST = 1 - 2**-53


#: Trials and probabilities: few, many, certain, frequent, and some whose probabilities
#: add up to less than 1 as they are rounded to 15 decimals
CASES = [
    (1, 0.5),
    (1, 1e-9),
    (3, 1.0),
    (5, 0.0),
    (0, 0.3),
    (20, 0.3),
    (100, 0.9),
    (1000, 0.0002),
    (2000, 0.0008),
    (1000, 0.03),
    (1100, 0.03),
    (340, 0.9),
    (1000, 0.5),
]


class Inversion:
    """Binomial numbers by inversion, from the numbers that Brian gives its code.

    Parameters
    ----------
    n, p : int, float
        The number of trials and the probability.
    """

    def __init__(self, n: int, p: float) -> None:
        rarer = min(p, 1 - p)
        q = 1 - rarer
        self.n, self.is_reversed = n, p > rarer
        q_to_n = float(np.exp(n * np.log(q)))
        bound = min(n, n * rarer + 10 * float(np.sqrt(n * rarer * q + 1)))
        self.p, self.q, self.q_to_n, self.bound = (
            float(f"{x:.15f}") or x for x in (rarer, q, q_to_n, bound)
        )

    def counted(self, u: float) -> int:
        """Return how many are counted for a uniform number; -1 to draw again."""
        count, probability = 0, self.q_to_n
        while u > probability:
            count += 1
            if count > self.bound:
                return -1
            u -= probability
            probability = (self.n - count + 1) * self.p * probability / (count * self.q)
        return count

    def draw(self, uniform: Iterator[float]) -> int:
        """Return the next number of a sequence."""
        count = -1
        while count < 0:
            count = self.counted(next(uniform))
        return self.n - count if self.is_reversed else count


def table_of(n: int, p: float) -> dict:
    call, _ = binomial(n, p, False, "binomial")
    assert call.function == "_binomial_by_table"
    return call.given


def check_cuts(n: int, p: float) -> None:
    inversion, table = Inversion(n, p), table_of(n, p)
    cuts = table["cuts"][np.isfinite(table["cuts"])]
    assert (np.diff(cuts) >= 0).all()
    for k, cut in enumerate(cuts.tolist()):
        above, below = inversion.counted(cut), inversion.counted(np.nextafter(cut, 0))
        assert above > k or above == -1
        assert 0 <= below <= k
    beyond = inversion.counted(LAST)
    assert len(cuts) == (table["most"] + 1 if beyond == -1 else beyond)


@pytest.mark.parametrize(("n", "p"), CASES)
def test_cuts_are_where_inversion_counts_one_more(n, p):
    check_cuts(n, p)


@given(st.integers(1, 3000), st.floats(0, 1))
@settings(deadline=None, max_examples=60)
def test_cuts_of_any_distribution(n, p):
    if n * math.log(max(p, 1 - p)) > -300:
        check_cuts(n, p)


def numbers(n_neurons: int, code: str, functions: dict, n_steps: int = 3) -> np.ndarray:
    start_scope()
    group = NeuronGroup(n_neurons, "x : 1\ny : 1", namespace=functions, name="group")
    group.run_regularly(code, dt=defaultclock.dt)
    network = Network(group)
    found = []
    for _ in range(n_steps):
        network.run(defaultclock.dt)
        found += [group.x[:].copy(), group.y[:].copy()]
    return np.array(found)


@pytest.mark.parametrize(("n", "p"), CASES)
def test_numbers_are_those_of_inversion(n, p):
    # More neurons than one block, more steps than one buffer of uniform numbers
    seed(3)
    uniform = iter(np.random.rand(60_000).tolist())
    inversion = Inversion(n, p)
    expected = [[inversion.draw(uniform) for _ in range(5000)] for _ in range(5)]
    seed(3)
    function = BinomialFunction(n, p, approximate=False)
    found = numbers(5000, "x = f()", {"f": function}, n_steps=5)[::2]
    assert (found == expected).all()


def test_several_draws_for_a_neuron_are_in_sequence():
    one, other = (100, 0.9), (1000, 0.03)
    f = BinomialFunction(*one, approximate=False)
    g = BinomialFunction(*other, approximate=False)
    for code, order in (("x = f()\ny = f()", "ff"), ("x = g()\ny = f()", "gf")):
        seed(4)
        uniform = iter(np.random.rand(20_000).tolist())
        models = [{"f": Inversion(*one), "g": Inversion(*other)}[k] for k in order]
        expected = [[m.draw(uniform) for m in models] for _ in range(1000)]
        seed(4)
        found = numbers(1000, code, {"f": f, "g": g}, n_steps=1)
        assert (expected == found.T).all()


def test_numbers_that_are_drawn_again():
    # Brian rounds the probability of no success to 0.000000000000059: the sum of all
    # probabilities is below 1, and what lies beyond is drawn again
    inversion = Inversion(1000, 0.03)
    assert inversion.counted(LAST) == -1
    table = table_of(1000, 0.03)
    assert np.isfinite(table["cuts"][table["most"]])


def test_poisson_input_adds_what_inversion_counts():
    start_scope()
    group = NeuronGroup(700, "v : 1", name="group")
    drive = PoissonInput(group, "v", 2000, 8 * Hz, 3)
    seed(5)
    uniform = iter(np.random.rand(20_000).tolist())
    inversion = Inversion(2000, 8 * float(defaultclock.dt))
    expected = np.zeros(700)
    for _ in range(4):
        expected += [3 * inversion.draw(uniform) for _ in range(700)]
    seed(5)
    Network(group, drive).run(4 * defaultclock.dt)
    assert (group.v[:] == expected).all()


@pytest.mark.parametrize(("n", "p"), [(20, 0.3), (100, 0.9), (1000, 0.03), (1000, 0.5)])
def test_fast_numbers_have_the_distribution(n, p):
    prefs.codegen.runtime.numba.random = "fast"
    get_device().seed(6)
    function = BinomialFunction(n, p, approximate=False)
    found = numbers(20_000, "x = f()\ny = f()", {"f": function}, n_steps=3)
    assert (found == np.round(found)).all()
    assert abs(found.mean() - n * p) < 5 * math.sqrt(n * p * (1 - p) / found.size)
    assert abs(found.var() / (n * p * (1 - p)) - 1) < 0.03
    # Of other steps, and of other draws
    assert abs(np.corrcoef(found) - np.eye(6)).max() < 0.035


def test_fast_numbers_do_not_depend_on_blocks():
    prefs.codegen.runtime.numba.random = "fast"
    function = BinomialFunction(1000, 0.03, approximate=False)
    few = "x = f()" + "\ny = y + f()" * 7
    seed(7)
    in_blocks = numbers(1500, "x = f()", {"f": function})[::2]
    seed(7)
    one_by_one = numbers(1500, few, {"f": function})[::2]
    assert (in_blocks == one_by_one).all()
