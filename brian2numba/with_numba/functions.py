"""Functions of Python and of the library, in the form that numba compiles."""

from __future__ import annotations

import ast
import copy
import types
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from numba import njit
from numba import types as numba_types

from brian2numba.c_functions import CFunction, address_of_symbol
from brian2numba.language.definitions import definition_of
from brian2numba.language.word import WORDS
from brian2numba.with_numba import memory as _  # noqa: F401 (declares operators)
from brian2numba.with_numba.syntax import resolved
from brian2numba.with_numba.words import word_for_numba

__all__ = ["ERROR_MODEL", "for_numba", "jitted"]

#: Division as in C: a kernel can't raise
ERROR_MODEL = "numpy"


def jitted(function: Any, **options: Any) -> Any:
    """Return a plain function in jitted form."""
    return njit(error_model=ERROR_MODEL, nogil=True, **options)(function)


#: Longer tuples of numbers are tables
_LARGEST_TUPLE = 64

#: The jitted form of each function of the library
_of_library: dict[types.FunctionType, Any] = {}


def for_numba(thing: Any) -> Any:
    """Return what numba takes instead of something that kernels refer to.

    Parameters
    ----------
    thing : object
        A word of the language, a function of the library, or anything else, which
        numba takes as it is.
    """
    if isinstance(thing, CFunction):
        return _called_by_symbol(thing)
    if not isinstance(thing, types.FunctionType):
        return thing
    if thing in WORDS:
        return word_for_numba(thing)
    if not thing.__module__.startswith("brian2numba."):
        return thing
    if thing not in _of_library:
        is_elementary = thing.__module__.startswith("brian2numba.elementary.")
        _of_library[thing] = jitted(
            _with_numbas_words(thing), forceinline=is_elementary
        )
    return _of_library[thing]


def _called_by_symbol(function: CFunction) -> Any:
    """Return a function that calls one of another library."""
    # numba puts what it compiles into the process, where its engine looks it up
    llvm.add_symbol(function.symbol, address_of_symbol(function.symbol))
    numbers = [numba_types.float64] * function.n_arguments
    signature = numba_types.float64(*numbers, numba_types.int32)
    external = numba_types.ExternalFunction(function.symbol, signature)
    names = ", ".join(f"x{k}" for k in range(function.n_arguments))
    namespace = {"external": external, "no": np.int32(0)}
    exec(f"def call({names}):\n    return external({names}, no)", namespace)
    return jitted(namespace["call"])


def _for_library(thing: Any) -> Any:
    """Return what numba takes instead of what a function of the library refers to."""
    if isinstance(thing, tuple) and len(thing) > _LARGEST_TUPLE:
        # Of a tuple, numba makes a branch for each position
        return np.array(thing)
    return for_numba(thing)


def _with_numbas_words(function: types.FunctionType) -> types.FunctionType:
    """Return a copy of a function that calls numba's words and functions."""
    definition = definition_of(function)
    tree = copy.deepcopy(definition.tree)
    made = resolved(tree, function.__globals__)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names = {
        name: _for_library(function.__globals__[name])
        for name in used
        if name in function.__globals__
    }
    namespace = {**function.__globals__, **names, **made}
    module = ast.Module([tree], [])
    exec(compile(module, function.__code__.co_filename, "exec"), namespace)
    made_again: types.FunctionType = namespace[function.__name__]
    return made_again
