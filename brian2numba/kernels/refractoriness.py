"""When refractory neurons have to be looked at again."""

from __future__ import annotations

from brian2numba.language import (
    MASK_SIZE,
    Pointer,
    float64,
    float64_bits,
    float64_from_bits,
)

__all__ = [
    "LOOKS",
    "NO_RELEASE",
    "RELEASE_SPAN",
    "earliest_release",
    "is_within",
    "least",
    "look_from",
    "order_of_time",
]

#: How many neurons are looked at together: these have one time before which none of
#: them can be released. A block of the size that kernels do at a time has several spans
RELEASE_SPAN = 64

#: How many times there are for a block: one before which there is no need to look at
#: those of its spans, and these
LOOKS = 1 + MASK_SIZE // RELEASE_SPAN

#: What `order_of_time` gives at most: infinity
NO_RELEASE = 0x7FF0000000000000


def earliest_release(last_spike: float, n_steps: float, dt: float) -> float:
    """Return a time before which ``timestep(t - last_spike, dt) < n_steps`` holds.

    It is half a step too early: no step is in between, and no rounding is as large. NaN
    if the last spike was at no time: then it holds always.

    Parameters
    ----------
    last_spike : float
        When the neuron spiked.
    n_steps : float
        Its refractory period, a whole number of time steps.
    dt : float
        The time step.
    """
    # Numbers of steps are rounded towards zero: of a spike that is yet to come up
    margin = 0.5 if n_steps > 0 else 1.5
    return last_spike + (n_steps - margin) * dt


def order_of_time(t: float) -> int:
    """Return a number by which times from 0 on are ordered: their bits.

    The smallest of integers is found for several neurons at a time, that of times is
    not, since they may be NaN. Times before 0 and NaN count as 0: always.
    """
    return float64_bits(t) if t > 0 else 0


def is_within(start: int, stop: int, first: int, behind: int) -> bool:
    """Tell whether all neurons of a span are among those of a part.

    Parameters
    ----------
    start, stop : int
        The first neuron of the span, and the one after the last.
    first, behind : int
        The same of the part.
    """
    return start >= first and stop <= behind


def least(times: Pointer[float64], start: int, stop: int) -> float:
    """Return the smallest of some times, none of which is NaN.

    Parameters
    ----------
    times : pointer to float64
        The times.
    start, stop : int
        Which of them: those from `start` to before `stop`, at least one.
    """
    found = times[start]
    for k in range(start + 1, stop):
        found = min(found, times[k])
    return found


def look_from(looks: Pointer[float64], neuron: int, t: float) -> None:
    """Have a neuron looked at from a time on, or earlier.

    Parameters
    ----------
    looks : pointer to float64
        For each block, `LOOKS` times.
    neuron : int
        The neuron.
    t : float
        The time; NaN stands for always.
    """
    block = neuron // MASK_SIZE * LOOKS
    span = block + 1 + neuron % MASK_SIZE // RELEASE_SPAN
    t = float64_from_bits(order_of_time(t))
    looks[span] = min(looks[span], t)
    looks[block] = min(looks[block], t)
