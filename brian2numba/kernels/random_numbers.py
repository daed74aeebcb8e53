"""
Random numbers inside kernels: the sequences that Brian's Cython target draws.

A kernel draws from the buffers of `brian2numba.kernels.random_buffers`, which are
refilled when their position is 0: it opens streams, draws, and closes them.
"""

from __future__ import annotations

import math

import numpy as np

from brian2numba.kernels.counting import in_vectors
from brian2numba.kernels.random_buffers import RandomBuffers
from brian2numba.language import (
    Pointer,
    Record,
    address_of,
    call,
    float64,
    int64,
    int64s,
    uint16,
)

__all__ = [
    "Streams",
    "binomial",
    "binomial_by_inversion",
    "close_streams",
    "drawn_uniform",
    "drawn_words",
    "open_streams",
    "open_words",
    "pass_uniform",
    "pass_words",
    "poisson",
    "rand",
    "randn",
    "take_normal",
    "take_uniform",
    "takes_words",
]

# Below this mean, Poisson numbers are made by multiplication.
_SMALL_MEAN = 10
# Coefficients of Stirling's series, B(2k) / (2k (2k - 1)), from the last to the first.
_STIRLING = (
    -1.39243221690590,
    1.796443723688307e-01,
    -2.955065359477124e-02,
    6.410256410256410e-03,
    -1.917526917526918e-03,
    8.417508417508418e-04,
    -5.952380952380952e-04,
    7.936507936507937e-04,
    -2.777777777777778e-03,
    8.333333333333333e-02,
)
_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
# From here on Stirling's series is precise enough.
_SERIES_FROM = 7.0


class Streams(Record):
    """Random buffers that a kernel has opened; a record of the kernel's own.

    What the kernel's functions share of it is kept in registers.
    """

    buffers: Pointer[RandomBuffers]
    uniform_position: int64
    uniform: Pointer[float64]
    uniform_size: int64
    normal_position: int64
    normal: Pointer[float64]
    normal_size: int64
    #: Of counted streams: the number of the run, what the numbers are for, and how many
    #: pairs of each kind were made for it
    run: int64
    element: int64
    draw: int64
    n_uniform_pairs: int64
    n_normal_pairs: int64


def open_streams(streams: Streams, address: int) -> None:
    """Take over from random buffers, to draw with `rand` and `randn`.

    Parameters
    ----------
    streams : Streams
        A record of the kernel's own.
    address : int
        The address of the buffers. Nothing else may draw from them until
        `close_streams`.
    """
    buffers = RandomBuffers.array_at(address)
    if buffers[0].is_in_words:
        call(buffers[0].complete_uniform, (buffers,))
    open_words(streams, address)


def open_words(streams: Streams, address: int) -> None:
    """Take over for a kernel that takes uniform numbers by `take_words` only.

    It leaves those that have not been made as they are.
    """
    streams.buffers = RandomBuffers.array_at(address)
    buffers = streams.buffers[0]
    streams.uniform_position = buffers.uniform_position[0]
    streams.uniform, streams.uniform_size = buffers.uniform, buffers.size
    streams.normal_position = buffers.normal_position[0]
    streams.normal, streams.normal_size = buffers.normal, buffers.size


def close_streams(streams: Streams) -> None:
    """Tell the buffers which numbers were drawn."""
    buffers = streams.buffers[0]
    buffers.uniform_position[0] = streams.uniform_position
    buffers.normal_position[0] = streams.normal_position


def rand(streams: Streams) -> float:
    """Return the next uniform number of [0, 1).

    Parameters
    ----------
    streams : Streams
        Opened streams.
    """
    i = streams.uniform_position
    if i == 0:
        _refill_uniform(streams)
    streams.uniform_position = i + 1 if i + 1 < streams.uniform_size else 0
    return streams.uniform[i]


def randn(streams: Streams) -> float:
    """Return the next number of the standard normal distribution.

    Parameters
    ----------
    streams : Streams
        Opened streams.
    """
    i = streams.normal_position
    if i == 0:
        _refill_normal(streams)
    streams.normal_position = i + 1 if i + 1 < streams.normal_size else 0
    return streams.normal[i]


