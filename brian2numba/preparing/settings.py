"""What the preparation of all objects depends on."""

from __future__ import annotations

from typing import Any

from brian2.core.preferences import prefs
from brian2.devices.device import get_device
from brian2.stateupdaters.base import StateUpdateMethod

__all__ = ["Settings", "is_always_prepared"]


class Settings:
    """Preferences, the device, and methods of integration."""

    _current: Settings | None = None

    def __init__(self) -> None:
        self._preferences = _copied(prefs.prefs)
        self._device = get_device()
        self._methods = dict(StateUpdateMethod.stateupdaters)

    @classmethod
    def current(cls) -> Settings:
        """Return those that hold now: the same object as long as nothing changes."""
        if cls._current is None or not cls._current._hold():
            cls._current = cls()
        return cls._current

    def _hold(self) -> bool:
        return (
            self._device is get_device()
            and _are_same(prefs.prefs, self._preferences)
            and StateUpdateMethod.stateupdaters == self._methods
        )


def is_always_prepared() -> bool:
    """Tell whether each run prepares everything."""
    return bool(prefs["codegen.runtime.numba.prepare"] == "always")


def _copied(values: Any) -> dict[str, Any]:
    return {n: list(v) if isinstance(v, list) else v for n, v in values.items()}


def _are_same(now: Any, before: dict[str, Any]) -> bool:
    if len(now) != len(before):
        return False
    for name, value in now.items():
        other = before.get(name)
        if value is not other and (type(value) is not type(other) or value != other):
            return False
    return True
