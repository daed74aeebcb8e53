"""The times of profiled runs: by object, as Brian keeps them, and by code object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from brian2.core.network import Network, profiling_summary
from brian2.units import second
from brian2.utils.logger import get_logger

from brian2numba.simulation.entries import Entry
from brian2numba.simulation.schedule import Schedule

__all__ = ["keep_profile", "keys_of", "profile_of"]

logger = get_logger("brian2.codegen.runtime.numba")

#: The name of an object, and which of its code objects
type Key = tuple[str, int]

#: What Brian was given of a run, by which it is known, and the times by code object
_profiles: WeakKeyDictionary[Network, tuple[list[Any], dict[Key, float]]] = (
    WeakKeyDictionary()
)


def keys_of(entries: Sequence[Entry]) -> list[Key]:
    """Return by what entries are known from one run to the next."""
    counts: dict[str, int] = {}
    keys = []
    for entry in entries:
        name = entry.owner.name
        counts[name] = counts.get(name, 0) + 1
        keys.append((name, counts[name] - 1))
    return keys


def keep_profile(network: Network, schedule: Schedule | None) -> None:
    """Keep the times of a profiled run, or forget those of an earlier one."""
    if schedule is None:
        network._profiling_info = None
        return
    times = dict(zip(keys_of(schedule.entries), schedule.times(), strict=True))
    by_object: dict[str, float] = {}
    for (name, _), seconds in times.items():
        by_object[name] = by_object.get(name, 0.0) + seconds
    info = [(name, seconds * second) for name, seconds in by_object.items()]
    network._profiling_info = info
    _profiles[network] = info, times
    logger.debug(f"\n{profiling_summary(network)}")


def profile_of(network: Network) -> dict[Key, float]:
    """Return the times of the last run in seconds; none if it was not profiled.

    Where Brian's own loop has run the network, the times are those of whole objects.
    """
    info = network._profiling_info
    if info is None:
        return {}
    known, times = _profiles.get(network, (None, {}))
    return times if known is info else {(name, 0): float(t) for name, t in info}
