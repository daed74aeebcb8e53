"""Whether kernels call the elementary functions that vectorise."""

from __future__ import annotations

import functools
import re

from brian2.core.preferences import prefs

from brian2numba.compilation.machine_code import Processor, assembly, processor

__all__ = ["vectorises"]

_SUM_OF_PRODUCT = """
define double @f(double %x, double %y, double %z) {
  %v = call double @llvm.fma.f64(double %x, double %y, double %z)
  ret double %v
}
declare double @llvm.fma.f64(double, double, double)
"""


def vectorises() -> bool:
    """Tell whether kernels call functions that vectorise, or else the C library's.

    Those that vectorise multiply and add with one rounding. A processor without such an
    instruction would call the C library for each of these operations.
    """
    is_wanted = prefs["codegen.runtime.numba.math"] == "vector"
    return is_wanted and _can_fuse(processor(prefs["codegen.runtime.numba.cpu"]))


@functools.cache
def _can_fuse(of: Processor) -> bool:
    """Tell whether a processor multiplies and adds with one instruction.

    LLVM has many names for such instructions; what they stand for without one is a call
    of the C function `fma`.
    """
    return re.search(r"\b_?fma\b", assembly(_SUM_OF_PRODUCT, of)) is None
