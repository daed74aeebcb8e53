"""What the memory of this machine can do, measured with compiled loops."""

from __future__ import annotations

import time
from collections.abc import Callable

import numba
import numpy as np

__all__ = ["scatter_seconds", "triad_bandwidth"]

#: About how many bytes a measurement moves
TRAFFIC = 200_000_000
REPEAT = 5
#: Synapses of a neuron, as in `benchmarks.scalable`
ROW = 80

type Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]


@numba.njit
def _triad(a: Array, b: Array, c: Array, n_times: int) -> None:
    for k in range(n_times):
        factor = 1.0 / (k + 3)
        for i in range(len(a)):
            a[i] = b[i] + factor * c[i]


@numba.njit
def _scatter(values: Array, targets: Array, rows: Array, weight: float) -> None:
    for row in rows:
        for k in range(row * ROW, (row + 1) * ROW):
            values[targets[k]] += weight


def best_time(function: Callable[[], None]) -> float:
    """Return the shortest time of several calls, after one that compiles."""
    times = []
    for _ in range(REPEAT + 1):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times[1:])


def triad_bandwidth(n_bytes: int) -> float:
    """Measure the bandwidth of ``a = b + f*c``, with three arrays of `n_bytes` in all.

    Returns
    -------
    float
        Bytes read and written in a second. That a line of the cache is read before it
        is written is not counted, as in McCalpin's STREAM.
    """
    size = max(n_bytes // 24, 8)
    a, b, c = np.zeros(size), np.ones(size), np.ones(size)
    n_times = max(1, TRAFFIC // (24 * size))
    return 24 * size * n_times / best_time(lambda: _triad(a, b, c, n_times))


def scatter_seconds(n_targets: int) -> float:
    """Measure what adding to a random item takes, in the order in which synapses do.

    The targets are in rows of 80 in rising order, the rows in random order. This is the
    least that a kernel can do for a synaptic event.
    """
    random = np.random.default_rng(1)
    values = np.ones(n_targets)
    targets = random.integers(n_targets, size=(n_targets, ROW), dtype=np.int32)
    targets.sort(axis=1)
    rows = random.integers(n_targets, size=max(TRAFFIC // (20 * ROW), 1))
    seconds = best_time(lambda: _scatter(values, targets.reshape(-1), rows, 0.001))
    return seconds / (len(rows) * ROW)
