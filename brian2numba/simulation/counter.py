"""Python's performance counter, also for compiled code."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np

from brian2numba.language import call, int64s

__all__ = ["PerformanceCounter", "nanoseconds"]


@dataclass(frozen=True)
class PerformanceCounter:
    """What compiled code has to know to read the counter.

    Attributes
    ----------
    function : int
        The address of Python's C function.
    result : int
        The address that it writes the time to, in nanoseconds (since Python 3.13); 0
        if it returns the time.
    """

    function: int
    result: int

    @classmethod
    def of_python(cls) -> PerformanceCounter:
        """Return Python's counter."""
        writes = hasattr(ctypes.pythonapi, "PyTime_PerfCounterRaw")
        name = "PyTime_PerfCounterRaw" if writes else "_PyTime_GetPerfCounter"
        function = ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p)
        return cls(int(function.value or 0), _result.ctypes.data if writes else 0)


#: One for all: compiled code reads the counter from one thread at a time
_result = np.zeros(1, np.int64)


def nanoseconds(function: int, result: int) -> int:
    """Return the counter, given what a `PerformanceCounter` has."""
    if result == 0:
        return call(function, ())
    call(function, (result,))
    return int64s(result)[0]
