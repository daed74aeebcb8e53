"""The one way in which the package's own numba functions are compiled."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import CFUNCTYPE, c_int64
from functools import cached_property
from typing import Any, ClassVar

from numba import njit

__all__ = ["HELPER_OPTIONS", "Operation", "helper", "internal", "operation"]

#: Division as in C (a kernel can't raise), and no need of the interpreter's lock.
HELPER_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True}

#: Mark a function that kernels and operations call; compiled as part of its callers.
helper = njit(**HELPER_OPTIONS)

#: The same for a function that Python never calls: compiles in 60 % of the time.
internal = njit(**HELPER_OPTIONS, no_cpython_wrapper=True, no_cfunc_wrapper=True)


class Operation:
    """A function with a C ABI that is compiled, or found compiled, when first needed.

    Parameters
    ----------
    function : callable
        The function; its arguments and its result are integers of 64 bits.
    """

    #: What compiles operations: takes the function, returns its address and what keeps
    #: it alive. Set by `brian2numba.compilation`.
    compiler: ClassVar[Callable[[Callable[..., int]], tuple[int, Any]]]

    def __init__(self, function: Callable[..., int]) -> None:
        self.function = function

    @cached_property
    def _compiled(self) -> tuple[int, Any]:
        return Operation.compiler(self.function)

    @cached_property
    def call(self) -> Callable[..., int]:
        """The compiled function, callable from Python (without the GIL)."""
        n_arguments = self.function.__code__.co_argcount
        return CFUNCTYPE(c_int64, *[c_int64] * n_arguments)(self.address)

    @property
    def address(self) -> int:
        """The address of the compiled function."""
        return self._compiled[0]


#: Mark a function that compiled code calls by its address.
operation = Operation
