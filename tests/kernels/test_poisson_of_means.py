"""Poisson numbers with a mean each: alone, in blocks, compiled and in Python."""

import math

import numpy as np
import pytest
from scipy import stats

from brian2numba.device.random_counters import RandomCounters
from brian2numba.kernels import poisson_of_means
from brian2numba.kernels.counter_streams import open_counted_streams, stream_of
from brian2numba.kernels.poisson_of_means import fill_poisson_of_means, poisson_by_one
from brian2numba.kernels.random_numbers import Streams
from brian2numba.language import float64s
from brian2numba.operations import operation


@operation
def in_blocks(address: int, numbers_at: int, n: int):
    streams, numbers = Streams(), float64s(numbers_at)
    open_counted_streams(streams, address)
    for start in range(0, n, 512):
        stop = min(start + 512, n)
        fill_poisson_of_means(numbers + start, start, stop, streams, 3)
    return 0


@operation
def one_by_one(address: int, numbers_at: int, n: int):
    streams, numbers = Streams(), float64s(numbers_at)
    open_counted_streams(streams, address)
    for k in range(n):
        numbers[k] = poisson_by_one(numbers[k], stream_of(k, streams, 3))
    return 0


@pytest.fixture
def counters():
    counters = RandomCounters()
    counters.set_state({"seed": b"a seed", "runs": {"x": 7}})
    return counters


def made(draw, call, counters, means):
    numbers = np.array(means, float)
    getattr(draw, call)(counters.address("x"), numbers.ctypes.data, numbers.size)
    return numbers


MEANS = {
    "small": np.linspace(0, 9.99, 700),
    "large": np.geomspace(10, 1e7, 700),
    "both": np.linspace(-5, 30, 700),
    "few large": np.where(np.arange(700) % 90 == 5, 50.0, 0.2),
    "none": np.tile([-1.0, 0.0, np.nan, -np.inf, -1e300, 5e-324, 1e-300], 20),
}


@pytest.mark.parametrize("means", MEANS.values(), ids=MEANS)
def test_the_same_however_they_are_made(counters, means):
    expected = made(one_by_one, "call", counters, means)
    assert (made(in_blocks, "call", counters, means) == expected).all()
    for draw in (in_blocks, one_by_one):
        assert (made(draw, "python_call", counters, means) == expected).all()
    assert (expected == np.round(expected)).all()
    assert (expected >= 0).all()
    assert not expected[~(means > 1e-9)].any()


@pytest.mark.parametrize("most", [4, 8])
def test_counts_that_are_too_large_are_drawn_again(counters, monkeypatch, most):
    monkeypatch.setattr(poisson_of_means, "_MOST_BY_ONE", most)
    means = np.linspace(0, 8, 600)
    expected = made(one_by_one, "python_call", counters, means)
    assert (made(in_blocks, "python_call", counters, means) == expected).all()
    assert expected.max() < most


@pytest.mark.parametrize("mean", [0.05, 2.5, 9.99, 10.0, 11.3, 100.0, 5000.0])
def test_the_distribution(counters, mean):
    numbers = made(in_blocks, "call", counters, np.full(400_000, mean))
    ends = np.unique(stats.poisson.ppf(np.linspace(0, 1, 60)[1:-1], mean))
    found = np.bincount(np.searchsorted(ends, numbers), minlength=ends.size + 1)
    expected = np.diff(stats.poisson.cdf([-1, *ends, np.inf], mean)) * numbers.size
    assert stats.chisquare(found, expected).pvalue > 1e-4
    assert abs(numbers.mean() - mean) < 4 * np.sqrt(mean / numbers.size)
    assert abs(numbers.var() / mean - 1) < 0.02
    # Neighbours are independent
    correlation = np.corrcoef(numbers[1:], numbers[:-1])[0, 1]
    assert abs(correlation) < 4 / np.sqrt(numbers.size)


@pytest.mark.parametrize("mean", [10.0, 33.3, 1e4])
def test_probabilities(mean):
    numbers = np.unique(np.round(np.geomspace(1, 3 * mean, 60))) - 1
    for number in numbers:
        expected = number * math.log(mean) - mean - math.lgamma(number + 1)
        found = poisson_of_means._log_probability(float(number), mean)
        assert found == pytest.approx(expected, rel=1e-13, abs=1e-13 * mean)


@pytest.mark.parametrize("mean", [10.0, 1e5])
def test_python_divides_by_no_zero(mean):
    """What compiled code computes though it does not matter must not raise."""
    for u in (-0.5, 0.0, 0.5 - 2.0**-52):
        number = poisson_of_means._tried(u, mean)
        for v in (0.0, 1.0 - 2.0**-52):
            poisson_of_means._is_accepted(number, u, v, mean)
    assert poisson_of_means._tried(-0.5, mean) < 0
    for number in np.arange(-20.0, 0.0):
        assert not poisson_of_means._is_accepted(float(number), -0.46, 0.95, mean)
