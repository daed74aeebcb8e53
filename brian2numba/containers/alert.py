"""
How a kernel in a run says that Python is to look at an array that has grown.

The compiled loop looks at one word after each time step, whatever network it runs:
there is one run at a time in a process.
"""

from __future__ import annotations

import numpy as np

from brian2numba.language import Pointer, int64, pointer_to

__all__ = ["NO_LIMIT", "alert", "set_alert", "withdraw"]

#: No array has so many rows
NO_LIMIT = 2**62

_alert = np.zeros(1, np.int64)


def alert() -> Pointer[int64]:
    """Return where the alert is."""
    return pointer_to(_alert)


def set_alert() -> None:
    """Let the loop go back to Python at the end of the time step."""
    _alert[0] = 1


def withdraw() -> None:
    """Let the loop go on: Python has looked."""
    _alert[0] = 0
