"""
From the Python source of kernels to LLVM's, in milliseconds.

Kernels and the functions of the library are written in a small part of Python: numbers,
pointers, loops and conditions, with types that follow from the arguments. That part is
translated here directly. numba, which knows all of Python, takes longer to start than a
model takes to compile; it is left for the functions of users.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

__all__ = ["lower", "lower_function"]


def lower(
    source: str,
    names: Mapping[str, Any],
    entry: str,
    vectorises: bool = False,
    units: Any = None,
) -> str:
    """Translate a kernel to LLVM's language.

    Parameters
    ----------
    source : str
        Python source that defines ``kernel(table)`` and the functions of users.
    names : mapping
        What the names in it stand for.
    entry : str
        What the function ``int64 entry(int64 table)`` is to be called.
    vectorises : bool, optional
        Whether the kernel, and functions of users that are part of its source, call
        the functions of `brian2numba.elementary` instead of the C library's. Defaults
        to ``False``.

    units : `brian2numba.lowering.units.Units`, optional
        Compiles functions of users that are beyond the language.

    Returns
    -------
    str
        A module in LLVM's language, without optimisation; it calls the units that
        `units` was asked for.

    Raises
    ------
    NotInLanguageError
        If the kernel uses something that only numba can compile.
    FunctionNotCompilableError
        If one of the functions can't be compiled.
    """
    text: str = _translation().kernel_module(source, names, entry, vectorises, units)
    return text


def lower_function(function: Any, entry: str) -> str:
    """Translate a function of the library whose arguments and result are integers.

    Parameters
    ----------
    function : function
        The Python function.
    entry : str
        What it is to be called.

    Returns
    -------
    str
        A module in LLVM's language, without optimisation.
    """
    text: str = _translation().function_module(function, entry)
    return text


def _translation() -> Any:
    """Return what translates: most processes find all that they need in the store."""
    return importlib.import_module("brian2numba.lowering.module")
