"""Calls of functions by their addresses."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

from brian2numba.errors import NotInLanguageError
from brian2numba.language.kinds import FLOAT64, INT64, Scalar, Tuple
from brian2numba.language.pointers import address_of
from brian2numba.language.values import Code, Value, convert
from brian2numba.language.word import in_llvm

__all__ = ["PYTHON_FUNCTIONS", "call", "call_for_double"]


def call(address: int, arguments: tuple[Any, ...]) -> int:
    """Call the C function of 64-bit integers at an address, which returns one.

    It is given addresses for pointers and records.
    """
    return _function_at(address, ctypes.c_int64, arguments)


def call_for_double(address: int, arguments: tuple[Any, ...]) -> float:
    """Call the C function of 64-bit integers at an address, which returns a double."""
    return _function_at(address, ctypes.c_double, arguments)


@in_llvm(call, INT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    return _call_at(code, INT64, args)


@in_llvm(call_for_double, FLOAT64)
def _(code: Code, args: Sequence[Value]) -> Value:
    return _call_at(code, FLOAT64, args)


def _call_at(code: Code, result: Scalar, args: Sequence[Value]) -> Value:
    address, arguments = args
    if not isinstance(arguments.kind, Tuple):
        raise NotInLanguageError(
            f"{arguments.kind} where a tuple of arguments has to be"
        )
    numbers = [convert(code, part, INT64) for part in arguments.parts]
    target = code.emit(f"inttoptr i64 {address.ref} to ptr")
    given = ", ".join(f"i64 {number.ref}" for number in numbers)
    return Value(code.emit(f"call {result.llvm} {target}({given})"), result)


#: What Python runs where these addresses are called, which are none of machine code
PYTHON_FUNCTIONS: dict[int, Callable[..., int]] = {}


def _function_at(address: int, result: Any, arguments: tuple[Any, ...]) -> Any:
    if int(address) in PYTHON_FUNCTIONS:
        return PYTHON_FUNCTIONS[int(address)](*map(address_of, arguments))
    kinds = [ctypes.c_int64] * len(arguments)
    return ctypes.CFUNCTYPE(result, *kinds)(int(address))(*map(address_of, arguments))
