"""
Functions of other libraries that compiled code can call: those of ``scipy.special``.

scipy has most of them as C functions of doubles, for Cython, beside its functions for
arrays. Kernels name them by a symbol, which is looked up when their code is loaded.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import re
import sys
from dataclasses import dataclass
from typing import Any

__all__ = ["CFunction", "address_of_symbol", "of_scipy", "symbols_in"]

_PREFIX = "scipy.special."
_SYMBOL = re.compile(rb"scipy\.special\.\w+")
#: How Cython declares a function of doubles; its last argument has no meaning here
_DECLARATION = re.compile(r"double \(((?:double, )+)int __pyx_skip_dispatch\)")


@dataclass(frozen=True)
class CFunction:
    """A C function of doubles, whose result is one.

    Attributes
    ----------
    name : str
        Its name in ``scipy.special``.
    n_arguments : int
        How many doubles it takes, before an integer that has to be 0.
    """

    name: str
    n_arguments: int

    @property
    def __name__(self) -> str:
        return self.name

    @property
    def symbol(self) -> str:
        """What compiled code calls it."""
        return _PREFIX + self.name

    def __call__(self, *arguments: float) -> float:
        """Call it from Python."""
        function = getattr(importlib.import_module("scipy.special"), self.name)
        return float(function(*arguments))


def of_scipy(thing: Any) -> CFunction | None:
    """Return the C function for one of ``scipy.special``; None if there is none."""
    module = sys.modules.get("scipy.special")
    name = str(getattr(thing, "__name__", ""))
    if module is None or getattr(module, name, None) is not thing:
        return None
    found = _for_cython(name)
    return None if found is None else CFunction(name, found[1])


def symbols_in(code: bytes) -> set[str]:
    """Return the symbols of such functions that an object file names."""
    return {match.decode() for match in _SYMBOL.findall(code)}


def address_of_symbol(symbol: str) -> int | None:
    """Return where the function of a symbol is, if there is one."""
    found = _for_cython(symbol.removeprefix(_PREFIX))
    return None if found is None else found[0]


@functools.cache
def _for_cython(name: str) -> tuple[int, int] | None:
    """Return the address of a function of doubles, and how many it takes."""
    try:
        functions = importlib.import_module("scipy.special.cython_special")
    except ImportError:
        return None
    get_name = ctypes.pythonapi.PyCapsule_GetName
    get_name.restype, get_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype = ctypes.c_void_p
    get_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    is_version = re.compile(rf"(__pyx_fuse_[\d_]*\d)?{re.escape(name)}").fullmatch
    for key, capsule in functions.__pyx_capi__.items():
        declaration = get_name(capsule)
        match = is_version(key) and _DECLARATION.fullmatch(declaration.decode())
        if match:
            n_arguments = match[1].count("double")
            return int(get_pointer(capsule, declaration)), n_arguments
    return None
