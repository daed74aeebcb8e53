"""What of functions is read when code that calls them is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import Any

import numpy as np
from brian2.core.functions import DEFAULT_FUNCTIONS, Function
from brian2.input.binomial import BinomialFunction
from brian2.input.timedarray import TimedArray

from brian2numba.errors import ReferenceChangedError
from brian2numba.generation.slots import NamespaceArray
from brian2numba.preparing.snapshots import Snapshot
from brian2numba.target import NumbaCodeObject
from brian2numba.user_functions.parts import unwrapped

__all__ = ["FunctionFacts", "NotKnownError", "facts_of_functions"]


class NotKnownError(Exception):
    """What made code depends on is not known: it has to be made for each run."""


class FunctionFacts:
    """A function of a model, and what it was when code was made.

    Parameters
    ----------
    function : `Function`
        The function; none of Brian's own, which stay what they are.

    Raises
    ------
    NotKnownError
        If code depends on more than is looked at here.
    """

    def __init__(self, function: Any) -> None:
        self._parts = [function]
        if isinstance(function, TimedArray):
            _refuse_copies(function)
        elif not isinstance(function, BinomialFunction):
            # Brian makes a function anew of a Python function with units
            self._parts += [function.implementations, *_implementations(function)]
            self._parts += _python_functions(function)
        self._snapshots = [Snapshot(part) for part in self._parts]
        self._codes = [_code(part) for part in self._parts]

    def is_unchanged(self) -> bool:
        """Tell whether code that is made now would be the same."""
        snapshots = zip(self._snapshots, self._parts, strict=True)
        return all(snapshot.is_unchanged(part) for snapshot, part in snapshots) and all(
            _are_same(_code(part), code)
            for part, code in zip(self._parts, self._codes, strict=True)
        )


class CalledFunctions:
    """The Python functions that a kernel was made of, with what they refer to.

    Parameters
    ----------
    code_object : NumbaCodeObject
        The code object of the kernel.

    Raises
    ------
    NotKnownError
        If numba has compiled one of them, or if there is more than plain functions.
    """

    def __init__(self, code_object: NumbaCodeObject) -> None:
        source = code_object.source
        has_arrays = any(isinstance(slot, NamespaceArray) for slot in source.slots)
        is_known = source.user_functions.keys() <= source.implicit
        if source.objects or has_arrays or not is_known:
            names = ", ".join(name.strip("_") for name in source.user_functions)
            raise NotKnownError(f"it calls functions that are given for numba: {names}")
        self._code_object = code_object
        self._parts = [f for _, f in source.called if isinstance(f, FunctionType)]
        self._codes = [_code(part) for part in self._parts]

    def is_unchanged(self) -> bool:
        """Tell whether code that is made now would be the same."""
        try:
            self._code_object.kernel.renew()
        except ReferenceChangedError:
            return False
        return all(
            _are_same(_code(part), code)
            for part, code in zip(self._parts, self._codes, strict=True)
        )


def facts_of_functions(
    functions: Iterable[Any], code_objects: Iterable[Any]
) -> Iterator[FunctionFacts | CalledFunctions]:
    """Yield what code depends on beside the names of functions.

    Parameters
    ----------
    functions : iterable
        The functions that names were found to mean.
    code_objects : iterable of `CodeObject`
        The code that was made.
    """
    found = list(functions)
    for code_object in code_objects:
        found += code_object.variables.values()
        if isinstance(code_object, NumbaCodeObject) and code_object.source.calls_users:
            yield CalledFunctions(code_object)
    own = {id(function) for function in DEFAULT_FUNCTIONS.values()}
    others = (f for f in found if isinstance(f, Function) and id(f) not in own)
    for function in {id(f): f for f in others}.values():
        yield FunctionFacts(function)


def _refuse_copies(function: TimedArray) -> None:
    """Refuse values that kernels do not read where they are."""
    values = np.asarray(function.values)
    if values.dtype != np.float64 or not values.flags.c_contiguous:
        raise NotKnownError("it uses a timed array whose values are copied")


def _implementations(function: Function) -> list[Any]:
    return list(function.implementations._implementations.values())


def _python_functions(function: Function) -> list[FunctionType]:
    """Return the function as it is called, and as the user wrote it."""
    found = [function.pyfunc, unwrapped(function)]
    if not all(isinstance(part, FunctionType) for part in found):
        kind = type(found[-1]).__name__
        raise NotKnownError(f"it calls a function that is a {kind}")
    return found


def _code(part: Any) -> tuple[Any, ...]:
    """Return what a Python function does, but for what it refers to."""
    if not isinstance(part, FunctionType):
        return ()
    return part.__code__, part.__defaults__, part.__kwdefaults__, part.__closure__


def _are_same(now: tuple[Any, ...], before: tuple[Any, ...]) -> bool:
    return all(a is b for a, b in zip(now, before, strict=True))
