"""Functions on their way to other processes."""

from __future__ import annotations

import io
import linecache
import pickle
from collections.abc import Callable, Sequence
from types import CodeType
from typing import Any

from brian2.core.base import BrianObject
from brian2.core.namespace import DEFAULT_UNITS
from brian2.units.fundamentalunits import Unit

from brian2numba.sweeps.functions import (
    globals_named_in_strings,
    globals_of,
    name_of_function,
)
from brian2numba.sweeps.libraries import library

__all__ = ["pickled", "unpickled"]


def pickled(*functions: Callable[..., Any] | None) -> bytes:
    """Return functions as bytes, those of scripts and notebooks with all they use.

    Brian's units stay Brian's: of copies it would say that their names have two
    meanings. Code keeps the name of its file, whose text comes along: functions that
    kernels call are compiled from it, and tracebacks have its lines.
    """
    cloudpickle = library("cloudpickle", "A sweep in other processes")
    texts: dict[str, list[str]] = {}
    objects: list[BrianObject] = []

    class Pickler(cloudpickle.Pickler):  # type: ignore[name-defined]
        def reducer_override(self, value: Any) -> Any:
            if isinstance(value, Unit):
                for name in (value.dispname, value.name):
                    if DEFAULT_UNITS.get(name) is value:
                        return _unit, (name,)
            if isinstance(value, BrianObject):
                objects.append(value)
                raise TypeError("objects of Brian can't be sent")
            if isinstance(value, CodeType):
                file = value.co_filename
                linecache.checkcache(file)
                texts[file] = linecache.getlines(file)
                # cloudpickle's has another name in the place of the file's
                make, arguments = self.dispatch_table[CodeType](value)
                return _code_of_file, (file, make, arguments)
            return super().reducer_override(value)

    buffer = io.BytesIO()
    try:
        Pickler(buffer).dump((functions, globals_named_in_strings(*functions)))
    except (TypeError, ValueError, AttributeError, pickle.PicklingError) as reason:
        raise TypeError(_refusal(functions[0], objects, reason)) from reason
    pickle.dump(texts, buffer)
    return buffer.getvalue()


def _refusal(function: Any, objects: Sequence[BrianObject], reason: Exception) -> str:
    """Return why a function can't be sent, in sentences."""
    what = f"The function '{name_of_function(function)}' of the sweep uses"
    if objects:
        kind, name = type(objects[0]).__name__, objects[0].name
        return (
            f"{what} the {kind} '{name}', which is made outside of it, and can't be "
            "sent to other processes. Make it in the function, or in one for 'build'."
        )
    return f"{what} something that can't be sent to other processes: {reason}."


def unpickled(content: bytes) -> tuple[Callable[..., Any], ...]:
    """Return the functions again."""
    buffer = io.BytesIO(content)
    functions, named = pickle.load(buffer)
    for function in functions:
        for name, value in named.items():
            globals_of(function).setdefault(name, value)
    for file, lines in pickle.load(buffer).items():
        if lines:
            # Without a time, it is not looked up again
            linecache.cache[file] = sum(map(len, lines)), None, lines, file
    return functions


def _code_of_file(file: str, make: Callable[..., CodeType], arguments: Any) -> CodeType:
    """Return code, with the name of the file that it came from."""
    return make(*arguments).replace(co_filename=file)


def _unit(name: str) -> Unit:
    """Return Brian's unit of a name."""
    return DEFAULT_UNITS[name]
