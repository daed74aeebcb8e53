"""Calls of functions by their addresses."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from brian2numba.language.pointers import address_of

__all__ = ["PYTHON_FUNCTIONS", "call", "call_for_double"]


def call(address: int, arguments: tuple[Any, ...]) -> int:
    """Call the C function of 64-bit integers at an address, which returns one.

    It is given addresses for pointers and records.
    """
    return _function_at(address, ctypes.c_int64, arguments)


def call_for_double(address: int, arguments: tuple[Any, ...]) -> float:
    """Call the C function of 64-bit integers at an address, which returns a double."""
    return _function_at(address, ctypes.c_double, arguments)


#: What Python runs where these addresses are called, which are none of machine code
PYTHON_FUNCTIONS: dict[int, Callable[..., int]] = {}


def _function_at(address: int, result: Any, arguments: tuple[Any, ...]) -> Any:
    if int(address) in PYTHON_FUNCTIONS:
        return PYTHON_FUNCTIONS[int(address)](*map(address_of, arguments))
    kinds = [ctypes.c_int64] * len(arguments)
    return ctypes.CFUNCTYPE(result, *kinds)(int(address))(*map(address_of, arguments))
