"""
The threads that help the one that runs a network.

They are Python's, and begin with a call of compiled code from which they return at the
end of the process: they never hold the GIL. They sleep on locks of Python's, which are
made by functions for C that need no GIL and are the same on all systems.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
import threading
from typing import Any, ClassVar

import numpy as np
from brian2.core.preferences import prefs
from brian2.utils.logger import get_logger

from brian2numba.language import Pointer, address_of
from brian2numba.simulation.counter import PerformanceCounter
from brian2numba.simulation.processors import Processors
from brian2numba.simulation.team import Member, Team, dissolve, serve

__all__ = ["aligned", "number_of_threads", "team", "use_one_thread_after_forks"]

logger = get_logger("brian2.codegen.runtime.numba")

#: How long a thread may take to leave at the end of a process, in seconds
_PATIENCE = 5.0
#: More threads than this are no use
MOST_THREADS = 64
#: The bytes of a line of the processor's cache, or of two that are fetched together
_LINE = 128


class _Crew:
    """The threads of this process."""

    team: Team | None = None
    #: Where it and its members are
    memory: Any = None
    members_memory: Any = None
    threads: ClassVar[list[threading.Thread]] = []
    #: The process in which they were started, or 0
    process = 0
    #: How many threads a run may use at most
    limit = 0


def number_of_threads() -> int:
    """Return how many threads a run may use, and start them."""
    wanted = int(prefs["codegen.runtime.numba.threads"])
    if wanted == 1 or not prefs["codegen.runtime.numba.jit"]:
        return 1
    if _Crew.process not in (0, os.getpid()):
        # A forked process has not got its parent's threads
        logger.warn(
            f"{wanted} threads were asked for, but this process was forked from one "
            "that uses threads: it uses one. The results are the same.",
            "threads_after_fork",
            once=True,
        )
        return 1
    limit = _Crew.limit or number_of_processors()
    if wanted > limit:
        logger.warn(
            f"{wanted} threads were asked for, but this process may use {limit} "
            "processors: there is a thread for each. The results are the same.",
            "too_few_processors",
            once=True,
        )
    n_threads = min(wanted, limit, MOST_THREADS)
    return _started(n_threads) if n_threads > 1 else 1


def number_of_processors() -> int:
    """Return how many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def team() -> Team:
    """Return the team of this process, once there are threads."""
    assert _Crew.team is not None
    return _Crew.team


def aligned[T](record: type[T], n_records: int) -> tuple[Pointer[T], Any]:
    """Return new records, the first of which begins a line of the cache.

    The memory that they are in is returned as well, to be kept.
    """
    size = ctypes.sizeof(record)  # type: ignore[arg-type]
    memory = np.zeros(n_records * size + _LINE, np.uint8)
    start = memory.ctypes.data
    return Pointer(start + -start % _LINE, record), memory


def _started(n_threads: int) -> int:
    """Start the threads that are missing; return how many there are, if not more."""
    if _Crew.team is None:
        _Crew.team = _new_team()
        _Crew.process = os.getpid()
    for k in range(_Crew.team.n_members, n_threads - 1):
        thread = threading.Thread(
            target=_help,
            args=(_Crew.team, _Crew.team.members[k]),
            name=f"brian2numba-{k + 1}",
            daemon=True,
        )
        try:
            thread.start()
        except RuntimeError as error:
            logger.warn(
                f"Of {n_threads} threads that were asked for, the system starts no "
                f"more than {k + 1}, which are used: {error}. The results are the "
                "same.",
                "threads_not_started",
                once=True,
            )
            break
        _Crew.threads.append(thread)
        _Crew.team.n_members = k + 1
    return min(n_threads, 1 + _Crew.team.n_members)


def _new_team() -> Team:
    """Return a team without members; there is memory for some."""
    teams, _Crew.memory = aligned(Team, 1)
    members, _Crew.members_memory = aligned(Member, MOST_THREADS)
    team = teams[0]
    team.members = members
    team.acquire = _python_function("PyThread_acquire_lock_timed")
    team.release = _python_function("PyThread_release_lock")
    team.nap = _held_lock()
    team.counter = PerformanceCounter.of_python()
    team.processors = Processors.of_system()
    for k in range(MOST_THREADS):
        member = members[k]
        member.number, member.lock = k + 1, _held_lock()
        member.counter = PerformanceCounter.of_python()
        if member.counter.result:
            member.counter.result = member.time
    return team


def _python_function(name: str) -> int:
    """Return the address of a function of Python's."""
    return int(ctypes.cast(ctypes.pythonapi[name], ctypes.c_void_p).value or 0)


def _held_lock() -> int:
    """Return a new lock of Python's that is not free; it is never given back."""
    allocate = ctypes.pythonapi["PyThread_allocate_lock"]
    acquire = ctypes.pythonapi["PyThread_acquire_lock"]
    allocate.restype, allocate.argtypes = ctypes.c_void_p, []
    acquire.argtypes = [ctypes.c_void_p, ctypes.c_int]
    lock = allocate()
    acquire(lock, 1)
    return int(lock)


def _help(team: Team, member: Member) -> None:
    """Do what a thread of the team does."""
    serve.call(address_of(team), address_of(member))


@atexit.register
def _dissolve() -> None:
    """Let all threads end, before the code that they run is given back."""
    if _Crew.team is not None and _Crew.process == os.getpid():
        dissolve.call(address_of(_Crew.team))
        for thread in _Crew.threads:
            thread.join(_PATIENCE)


def use_one_thread_after_forks() -> None:
    """Let runs that go on in a forked process use one thread there; for good."""

    def forget_threads() -> None:
        if _Crew.team is not None:
            _Crew.team.n_members = 0

    if sys.platform != "win32":
        os.register_at_fork(after_in_child=forget_threads)
