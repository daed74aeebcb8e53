"""
Statistical tests of the fast random numbers: ``python -m benchmarks.random_battery``.

Prints a p-value for each test. One below 0.001 is to be expected among a thousand, and
one below 0.000001 is not. ``--scale 100`` draws a hundred times as many numbers.

References
----------
Knuth, D. E. (1997). The Art of Computer Programming, volume 2, third edition, 3.3.1 to
3.3.3: chi-square, Kolmogorov and Smirnov's test, serial correlation.

Wilson, E. B. and Hilferty, M. M. (1931). The distribution of chi-square. Proceedings of
the National Academy of Sciences, 17(12), 684-688.

Marsaglia, G. and Tsang, W. W. (2002). Some difficult-to-pass tests of randomness.
Journal of Statistical Software, 7(3): birthday spacings.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import brian2numba  # noqa: F401 (tells operations what compiles them)
from brian2numba.device.random_counters import key_of
from brian2numba.kernels import counter_based
from brian2numba.language import Pointer, address_of, float64, int64
from brian2numba.operations import Operation, operation

__all__ = ["Sample", "p_values"]

type Array = np.ndarray[Any, Any]

_BLOCK = 512
_BITS_OF_WORD = 32


@operation
def _make_words(counted: int, words: Pointer[int64], n: int, draw: int) -> int:
    key = counter_based.open_key(counted)
    for k in range(n):
        bits = counter_based.random_bits(k, 0, draw, key)
        words[4 * k] = bits[0]
        words[4 * k + 1] = bits[1]
        words[4 * k + 2] = bits[2]
        words[4 * k + 3] = bits[3]
    return 0


@operation
def _make_uniform(counted: int, numbers: Pointer[float64], n: int, draw: int) -> int:
    key = counter_based.open_key(counted)
    for k in range(0, n, 512):
        counter_based.fill_rand(numbers + k, k, min(k + 512, n), key, draw)
    return 0


@operation
def _make_normal(counted: int, numbers: Pointer[float64], n: int, draw: int) -> int:
    key = counter_based.open_key(counted)
    for k in range(0, n, 512):
        counter_based.fill_randn(numbers + k, k, min(k + 512, n), key, draw)
    return 0


@dataclass(frozen=True)
class Sample:
    """Numbers for the elements 0 to n - 1.

    Attributes
    ----------
    n : int
        How many elements there are.
    seed, role : str
        What the key is made of.
    run, draw : int
        The number of the run and of the draw.
    """

    n: int
    seed: str = "seed"
    role: str = "object"
    run: int = 0
    draw: int = 1

    def words(self) -> Array:
        """Return the random words of 32 bits, four for each element."""
        return self._made(_make_words, 4 * self.n, np.int64).astype(np.uint32)

    def uniform(self) -> Array:
        """Return uniform numbers of [0, 1)."""
        return self._made(_make_uniform, self.n, np.float64)

    def normal(self) -> Array:
        """Return normal numbers."""
        return self._made(_make_normal, self.n, np.float64)

    def _made(self, make: Operation, size: int, dtype: Any) -> Array:
        low, high = key_of(self.seed.encode(), self.role).tolist()
        counted = counter_based.CountedBuffers(key_low=low, key_high=high, run=self.run)
        out = np.zeros(size + _BLOCK, dtype)
        make.call(address_of(counted), out.ctypes.data, self.n, self.draw)
        return out[:size]


def p_values(sample: Sample) -> Iterator[tuple[str, float]]:
    """Yield the name and the p-value of each test of a sample."""
    yield from _of_words(sample.words())
    yield from _of_uniform(sample.uniform())
    yield from _of_normal(sample.normal())
    others = {
        "the next run": replace(sample, run=sample.run + 1),
        "a run 2**32 later": replace(sample, run=sample.run + 2**32),
        "the next draw": replace(sample, draw=sample.draw + 1),
        "another object": replace(sample, role=f"{sample.role}_1"),
        "another seed": replace(sample, seed=f"{sample.seed}1"),
    }
    for name, other in others.items():
        for kind in (Sample.uniform, Sample.normal):
            p = _p_of_correlation(kind(sample), kind(other))
            yield f"correlation of {kind.__name__} numbers with {name}", p
        yield f"bits equal to those of {name}", _p_of_equal_bits(sample, other)
    yield "a hundred runs of few elements", _p_of_runs(sample)


def _of_words(words: Array) -> Iterator[tuple[str, float]]:
    bits = np.unpackbits(words.view(np.uint8))
    n = bits.size
    yield "bits that are 1", _two_sided((2.0 * bits.sum() - n) / math.sqrt(n))
    changes = np.count_nonzero(bits[1:] != bits[:-1])
    yield "runs of bits", _two_sided((2.0 * changes - (n - 1)) / math.sqrt(n - 1))
    counts = np.bincount(words.view(np.uint8), minlength=256)
    yield "bytes", _p_of_counts(counts, words.nbytes / 256)
    for position in range(4):
        of_position = words[position::4]
        for shift in (0, 20):
            values = (of_position >> np.uint32(shift)) & np.uint32(0xFFF)
            p = _p_of_counts(np.bincount(values, minlength=4096), values.size / 4096)
            yield f"bits {shift} to {shift + 11} of word {position}", p
        yield f"birthdays in word {position}", _p_of_birthdays(of_position)


def _p_of_birthdays(words: Array) -> float:
    """Count equal distances between 4096 birthdays in years of 2**32 days."""
    n_years = len(words) // 4096
    birthdays = np.sort(words[: 4096 * n_years].reshape(n_years, 4096), axis=1)
    distances = np.sort(np.diff(birthdays, axis=1), axis=1)
    equal = np.count_nonzero(distances[:, 1:] == distances[:, :-1])
    expected = n_years * 4096**3 / (4 * 2.0**32)
    # The number of equal ones is of Poisson's distribution
    return _two_sided((equal - expected) / math.sqrt(expected))


def _of_uniform(x: Array) -> Iterator[tuple[str, float]]:
    n = len(x)
    counts = np.histogram(x, 1024, (0.0, 1.0))[0]
    yield "uniform numbers in 1024 intervals", _p_of_counts(counts, n / 1024)
    yield "uniform distribution", _p_of_distribution(x)
    for order in range(1, 5):
        mean = 1.0 / (order + 1)
        variance = 1.0 / (2 * order + 1) - mean**2
        z = ((x**order).mean() - mean) * math.sqrt(n / variance)
        yield f"moment {order} of uniform numbers", _two_sided(z)
    yield from _of_neighbours("uniform", x, x)


def _of_normal(x: Array) -> Iterator[tuple[str, float]]:
    n = len(x)
    erf = np.frompyfunc(math.erf, 1, 1)
    cumulative = 0.5 + 0.5 * erf(x / math.sqrt(2.0)).astype(np.float64)
    yield "normal distribution", _p_of_distribution(cumulative)
    # Means and variances of the powers of a normal number
    for order, mean, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        z = ((x**order).mean() - mean) * math.sqrt(n / variance)
        yield f"moment {order} of normal numbers", _two_sided(z)
    for limit in (2.0, 3.0, 3.5):
        p = math.erfc(limit / math.sqrt(2.0))
        z = (np.count_nonzero(abs(x) > limit) - n * p) / math.sqrt(n * p * (1.0 - p))
        yield f"normal numbers beyond {limit}", _two_sided(z)
    yield from _of_neighbours("normal", x, cumulative)
    # Numbers that are made at once
    whole = cumulative[: n // _BLOCK * _BLOCK].reshape(-1, 2, _BLOCK // 2)
    cells = np.floor(whole * 32).astype(int)
    counts = np.bincount((cells[:, 0] * 32 + cells[:, 1]).ravel(), minlength=1024)
    yield "pairs of normal numbers", _p_of_counts(counts, whole.size / 2 / 1024)


def _of_neighbours(kind: str, x: Array, level: Array) -> Iterator[tuple[str, float]]:
    """Compare the numbers of elements with those of others some places further."""
    distances = (level - 0.5) ** 2
    for lag in (1, 2, 4, _BLOCK // 2, _BLOCK):
        p = _p_of_correlation(x[:-lag], x[lag:])
        yield f"correlation of {kind} numbers over {lag} elements", p
        p = _p_of_correlation(distances[:-lag], distances[lag:])
        yield f"the same for distances from the middle, {lag} {kind} numbers", p


def _p_of_correlation(x: Array, y: Array) -> float:
    return _two_sided(np.corrcoef(x, y)[0, 1] * math.sqrt(len(x)))


def _p_of_equal_bits(sample: Sample, other: Sample) -> float:
    differing = np.unpackbits((sample.words() ^ other.words()).view(np.uint8)).sum()
    n = sample.n * 4 * _BITS_OF_WORD
    return _two_sided((2.0 * float(differing) - n) / math.sqrt(n))


def _p_of_runs(sample: Sample) -> float:
    """Test the numbers of few elements over many runs: a neuron's noise in time."""
    n_elements = max(1, sample.n // 1000)
    series = np.array(
        [replace(sample, n=n_elements, run=run).normal() for run in range(100)]
    )
    return _p_of_correlation(series[:-1].ravel(), series[1:].ravel())


def _two_sided(z: float) -> float:
    """Return the probability of a normal number at least as far from 0."""
    return math.erfc(abs(float(z)) / math.sqrt(2.0))


def _p_of_counts(counts: Array, expected: float) -> float:
    """Return chi-square's p-value for many classes: its cube root is nearly normal."""
    n = len(counts) - 1
    chi_square = ((counts - expected) ** 2).sum() / expected
    z = ((chi_square / n) ** (1 / 3) - (1 - 2 / (9 * n))) / math.sqrt(2 / (9 * n))
    return _two_sided(z)


def _p_of_distribution(x: Array) -> float:
    """Kolmogorov and Smirnov's test of a sample that should be uniform."""
    n = len(x)
    x, levels = np.sort(x), np.arange(n + 1) / n
    distance = max((levels[1:] - x).max(), (x - levels[:-1]).max())
    t = (math.sqrt(n) + 0.12 + 0.11 / math.sqrt(n)) * distance
    terms = ((-1) ** (k - 1) * math.exp(-2 * (k * t) ** 2) for k in range(1, 101))
    return min(1.0, max(0.0, 2 * sum(terms)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tests and print their p-values; return 1 if one of them is too small."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0].strip())
    parser.add_argument("--scale", type=int, default=10, help="how many numbers")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds")
    options = parser.parse_args(arguments)
    found = []
    for number in range(options.seeds):
        sample = Sample(100_000 * options.scale, seed=f"seed {number}")
        for name, p in p_values(sample):
            found.append(p)
            print(f"{p:10.6f}  {name}, seed {number}")
    least = min(found)
    print(f"{len(found)} tests; the least p-value is {least:.3g}")
    return int(least < 1e-4 / len(found))


if __name__ == "__main__":
    raise SystemExit(main())
