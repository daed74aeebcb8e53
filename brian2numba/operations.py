"""Functions of the library that compiled code calls by their address."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import CFUNCTYPE, c_int64
from functools import cached_property
from typing import Any, ClassVar, cast, get_type_hints

from brian2.core.preferences import prefs

from brian2numba.language import PYTHON_FUNCTIONS, Pointer
from brian2numba.language.records import PointerTo, declared

__all__ = ["Operation", "operation", "parameter_types"]


class Operation:
    """A function with a C ABI that is compiled, or found compiled, when first needed.

    Where nothing is to be compiled, Python runs it: its address is then one that
    `brian2numba.language.call` knows, and nothing else may call. What compiled code is
    given is always machine code.

    Parameters
    ----------
    function : callable
        The function. Its parameters are annotated: integers of 64 bits, or the
        addresses of items or of a record. The result is an integer of 64 bits.
    """

    #: What compiles operations: takes the function, returns its address and what keeps
    #: it alive. Set by `brian2numba.compilation`.
    compiler: ClassVar[Callable[[Callable[..., int]], tuple[int, Any]]]

    def __init__(self, function: Callable[..., int]) -> None:
        self.function = function
        for name in _parameters(function):
            if name not in function.__annotations__:
                raise _not_a_parameter(function, name, "has no annotation")

    @cached_property
    def _compiled(self) -> tuple[int, Any]:
        # Of threads that compile it at once, the first one's code stays: others use it
        compiled = Operation.compiler(self.function)
        first: tuple[int, Any] = self.__dict__.setdefault("_compiled", compiled)
        return first

    @cached_property
    def _compiled_call(self) -> Callable[..., int]:
        n_arguments = self.function.__code__.co_argcount
        call: Any = CFUNCTYPE(c_int64, *[c_int64] * n_arguments)(self.address)
        # It may outlive this object
        call.code = self._compiled
        return cast("Callable[..., int]", call)

    @cached_property
    def python_call(self) -> Callable[..., int]:
        """The function as Python runs it, given addresses for pointers and records."""
        made = [_from_address(kind) for kind in parameter_types(self.function)]

        def call(*arguments: int) -> int:
            given = zip(made, arguments, strict=True)
            return self.function(*(make(argument) for make, argument in given))

        return call

    @property
    def is_python(self) -> bool:
        """Whether Python runs it: nothing is to be compiled, and this is not yet."""
        is_compiled = "_compiled" in self.__dict__
        return not is_compiled and not prefs["codegen.runtime.numba.jit"]

    @property
    def call(self) -> Callable[..., int]:
        """The compiled function, callable from Python (without the GIL)."""
        return self.python_call if self.is_python else self._compiled_call

    @property
    def address(self) -> int:
        """The address of the compiled function."""
        if not self.is_python:
            return self._compiled[0]
        # No function is where this object is
        PYTHON_FUNCTIONS[id(self)] = self.python_call
        return id(self)


def parameter_types(function: Callable[..., Any]) -> list[Any]:
    """Return the types of a function's parameters, as it declares them.

    They are a `PointerTo`, a type of records, or None for an integer.

    Raises
    ------
    TypeError
        If there are others.
    """
    hints = get_type_hints(function)
    types = []
    for name in _parameters(function):
        hint = hints.get(name, int)
        kind = None if hint is int else declared(hint)
        if hint is not int and not isinstance(kind, PointerTo | type):
            raise _not_a_parameter(function, name, f"is annotated with {hint!r}")
        types.append(kind)
    return types


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def _not_a_parameter(function: Any, name: str, what: str) -> TypeError:
    return TypeError(
        f"The parameter '{name}' of the operation '{function.__qualname__}' {what}. "
        "Annotate it with int, Pointer[...] or a class of records: an operation is "
        "given 64 bits for each, an integer or an address."
    )


def _from_address(kind: Any) -> Callable[[int], Any]:
    """Return what makes a parameter of an address, or leaves a number as it is."""
    if isinstance(kind, PointerTo):
        return lambda address: Pointer(address, kind.item)
    make: Callable[[int], Any] = int if kind is None else kind.from_address
    return make


#: Mark a function that compiled code calls by its address.
operation = Operation
