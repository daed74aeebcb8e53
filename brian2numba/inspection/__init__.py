"""Looking at kernels: source, LLVM's code, instructions, and what loops became."""

from brian2numba.inspection.kernels import Kernel, inspect, kernel_of, origin
from brian2numba.inspection.loops import Loop, Vectorisation, loops_of

__all__ = [
    "Kernel",
    "Loop",
    "Vectorisation",
    "inspect",
    "kernel_of",
    "loops_of",
    "origin",
]
