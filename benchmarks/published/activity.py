"""
What spikes of the microcircuit's populations are like, and what they should be like.

Nothing but numpy is needed: NEST's process reads this file as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.published.parameters import FULL_RATES, POPULATIONS, Microcircuit

__all__ = ["Activity", "differences", "measured", "rate_ranges", "remarks"]

#: What counts as asynchronous and irregular in the article (its "AIness")
LARGEST_RATE = 30.0  # Hz
IRREGULARITY = (0.7, 1.2)
LARGEST_SYNCHRONY = 8.0
#: By which share rates may differ from those of full size. Runs and versions published
#: differ by a tenth. Smaller networks fire less, as their correlations are larger: for
#: each power of ten a larger share less is allowed
TOLERANCE = 0.15
TOLERANCE_PER_TENTH = 0.4
#: The smallest network whose rates are checked
SMALLEST = 0.1

#: How much rates may differ from those that NEST has for the same parameters, as a
#: share and in Hz: connections are others, and NEST may have run for a second only
SHARE_OF_DIFFERENCE = 0.15
LEAST_DIFFERENCE = 0.25

#: Until when spikes are left out, in seconds, and of what the variation is computed
TRANSIENT = 0.2
BIN = 0.003
LEAST_SPIKES = 10
MOST_NEURONS = 1000


@dataclass(frozen=True)
class Activity:
    """Numbers of each population.

    Attributes
    ----------
    rates : list of float
        Spikes a second and neuron.
    irregularity : list of float or None
        Mean coefficient of variation of intervals between spikes, of the neurons with
        enough of them.
    synchrony : list of float or None
        Variance of the number of spikes in bins of 3 ms, over its mean, of a thousand
        neurons at most.
    """

    rates: list[float]
    irregularity: list[float | None]
    synchrony: list[float | None]


def measured(
    times: NDArray[np.float64],
    neurons: NDArray[np.int64],
    circuit: Microcircuit,
    duration: float,
) -> dict[str, Any]:
    """Return the `Activity` of a run, as a dictionary.

    Parameters
    ----------
    times : array of float
        In seconds.
    neurons : array of int
        Which neuron fired, populations one after the other.
    circuit : Microcircuit
        Its populations.
    duration : float
        Of the run, in seconds.
    """
    begin = min(TRANSIENT, duration / 2)
    late = times >= begin
    times, neurons = times[late], neurons[late]
    borders = circuit.borders
    rates = np.histogram(neurons, borders)[0] / circuit.sizes / (duration - begin)
    irregularity: list[float | None] = []
    synchrony: list[float | None] = []
    for first, end in pairwise(borders):
        own = (neurons >= first) & (neurons < end)
        irregularity.append(_irregularity(times[own], neurons[own]))
        few = own & (neurons < first + MOST_NEURONS)
        synchrony.append(_synchrony(times[few], begin, duration))
    return asdict(Activity(rates.tolist(), irregularity, synchrony))


def _irregularity(
    times: NDArray[np.float64], neurons: NDArray[np.int64]
) -> float | None:
    """Return the mean of the neurons' coefficients of variation."""
    order = np.lexsort((times, neurons))
    trains = np.split(times[order], np.flatnonzero(np.diff(neurons[order])) + 1)
    intervals = [np.diff(train) for train in trains if len(train) >= LEAST_SPIKES]
    return (
        float(np.mean([i.std() / i.mean() for i in intervals])) if intervals else None
    )


def _synchrony(times: NDArray[np.float64], begin: float, end: float) -> float | None:
    bins = np.arange(begin, end, BIN)
    if len(times) == 0 or len(bins) < 2:
        return None
    counts = np.histogram(times, bins)[0]
    return float(counts.var() / counts.mean()) if counts.any() else None


def rate_ranges(scale: float) -> list[tuple[float, float]]:
    """Return the smallest and the largest rate that each population should have."""
    less = TOLERANCE + TOLERANCE_PER_TENTH * np.log10(1 / scale)
    return [(rate * (1 - less), rate * (1 + TOLERANCE)) for rate in FULL_RATES.tolist()]


def remarks(activity: Activity, scale: float) -> list[str]:
    """Return a line for each number of a network that is not as published."""
    found = _outside("irregularity", activity.irregularity, [IRREGULARITY] * 8)
    found += _outside("synchrony", activity.synchrony, [(0.0, LARGEST_SYNCHRONY)] * 8)
    ranges = [(0.0, LARGEST_RATE)] * 8 if scale < SMALLEST else rate_ranges(scale)
    return found + _outside("rate", activity.rates, ranges)


def differences(rates: Sequence[float], others: Sequence[float]) -> list[str]:
    """Return a line for each population whose rate is not that of another simulator."""
    return [
        f"{population}: the rate is {rate:.3g}, but {other:.3g} with NEST."
        for population, rate, other in zip(POPULATIONS, rates, others, strict=True)
        if abs(rate - other) > max(LEAST_DIFFERENCE, SHARE_OF_DIFFERENCE * other)
    ]


def _outside(
    what: str,
    values: Sequence[float | None],
    ranges: Sequence[tuple[float, float]],
) -> list[str]:
    return [
        f"{population}: the {what} is {value:.3g}, not from {low:.3g} to {high:.3g}."
        for population, value, (low, high) in zip(
            POPULATIONS, values, ranges, strict=True
        )
        if value is not None and not low <= value <= high
    ]
