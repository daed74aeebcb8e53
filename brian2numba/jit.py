"""The one way in which the package's own numba functions are compiled."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from numba import cfunc, njit

__all__ = ["HELPER_OPTIONS", "Operation", "helper", "internal", "operation"]

#: Division as in C (a kernel can't raise), and no need of the interpreter's lock.
HELPER_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True}

#: Mark a function that kernels and operations call; compiled as part of its callers.
helper = njit(**HELPER_OPTIONS)

#: The same for a function that Python never calls: compiles in 60 % of the time.
internal = njit(**HELPER_OPTIONS, no_cpython_wrapper=True, no_cfunc_wrapper=True)


class Operation:
    """A function with a C ABI that is compiled once a process, when first needed.

    Parameters
    ----------
    function : callable
        The function; its arguments and its result are integers of 64 bits.
    signature : str
        Its numba signature, e.g. ``"int64(int64)"``.
    """

    def __init__(self, function: Callable[..., int], signature: str) -> None:
        self.function = function
        self.signature = signature

    @cached_property
    def _compiled(self) -> Any:
        return cfunc(self.signature, **HELPER_OPTIONS)(self.function)

    @cached_property
    def call(self) -> Callable[..., int]:
        """The compiled function, callable from Python (without the GIL)."""
        return self._compiled.ctypes

    @cached_property
    def address(self) -> int:
        """The address of the compiled function."""
        return self._compiled.address


def operation(signature: str) -> Callable[[Callable[..., int]], Operation]:
    """Return a decorator that makes an `Operation` of a function."""

    def decorate(function: Callable[..., int]) -> Operation:
        return Operation(function, signature)

    return decorate
