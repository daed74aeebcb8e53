"""One running network a process at a time: a second one is refused."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from weakref import WeakSet

from brian2.core.network import Network
from brian2.core.variables import VariableView
from brian2.devices.device import get_device

from brian2numba.containers import Versions
from brian2numba.device.arrays import is_ours
from brian2numba.hooks import overridden, replaced
from brian2numba.preferences import numba_evaluates_strings

__all__ = [
    "compiled_code",
    "forget_loss",
    "guard_against_other_threads",
    "is_in_use_elsewhere",
    "refused_to_other_threads",
    "survive_forks",
    "the_only_run",
    "while_others_wait",
]

_NOTHING = nullcontext()


class _Running:
    """Which thread runs which network."""

    #: Held by the thread that runs a network, and by the one that runs compiled code
    lock = threading.RLock()
    compiled_code = threading.RLock()
    thread: int | None = None
    network: Network | None = None


#: The networks that only the parent of this process runs on
_lost: WeakSet[Network] = WeakSet()


def compiled_code() -> Any:
    """Return what compiled code runs within: a process does not fork meanwhile."""
    return _Running.compiled_code


@contextmanager
def the_only_run(network: Network) -> Iterator[None]:
    """Refuse to run a network that is running, or while another thread runs one.

    Brian's networks share clocks: two at a time would advance each other's time.

    Raises
    ------
    RuntimeError
        If another thread runs a network, if one of the process that this one was
        forked from ran this network at that time, or if a network that runs shares a
        clock with this one.
    """
    lock = _Running.lock
    if not lock.acquire(blocking=False):
        raise RuntimeError(
            f"The network '{network.name}' can't run now: the network "
            f"'{_name()}' is running in another thread, and networks of one "
            "process share clocks. Run one after the other, or use processes."
        )
    outer = _Running.thread, _Running.network, Versions.are_kept
    try:
        if network in _lost:
            raise RuntimeError(
                f"The network '{network.name}' was running in another thread when "
                "this process was forked: its state here is that of the middle of a "
                "run. Use restore() to go back to a stored state."
            )
        if network is _Running.network:
            raise RuntimeError(
                f"The network '{_name()}' is running already: what it calls in a "
                "time step can't run it again."
            )
        _refuse_shared_clocks(network, _Running.network)
        _Running.thread, _Running.network = threading.get_ident(), network
        Versions.are_kept = False
        yield
    finally:
        _Running.thread, _Running.network, Versions.are_kept = outer
        lock.release()


def _refuse_shared_clocks(network: Network, running: Network | None) -> None:
    """Refuse a run within a run that would move the time of the outer one."""
    if running is None:
        return
    shared = {obj.clock for obj in network.sorted_objects} & running._clocks
    if shared:
        names = ", ".join(sorted(f"'{clock.name}'" for clock in shared))
        raise RuntimeError(
            f"The network '{network.name}' can't run within a run of the network "
            f"'{running.name}': they share the clock {names}, whose time would change. "
            "Give the objects of one of them a time step (dt) or a clock of their own."
        )


def _name() -> str:
    return "" if _Running.network is None else str(_Running.network.name)


def forget_loss(network: Network) -> None:
    """Let a network run again in this process, after its state was restored."""
    _lost.discard(network)


def survive_forks() -> None:
    """Let processes that are forked during a run go on without it; for good.

    A fork waits until another thread's compiled code comes back to Python, so that all
    arrays are whole in the new process.
    """
    if sys.platform == "win32":
        return
    lock = _Running.compiled_code

    def become_child() -> None:
        lock.release()
        if _Running.thread not in (None, threading.get_ident()):
            assert _Running.network is not None
            _lost.add(_Running.network)
            _Running.lock = threading.RLock()
            _Running.thread = _Running.network = None
            Versions.are_kept = True
            _mark_all_changed()
            Network._globally_running = False

    os.register_at_fork(
        before=lock.acquire,
        after_in_parent=lock.release,
        after_in_child=become_child,
    )


def _mark_all_changed() -> None:
    """Say that arrays may have changed: the run that would say it does not end here."""
    for container in getattr(get_device(), "arrays", {}).values():
        if is_ours(container):
            container.mark_changed()


def guard_against_other_threads(device: Any) -> None:
    """Let a device refuse what other threads must not do during a run.

    Numbers that they assign wait until compiled code comes back to Python.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device. Its methods that resize arrays, and the assignments that ask it for
        an override, are extended.
    """
    for name in ("resize", "resize_along_first"):
        setattr(device, name, refused_to_other_threads(replaced(device, name)))
    for name, guard in (
        ("set_with_expression", _strings_of_other_threads),
        ("set_with_expression_conditional", _strings_of_other_threads),
        ("set_with_index_array", _waiting_in_other_threads),
    ):
        override = f"variableview_{name}"
        function = overridden(device, override, VariableView, name)
        if function is not None:
            setattr(device, override, guard(function))


def _waiting_in_other_threads(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function`, which waits for the compiled code of another thread's run."""

    def guarded(*args: Any, **kwds: Any) -> Any:
        if not is_in_use_elsewhere():
            return function(*args, **kwds)
        with _Running.compiled_code:
            return function(*args, **kwds)

    return guarded


def _strings_of_other_threads(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function`, which waits, or is refused where a kernel of ours runs.

    Kernels draw random numbers without a lock.
    """
    refused, waiting = (
        refused_to_other_threads(function),
        _waiting_in_other_threads(function),
    )

    def guarded(*args: Any, **kwds: Any) -> Any:
        return (refused if numba_evaluates_strings() else waiting)(*args, **kwds)

    return guarded


def is_in_use_elsewhere() -> bool:
    """Tell whether another thread runs a network, for which others have to wait."""
    return _Running.thread not in (None, threading.get_ident())


def while_others_wait() -> AbstractContextManager[Any]:
    """Return what arrays are looked at within that another thread's kernels may move.

    Its compiled code waits; where no other thread runs a network, nothing has to.
    """
    return compiled_code() if is_in_use_elsewhere() else _NOTHING


def refused_to_other_threads(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function`, refused while another thread runs a network."""

    def guarded(*args: Any, **kwds: Any) -> Any:
        if is_in_use_elsewhere():
            raise RuntimeError(
                f"The network '{_name()}' is running in another thread: until it is "
                "done, nothing can be resized or restored, nor assigned by compiled "
                "code. Use a network operation to change something during a run, or "
                "assign numbers."
            )
        return function(*args, **kwds)

    return guarded
