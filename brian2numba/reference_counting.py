"""
numba's reference-counted blocks of memory, without numba.

Our containers are numba structrefs, so that their memory is that of numba's runtime: a
small extension module in C, which needs nothing else of numba. To import numba takes
longer than most models take to start, and few of them need it.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import importlib.util
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

__all__ = [
    "ALIGNMENT",
    "RUNTIME_FUNCTIONS",
    "MemInfo",
    "allocate_block",
    "allocate_movable_block",
    "allocate_with_destructor",
    "functions_for_numba",
    "reallocate_block",
    "release_block",
]

#: Fixed arrays and buffers begin at cache lines
ALIGNMENT = 64


def _extension(name: str) -> Any:
    """Return a C module of numba's. If numba is imported later, it finds this one."""
    if name in sys.modules:
        return sys.modules[name]
    package = importlib.util.find_spec("numba")
    for folder in (package and package.submodule_search_locations) or ():
        for suffix in EXTENSION_SUFFIXES:
            path = Path(folder, *name.split(".")[1:]).with_suffix(suffix)
            spec = importlib.util.spec_from_file_location(name, path)
            if path.exists() and spec and spec.loader:
                module = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(module)
                sys.modules[name] = module
                return module
    return importlib.import_module(name)


_nrt = _extension("numba.core.runtime._nrt_python")

#: A reference to a block, as Python has it
MemInfo: Any = _nrt._MemInfo

#: The functions that compiled code calls, by the names it has for them
RUNTIME_FUNCTIONS = {
    f"NRT_{name}": int(_nrt.c_helpers[name])
    for name in (
        "MemInfo_alloc_aligned",
        "MemInfo_new_varsize",
        "MemInfo_varsize_realloc",
        "MemInfo_release",
    )
}

_allocate_aligned = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_uint32)(
    RUNTIME_FUNCTIONS["NRT_MemInfo_alloc_aligned"]
)

#: ``allocate_movable_block(n_bytes)``: the address of the meminfo of a block that
#: `reallocate_block` takes, or 0 without memory. It begins at any multiple of 16.
allocate_movable_block = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(
    RUNTIME_FUNCTIONS["NRT_MemInfo_new_varsize"]
)

#: ``reallocate_block(meminfo, n_bytes)``: change the size of a block, which may move;
#: the address of its data. Without memory 0, and the meminfo has lost the address.
reallocate_block = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)(
    RUNTIME_FUNCTIONS["NRT_MemInfo_varsize_realloc"]
)

#: Give back a reference to a block, by the address of its meminfo.
release_block = ctypes.CFUNCTYPE(None, ctypes.c_int64)(
    RUNTIME_FUNCTIONS["NRT_MemInfo_release"]
)

#: ``allocate_with_destructor(n_bytes, destructor)``: a block, and the address of the
#: function that is called with the block, its size and a null pointer at its end.
allocate_with_destructor = ctypes.CFUNCTYPE(
    ctypes.c_int64, ctypes.c_int64, ctypes.c_int64
)(_nrt.c_helpers["MemInfo_alloc_dtor"])


@functools.cache
def functions_for_numba() -> dict[str, int]:
    """Return the addresses of what functions call that numba has compiled, by name."""
    helpers = _extension("numba._helperlib").c_helpers
    return {
        **{f"NRT_{name}": int(_nrt.c_helpers[name]) for name in _OF_RUNTIME},
        **{
            f"numba_{name}": int(address)
            for name, address in helpers.items()
            if name in _HELPERS or name.startswith(_HELPERS_WITH)
        },
        "Py_FatalError": int(_address(ctypes.pythonapi.Py_FatalError)),
    }


#: What numba's runtime does without Python
_OF_RUNTIME = (
    "Allocate",
    "Free",
    "MemInfo_alloc",
    "MemInfo_alloc_aligned",
    "MemInfo_alloc_dtor",
    "MemInfo_alloc_dtor_safe",
    "MemInfo_alloc_safe",
    "MemInfo_alloc_safe_aligned",
    "MemInfo_call_dtor",
    "MemInfo_data",
    "MemInfo_new_varsize",
    "MemInfo_new_varsize_dtor",
    "MemInfo_release",
    "MemInfo_varsize_alloc",
    "MemInfo_varsize_free",
    "MemInfo_varsize_realloc",
)
#: The helpers of numba's that compute, keep lists and dictionaries, and call LAPACK;
#: others make Python objects or draw random numbers
_HELPERS = (
    "attempt_nocopy_reshape",
    "cpow",
    "cpowf",
    "fatal_error",
    "fixed_fmod",
    "fixed_fmodf",
    "fptoui",
    "fptouif",
    "frexp",
    "frexpf",
    "gamma",
    "gammaf",
    "gil_ensure",
    "gil_release",
    "ldexp",
    "ldexpf",
    "lgamma",
    "lgammaf",
    "nextafter",
    "nextafterf",
    "round",
    "roundf",
    "sdiv",
    "srem",
    "udiv",
    "urem",
    "xgesv",
)
_HELPERS_WITH = ("dict_", "erf", "ez_", "list_", "set_", "xx")


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def allocate_block(n_bytes: int) -> int:
    """Allocate a block; return the address of its meminfo, or 0 without memory."""
    return int(_allocate_aligned(n_bytes, ALIGNMENT))
