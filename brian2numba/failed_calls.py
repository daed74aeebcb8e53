"""
Exceptions of functions of users that ran in compiled code, as Python would raise them.

Compiled code returns a status, and leaves which function raised and what it was called
with. Python calls the function once more with these numbers: its own exception has the
type, the text and the line of the user's. Where the function does not raise then, numba
knows what it wrote into the code: the type and the arguments.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import pickle
import struct
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from brian2.core.functions import Function

from brian2numba.compilation.uncompiled import python_names
from brian2numba.failures import function_names
from brian2numba.generation.source import KernelSource
from brian2numba.reference_counting import functions_for_numba
from brian2numba.reports import ARGUMENT_KINDS, N_ARGUMENTS, Report
from brian2numba.user_functions import PlainFunction
from brian2numba.user_functions.in_python import for_numpy
from brian2numba.user_functions.parts import unwrapped

__all__ = [
    "FailedCall",
    "call_in_python",
    "exception_of",
    "failed_call",
    "where_it_was",
]

_OF_BITS: dict[str, Callable[[int], Any]] = {
    "int64": np.int64,
    "uint64": lambda bits: np.int64(bits).astype(np.uint64),
    "float64": lambda bits: np.int64(bits).view(np.float64),
    "float32": lambda bits: np.float32(np.int64(bits).view(np.float64)),
    "bool": np.bool_,
}
_KINDS = {code: name for name, code in ARGUMENT_KINDS.items()}


@dataclass(frozen=True)
class FailedCall:
    """A call of a user's function that raised an exception in compiled code.

    Attributes
    ----------
    function_name : str
        The function, by its name in the kernel.
    arguments : tuple
        What it was called with: numpy's scalars, and None for arrays.
    exception : Exception or None
        The exception, as far as numba knows it.
    """

    function_name: str
    arguments: tuple[Any, ...]
    exception: BaseException | None = None


def failed_call(source: KernelSource, report: Report) -> FailedCall | None:
    """Return the call that a kernel reported; None if it did not.

    Parameters
    ----------
    source : KernelSource
        The source of the kernel.
    report : Report
        What it reported.
    """
    kinds = report.kinds % 2**64
    codes = [kinds >> 4 * k & 15 for k in range(N_ARGUMENTS)]
    n_arguments = next((k for k, code in enumerate(codes) if not code), N_ARGUMENTS)
    arguments = tuple(
        _OF_BITS[_KINDS[code]](report.arguments[k]) if code in _KINDS else None
        for k, code in enumerate(codes[:n_arguments])
    )
    names = function_names(source.text, source.objects)
    if report.line == 0:
        return None
    exception = _known_exception(report.exception)
    return FailedCall(names[report.function], arguments, exception)


def call_in_python(source: KernelSource, error: Exception) -> FailedCall | None:
    """Return the call of a user's function that raised where Python runs a kernel.

    Parameters
    ----------
    source : KernelSource
        The source of the kernel.
    error : Exception
        What came out of the kernel.
    """
    names = set(function_names(source.text, source.objects)) - {"kernel"}
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    for caller, frame in itertools.pairwise(frames):
        code = frame.f_code
        if caller.f_code.co_name == "kernel" and code.co_name in names:
            names_given = code.co_varnames[: code.co_argcount]
            given = [frame.f_locals.get(name) for name in names_given]
            numbers = (int, float, np.number, np.bool_)
            arguments = (a if isinstance(a, numbers) else None for a in given)
            return FailedCall(code.co_name, tuple(arguments), error)
    return None


def exception_of(source: KernelSource, call: FailedCall) -> BaseException | None:
    """Return the exception that a call raised, which Python repeats.

    Parameters
    ----------
    source : KernelSource
        The source of the kernel.
    call : FailedCall
        The call.
    """
    repeated = None
    with contextlib.suppress(Exception), np.errstate(all="ignore"):
        function, arguments = _in_python(source, call)
        try:
            function(*arguments)
        except Exception as error:
            repeated = error
    return repeated or call.exception


def where_it_was(error: BaseException) -> str:
    """Return the statement that raised an exception, with its file and line."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__]
    if not own:
        return ""
    frame = own[-1]
    place = "" if frame.filename.startswith("<") else f" ({frame.filename}"
    place += f", line {frame.lineno})" if place else ""
    return f"The statement '{frame.line}'{place}"


def _in_python(
    source: KernelSource, call: FailedCall
) -> tuple[Callable[..., Any], Sequence[Any]]:
    """Return a function as Python has it, and what it is to be called with."""
    described = source.user_functions.get(call.function_name)
    given = None if described is None else _given(described)
    if described is not None and given is not None:
        n_own = len(described._arg_units) + described.auto_vectorise
        return given, call.arguments[:n_own]
    function = python_names(source)[call.function_name]
    return function, _with_arrays(source, call, function)


def _given(described: Function) -> Callable[..., Any] | None:
    """Return what a user gave as a function; None if that is source."""
    code = described.implementations["numba"].get_code(None)
    if isinstance(code, str):
        return None
    called = (
        for_numpy(described) if isinstance(code, PlainFunction) else unwrapped(code)
    )
    return cast("Callable[..., Any]", called)


def _with_arrays(source: KernelSource, call: FailedCall, function: Any) -> list[Any]:
    """Return the arguments of a function that is part of the kernel's source."""
    slots = {slot.name: slot for slot in source.slots}
    arguments = []
    for name, given in zip(function.__code__.co_varnames, call.arguments, strict=False):
        if given is not None:
            arguments.append(given)
            continue
        hidden = f"{call.function_name}_{name}"
        array: Any = slots[name if name in slots else hidden]
        arguments.append(array.array)
    return arguments


#: What numba's code leaves of an exception: the address and the length of a pickle, the
#: address of arguments that are known at run time, and how many there are
_EXCEPTION = struct.Struct("PiPPi")


def _known_exception(address: int) -> BaseException | None:
    """Return the exception that numba has at an address.

    Arguments that only compiled code knew are lost.
    """
    if address == 0:
        return None
    memory = ctypes.string_at(address, _EXCEPTION.size)
    pickled, n_bytes, arguments, _, n_arguments = _EXCEPTION.unpack(memory)
    try:
        kind, given, _ = pickle.loads(ctypes.string_at(pickled, n_bytes))
    except Exception:
        return None
    if n_arguments > 0:
        given = tuple(value for value in given if _is_plain(value))
        free = ctypes.CFUNCTYPE(None, ctypes.c_int64)(functions_for_numba()["NRT_Free"])
        free(arguments)
        free(address)
    try:
        error = kind(*(given or ()))
    except Exception:
        return None
    return error if isinstance(error, BaseException) else None


def _is_plain(value: Any) -> bool:
    return isinstance(value, (bool, int, float, str, bytes, tuple, type(None)))
