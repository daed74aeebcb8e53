"""What a spike queue knows of the synapses: their order by source, and their delays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Connectivity", "delays_in_steps"]

type _Array = np.ndarray[Any, Any]

#: The longest delay, in time steps.
MAX_STEPS = 2**31 - 1
_BITS = 16


@dataclass(frozen=True)
class Connectivity:
    """The synapses of each source neuron, and their delays in time steps.

    Attributes
    ----------
    first : `numpy.ndarray`
        For each neuron the position of its first synapse, and a last item: where the
        synapses of the last neuron end. int64.
    synapses : `numpy.ndarray` or None
        The synapses by neuron, those of a neuron in order, int32; None if this is just
        0, 1, 2, ...
    delays : `numpy.ndarray` or None
        The delay of each synapse, int32; None if all have the delay `max_delay`.
    max_delay : int
        The longest delay.
    """

    first: _Array
    synapses: _Array | None
    delays: _Array | None
    max_delay: int

    @classmethod
    def of(cls, sources: _Array, start: int, end: int, delays: _Array) -> Connectivity:
        """Sort synapses by their source.

        Parameters
        ----------
        sources : `numpy.ndarray`
            The source of each synapse.
        start, end : int
            The first source and the one after the last.
        delays : `numpy.ndarray`
            The delays in steps, one for each synapse or one for all.

        Raises
        ------
        ValueError
            If a source is not between `start` and `end`.
        """
        _check_sources(sources, start, end)
        relative = sources - start
        counts = np.bincount(relative, minlength=end - start)
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        is_sorted = bool(np.all(relative[1:] >= relative[:-1]))
        synapses = None if is_sorted else _stable_order(relative)
        max_delay = int(delays.max(initial=0))
        is_uniform = not len(delays) or int(delays.min()) == max_delay
        return cls(first, synapses, None if is_uniform else delays, max_delay)


def _check_sources(sources: _Array, start: int, end: int) -> None:
    is_foreign = (sources < start) | (sources >= end)
    if is_foreign.any():
        synapse = int(is_foreign.argmax())
        raise ValueError(
            f"The source of synapse {synapse} is neuron {sources[synapse]}, which is "
            f"not one of the pathway's neurons, {start} to {end - 1}"
        )


def _stable_order(keys: _Array) -> _Array:
    """Return the order that sorts non-negative int32 keys, equal ones as they are.

    numpy sorts 16-bit keys in linear time: do so with the lower and the upper halves.
    """
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    upper = (keys >> _BITS).astype(np.uint16)
    if upper.any():
        order = order[np.argsort(upper[order], kind="stable")]
    return order.astype(np.int32)


def delays_in_steps(delays: _Array, dt: float, n_synapses: int) -> _Array:
    """Return delays rounded to the nearest time step.

    Parameters
    ----------
    delays : `numpy.ndarray`
        The delays in seconds, one for each synapse or one for all.
    dt : float
        The time step in seconds.
    n_synapses : int
        The number of synapses.

    Returns
    -------
    `numpy.ndarray`
        The delays in steps, int32, of the same length.

    Raises
    ------
    ValueError
        If a delay is negative, not finite, or longer than 2**31 - 1 steps; if `dt` is
        not positive; if the number of delays fits neither.
    """
    if not 0 < dt < np.inf:
        raise ValueError(f"The time step must be positive and finite, not {dt} s")
    if len(delays) not in (1, n_synapses):
        raise ValueError(f"There are {len(delays)} delays for {n_synapses} synapses")
    steps = np.asarray(delays, np.float64) / dt + 0.5
    # also true for NaN
    is_wrong = ~((delays >= 0) & (steps < MAX_STEPS + 1))
    if is_wrong.any():
        synapse = int(is_wrong.argmax())
        raise ValueError(
            f"The delay of synapse {synapse} is {delays[synapse]} s; it must be "
            f"at least 0 and at most {MAX_STEPS} time steps of {dt} s"
        )
    return steps.astype(np.int32)
