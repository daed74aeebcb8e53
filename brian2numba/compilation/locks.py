"""
One thread compiles at a time, and none while the process forks.

A forked process has the thread that forked, and no other: a lock that another one held
would stay locked there for ever. So whoever forks takes these locks before; and those
of Brian's log, whose file has a lock that Python does not make anew.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import llvmlite.binding as llvm
import pyparsing

__all__ = ["COMPILING", "hold_locks_while_forking"]

#: Held by the thread that compiles, or imports numba in order to
COMPILING = threading.RLock()

_NUMBA = "numba.core.compiler_lock"


def hold_locks_while_forking() -> None:
    """Let forks of this process wait until no other thread compiles; for good."""
    if sys.platform == "win32":
        return
    held, handlers = ExitStack(), list[logging.Handler]()

    def acquire() -> None:
        for lock in _locks():
            held.enter_context(lock)
        handlers[:] = logging.getLogger("brian2").handlers
        for handler in handlers:
            handler.acquire()

    def release() -> None:
        # The next thread that forks fills `held` as soon as the first lock is free
        held.pop_all().close()

    def release_all() -> None:
        for handler in handlers:
            handler.release()
        release()

    # In the child, handlers have new locks, from Python
    os.register_at_fork(
        before=acquire, after_in_parent=release_all, after_in_child=release
    )


def _locks() -> list[AbstractContextManager[Any]]:
    """Return the locks in the order in which threads that compile take them."""
    locks: list[AbstractContextManager[Any]] = [COMPILING]
    if _NUMBA in sys.modules:
        locks.append(sys.modules[_NUMBA].global_compiler_lock)
    # LLVM's; also taken where code that nobody needs any more is removed
    locks.append(llvm.ffi.lib._lock)
    # The parser's of equations, in which Brian builds models
    locks.append(pyparsing.ParserElement.packrat_cache_lock)
    return locks
