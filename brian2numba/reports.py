"""What a kernel reports of an access or a call that failed, in words of 64 bits."""

from __future__ import annotations

import enum

__all__ = ["ARGUMENT_KINDS", "NEW_ROWS", "WORKING_MEMORY", "Report"]


class Report(enum.IntEnum):
    """Words that say which access was outside of its array, or which call raised."""

    INDEX = 0
    SIZE = 1
    #: The slot of the kernel that the array is in, or one of `WORKING_MEMORY`, ...
    SLOT = 2
    #: The line of the kernel's source; 0 if there was none
    LINE = 3
    #: Of a call that raised an exception: which function, where numba describes the
    #: exception, the kinds of the arguments, and the bits of each one
    FUNCTION = 4
    EXCEPTION = 5
    KINDS = 6
    ARGUMENTS = 7


#: What is reported of the kinds of arguments: 4 bits each, 0 after the last one
ARGUMENT_KINDS = {"int64": 1, "float64": 2, "float32": 3, "bool": 4, "uint64": 5}

#: What is reported of arrays that are in no slot: the kernel's own, and new rows of
#: recordings and synapses
WORKING_MEMORY, NEW_ROWS = -1, -2
