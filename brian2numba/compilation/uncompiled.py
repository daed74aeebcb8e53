"""
Kernels that Python runs as they are, so that a debugger can step through them.

Numbers are numpy's, which compute as compiled code does: what is divided by 0 is
infinite or not a number, and integers have 64 bits.
"""

from __future__ import annotations

import ast
import hashlib
import linecache
import traceback
import types
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any

import numpy as np

from brian2numba import language
from brian2numba.elementary.functions import FUNCTIONS
from brian2numba.errors import Status
from brian2numba.generation import library
from brian2numba.generation.jitting import is_jitted
from brian2numba.generation.slots import Slot
from brian2numba.generation.source import KernelSource
from brian2numba.kernels.arithmetic import integer_power
from brian2numba.language import (
    ITEM_TYPES,
    Item,
    OutOfBoundsError,
    Pointer,
    float64_from_bits,
    int64s,
    new_items,
)
from brian2numba.reports import Report

__all__ = ["define", "executed", "python_entry", "python_names"]

#: numpy's functions, for the names that they have in kernels
_FUNCTIONS = {
    **{f"_{name}": getattr(np, f"arc{name[1:]}") for name in ("acos", "asin", "atan")},
    **{
        f"_{name}": getattr(np, name)
        for name in ("cos", "cosh", "exp", "expm1", "log", "log10", "log1p")
    },
    **{
        f"_{name}": getattr(np, name) for name in ("sin", "sinh", "sqrt", "tan", "tanh")
    },
}


def _pointers(item: Item) -> Callable[[int], Pointer[Any]]:
    return lambda address: Pointer(address, item)


def _integer(function: Callable[[Any], int]) -> Callable[[Any], Any]:
    return lambda x: np.int64(function(x))


def _read_as(word: Any, read: Any) -> Item:
    """Return a type of items that are read as numbers of numpy's."""
    return replace(ITEM_TYPES[word], read=read)


_FLOAT64 = _read_as(language.float64, np.float64)
_FLOAT32 = _read_as(language.float32, np.float32)
_INT64 = _read_as(language.int64, np.int64)
_UINT8 = _read_as(language.uint8, np.int64)

_WORDS: dict[str, Any] = {
    "_float64s": _pointers(_FLOAT64),
    "_float32s": _pointers(_FLOAT32),
    "_int64s": _pointers(_INT64),
    "_int32s": _pointers(_read_as(language.int32, np.int64)),
    "_uint64s": _pointers(_read_as(language.uint64, np.uint64)),
    "_uint8s": _pointers(_UINT8),
    "_float64_from_bits": lambda bits: np.float64(float64_from_bits(int(bits))),
    "_float64": np.float64,
    "_float32": np.float32,
    "_uint64": lambda x: np.uint64(language.uint64(x)),
    **{
        name: _integer(getattr(language, name[1:]))
        for name in ("_int64", "_int32", "_uint16", "_uint8")
    },
    "_int": _integer(FUNCTIONS["_int"]),
    "_int_without_sign": lambda x: np.uint64(FUNCTIONS["_int_without_sign"](x)),
    "_integer_power": lambda x, n: np.int64(integer_power(int(x), int(n))),
    "_items_on_stack": lambda word, n_items: new_items(_TYPES[word], n_items),
    "_same_memory": lambda pointer, word: pointer.of(_TYPES[word]),
}
#: The types of items by the words of kernels that Python runs
_TYPES: dict[Any, Item] = {
    _WORDS["_float64"]: _FLOAT64,
    _WORDS["_float32"]: _FLOAT32,
    _WORDS["_int64"]: _INT64,
    _WORDS["_uint16"]: _read_as(language.uint16, np.int64),
    _WORDS["_uint8"]: _UINT8,
}


def define(
    source: KernelSource,
    namespace: dict[str, Any],
    file_name: str | None,
    changed: Callable[[ast.Module], ast.Module] | None = None,
) -> Callable[[int], int]:
    """Execute a kernel's source; return the kernel as a Python function.

    Parameters
    ----------
    source : KernelSource
        The source of the kernel.
    namespace : dict
        What the source refers to; gets the kernel and the functions in the source.
    file_name : str, optional
        The file that holds the source, if there is one.
    changed : callable, optional
        Writes the parsed source in another way before it is executed.
    """
    executed(source.text, namespace, file_name, changed)
    kernel: Callable[[int], int] = namespace["kernel"]
    return kernel


def executed(
    text: str,
    namespace: dict[str, Any],
    file_name: str | None = None,
    changed: Callable[[ast.Module], ast.Module] | None = None,
) -> None:
    """Execute source in a namespace.

    Parameters
    ----------
    text : str
        The source.
    namespace : dict
        What it refers to; gets what it defines.
    file_name : str, optional
        The file that holds the source, if there is one.
    changed : callable, optional
        Writes the parsed source in another way before it is executed.
    """
    if file_name is None:
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        file_name = f"<kernel {digest}>"
        lines = text.splitlines(keepends=True)
        # Lets numba, debuggers and tracebacks show lines of a source that is in no file
        linecache.cache[file_name] = (len(text), None, lines, file_name)
    code = text if changed is None else changed(ast.parse(text))
    exec(compile(code, file_name, "exec"), namespace)


def python_entry(
    source: KernelSource, namespace: Mapping[str, Any], file_name: str | None
) -> Callable[[int], int]:
    """Return what is called as machine code of a kernel is, and runs its source.

    Parameters
    ----------
    source : KernelSource
        The source of the kernel.
    namespace : mapping
        The library that the source refers to.
    file_name : str, optional
        The file that holds the source, if there is one.
    """
    names = _names(source, namespace)
    kernel = define(source, names, file_name)
    report = _slot_of_report(source.slots)

    def entry(table: int) -> int:
        # As in compiled code, numbers say by themselves what is wrong with them
        with np.errstate(all="ignore"):
            try:
                return int(kernel(table))
            except OutOfBoundsError as error:
                written = Report.from_address(int64s(table)[report])
                _write_report(written, error, kernel.__code__.co_filename)
                return Status.OUT_OF_BOUNDS

    return entry


def python_names(source: KernelSource) -> dict[str, Any]:
    """Return the functions in the source of a kernel, and all that it refers to."""
    names = _names(source, library.namespace())
    define(source, names, None)
    return names


def _names(source: KernelSource, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a source refers to, in the form that Python runs."""
    names = {name: _for_python(thing) for name, thing in namespace.items()}
    functions = {**_FUNCTIONS, **{name[1:]: f for name, f in _FUNCTIONS.items()}}
    names |= functions | _WORDS
    return names | {
        n: v.py_func if is_jitted(v) else v for n, v in source.objects.items()
    }


def _for_python(thing: Any) -> Any:
    """Return a function of the library that takes numpy's integers for Python's.

    Its own integers have more than 64 bits, where compiled code drops some of them.
    """
    if not isinstance(thing, types.FunctionType):
        return thing

    @wraps(thing)
    def function(*arguments: Any) -> Any:
        return thing(*(int(a) if isinstance(a, np.integer) else a for a in arguments))

    return function


def _slot_of_report(slots: tuple[Slot, ...]) -> int:
    names = [slot.name for slot in slots]
    return names.index("_report") if "_report" in names else -1


def _write_report(report: Report, error: OutOfBoundsError, file_name: str) -> None:
    report.index, report.size, report.slot = error.args
    frames = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in frames if frame.f_code.co_filename == file_name]
    # Of the kernel or, if one of the functions in its source failed, of that
    report.line = lines[-1]