def _refill_uniform(streams: Streams) -> None:
    buffers = streams.buffers[0]
    n_pairs = streams.n_uniform_pairs
    arguments = streams.buffers, streams.element, streams.draw, n_pairs
    call(buffers.refill_uniform, arguments)
    streams.n_uniform_pairs = n_pairs + buffers.size // 2
    # The numbers before may have been elsewhere, see `counter_streams.with_uniform`
    streams.uniform, streams.uniform_size = buffers.uniform, buffers.size


def _refill_normal(streams: Streams) -> None:
    buffers = streams.buffers[0]
    n_pairs = streams.n_normal_pairs
    arguments = streams.buffers, streams.element, streams.draw, n_pairs
    call(buffers.refill_normal, arguments)
    streams.n_normal_pairs = n_pairs + buffers.size // 2
    streams.normal, streams.normal_size = buffers.normal, buffers.size


def take_uniform(numbers: Pointer[float64], n: int, streams: Streams) -> None:
    """Draw several uniform numbers.

    Parameters
    ----------
    numbers : pointer to float64
        Where they are wanted.
    n : int
        How many.
    streams : Streams
        Opened streams.
    """
    done = 0
    while done < n:
        uniform, n_now = drawn_uniform(n - done, streams)
        _copy(numbers + done, uniform, n_now)
        pass_uniform(n_now, streams)
        done += n_now


def drawn_uniform(n: int, streams: Streams) -> tuple[Pointer[float64], int]:
    """Return where the next uniform numbers are, and for how many of `n` that holds.

    They are not drawn before `pass_uniform`.
    """
    i = streams.uniform_position
    if i == 0:
        _refill_uniform(streams)
    return streams.uniform + i, min(n, streams.uniform_size - i)


def pass_uniform(n: int, streams: Streams) -> None:
    """Say that numbers of those that `drawn_uniform` returned have been drawn.

    Once the buffer is full again, its first number is not drawn for being there.
    """
    i = streams.uniform_position + n
    streams.uniform_position = i if i < streams.uniform_size else 0


def takes_words(streams: Streams) -> bool:
    """Tell whether the next uniform numbers need not be made, see `drawn_words`."""
    buffers = streams.buffers[0]
    is_at_end = streams.uniform_position == 0
    return buffers.is_in_words or (is_at_end and buffers.is_mersenne_twister)


def drawn_words(
    shorts: Pointer[uint16], n: int, streams: Streams
) -> tuple[Pointer[int64], int]:
    """Find the next uniform numbers among a generator's words.

    They are not drawn before `pass_words`.

    Parameters
    ----------
    shorts : pointer to uint16
        Where the first 16 bits of each are wanted; there is room for one more than
        `in_vectors(n)`.
    n : int
        How many.
    streams : Streams
        Streams that were opened by `open_words`.

    Returns
    -------
    pointer to int64
        The two words of each number.
    int
        For how many of `n` that holds.
    """
    n = min(n, streams.uniform_size - streams.uniform_position)
    wanted = streams.buffers, address_of(shorts), in_vectors(n)
    words = call(streams.buffers[0].find_shorts, wanted)
    return int64s(words), n


def pass_words(n: int, streams: Streams) -> None:
    """Say that numbers of those that `drawn_words` returned have been drawn."""
    streams.buffers[0].words[0].position += 2 * n
    pass_uniform(n, streams)


def take_normal(numbers: Pointer[float64], n: int, streams: Streams) -> None:
    """Draw several normal numbers; see `take_uniform`."""
    done = 0
    while done < n:
        i = streams.normal_position
        if i == 0:
            _refill_normal(streams)
        n_now = min(n - done, streams.normal_size - i)
        _copy(numbers + done, streams.normal + i, n_now)
        done += n_now
        i += n_now
        streams.normal_position = i if i < streams.normal_size else 0


def _copy(target: Pointer[float64], source: Pointer[float64], n: int) -> None:
    for i in range(n):
        target[i] = source[i]


def _log_factorial(k: int) -> float:
    """Return log(k!) by Stirling's series (Abramowitz and Stegun 6.1.41)."""
    x = np.float64(k + 1)
    if x in (1.0, 2.0):
        return 0.0
    n_steps = np.int64(_SERIES_FROM - x) if x <= _SERIES_FROM else 0
    x += n_steps
    inverse_square = 1.0 / (x * x)
    series = _STIRLING[0]
    for i in range(1, len(_STIRLING)):
        series = series * inverse_square + _STIRLING[i]
    result = series / x + _HALF_LOG_2PI + (x - 0.5) * math.log(x) - x
    for _ in range(n_steps):
        x -= 1.0
        result -= math.log(x)
    return result


