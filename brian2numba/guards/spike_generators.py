"""Guards of the groups that spike at given times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup

from brian2numba.guards.mechanism import Guard, described
from brian2numba.guards.numbers import (
    MAX_COUNT,
    as_numbers,
    check_count,
    check_indices,
    first_where,
)

__all__ = ["GUARDS"]


def _check_new(group: Any, given: Mapping[str, Any]) -> None:
    check_count(given["N"], "The number of neurons N")
    _check_spikes(group, given)


def _check_spikes(group: Any, given: Mapping[str, Any]) -> None:
    indices, times = as_numbers(given["indices"]), as_numbers(given["times"])
    if indices is None or times is None or not indices.ndim or not times.ndim:
        return
    if indices.ndim > 1 or times.ndim > 1:
        raise ValueError(
            "The indices and times of spikes have to be one-dimensional, not of the "
            f"shapes {indices.shape} and {times.shape}."
        )
    check_indices(indices, "What is given for indices")
    wrong = first_where(~np.isfinite(times))
    if wrong is not None:
        raise ValueError(
            f"The times of spikes have to be finite, but times[{wrong}] is "
            f"{times[wrong]} s."
        )
    period = as_numbers(given["period"])
    if period is not None and np.isnan(period).any():
        raise ValueError("The period of the spikes is not a number (NaN).")
    if given["sorted"] and len(indices) == len(times):
        _check_order(indices, times)


def _check_order(indices: Any, times: Any) -> None:
    later, same = times[1:] > times[:-1], times[1:] == times[:-1]
    wrong = first_where(~(later | same & (indices[1:] >= indices[:-1])))
    if wrong is not None:
        raise ValueError(
            "The spikes are said to be sorted by time, and by neuron where times are "
            f"the same, but spike {wrong + 1} (of neuron {indices[wrong + 1]}, at "
            f"{times[wrong + 1]} s) comes after spike {wrong} (of neuron "
            f"{indices[wrong]}, at {times[wrong]} s). Leave out sorted=True."
        )


def _check_before_run(group: Any, given: Mapping[str, Any]) -> None:
    """Refuse times that are too late for Brian's 32-bit numbers of time steps."""
    times, dt = np.asarray(group._spike_time), float(group.dt_[:])
    if len(times) and times.max() / dt >= MAX_COUNT:
        raise OverflowError(
            f"The last spike of {described(group)} is at {times.max()} s, which is "
            f"later than {MAX_COUNT} time steps of {dt} s: Brian counts them with 32 "
            "bits. Use a longer time step, or set the later spikes for a later run "
            "with set_spikes."
        )
    if group._spikes_changed or group._previous_dt != dt:
        _check_steps(group, times, dt)


def _check_steps(group: Any, times: Any, dt: float) -> None:
    """Refuse neurons that spike twice in a time step.

    Brian sees those whose spikes follow each other in the list, and the kernel has
    room for one spike a neuron.
    """
    # As Brian computes the time steps
    steps = np.asarray((times + 1e-3 * dt) / dt, np.int64)
    keys = np.sort(steps * group.N + np.asarray(group._neuron_index), kind="stable")
    wrong = first_where(keys[1:] == keys[:-1])
    if wrong is not None:
        step, neuron = divmod(int(keys[wrong]), int(group.N))
        raise ValueError(
            f"Using a dt of {group.dt!s}, some neurons of SpikeGeneratorGroup "
            f"'{group.name}' spike more than once during a time step: neuron {neuron} "
            f"does at {step * dt:g} s."
        )


GUARDS = (
    Guard(SpikeGeneratorGroup, "__init__", _check_new),
    Guard(SpikeGeneratorGroup, "set_spikes", _check_spikes),
    Guard(SpikeGeneratorGroup, "before_run", _check_before_run),
)
