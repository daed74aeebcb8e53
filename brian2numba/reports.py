"""What a kernel reports of an access or a call that failed."""

from __future__ import annotations

from typing import Annotated

from brian2numba.language.casts import int64
from brian2numba.language.pointers import Pointer
from brian2numba.language.records import Record

__all__ = [
    "ARGUMENT_KINDS",
    "NEW_ROWS",
    "N_ARGUMENTS",
    "WORKING_MEMORY",
    "Report",
    "refuse",
]

#: How many arguments are kept of a call that raises an exception
N_ARGUMENTS = 16


class Report(Record):
    """Which access was outside of its array, or which call raised."""

    #: What explains the status of a kernel: usually an index, and how many there are
    index: int64
    size: int64
    #: The slot of the kernel that the array is in, or one of `WORKING_MEMORY`, ...
    slot: int64
    #: The line of the kernel's source; 0 if there was none
    line: int64
    #: Of a call that raised an exception: which function, where numba describes the
    #: exception, the kinds of the arguments, and the bits of each one
    function: int64
    exception: int64
    kinds: int64
    arguments: Annotated[Pointer[int64], N_ARGUMENTS]


#: What is reported of the kinds of arguments: 4 bits each, 0 after the last one
ARGUMENT_KINDS = {"int64": 1, "float64": 2, "float32": 3, "bool": 4, "uint64": 5}

#: What is reported of arrays that are in no slot: the kernel's own, and new rows of
#: recordings and synapses
WORKING_MEMORY, NEW_ROWS = -1, -2


def refuse(status: int, index: int, size: int, report: Report) -> int:
    """Report what explains a status, and return that.

    Parameters
    ----------
    status : int
        The status that the kernel is to return.
    index, size : int
        What its message has in the places of ``{0}`` and ``{1}``.
    report : Report
        Where this goes.
    """
    report.index = index
    report.size = size
    return status
