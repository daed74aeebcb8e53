"""Guards of monitors: what they record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from brian2.monitors.ratemonitor import PopulationRateMonitor
from brian2.monitors.spikemonitor import EventMonitor, SpikeMonitor
from brian2.monitors.statemonitor import StateMonitor

from brian2numba.guards.mechanism import Guard, described
from brian2numba.guards.numbers import (
    MAX_COUNT,
    as_numbers,
    check_indices,
    first_where,
)

__all__ = ["GUARDS"]


def _check_record(monitor: Any, given: Mapping[str, Any]) -> None:
    record = given["record"]
    if isinstance(record, (bool, str)):
        return
    indices = as_numbers(record)
    if indices is None:
        return
    check_indices(indices, "What is given for record")
    indices = np.atleast_1d(indices).ravel()
    wrong = first_where((indices > MAX_COUNT) | (indices < -MAX_COUNT))
    if wrong is not None:
        source = given["source"]
        raise IndexError(
            f"The indices to record from contain {indices[wrong]}, which is outside of "
            f"the range [0, {len(source) - 1}] allowed for {described(source)}."
        )


def _check_width(monitor: Any, given: Mapping[str, Any]) -> None:
    width = None if given["width"] is None else as_numbers(given["width"])
    if width is None or width.ndim:
        return
    if not 0 <= width < np.inf:
        raise ValueError(
            f"The width of the window has to be finite and at least 0, not {width} s."
        )


GUARDS = (
    Guard(StateMonitor, "__init__", _check_record),
    Guard(StateMonitor, "__getitem__"),
    Guard(EventMonitor, "__init__"),
    Guard(SpikeMonitor, "__init__"),
    Guard(PopulationRateMonitor, "__init__"),
    Guard(PopulationRateMonitor, "smooth_rate", _check_width),
)
