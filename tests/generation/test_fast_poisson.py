"""Poisson numbers and streams of counter-based random numbers."""

from __future__ import annotations

import numpy as np
import pytest
from brian2 import (
    DEFAULT_FUNCTIONS,
    Function,
    Network,
    NeuronGroup,
    defaultclock,
    prefs,
    seed,
    start_scope,
)
from scipy import stats

N = 30_000


@pytest.fixture(autouse=True)
def fast():
    prefs.codegen.runtime.numba.random = "fast"


def drawn(code: str, n: int = N, n_steps: int = 2, **namespace) -> np.ndarray:
    """Return what code gives ``x`` in each step."""
    start_scope()
    equations = "x : 1\ny : 1\nmean : 1\nshared_mean : 1 (shared)"
    group = NeuronGroup(n, equations, namespace=namespace, name="drawing")
    group.mean = namespace.get("m", 0)
    group.shared_mean = namespace.get("m", 0) if "shared_mean" in code else 0
    group.run_regularly(code, name="operation")
    network, rows = Network(group), []
    for _ in range(n_steps):
        network.run(defaultclock.dt)
        rows.append(group.x[:].copy())
    return np.array(rows)


def check_distribution(numbers: np.ndarray, mean: float) -> None:
    """Compare counts with those expected, where there are some."""
    assert (numbers == np.round(numbers)).all()
    values = np.arange(numbers.max() + 1)
    expected = stats.poisson.pmf(values, mean) * numbers.size
    found = np.bincount(numbers.astype(int).ravel())
    is_often = expected > 10
    distance = (found - expected)[is_often] ** 2 / expected[is_often]
    assert stats.chi2.sf(distance.sum(), is_often.sum()) > 1e-5
    assert abs(np.corrcoef(numbers)[0, 1]) < 0.03


@pytest.mark.parametrize("mean", [0.01, 0.3, 1.6, 9.9, 40.0, 300.0, 301.0, 2000.0])
@pytest.mark.parametrize("code", ["poisson(m)", "poisson(shared_mean)"])
def test_numbers_of_one_mean(mean, code):
    seed(1)
    check_distribution(drawn(f"x = {code}", m=mean), mean)


@pytest.mark.parametrize("mean", [0.01, 0.3, 9.9, 10.0, 13.0, 40.0, 300.0, 1e5])
def test_numbers_of_a_mean_of_each_neuron(mean):
    seed(2)
    check_distribution(drawn("x = poisson(mean)", m=mean), mean)


@pytest.mark.parametrize("mean", [-1.0, 0.0, np.nan])
@pytest.mark.parametrize("name", ["m", "mean", "shared_mean"])
def test_numbers_of_no_mean_are_0(mean, name):
    assert not drawn(f"x = poisson({name})", n=600, m=mean).any()


def test_a_mean_that_the_code_changes_is_each_neurons():
    seed(3)
    numbers = drawn("y = 2 + 2 * int(i % 2 == 0)\nx = poisson(y)")
    check_distribution(numbers[:, ::2], 4)
    check_distribution(numbers[:, 1::2], 2)


@pytest.mark.parametrize(
    "mean",
    ["0.5 + 2 * rand()", "20 * rand()", "0.1 + 90 * int(i % 100 == 7)", "i - 50"],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_numbers_of_means_are_the_same_in_blocks_and_one_by_one(mean, dtype):
    prefs.core.default_float_dtype = dtype
    seed(6)
    in_blocks = drawn("x = poisson(mean)", n=1100, m=mean)
    # More draws than are made for blocks
    more = "\n".join(["y = y + poisson(mean)"] * 7)
    seed(6)
    one_by_one = drawn(f"x = poisson(mean)\n{more}", n=1100, m=mean)
    assert (in_blocks == one_by_one).all()
    assert in_blocks.any()


def test_means_that_are_computed_and_changed():
    seed(7)
    numbers = drawn("mean = mean + 0.5\nx = poisson(exp(mean))\ny = x", n_steps=4)
    for step, row in enumerate(numbers):
        mean = np.exp(0.5 * (step + 1))
        assert abs(row.mean() - mean) < 5 * np.sqrt(mean / row.size)
        assert abs(row.var() / mean - 1) < 0.1


def test_a_mean_that_was_drawn():
    seed(8)
    numbers = drawn("y = poisson(4.0)\nx = poisson(y)")
    # Neyman's distribution of type A
    assert abs(numbers.mean() - 4.0) < 5 * np.sqrt(8 / numbers.size)
    assert abs(numbers.var() / 8.0 - 1) < 0.1


def test_numbers_of_a_sum_are_whole():
    seed(4)
    numbers = drawn("y = poisson(2.5)\nx = y + 2 * poisson(0.5)")
    assert (numbers == np.round(numbers)).all()


def function_that_draws(n_uniform: int, n_normal: int) -> Function:
    def unknown(x):
        raise NotImplementedError

    function = Function(
        unknown, arg_units=[1], return_unit=1, stateless=False, auto_vectorise=True
    )
    code = f"""
def summed(x, i):
    total = 0.0
    for k in range({n_uniform}):
        total += rand(i)
    for k in range({n_normal}):
        total += 1000 * randn(i)
    return x * total
"""
    names = [n for n, used in (("rand", n_uniform), ("randn", n_normal)) if used]
    code = code if n_normal else code.replace("total += 1000 * randn(i)", "pass")
    code = code if n_uniform else code.replace("total += rand(i)", "pass")
    dependencies = {name: DEFAULT_FUNCTIONS[name] for name in names}
    function.implementations.add_implementation(
        "numba", code, dependencies=dependencies, name="summed"
    )
    return function


@pytest.mark.parametrize(
    ("n_uniform", "n_normal"), [(1, 0), (2, 0), (3, 0), (11, 0), (0, 1), (0, 7), (3, 3)]
)
def test_streams_are_the_same_in_blocks_and_one_by_one(n_uniform, n_normal):
    summed = function_that_draws(n_uniform, n_normal)
    seed(5)
    in_blocks = drawn("x = summed(1.0)", n=1100, summed=summed)
    # More draws than are made for blocks
    more = "\n".join(["y = y + summed(1.0)"] * 7)
    seed(5)
    one_by_one = drawn(f"x = summed(1.0)\n{more}", n=1100, summed=summed)
    assert (in_blocks == one_by_one).all()
    mean, variance = 0.5 * n_uniform, n_uniform / 12 + 1e6 * n_normal
    assert abs(in_blocks.mean() - mean) < 5 * np.sqrt(variance / in_blocks.size)
    assert abs(in_blocks.var() / variance - 1) < 0.15
    assert len(np.unique(in_blocks)) == in_blocks.size
