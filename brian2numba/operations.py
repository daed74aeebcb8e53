"""Functions of the library that compiled code calls by their address."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import CFUNCTYPE, c_int64
from functools import cached_property
from typing import Any, ClassVar

from brian2.core.preferences import prefs

from brian2numba.language import PYTHON_FUNCTIONS

__all__ = ["Operation", "operation"]


class Operation:
    """A function with a C ABI that is compiled, or found compiled, when first needed.

    Where nothing is to be compiled, Python runs it: its address is then one that
    `brian2numba.language.call` knows, and nothing else may call. What compiled code is
    given is always machine code.

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
        # Of threads that compile it at once, the first one's code stays: others use it
        compiled = Operation.compiler(self.function)
        first: tuple[int, Any] = self.__dict__.setdefault("_compiled", compiled)
        return first

    @cached_property
    def _compiled_call(self) -> Callable[..., int]:
        n_arguments = self.function.__code__.co_argcount
        return CFUNCTYPE(c_int64, *[c_int64] * n_arguments)(self.address)

    @property
    def is_python(self) -> bool:
        """Whether Python runs it: nothing is to be compiled, and this is not yet."""
        is_compiled = "_compiled" in self.__dict__
        return not is_compiled and not prefs["codegen.runtime.numba.jit"]

    @property
    def call(self) -> Callable[..., int]:
        """The compiled function, callable from Python (without the GIL)."""
        return self.function if self.is_python else self._compiled_call

    @property
    def address(self) -> int:
        """The address of the compiled function."""
        if not self.is_python:
            return self._compiled[0]
        # No function is where this object is
        PYTHON_FUNCTIONS[id(self)] = self.function
        return id(self)


#: Mark a function that compiled code calls by its address.
operation = Operation
