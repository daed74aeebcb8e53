"""What the harnesses do in forked children: run it, and tell how it ended."""

from __future__ import annotations

import faulthandler
import os
import signal
import traceback
from collections.abc import Callable

__all__ = ["HUNG", "RIGHT", "fork", "outcome"]

RIGHT, HUNG = "right", "hung"


def fork(function: Callable[[], bool], seconds: int = 60) -> int:
    """Call a function in a forked process, and return that process's number.

    Parameters
    ----------
    function : callable
        Returns whether all is right.
    seconds : int, optional
        After which the process ends if it hangs.
    """
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(seconds)
        # Where it hangs
        faulthandler.dump_traceback_later(0.9 * seconds)
        status = 0 if function() else 2
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def outcome(process: int) -> str:
    """Wait for a process; return `RIGHT`, `HUNG` or in other words how it ended."""
    _, status = os.waitpid(process, 0)
    code = os.waitstatus_to_exitcode(status)
    named = {0: RIGHT, 1: "failed", 2: "wrong", -signal.SIGALRM: HUNG}
    return named.get(code, f"ended with status {code}")
