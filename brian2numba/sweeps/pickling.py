"""Functions on their way to other processes."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any

from brian2.core.namespace import DEFAULT_UNITS
from brian2.units.fundamentalunits import Unit

from brian2numba.sweeps.functions import globals_named_in_strings, globals_of
from brian2numba.sweeps.libraries import library

__all__ = ["pickled", "unpickled"]


def pickled(*functions: Callable[..., Any] | None) -> bytes:
    """Return functions as bytes, those of scripts and notebooks with all they use.

    Brian's units stay Brian's: of copies it would say that their names have two
    meanings.
    """
    cloudpickle = library("cloudpickle", "A sweep in other processes")

    class Pickler(cloudpickle.Pickler):  # type: ignore[name-defined]
        def reducer_override(self, value: Any) -> Any:
            if isinstance(value, Unit):
                for name in (value.dispname, value.name):
                    if DEFAULT_UNITS.get(name) is value:
                        return _unit, (name,)
            return super().reducer_override(value)

    buffer = io.BytesIO()
    Pickler(buffer).dump((functions, globals_named_in_strings(*functions)))
    return buffer.getvalue()


def unpickled(content: bytes) -> tuple[Callable[..., Any], ...]:
    """Return the functions again."""
    functions, named = pickle.loads(content)
    for function in functions:
        for name, value in named.items():
            globals_of(function).setdefault(name, value)
    return functions


def _unit(name: str) -> Unit:
    """Return Brian's unit of a name."""
    return DEFAULT_UNITS[name]
