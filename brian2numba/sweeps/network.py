"""A network that is built once and brought back to its start for each point."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import brian2
from brian2.core.network import Network

from brian2numba.sweeps.environment import Environment, names_of_its_own

__all__ = ["PreparedNetwork"]

_STATE = "start of each point"


class PreparedNetwork:
    """What a user's function built, with a network in it.

    Parameters
    ----------
    build : callable
        The function, without parameters.
    seed : int
        What its random numbers start from.

    Raises
    ------
    TypeError
        If there is no network in it, or several.
    """

    def __init__(self, build: Callable[[], Any], seed: int) -> None:
        brian2.seed(seed)
        with names_of_its_own():
            self._built = build()
        self._network = _network_in(self._built)
        self._network.store(_STATE)
        self._objects = _objects(self._network)
        #: What the function set holds for all points
        self._environment = Environment.current()

    def restored(self) -> Any:
        """Return what was built, with the network as it was at first."""
        self._environment.apply()
        self._network.restore(_STATE)
        return self._built

    @property
    def is_whole(self) -> bool:
        """Whether the network has the objects that it had at first."""
        return _objects(self._network) == self._objects


def _objects(network: Network) -> set[int]:
    return {id(object_) for object_ in network.objects}


def _network_in(built: Any) -> Network:
    if isinstance(built, Network):
        return built
    parts: Iterable[Any] = ()
    if isinstance(built, Mapping):
        parts = built.values()
    elif isinstance(built, list | tuple):
        parts = built
    elif hasattr(built, "__dict__"):
        parts = vars(built).values()
    networks = [part for part in parts if isinstance(part, Network)]
    if len(networks) != 1:
        raise TypeError(
            f"The function for 'build' returned {built!r}, with {len(networks)} "
            "networks. It has to return a Network, or a dictionary or an object with "
            "one among its values."
        )
    return networks[0]
