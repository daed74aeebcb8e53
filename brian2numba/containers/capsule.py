"""Capsules that keep other targets from taking our containers for Brian's."""

from __future__ import annotations

import ctypes
from typing import Any

__all__ = ["foreign_capsule"]

# The name must outlive every capsule: Python keeps no copy of it.
_NAME = b"brian2numba container"
_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


def foreign_capsule(address: int) -> Any:
    """Return a capsule of an address that code for Brian's C++ classes refuses.

    Brian's Cython target asks each container for a capsule of its C++ object. Ours
    have another memory layout, and their capsules another name: such code gets a
    ``ValueError`` from Python instead of reading foreign memory.

    Parameters
    ----------
    address : int
        The address that the capsule holds.
    """
    return _new_capsule(address, _NAME, None)
