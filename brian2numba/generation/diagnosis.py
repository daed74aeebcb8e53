"""Why a kernel does not compile, said in terms of the model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from brian2numba.errors import (
    FunctionNotCompilableError,
    KernelCompilationError,
    UserFunctionError,
)
from brian2numba.generation.jitting import WAYS_OUT
from brian2numba.generation.source import KernelSource

__all__ = ["compilation_error", "reason_of"]


def compilation_error(
    codeobj: Any, source: KernelSource, error: Exception
) -> KernelCompilationError:
    """Return the error that tells a user what does not compile.

    Parameters
    ----------
    codeobj : NumbaCodeObject
        The code object.
    source : KernelSource
        The source that was compiled; knows the user's functions and the model code.
    error : Exception
        What numba said.
    """
    model = source.model_code
    if isinstance(error, FunctionNotCompilableError):
        reason, functions = error.reason, [error.name]
    else:
        reason, functions = reason_of(error), []
    if functions:
        names = " or ".join(f"'{name}'" for name in functions)
        return UserFunctionError(
            f"The function {names}, used by '{codeobj.owner.name}', can't be compiled "
            f"by numba: {reason}\n{WAYS_OUT}\nModel code:\n{model}"
        )
    return KernelCompilationError(
        f"The code of '{codeobj.owner.name}' (template '{codeobj.template_name}') "
        f"can't be compiled by numba: {reason}\nModel code:\n{model}\n"
        f"Generated function:\n{source.text}"
    )


#: What begins the reason for which numba found no way to do something
_INNER = "TypingError: "


def reason_of(error: Exception) -> str:
    """Return the line of numba's message that says what is wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    noise = ("Failed in", "File ", "During:", "[1] During", "- ", "This error may")
    telling = [line for line in lines if not line.startswith(noise)]
    # What an intrinsic of ours said
    inner = [line.removeprefix(_INNER) for line in lines if line.startswith(_INNER)]
    return (inner or telling or lines or [type(error).__name__])[0]


def _concerned(functions: Mapping[str, Any], error: Exception) -> list[str]:
    """Return the user's functions that an error is about, as far as can be told.

    Without any user's function, what fails to compile is this package's own code.
    """
    text = str(error)
    for pattern in (r"<function (\S*\.)?{} at", r"\b{}\b"):
        found = [
            name
            for name, function in functions.items()
            for own_name in {name, getattr(function.pyfunc, "__name__", name)}
            if re.search(pattern.format(re.escape(own_name)), text)
        ]
        if found:
            return sorted(set(found))
    return list(functions)
