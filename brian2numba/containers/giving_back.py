"""
Memory that the C library keeps, given back to the system.

What arrays of some megabytes leave behind, it keeps for the next ones, up to 64 MB:
each large array that is freed raises that limit.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

__all__ = ["give_back_unused_memory"]


def give_back_unused_memory() -> None:
    """Let the C library give back what nobody uses any more, where it can be told."""
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> Any:
    """Return the function of that name of GNU's C library; None with another one."""
    if sys.platform != "linux":
        return None
    try:
        function = ctypes.CDLL(None).malloc_trim
    except AttributeError:
        return None
    function.argtypes = (ctypes.c_size_t,)
    return function
