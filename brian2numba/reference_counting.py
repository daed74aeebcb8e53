"""
numba's reference-counted blocks of memory, without numba.

Our containers are numba structrefs, so that their memory is that of numba's runtime: a
small extension module in C, which needs nothing else of numba. To import numba takes
longer than most models take to start, and few of them need it.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

__all__ = [
    "ALIGNMENT",
    "MEMINFO_DATA",
    "MEMINFO_REFERENCES",
    "RUNTIME_FUNCTIONS",
    "MemInfo",
    "allocate_block",
    "allocate_movable_block",
    "allocate_with_destructor",
    "reallocate_block",
    "release_block",
]

_NAME = "numba.core.runtime._nrt_python"
#: Fixed arrays and buffers begin at cache lines
ALIGNMENT = 64
#: The word of a meminfo that holds the address of the block
MEMINFO_DATA = 3
#: ... and the one that counts the references to it
MEMINFO_REFERENCES = 0


def _runtime() -> Any:
    """Return numba's runtime. If numba is imported later, it finds this module."""
    if _NAME in sys.modules:
        return sys.modules[_NAME]
    package = importlib.util.find_spec("numba")
    for folder in (package and package.submodule_search_locations) or ():
        for suffix in EXTENSION_SUFFIXES:
            path = Path(folder, *_NAME.split(".")[1:]).with_suffix(suffix)
            spec = importlib.util.spec_from_file_location(_NAME, path)
            if path.exists() and spec and spec.loader:
                runtime = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(runtime)
                sys.modules[_NAME] = runtime
                return runtime
    return importlib.import_module(_NAME)


_nrt = _runtime()

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


def allocate_block(n_bytes: int) -> int:
    """Allocate a block; return the address of its meminfo, or 0 without memory."""
    return int(_allocate_aligned(n_bytes, ALIGNMENT))
