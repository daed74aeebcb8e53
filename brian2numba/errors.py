"""
The errors of brian2numba, typed by who is at fault, and the status codes of kernels.

A kernel can't raise: it returns a status, which `exception_for` turns into the exception
that Brian's users expect at that place.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

__all__ = [
    "BrianNumbaError",
    "KernelCompilationError",
    "KernelExecutionError",
    "Status",
    "UserFunctionError",
    "exception_for",
]


class BrianNumbaError(Exception):
    """Base class of the errors that only brian2numba raises."""


class KernelCompilationError(BrianNumbaError):
    """The code generated for a model does not compile.

    The message shows the user's model code, numba's reason and the generated function.
    """


class UserFunctionError(KernelCompilationError):
    """A function given by the user can't be compiled by numba."""


class KernelExecutionError(BrianNumbaError):
    """A function given by the user raised an exception within a kernel."""


class Status(enum.IntEnum):
    """What kernels and container operations return."""

    OK = 0
    OUT_OF_MEMORY = 1
    INDEX_OUT_OF_RANGE = 2
    SAMPLE_SIZE_INVALID = 3
    STEP_OF_ZERO = 4
    PROBABILITY_IS_NAN = 5
    TOO_MANY_SYNAPSES = 6
    USER_EXCEPTION = 7


#: The same as plain integers, for compiled code
OK = int(Status.OK)
OUT_OF_MEMORY = int(Status.OUT_OF_MEMORY)

#: How many numbers a kernel can leave to explain its status
N_DETAILS = 4


def exception_for(status: int, details: Sequence[int], where: str) -> Exception:
    """Return the exception that tells what a kernel's status means.

    Parameters
    ----------
    status : int
        A status other than `Status.OK`.
    details : sequence of int
        What the kernel left to explain it.
    where : str
        The model object, as in "the synapses 'S'".
    """
    first, second = details[0], details[1]
    match Status(status):
        case Status.OUT_OF_MEMORY:
            return MemoryError(
                f"There is not enough memory for {where}. What was recorded or created "
                "before is still there."
            )
        case Status.INDEX_OUT_OF_RANGE:
            return IndexError(
                f"A connection pattern of {where} gives the index {first}, which is "
                f"outside allowed range from 0 to {second - 1}. Use "
                "skip_if_invalid=True to leave out such connections."
            )
        case Status.SAMPLE_SIZE_INVALID:
            problem = (
                f"Requested sample size {first} is negative"
                if first < 0
                else f"Requested sample size {first} is bigger than the population "
                f"size {second}"
            )
            return IndexError(
                f"{problem} in {where}. Use skip_if_invalid=True to take what there is."
            )
        case Status.STEP_OF_ZERO:
            return ValueError(
                f"The step of the iterator that creates connections in {where} is 0; "
                "it has to be a positive or negative integer."
            )
        case Status.PROBABILITY_IS_NAN:
            return ValueError(
                f"The connection probability in {where} is not a number (NaN). Check "
                "the expression given for p."
            )
        case Status.TOO_MANY_SYNAPSES:
            return OverflowError(
                f"There would be more than {first} synapses in {where}, which is what "
                "a synapse index of 32 bits can count. Nothing was created."
            )
        case Status.USER_EXCEPTION:
            return KernelExecutionError(
                f"A function raised an exception in {where}. Its message is lost in "
                "compiled code; run the function by itself, or with the numpy target, "
                "to see it."
            )
    return BrianNumbaError(f"The kernel of {where} returned the unknown status {status}.")
