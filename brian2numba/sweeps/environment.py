"""What holds in a process beside a model: preferences, time step, names."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from brian2.core.clocks import defaultclock
from brian2.core.names import Nameable
from brian2.core.preferences import prefs
from brian2.units import second

from brian2numba.preference_sources import preferences_at_import

__all__ = ["Environment", "as_in_a_new_process", "names_of_its_own"]


@dataclass(frozen=True)
class Environment:
    """Preferences and the default time step of a process.

    Attributes
    ----------
    preferences : dict
        Those that are not at their defaults, or were set back to them: other processes
        read the same files and variables as this one.
    dt : float
        The time step of Brian's ``defaultclock``, in seconds.
    """

    preferences: dict[str, Any]
    dt: float

    @classmethod
    def current(cls) -> Environment:
        """Return that of this process."""
        defaults = {
            f"{category}.{name}": preference.default
            for category, (preferences, _) in prefs.pref_register.items()
            for name, preference in preferences.items()
        }
        at_import = defaults | preferences_at_import()
        changed = {
            name: prefs[name]
            for name, default in defaults.items()
            if prefs[name] != default or at_import[name] != default
        }
        return cls(changed, float(defaultclock.dt_))

    def apply(self) -> None:
        """Let it hold in this process; other preferences are as at its first use.

        Raises
        ------
        `PreferenceError`
            If a preference can't hold here, e.g. a processor that is not there.
        """
        for name, value in (_own_preferences() | self.preferences).items():
            if prefs[name] != value:
                prefs[name] = value
        if defaultclock.dt_ != self.dt:
            defaultclock.dt = self.dt * second


@functools.cache
def _own_preferences() -> dict[str, Any]:
    return dict(prefs.prefs)


@contextmanager
def as_in_a_new_process() -> Iterator[None]:
    """Let points be computed in this process, which gets back what they change."""
    stored, dt = dict(prefs.prefs), defaultclock.dt_
    _own_preferences.cache_clear()
    try:
        yield
    finally:
        _own_preferences.cache_clear()
        prefs.prefs.update(stored)
        if defaultclock.dt_ != dt:
            defaultclock.dt = dt * second


@contextmanager
def names_of_its_own() -> Iterator[None]:
    """Let names of objects made within this context be free again after it.

    Otherwise the names of a model depend on the objects of earlier ones that are not
    yet deleted; and on names depend the order of objects in a time step, and
    counter-based random numbers.
    """
    instances = Nameable.__instances__()
    # The references are kept, so that no new one is at the place of an old one
    before = {id(reference): reference for reference in list(instances)}
    try:
        yield
    finally:
        for reference in list(instances):
            if id(reference) not in before:
                instances.remove(reference)