def _poisson_by_multiplication(lam: float, streams: Streams) -> int:
    """Count uniform numbers until their product is below exp(-lam)."""
    threshold = math.exp(-lam)
    count = 0
    product = rand(streams)
    while product > threshold:
        count += 1
        product *= rand(streams)
    return count


def _poisson_by_rejection(lam: float, streams: Streams) -> int:
    """Draw by transformed rejection with squeeze.

    W. Hörmann: The transformed rejection method for generating Poisson random
    variables. Insurance: Mathematics and Economics 12 (1993), algorithm PTRS.
    """
    log_lam = math.log(lam)
    b = 0.931 + 2.53 * math.sqrt(lam)
    a = -0.059 + 0.02483 * b
    log_inverse_alpha = math.log(1.1239 + 1.1328 / (b - 3.4))
    v_r = 0.9277 - 3.6224 / (b - 2)
    while True:
        u = rand(streams) - 0.5
        v = rand(streams)
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + lam + 0.43)
        if us >= 0.07 and v <= v_r:  # noqa: PLR2004
            return k
        if k < 0 or (us < 0.013 and v > us):  # noqa: PLR2004
            continue
        weight = math.log(v) + log_inverse_alpha - math.log(a / (us * us) + b)
        if weight <= -lam + k * log_lam - _log_factorial(k):
            return k


def poisson(lam: float, streams: Streams) -> int:
    """Return a number of the Poisson distribution.

    Parameters
    ----------
    lam : float
        The mean. The result is 0 if it is negative or not a number.
    streams : Streams
        Opened streams.
    """
    if lam >= _SMALL_MEAN:
        return _poisson_by_rejection(lam, streams)
    if lam == 0:
        return 0
    return _poisson_by_multiplication(lam, streams)


def binomial_by_inversion(  # noqa: PLR0913, PLR0917
    n: int, p: float, q: float, q_to_n: float, bound: float, streams: Streams
) -> int:
    """Return a number of the binomial distribution, by inversion.

    Kachitvichyanukul, V. and Schmeiser, B.: Binomial random variate generation.
    Communications of the ACM 31 (1988), algorithm BINV, with numpy's bound.

    Parameters
    ----------
    n : int
        The number of trials.
    p, q : float
        The probabilities of a success and of a failure. For speed p should not be
        above 1/2: count failures otherwise.
    q_to_n : float
        ``q ** n``; not 0.
    bound : float
        Larger results are drawn again; they are too improbable to matter.
    streams : Streams
        Opened streams.
    """
    successes = 0
    probability = q_to_n
    u = rand(streams)
    while u > probability:
        successes += 1
        if successes > bound:
            successes = 0
            probability = q_to_n
            u = rand(streams)
        else:
            u -= probability
            probability = (n - successes + 1) * p * probability / (successes * q)
    return successes


def binomial(  # noqa: PLR0913, PLR0917
    index: int,
    n_blocks: int,
    block: int,
    q_to_block: float,
    block_bound: float,
    rest: int,
    q_to_rest: float,
    rest_bound: float,
    p: float,
    q: float,
    n_or_zero: int,
    streams: Streams,
) -> int:
    """Return a number of the binomial distribution, also for many trials.

    Where the probability of no success is no normal number, the trials are divided
    into `n_blocks` blocks and a rest.

    Parameters
    ----------
    index : int
        The index of the element, which plays no role.
    n_blocks : int
        The number of blocks.
    block, q_to_block, block_bound : int, float, float
        The trials of a block, with what `binomial_by_inversion` takes for them.
    rest, q_to_rest, rest_bound : int, float, float
        The same for the other trials.
    p, q : float
        The probabilities of what is counted and of its opposite, of which p is not the
        larger.
    n_or_zero : int
        The number of trials where failures are counted; 0 where successes are.
    streams : Streams
        Opened streams.
    """
    counted = 0
    for _ in range(n_blocks):
        counted += binomial_by_inversion(block, p, q, q_to_block, block_bound, streams)
    counted += binomial_by_inversion(rest, p, q, q_to_rest, rest_bound, streams)
    return counted if n_or_zero == 0 else n_or_zero - counted
