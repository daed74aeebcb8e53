"""
The errors of brian2numba, typed by who is at fault, and the status codes of kernels.

A kernel can't raise: it returns a status, which `exception_for` turns into the
exception that Brian's users expect at that place.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from typing import Any

try:
    from brian2.codegen.runtime.GSLcython_rt import IntegrationError
except ImportError:
    # Brian has it where Cython and setuptools are, which nothing else here needs
    class IntegrationError(Exception):  # type: ignore[no-redef]
        """Equations could not be integrated, see Brian's class of this name."""


__all__ = [
    "BrianNumbaError",
    "FunctionLeftToPythonError",
    "FunctionNotCompilableError",
    "IntegrationError",
    "KernelCompilationError",
    "KernelExecutionError",
    "NoExecutableMemoryError",
    "NotCompiledError",
    "NotInLanguageError",
    "RecordingError",
    "ReferenceChangedError",
    "RowsLeftToPythonError",
    "Status",
    "SweepError",
    "TypeLeftToPythonError",
    "UserFunctionError",
    "exception_for",
    "memory_for",
    "with_causes",
]


def with_causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those that it says it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__


class BrianNumbaError(Exception):
    """Base class of the errors that only brian2numba raises."""


class KernelCompilationError(BrianNumbaError):
    """The code generated for a model does not compile.

    The message shows the user's model code, numba's reason and the generated function.
    """


class NoExecutableMemoryError(KernelCompilationError):
    """The system does not let memory become executable: no compiled code can run."""


class UserFunctionError(KernelCompilationError):
    """A function given by the user can't be compiled by numba."""


class FunctionLeftToPythonError(UserFunctionError):
    """A plain function can't be compiled: Python can run what calls it.

    Parameters
    ----------
    message : str
        What to tell a user who wants it compiled.
    function : `Function`
        The function.
    name : str
        What it is called, and where it is.
    reason : NotCompiledError
        Why it is not compiled.
    """

    def __init__(
        self, message: str, function: Any, name: str, reason: NotCompiledError
    ) -> None:
        super().__init__(message)
        self.function = function
        self.name = name
        self.reason = reason


class TypeLeftToPythonError(KernelCompilationError):
    """Code uses a data type that kernels don't have: Python can run it.

    Parameters
    ----------
    message : str
        What to tell a user who wants it compiled.
    reason : str
        What has which type, as a part of a sentence.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class RowsLeftToPythonError(TypeLeftToPythonError):
    """Code reads what a monitor has recorded to disk: Python can run it."""


class RecordingError(BrianNumbaError):
    """What a monitor records can't be written, or can't be had back.

    The message names the monitor, and says what to do.
    """


class KernelExecutionError(BrianNumbaError):
    """A function given by the user raised an exception within a kernel."""


class SweepError(BrianNumbaError):
    """Points of a sweep failed: all of them, or one that was to end it.

    The message names the first one, and has its traceback.

    Parameters
    ----------
    message : str
        The message.
    result : SweepResult
        All points that were done; those that failed are its `errors`.
    """

    def __init__(self, message: str, result: Any = None) -> None:
        super().__init__(message)
        self.result = result


class FunctionNotCompilableError(Exception):
    """A function of the user's is not compiled by numba.

    Parameters
    ----------
    name : str
        The function's name in the kernel's source.
    reason : str
        Why, as a part of a sentence.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The function '{name}' can't be compiled: {reason}.")
        self.name = name
        self.reason = reason


class NotCompiledError(Exception):
    """Why a function of a user is left to Python.

    Parameters
    ----------
    reason : str
        The reason, a part of a sentence.
    takes_numbers : bool, optional
        Whether the function can be called with single numbers only. Defaults to
        ``False``.
    """

    def __init__(self, reason: str, takes_numbers: bool = False) -> None:
        super().__init__(reason)
        self.takes_numbers = takes_numbers


class ReferenceChangedError(Exception):
    """What a compiled function refers to is of another kind now."""


