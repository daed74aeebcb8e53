"""What kernels call to draw random numbers, by name; a part of `library`."""

from __future__ import annotations

from typing import Any

from brian2numba.kernels import (
    binomial_numbers,
    counted_steps,
    counter_based,
    counter_streams,
    counting,
    poisson_numbers,
    poisson_of_means,
    random_numbers,
)
from brian2numba.kernels.poisson_of_means import poisson_by_one
from brian2numba.kernels.random_numbers import (
    poisson,
    rand,
    randn,
)
from brian2numba.language import float64

__all__ = ["FUNCTIONS"]


def _rand(index: int, streams: Any) -> float:
    """Draw from [0, 1); the index of the element plays no role."""
    return rand(streams)


def _randn(index: int, streams: Any) -> float:
    """Draw from the standard normal distribution."""
    return randn(streams)


def _poisson(rate: float, index: int, streams: Any) -> int:
    """Draw from the Poisson distribution with mean `rate`."""
    return poisson(rate, streams)


def _poisson_by_one(rate: float, index: int, streams: Any) -> int:
    """Draw from the Poisson distribution, for few uniform numbers."""
    # As where numbers are made for a block, also in single precision
    return poisson_by_one(float64(rate), streams)


#: The functions of `brian2numba.kernels.binomial_numbers`
_BINOMIAL = (
    "binomial_by_normal",
    "binomial_by_normal_at",
    "binomial_by_table",
    "binomial_by_table_at",
    "fill_binomial_by_normal",
    "fill_binomial_by_table",
    "take_binomial_by_normal",
    "take_binomial_by_table",
)

#: The functions of `brian2numba.kernels.counter_streams`
_STREAMS = (
    "fill_normal_pairs",
    "fill_uniform_pairs",
    "stream_of",
    "with_normal",
    "with_uniform",
)

#: The names of `brian2numba.kernels.counted_steps`
_STEPS = (
    "MOST_STEPS",
    "PickedSteps",
    "append_steps",
    "begin_steps",
    "first_step_beyond",
    "keep_valid_steps",
    "next_step",
    "next_steps",
)

#: All of them by their names in kernels
FUNCTIONS: dict[str, Any] = {
    "_rand": _rand,
    "_randn": _randn,
    "_poisson": _poisson,
    "_poisson_by_one": _poisson_by_one,
    "_fill_poisson": poisson_numbers.fill_poisson,
    "_fill_poisson_of_means": poisson_of_means.fill_poisson_of_means,
    "_Streams": random_numbers.Streams,
    "_open_streams": random_numbers.open_streams,
    "_open_words": random_numbers.open_words,
    "_close_streams": random_numbers.close_streams,
    "_open_key": counter_based.open_key,
    "_close_key": counter_based.close_key,
    "_rand_at": counter_based.rand_at,
    "_randn_at": counter_based.randn_at,
    "_fill_rand": counter_based.fill_rand,
    "_fill_randn": counter_based.fill_randn,
    "_open_counted_streams": counter_streams.open_counted_streams,
    "_close_counted_streams": counter_streams.close_counted_streams,
    **{f"_{name}": getattr(counter_streams, name) for name in _STREAMS},
    **{f"_{name}": getattr(counted_steps, name) for name in _STEPS},
    "_draw_many": counter_streams.draw_many,
    # What is drawn from a stream is in its name, for loops over blocks
    "_uniform_stream_of": counter_streams.stream_of,
    "_normal_stream_of": counter_streams.stream_of,
    "_uniform_normal_stream_of": counter_streams.stream_of,
    "_take_uniform": random_numbers.take_uniform,
    "_take_normal": random_numbers.take_normal,
    "_binomial": random_numbers.binomial,
    "_number_of": counting.number_of,
    **{f"_{name}": getattr(binomial_numbers, name) for name in _BINOMIAL},
}
