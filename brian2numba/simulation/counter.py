"""Python's performance counter, also for compiled code."""

from __future__ import annotations

import ctypes

import numpy as np

from brian2numba.language import Pointer, Record, call, int64, pointer_to

__all__ = ["PerformanceCounter", "nanoseconds"]


class PerformanceCounter(Record):
    """What compiled code has to know to read the counter."""

    #: The address of Python's C function
    function: int64
    #: Where it writes the time to, in nanoseconds (since Python 3.13); null if it
    #: returns the time
    result: Pointer[int64]

    @classmethod
    def of_python(cls) -> PerformanceCounter:
        """Return Python's counter."""
        writes = hasattr(ctypes.pythonapi, "PyTime_PerfCounterRaw")
        name = "PyTime_PerfCounterRaw" if writes else "_PyTime_GetPerfCounter"
        function = ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p)
        counter = cls(function=int(function.value or 0))
        if writes:
            counter.result = pointer_to(_result)
        return counter


#: One for all: compiled code reads the counter from one thread at a time
_result = np.zeros(1, np.int64)


def nanoseconds(counter: PerformanceCounter) -> int:
    """Return the counter's time."""
    if not counter.result:
        return call(counter.function, ())
    call(counter.function, (counter.result,))
    return counter.result[0]