class NotInLanguageError(Exception):
    """A function uses something that is not in the language of `brian2numba.language`.

    Numba may compile it nevertheless, if it is a kernel or a function of a user.

    Parameters
    ----------
    what : str
        What it uses, in words.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
        self._place = "This"

    def locate(self, place: str) -> None:
        """Say where that is, unless it is known already: in a function called here."""
        if self._place == "This":
            self._place = place

    def __str__(self) -> str:
        return (
            f"{self._place} is not in the language of compiled functions: {self.what}. "
            "Write it with what there is, or add a word; see docs/developers.md."
        )


class Status(enum.IntEnum):
    """What kernels and container operations return."""

    OK = 0
    OUT_OF_MEMORY = 1
    INDEX_OUT_OF_RANGE = 2
    SAMPLE_SIZE_NEGATIVE = 3
    SAMPLE_SIZE_TOO_LARGE = 4
    STEP_OF_ZERO = 5
    PROBABILITY_IS_NAN = 6
    TOO_MANY_SYNAPSES = 7
    USER_EXCEPTION = 8
    OUT_OF_BOUNDS = 9
    NO_SUCH_ELEMENT = 10
    NO_REFRACTORY_PERIOD = 11
    INTEGRATION_FAILED = 12


#: The exception for each status, and its message; index and size are {0} and {1}
#: (`Status.OUT_OF_BOUNDS` is the binding's, which knows the arrays)
_EXCEPTIONS: dict[Status, tuple[type[Exception], str]] = {
    Status.OUT_OF_MEMORY: (
        MemoryError,
        "There is not enough memory for {where}. What was recorded or created before "
        "is still there.",
    ),
    Status.INDEX_OUT_OF_RANGE: (
        IndexError,
        "A connection pattern of {where} gives the index {0}, which is outside allowed "
        "range from 0 to {last}. Use skip_if_invalid=True to leave out such "
        "connections.",
    ),
    Status.SAMPLE_SIZE_NEGATIVE: (
        IndexError,
        "Requested sample size {0} is negative in {where}. Use skip_if_invalid=True to "
        "leave out such neurons.",
    ),
    Status.SAMPLE_SIZE_TOO_LARGE: (
        IndexError,
        "Requested sample size {0} is bigger than the population size {1} in {where}. "
        "Use skip_if_invalid=True to take all there are.",
    ),
    Status.STEP_OF_ZERO: (
        ValueError,
        "The step of the iterator that creates connections in {where} is 0; it has to "
        "be a positive or negative integer.",
    ),
    Status.PROBABILITY_IS_NAN: (
        ValueError,
        "The connection probability in {where} is not a number (NaN). Check the "
        "expression given for p.",
    ),
    Status.TOO_MANY_SYNAPSES: (
        OverflowError,
        "There would be more than {0} synapses in {where}, which is what a synapse "
        "index of 32 bits can count. Nothing was created.",
    ),
    Status.NO_SUCH_ELEMENT: (
        IndexError,
        "A variable of {where} that is used as an index is {0}, but has to be between "
        "0 and {last}.",
    ),
    Status.NO_REFRACTORY_PERIOD: (
        ValueError,
        "The refractory period of a neuron of {where} is infinite or not a number "
        "(NaN). Check the expression given for it; for neurons that spike only once, "
        "give a condition that stays true.",
    ),
    Status.USER_EXCEPTION: (
        KernelExecutionError,
        "A function raised an exception in {where}. Its message is lost in compiled "
        "code; run the function by itself, or with the numpy target, to see it.",
    ),
}


class memory_for:
    """Let a `MemoryError` say which model object there was no memory for.

    Parameters
    ----------
    where : str or callable
        The model object, as in "the Synapses 'S'", or what returns that: it is asked
        for after an error only.
    """

    __slots__ = ("_where",)

    def __init__(self, where: str | Callable[[], str]) -> None:
        self._where = where

    def __enter__(self) -> None:
        """Begin what takes memory."""

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        """Say what it was for if there was none."""
        if isinstance(error, MemoryError):
            _, message = _EXCEPTIONS[Status.OUT_OF_MEMORY]
            where = self._where if isinstance(self._where, str) else self._where()
            raise MemoryError(message.format(where=where)) from error


def exception_for(status: int, where: str, index: int = 0, size: int = 0) -> Exception:
    """Return the exception that tells what a kernel's status means.

    Parameters
    ----------
    status : int
        A status other than `Status.OK`.
    where : str
        The model object, as in "the Synapses 'S'".
    index, size : int
        What the kernel reported to explain it.
    """
    kind, message = _EXCEPTIONS[Status(status)]
    return kind(message.format(index, size, last=size - 1, where=where))
