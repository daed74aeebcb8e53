"""
Code with functions or data types that can't be compiled: Brian's numpy target runs it.

Everything else of a model stays compiled. A message says so once for each function or
variable, and `brian2numba.explain` shows it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Any
from weakref import WeakSet

from brian2.codegen.codeobject import CodeObject
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.functions import Function
from brian2.core.preferences import prefs
from brian2.utils.logger import get_logger

from brian2numba.errors import (
    FunctionLeftToPythonError,
    RowsLeftToPythonError,
    TypeLeftToPythonError,
    UserFunctionError,
)
from brian2numba.reuse.requests import Request
from brian2numba.target import NumbaCodeObject
from brian2numba.user_functions.in_python import as_it_takes
from brian2numba.user_functions.parts import unwrapped

__all__ = ["attach_stand_ins"]

logger = get_logger("brian2.codegen.runtime.numba")


def attach_stand_ins(device: Any) -> None:
    """Let a device's code objects be for numpy where they can't be compiled.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device; its other targets stay as they are.
    """
    if not isinstance(vars(device).get("_brian2numba_code_objects"), _CodeObjects):
        device._brian2numba_code_objects = _CodeObjects(device)


class _CodeObjects:
    """A device's method that makes code objects."""

    def __init__(self, device: Any) -> None:
        self._make = device.code_object
        device.code_object = self.code_object

    def code_object(self, owner: Any, *args: Any, **kwds: Any) -> CodeObject:
        """Make a code object, see `Device.code_object`."""
        request = Request(owner, *args, **kwds)
        has_stand_in = getattr(request.codeobj_class, "has_stand_in", True)
        try:
            made = self._make(owner, *args, **kwds)
        except FunctionLeftToPythonError as error:
            if not has_stand_in:
                raise _refused(error, owner) from None
            if prefs["codegen.runtime.numba.functions"] == "compiled":
                raise
            _say(error, owner)
            one_by_one = [error.function] if error.reason.takes_numbers else []
            reason = f"it calls {error.name}: {error.reason}"
            # Without the traceback, which has the code object that failed
            error.__traceback__ = None
        except TypeLeftToPythonError as error:
            if not has_stand_in:
                raise
            if not isinstance(error, RowsLeftToPythonError):
                _say_type(error, owner)
            one_by_one, reason = [], error.reason
            error.__traceback__ = None
        else:
            if isinstance(made, NumbaCodeObject) and made.source.implicit:
                if not has_stand_in:
                    made.make_stand_in = partial(_refuse_change, owner)
                    return made
                source = made.source
                numbers_only = [source.user_functions[n] for n in source.takes_numbers]
                made.make_stand_in = lambda: self._stand_in(numbers_only, request)
            return made
        stand_in = self._stand_in(one_by_one, request)
        stand_in.left_to_python = reason
        return stand_in

    def _stand_in(self, one_by_one: Sequence[Function], request: Request) -> Any:
        """Make the code object that Brian's numpy target has for the same code.

        The functions `one_by_one` are called with the values of one neuron at a time.
        """
        owner = request.owner
        template = getattr(NumpyCodeObject.templater, request.template_name)
        # Also what the indices are of names that are not there yet
        variables, indices = dict(request.variables), copy(request.variable_indices)
        for needed in template.variables - variables.keys():
            variables[needed] = owner.variables[needed]
            index = indices[needed]
            if index not in ("_idx", "0"):
                variables.setdefault(index, owner.variables[index])
        variables |= {
            n: as_it_takes(v, owner, any(v is function for function in one_by_one))
            for n, v in variables.items()
            if isinstance(v, Function)
        }
        # Compilers of C++ have nothing to do with it
        own = replace(
            request, variables=variables, variable_indices=indices, compiler_kwds=None
        )
        return own.passed_to(self._make, NumpyCodeObject)


#: Why numpy does not do what a method that adapts its steps does, and what to do
_NO_STAND_IN = (
    "The equations are integrated by a method that adapts its steps, such as 'gsl', "
    "which calls its functions several times in a time step. Brian's numpy target has "
    "no such method, so that Python can't take over here. {advice}, or choose a method "
    "whose steps are those of the clock, such as method='rk4'."
)


def _refused(error: FunctionLeftToPythonError, owner: Any) -> FunctionLeftToPythonError:
    """Return the error for a function that nothing but compiled code could call."""
    rest = _NO_STAND_IN.format(
        advice="Write the function for single numbers, without what is named here, "
        "give an implementation with @implementation('numba', ...)"
    )
    message = (
        f"The function {error.name}, used by '{owner.name}', can't be compiled: "
        f"{error.reason}. {rest}"
    )
    return FunctionLeftToPythonError(message, error.function, error.name, error.reason)


def _refuse_change(owner: Any) -> None:
    """Say that compiled code no longer fits what functions refer to."""
    change = sys.exception()
    rest = _NO_STAND_IN.format(
        advice="Let what the functions use keep its type within a run"
    )
    raise UserFunctionError(
        f"The functions of '{owner.name}' were compiled for something else than what "
        f"they find now: {change}. {rest}"
    )


#: The functions that the user was told of
_told: WeakSet[Any] = WeakSet()


def _say(error: FunctionLeftToPythonError, owner: Any) -> None:
    """Tell the user, once for each function."""
    function = unwrapped(error.function)
    with suppress(TypeError):  # some objects can't be referred to in this way
        if function in _told:
            return
        _told.add(function)
    logger.info(
        f"Python runs the function {error.name}, used by '{owner.name}', since it is "
        f"not compiled: {error.reason}. The code that calls it takes as long as with "
        "Brian's numpy target; everything else is compiled. To have it compiled, write "
        "it for single numbers, without what is named here, or give an implementation "
        "with @implementation('numba', ...). To make this an error, set the preference "
        "codegen.runtime.numba.functions to 'compiled'.",
        "functions",
        once=True,
    )


def _say_type(error: TypeLeftToPythonError, owner: Any) -> None:
    """Tell the user, once for each variable of an object."""
    logger.info(
        f"Python runs code of '{owner.name}' in which {error.reason}, since compiled "
        "code does not have this type. It takes as long as with Brian's numpy target; "
        "everything else is compiled.",
        "types",
        once=True,
    )
