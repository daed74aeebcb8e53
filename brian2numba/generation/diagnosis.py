"""Why a kernel does not compile, said in terms of the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from brian2.core.functions import Function

from brian2numba.errors import (
    FunctionLeftToPythonError,
    FunctionNotCompilableError,
    KernelCompilationError,
    NotCompiledError,
    UserFunctionError,
)
from brian2numba.generation.source import KernelSource
from brian2numba.user_functions.of_cython import SourceOfCython
from brian2numba.user_functions.parts import unwrapped

__all__ = ["WAYS_OUT", "compilation_error", "left_to_python", "reason_of"]

#: What a user can do about a function that can't be compiled
WAYS_OUT = (
    "A compiled function is called with one number for each argument, in base units. "
    "Two ways out: give an implementation that can be compiled with "
    "@implementation('numba', ...), or run the object that uses the function with "
    "numpy: 'from brian2.codegen.runtime.numpy_rt import NumpyCodeObject', and "
    "codeobj_class=NumpyCodeObject for this object."
)

#: What to do where numpy has nothing that takes the place of compiled code
_WAYS_OUT_WITHOUT_NUMPY = (
    "Two ways out: give an implementation that can be compiled with "
    "@implementation('numba', ...), or choose a method of integration whose steps are "
    "those of the clock, such as method='rk4'."
)


def left_to_python(
    owner: Any, function: Function, reason: NotCompiledError
) -> FunctionLeftToPythonError:
    """Return the error that says that, and why, a plain function is not compiled.

    Parameters
    ----------
    owner : `Group`
        The object whose code calls the function.
    function : `Function`
        The function.
    reason : NotCompiledError
        Why it is not compiled.
    """
    name = described_function(function)
    message = (
        f"The function {name}, used by '{owner.name}', can't be compiled: "
        f"{reason}.\n{WAYS_OUT}"
    )
    return FunctionLeftToPythonError(message, function, name, reason)


def described_function(function: Any) -> str:
    """Return the name of a function, and where it is."""
    plain = unwrapped(function)
    name = getattr(plain, "__name__", type(plain).__name__)
    code = getattr(plain, "__code__", None)
    if code is None:
        return f"'{name}'"
    return f"'{name}' ({Path(code.co_filename).name}, line {code.co_firstlineno})"


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
        reason, concerned = error.reason, [error.name]
    else:
        # Without any user's function, it is this package's own code
        reason, concerned = reason_of(error), list(source.user_functions)
    if concerned and not set(concerned) <= source.user_functions.keys():
        concerned = list(source.user_functions)
    if concerned and set(concerned) <= source.implicit:
        name, reason = concerned[0], reason.rstrip(".")
        function = source.user_functions[name]
        code = function.implementations["numba"].get_code(codeobj.owner)
        if isinstance(code, SourceOfCython):
            reason = f"its text for Cython does not take what it is given ({reason})"
        why = NotCompiledError(reason, name in source.takes_numbers)
        return left_to_python(codeobj.owner, function, why)
    if concerned:
        functions = [source.user_functions[name] for name in concerned]
        names = " or ".join(described_function(function) for function in functions)
        ways_out = WAYS_OUT if codeobj.has_stand_in else _WAYS_OUT_WITHOUT_NUMPY
        return UserFunctionError(
            f"The function {names}, used by '{codeobj.owner.name}', can't be compiled "
            f"by numba: {reason}\n{ways_out}\nModel code:\n{model}"
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
    return (inner or telling or lines or [type(error).__name__])[0].rstrip(".")
