"""A device's methods for its random state, to be extended by what we keep with it."""

from __future__ import annotations

from typing import Any

from brian2numba.hooks import replaced

__all__ = ["ExtendedMethods"]


class ExtendedMethods:
    """Methods that take the place of a device's, and call the ones that it had.

    Parameters
    ----------
    device : `brian2.devices.device.RuntimeDevice`
        The device.
    """

    def __init__(self, device: Any) -> None:
        self._device = device
        self._seed = replaced(device, "seed")
        self._get_random_state = replaced(device, "get_random_state")
        self._set_random_state = replaced(device, "set_random_state")

    def install(self) -> None:
        """Use these methods instead of the device's own."""
        self._device.seed = self.seed
        self._device.get_random_state = self.get_random_state
        self._device.set_random_state = self.set_random_state

    def seed(self, seed: int | None = None) -> None:
        """Seed numpy's generator; see the device's method."""
        raise NotImplementedError

    def get_random_state(self) -> dict[str, Any]:
        """Return the device's state with ours."""
        raise NotImplementedError

    def set_random_state(self, state: dict[str, Any]) -> None:
        """Restore a state, also one without ours."""
        raise NotImplementedError
