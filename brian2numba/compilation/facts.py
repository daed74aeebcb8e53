"""What objects mean that functions of users refer to, as text that keys are made of."""

from __future__ import annotations

import builtins
import functools
import hashlib
import importlib.metadata
import os
import platform
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brian2numba.c_functions import CFunction
from brian2numba.generation.jitting import is_jitted
from brian2numba.generation.library import is_of_library

__all__ = ["Facts", "facts_of", "is_translated", "versions"]

_NUMBERS = (bool, int, float, np.bool_, np.integer, np.floating)
_PLAIN = (*_NUMBERS, complex, np.complexfloating, str, bytes, type(None))
_MODULES = ("math", "cmath", "operator", "numpy", "builtins")
#: The attributes of code that say what it does
_OF_CODE = (
    *("co_code", "co_names", "co_varnames", "co_freevars", "co_flags"),
    "co_exceptiontable",
)


@dataclass
class Facts:
    """What objects mean.

    Attributes
    ----------
    text : str
        The facts, a line for each object.
    is_portable : bool
        Whether they say so in any process; others are true in this one, as long as it
        keeps the objects.
    objects : list
        The objects that only this process knows.
    """

    text: str = ""
    is_portable: bool = True
    objects: list[Any] = field(default_factory=list)
    _begun: set[int] = field(default_factory=set)

    def meaning(self, value: Any) -> str:
        """Return what an object means."""
        if isinstance(value, _PLAIN):
            return f"{type(value).__name__} {value!r}"
        if isinstance(value, tuple | list):
            parts = ", ".join(self.meaning(part) for part in value)
            return f"{type(value).__name__} ({parts})"
        if isinstance(value, CFunction):
            return value.symbol
        if _is_known_anywhere(value):
            return _qualified_name(value)
        return self._of_user(value)

    def _of_user(self, value: Any) -> str:
        if type(value) is np.ndarray and value.dtype.kind in "biufc":
            digest = hashlib.sha256(np.ascontiguousarray(value)).hexdigest()
            facts = value.dtype.str, value.shape, value.flags.carray
            return f"array {facts} {digest}"
        if is_jitted(value):
            return f"jitted {value.targetoptions} {self.meaning(value.py_func)}"
        if isinstance(value, types.FunctionType):
            return self._function(value)
        return self._own(value)

    def _own(self, value: Any) -> str:
        """Return what tells an object from all others in this process."""
        self.is_portable = False
        self.objects.append(value)
        return f"{type(value).__name__} at {id(value)}"

    def _function(self, function: types.FunctionType) -> str:
        if id(function) in self._begun:
            return "a function that is described above"
        self._begun.add(id(function))
        self.objects.append(function)
        code, found = function.__code__, function.__globals__
        names = sorted(name for name in _names_in(code) if name in found)
        cells = (_content(cell) for cell in function.__closure__ or ())
        return "\n".join(
            [
                f"function {self._code(code)}",
                f"defaults {self.meaning(function.__defaults__)}",
                *(f"{name} = {self.meaning(found[name])}" for name in names),
                *(f"enclosed {self.meaning(value)}" for value in cells),
            ]
        )

    def _code(self, code: types.CodeType) -> str:
        constants = [
            self._code(c) if isinstance(c, types.CodeType) else self._constant(c)
            for c in code.co_consts
        ]
        counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
        facts = [*(repr(getattr(code, name)) for name in _OF_CODE), *constants, counts]
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    def _constant(self, value: Any) -> str:
        if isinstance(value, frozenset):
            return repr(sorted(map(repr, value)))
        return self.meaning(value)


def facts_of(objects: Mapping[str, Any]) -> Facts:
    """Return what objects mean that the source of a kernel refers to by name."""
    facts = Facts()
    lines = [
        f"# {n} = {facts.meaning(value)}\n" for n, value in sorted(objects.items())
    ]
    facts.text = "".join(lines)
    return facts


def is_translated(value: Any) -> bool:
    """Tell whether kernels may refer to an object by what it means, without numba."""
    if isinstance(value, CFunction):
        return True
    parts = value if isinstance(value, tuple) else (value,)
    is_number = all(isinstance(part, (bool, int, float)) for part in parts)
    return is_number or isinstance(value, types.ModuleType) or is_of_library(value)


def versions() -> str:
    """Return what the code depends on that numba makes, besides the source."""
    numbas = {k: v for k, v in os.environ.items() if k.startswith("NUMBA_")}
    return f"{_installed_versions()}\n# {sorted(numbas.items())}\n"


@functools.cache
def _installed_versions() -> str:
    # To ask numba itself would import it
    numba = importlib.metadata.version("numba")
    return (
        f"# numba {numba}, numpy {np.__version__}, Python {platform.python_version()}"
    )


def _is_known_anywhere(value: Any) -> bool:
    if isinstance(value, types.ModuleType):
        return value.__name__.partition(".")[0] in _MODULES
    if is_of_library(value):
        return True
    name = getattr(value, "__name__", None)
    if getattr(builtins, str(name), None) is value:
        return True
    # Functions of numpy that are no ufuncs, and its types
    return name is not None and getattr(np, name, None) is value


def _qualified_name(value: Any) -> str:
    if isinstance(value, types.ModuleType):
        return f"module {value.__name__}"
    return f"{getattr(value, '__module__', 'numpy')}.{value.__name__}"


def _names_in(code: types.CodeType) -> Iterable[str]:
    """Return the names that a function, and functions within it, may find elsewhere."""
    yield from code.co_names
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield from _names_in(part)


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None
