"""One running network a process at a time: a second one is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from brian2.core.network import Network
from brian2.core.variables import VariableView

__all__ = ["guard_against_other_threads", "the_only_run"]

_lock = threading.RLock()


class _Running:
    """Which thread runs which network."""

    thread: int | None = None
    name = ""


@contextmanager
def the_only_run(network: Network) -> Iterator[None]:
    """Refuse to run a network that is running, or while another thread runs one.

    Brian's networks share clocks: two at a time would advance each other's time.
    """
    if not _lock.acquire(blocking=False):
        raise RuntimeError(
            f"The network '{network.name}' can't run now: the network "
            f"'{_Running.name}' is running in another thread, and networks of one "
            "process share clocks. Run one after the other, or use processes."
        )
    outer = _Running.thread, _Running.name
    try:
        if network.name == _Running.name:
            raise RuntimeError(
                f"The network '{network.name}' is running already: what it calls in a "
                "time step can't run it again."
            )
        _Running.thread, _Running.name = threading.get_ident(), network.name
        yield
    finally:
        _Running.thread, _Running.name = outer
        _lock.release()


def guard_against_other_threads(device: Any) -> None:
    """Let a device refuse changes that other threads make during a run.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device. Its methods that resize arrays, and the assignments that ask it for
        an override, are extended.
    """
    device.resize = _guarded(device.resize)
    device.resize_along_first = _guarded(device.resize_along_first)
    for name in (
        "set_with_expression",
        "set_with_expression_conditional",
        "set_with_index_array",
    ):
        original = getattr(VariableView, name).original_function
        setattr(device, f"variableview_{name}", _guarded(original))


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function`, refused while another thread runs a network."""

    def guarded(*args: Any, **kwds: Any) -> Any:
        if _Running.thread not in (None, threading.get_ident()):
            raise RuntimeError(
                f"The network '{_Running.name}' is running in another thread: nothing "
                "can be assigned or resized until it is done. Use a network operation "
                "to change something during a run."
            )
        return function(*args, **kwds)

    return guarded
