"""What a spike queue knows of the synapses: their order by source, and their delays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from brian2numba.containers.choices import Choices

__all__ = ["Connectivity", "delays_in_steps"]

type _Array = np.ndarray[Any, Any]

#: The longest delay, in time steps.
MAX_STEPS = 2**31 - 1
_BITS = 16


#: About how many synapses are looked at to see whether that may be so.
_SAMPLE_SIZE = 2**16
_BLOCK_SIZE = 2**16


@dataclass(frozen=True, eq=False)
class Connectivity:
    """The synapses of each source neuron, and their delays in time steps.

    Synapses of one neuron that have one delay, too, are a group: in the list of
    synapses they follow each other, in order.

    Attributes
    ----------
    first : `numpy.ndarray`
        For each neuron the position of its first synapse, or its first group where
        there are groups. A last item says where those of the last neuron end. int32.
    synapses : `numpy.ndarray` or None
        The synapses by neuron, int32: those of a neuron in order, or in groups by
        their delay. None if this is just 0, 1, 2, ...
    delays : `numpy.ndarray` or None
        The delay of the synapse at each position, or of each group, int32; None if all
        have the delay `max_delay`.
    groups : `numpy.ndarray` or None
        The position where each group begins, and the one where the last ends, int32;
        None if all have one delay, or if groups would be small.
    max_delay : int
        The longest delay.
    """

    first: _Array
    synapses: _Array | None
    delays: _Array | None
    groups: _Array | None
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
        relative = sources - start if start else sources
        max_delay = int(delays.max(initial=0))
        is_uniform = not len(delays) or int(delays.min()) == max_delay
        if not is_uniform and _may_be_grouped(relative, delays):
            grouped = cls._grouped(relative, end - start, delays)
            if grouped is not None:
                return grouped
        synapses = _stable_order(relative)
        if is_uniform:
            ordered_delays = None
        else:
            ordered_delays = delays if synapses is None else delays[synapses]
        first = _starts(relative, end - start)
        return cls(first, synapses, ordered_delays, None, max_delay)

    @classmethod
    def _grouped(
        cls, sources: _Array, n_sources: int, delays: _Array
    ) -> Connectivity | None:
        """Sort synapses by source and delay; None if the groups are small."""
        by_source, ends = _stable_order(sources), _starts(sources, n_sources)
        synapses = np.empty(len(sources), np.int32)
        begins, group_delays, group_sources = [], [], []
        for part in _blocks_of_sources(ends):
            if by_source is None:
                own = np.arange(part.start, part.stop, dtype=np.int32)
            else:
                own = by_source[part]
            for keys in (delays, sources):
                order = _stable_order(keys[own])
                own = own if order is None else own[order]
            synapses[part] = own
            found = _beginnings(sources[own], delays[own])
            begins.append(found + part.start)
            group_delays.append(delays[own[found]])
            group_sources.append(sources[own[found]])
        groups = np.concatenate([*begins, [len(sources)]]).astype(np.int32)
        if (len(groups) - 1) * Choices.group_size > len(sources):
            return None
        first = _starts(np.concatenate(group_sources), n_sources)
        listed = None if _is_ascending(synapses) else synapses
        each_delay = np.concatenate(group_delays)
        return cls(first, listed, each_delay, groups, int(delays.max()))

    @property
    def has_ranges(self) -> bool:
        """Whether events are ranges of positions, rather than numbers of synapses."""
        return self.delays is None or self.groups is not None

    @property
    def positions(self) -> _Array:
        """Where the synapses of each source begin, and those of the last one end."""
        return self.first if self.groups is None else self.groups[self.first]

    @property
    def n_synapses(self) -> int:
        """How many synapses there are."""
        return int(self.positions[-1])

    @property
    def n_ranges(self) -> int:
        """How many ranges there may be: of a neuron, or of one of its delays."""
        return len(self._range_starts) - 1

    @property
    def longest_range(self) -> int:
        """How many synapses a range has at most."""
        return int(np.diff(self._range_starts).max(initial=0))

    @property
    def _range_starts(self) -> _Array:
        return self.first if self.groups is None else self.groups

    @property
    def is_listed_in_ranges(self) -> bool:
        """Whether events are ranges of positions in a list of synapses."""
        return self.has_ranges and self.synapses is not None

    def keeps_events_of(self, before: Connectivity) -> bool:
        """Tell whether events that were pushed before mean the same, and can follow."""
        if not (self.has_ranges and before.has_ranges):
            return self.has_ranges == before.has_ranges
        if self.synapses is None or before.synapses is None:
            return self.synapses is before.synapses
        return np.array_equal(self.synapses, before.synapses)


def _starts(sources: _Array, n_sources: int) -> _Array:
    """Return where the items of each source start once they are sorted by source."""
    counts = np.zeros(n_sources, np.int64)
    for block in _blocks(len(sources)):
        counts += np.bincount(sources[block], minlength=n_sources)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def _may_be_grouped(sources: _Array, delays: _Array) -> bool:
    """Tell from the synapses of some sources whether the groups may be large."""
    step = len(sources) // _SAMPLE_SIZE | 1
    sample = np.concatenate(
        [
            np.flatnonzero(sources[block] % step == 0) + block.start
            for block in _blocks(len(sources))
        ]
    )
    keys = sources[sample] * np.int64(2**32) + delays[sample]
    return len(np.unique(keys)) * Choices.group_size <= len(keys)


def _blocks(n_items: int) -> Iterator[slice]:
    """Yield parts of an array, to compute one at a time in little memory."""
    for start in range(0, n_items, _BLOCK_SIZE):
        yield slice(start, min(start + _BLOCK_SIZE, n_items))


def _blocks_of_sources(ends: _Array) -> Iterator[slice]:
    """Yield parts of synapses sorted by source that have all synapses of a source.

    Parameters
    ----------
    ends : `numpy.ndarray`
        Where the synapses of each source begin, and where those of the last one end.
    """
    low, last = 0, len(ends) - 1
    while low < last:
        high = int(np.searchsorted(ends, ends[low] + _BLOCK_SIZE, side="right")) - 1
        high = max(high, low + 1)
        if ends[low] < ends[high]:
            yield slice(int(ends[low]), int(ends[high]))
        low = high


def _beginnings(sources: _Array, delays: _Array) -> _Array:
    """Return the positions where a source or a delay differs from the one before."""
    is_first = np.ones(len(sources), bool)
    is_first[1:] = (sources[1:] != sources[:-1]) | (delays[1:] != delays[:-1])
    return np.flatnonzero(is_first)


def _is_ascending(keys: _Array) -> bool:
    return bool(np.all(keys[1:] >= keys[:-1]))


def _check_sources(sources: _Array, start: int, end: int) -> None:
    if len(sources) and (sources.min() < start or sources.max() >= end):
        synapse = int(((sources < start) | (sources >= end)).argmax())
        raise ValueError(
            f"The source of synapse {synapse} is neuron {sources[synapse]}, which is "
            f"not one of the pathway's neurons, {start} to {end - 1}"
        )


def _stable_order(keys: _Array) -> _Array | None:
    """Return the order that sorts non-negative int32 keys, equal ones as they are.

    It is None if they are sorted. numpy sorts 16-bit keys in linear time: do so with
    the lower and the upper halves.
    """
    if _is_ascending(keys):
        return None
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
        not positive; if the number of delays fits neither. One between -1.5 and 0
        steps is 0: delays may be drawn from a distribution.
    """
    if not 0 < dt < np.inf:
        raise ValueError(f"The time step must be positive and finite, not {dt} s")
    if len(delays) not in (1, n_synapses):
        raise ValueError(f"There are {len(delays)} delays for {n_synapses} synapses")
    result = np.empty(len(delays), np.int32)
    for block in _blocks(len(delays)):
        steps = np.asarray(delays[block], np.float64) / dt + 0.5
        # also true for NaN
        is_wrong = ~((steps > -1) & (steps < MAX_STEPS + 1))
        if is_wrong.any():
            synapse = block.start + int(is_wrong.argmax())
            raise ValueError(
                f"The delay of synapse {synapse} is {delays[synapse]} s; it must be "
                f"at least 0 and at most {MAX_STEPS} time steps of {dt} s"
            )
        result[block] = steps
    return result
