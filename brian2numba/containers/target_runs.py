"""Synapses whose targets are neighbours: runs of neurons that follow each other."""

from __future__ import annotations

from typing import Any

import numpy as np

from brian2numba.containers.choices import Choices
from brian2numba.language import Pointer, int32

__all__ = ["end_of_run", "has_long_runs", "starts_of_runs"]

type _Array = np.ndarray[Any, Any]

#: So many synapses are looked at to see whether they may be
_SAMPLE_SIZE = 2**16
_BLOCK_SIZE = 2**18


def has_long_runs(targets: _Array, positions: _Array) -> bool:
    """Tell whether synapses lead to long runs of targets, and none to one of the left.

    Parameters
    ----------
    targets : `numpy.ndarray`
        The target of each synapse, int32.
    positions : `numpy.ndarray`
        Where the synapses of each source begin, and where those of the last one end.
        Those of a source are only delivered together, or some that follow each other.
    """
    n = len(targets)
    sample = targets[:_SAMPLE_SIZE]
    if n == 0 or _n_runs(sample) * Choices.run_length > len(sample):
        return False
    n_runs, n_backwards = 1, 0
    for start in range(0, n, _BLOCK_SIZE):
        part = targets[start : start + _BLOCK_SIZE + 1]
        n_runs += _n_runs(part) - 1
        n_backwards += int(np.count_nonzero(part[1:] <= part[:-1]))
    begins = np.unique(positions)
    begins = begins[(begins > 0) & (begins < n)]
    if (len(begins) + 1) * Choices.run_length > n:
        # One to one: all targets are neighbours, but none is delivered with another
        return False
    allowed = int(np.count_nonzero(targets[begins] <= targets[begins - 1]))
    return n_runs * Choices.run_length <= n and n_backwards == allowed


def starts_of_runs(targets: _Array) -> _Array:
    """Return where runs begin, and where the last one ends; nothing if they are short.

    Parameters
    ----------
    targets : `numpy.ndarray`
        The target of each synapse, int32, in any order.

    Returns
    -------
    `numpy.ndarray`
        Positions, int32.
    """
    n = len(targets)
    sample = targets[:_SAMPLE_SIZE]
    if n == 0 or _n_runs(sample) * Choices.run_length > len(sample):
        return np.empty(0, np.int32)
    begins = [np.zeros(1, np.int32)]
    for start in range(0, n, _BLOCK_SIZE):
        part = targets[start : start + _BLOCK_SIZE + 1]
        found = np.flatnonzero(part[1:] != part[:-1] + 1) + (start + 1)
        begins.append(found.astype(np.int32))
    starts = np.concatenate([*begins, np.array([n], np.int32)])
    is_short = (len(starts) - 1) * Choices.run_length > n
    return np.empty(0, np.int32) if is_short else starts


def _n_runs(targets: _Array) -> int:
    return 1 + int(np.count_nonzero(targets[1:] != targets[:-1] + 1))


def end_of_run(targets: Pointer[int32], first: int, end: int) -> int:
    """Return the position after the last synapse of a run.

    Parameters
    ----------
    targets : pointer to int32
        The target of each synapse; within the range, they ascend.
    first, end : int
        A range of positions, at least one.
    """
    shift = targets[first] - first
    if targets[end - 1] - (end - 1) == shift:
        return end
    # What a target is ahead of its position never becomes less
    low, high = first + 1, end - 1
    while low < high:
        middle = (low + high) // 2
        if targets[middle] - middle == shift:
            low = middle + 1
        else:
            high = middle
    return low
