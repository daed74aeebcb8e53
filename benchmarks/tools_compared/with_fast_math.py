"""The same as `with_ctypes`, with more freedom for the compiler than Brian gives it.

gcc may take NaN and infinities to be impossible then, and calls vector versions of the
C library's functions where there are any.
"""

from __future__ import annotations

from benchmarks.tools_compared.c_source import FLAGS
from benchmarks.tools_compared.with_ctypes import CTypes

__all__ = ["FastMath"]


class FastMath(CTypes):
    """Shared libraries, one for each source."""

    flags = tuple(flag for flag in FLAGS if flag != "-fno-finite-math-only")


TOOL = FastMath
