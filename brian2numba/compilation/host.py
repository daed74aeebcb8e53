"""What a host must allow for code to be compiled, and what is said if it does not."""

from __future__ import annotations

import ctypes
import importlib
import mmap
import os
import sys

from brian2numba.errors import NoExecutableMemoryError

__all__ = ["check_executable_memory", "check_numba"]

#: The constants of Windows
_READ_WRITE, _EXECUTE_READ = 0x04, 0x20
_COMMIT_AND_RESERVE, _RELEASE = 0x3000, 0x8000
#: Those of all other systems
_READABLE_AND_EXECUTABLE = 0x1 | 0x4


def check_executable_memory() -> None:
    """Refuse to compile where what is compiled can't be run.

    Raises
    ------
    NoExecutableMemoryError
        If the system does not let memory that was written become executable.
    """
    reason = _obstacle_on_windows() if sys.platform == "win32" else _obstacle()
    if reason is not None:
        raise NoExecutableMemoryError(
            f"This system does not let memory become executable ({reason}), which "
            "compiled code needs. Ask for it to be allowed for Python (systemd's "
            "MemoryDenyWriteExecute, SELinux's deny_execmem or a hardened runtime may "
            "forbid it), or set prefs.codegen.runtime.numba.jit = False: Python runs "
            "the code then, which is very slow."
        ) from None


def _obstacle() -> str | None:
    """Return why a page that was written can't be made executable, if it can't."""
    page = mmap.mmap(-1, mmap.PAGESIZE)
    view = ctypes.c_char.from_buffer(page)
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    protect.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    failed = protect(ctypes.addressof(view), mmap.PAGESIZE, _READABLE_AND_EXECUTABLE)
    reason = f"mprotect: {os.strerror(ctypes.get_errno())}" if failed else None
    del view
    page.close()
    return reason


def _obstacle_on_windows() -> str | None:
    windows = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    windows.VirtualAlloc.restype = ctypes.c_void_p
    windows.VirtualProtect.argtypes = [
        ctypes.c_void_p,
        ctypes.c_size_t,
        ctypes.c_uint32,
        ctypes.c_void_p,
    ]
    windows.VirtualFree.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32
    page = windows.VirtualAlloc(None, mmap.PAGESIZE, _COMMIT_AND_RESERVE, _READ_WRITE)
    before = ctypes.c_uint32()
    allowed = page and windows.VirtualProtect(
        page, mmap.PAGESIZE, _EXECUTE_READ, ctypes.byref(before)
    )
    reason = None if allowed else ctypes.FormatError(ctypes.get_last_error())  # type: ignore[attr-defined]
    if page:
        windows.VirtualFree(page, 0, _RELEASE)
    return reason


def check_numba() -> None:
    """Refuse to let numba compile where it would not.

    Raises
    ------
    RuntimeError
        If the environment variable says that it compiles nothing.
    """
    check_executable_memory()
    if importlib.import_module("numba").config.DISABLE_JIT:
        raise RuntimeError(
            "the environment variable NUMBA_DISABLE_JIT is set, with which numba "
            "compiles nothing. Unset it; to see Python run all kernels, set "
            "prefs.codegen.runtime.numba.jit = False."
        )
