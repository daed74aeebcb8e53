"""How many events each neuron has had within the last while."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from brian2.monitors.spikemonitor import EventMonitor
from brian2.units.allunits import second
from brian2.units.fundamentalunits import Quantity

from brian2numba.recordings.columns import Columns
from brian2numba.recordings.monitors import checked_monitor
from brian2numba.recordings.window import Window, oldest_time
from brian2numba.simulation.running import while_others_wait

__all__ = ["counts_within"]

type _Array = np.ndarray[Any, Any]

#: So many events are looked at first where they are copied; then twice as many
_FIRST_BLOCK = 1024
#: Where a monitor keeps how its events are found
COUNTED = "_brian2numba_counted"


def counts_within(monitor: Any, duration: Any) -> _Array:
    """Count the events of each neuron within the last while.

    The time it takes grows with the number of these events, and not with that of all.

    Parameters
    ----------
    monitor : `SpikeMonitor` or `EventMonitor`
        The monitor, which records times and indices.
    duration : `Quantity`
        How far to look back from the present time of the monitor's clock.

    Returns
    -------
    `numpy.ndarray`
        The number of events of each neuron of the monitor's source, as integers; those
        count whose ``t`` is at most so long ago.

    Raises
    ------
    TypeError
        If this is no monitor of events, or the duration no time.
    ValueError
        If the duration is negative, the monitor does not record what is needed, or it
        keeps only its last events and these do not reach back so far.

    Examples
    --------
    >>> rates = brian2numba.counts_within(spikes, 50*ms) / (50*ms)
    """
    columns = _columns(monitor)
    is_time = isinstance(duration, Quantity) and duration.dim is second.dim
    if not is_time or duration.ndim:
        raise TypeError(
            "counts_within looks back for a time such as 50*ms, but not for "
            f"{duration!r}."
        )
    if not 0 <= float(duration) < math.inf:
        raise ValueError(
            f"counts_within can't look back for {duration}: give a time that is finite "
            "and not negative."
        )
    with while_others_wait(), columns.held():
        return _counts(monitor, columns, duration)


def _counts(monitor: Any, columns: Columns, duration: Any) -> _Array:
    now = float(monitor.clock.variables["t"].get_value()[0])
    oldest = oldest_time(now, float(duration))
    # Also says whether the monitor has another recording now
    n_rows = columns.n_rows
    if isinstance(columns.recording, Window):
        _refuse_short(columns.recording, oldest, duration)
    blocks = list(_since(columns, n_rows, oldest))
    if len(blocks) == 1:
        return np.bincount(blocks[0], minlength=len(monitor.source))
    total = np.zeros(len(monitor.source), np.int64)
    for neurons in blocks:
        total += np.bincount(neurons, minlength=len(total))
    return total


def _columns(monitor: Any) -> Columns:
    """Return the indices and times of a monitor, which keeps them."""
    known: Columns | None = getattr(monitor, "__dict__", {}).get(COUNTED)
    if known is not None:
        return known
    if not isinstance(monitor, EventMonitor):
        raise TypeError(
            "counts_within needs a SpikeMonitor or an EventMonitor, but "
            f"{monitor!r} is none."
        )
    checked_monitor(monitor, "counts_within")
    missing = [name for name in ("i", "t") if name not in monitor.variables]
    if missing:
        raise ValueError(
            f"The monitor '{monitor.name}' does not record {' and '.join(missing)}, "
            "which counts_within needs: record them with record=True."
        )
    columns = vars(monitor)[COUNTED] = Columns(monitor, ["i", "t"])
    return columns


def _refuse_short(window: Window, oldest: float, duration: Any) -> None:
    """Refuse to count events of which the window has dropped some."""
    is_short = window.time is not None and float(duration) > window.time
    if is_short or window.lost_until >= oldest:
        raise ValueError(
            f"The monitor '{window.name}' {window.described()}, which do not reach "
            f"back for {duration}: counts_within would miss events. Let keep_last keep "
            "more, or count within a shorter time."
        )


def _since(columns: Columns, n_rows: int, oldest: float) -> Iterator[_Array]:
    """Yield the neurons of all events from some time on, the last ones first."""
    # Those in memory need no copy, and are searched by halves
    stop, size = n_rows, max(columns.n_viewed, _FIRST_BLOCK)
    while stop > columns.n_gone:
        start = max(stop - size, columns.n_gone)
        neurons, times = columns.read(start, stop)
        if times[0] < oldest:
            yield neurons[np.searchsorted(times, oldest) :]
            return
        yield neurons
        stop, size = start, 2 * size
