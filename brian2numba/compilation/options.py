"""How LLVM compiles kernels."""

from __future__ import annotations

import llvmlite.binding as llvm

__all__ = ["set_llvm_options"]

_options_set = False


def set_llvm_options() -> None:
    """Let LLVM vectorise loops over many arrays; for the process, once.

    LLVM gives up on a loop that needs more than 8 run-time checks for arrays that
    overlap. A kernel that works with six arrays needs more.
    """
    global _options_set  # noqa: PLW0603 (LLVM's options are global as well)
    if not _options_set:
        llvm.set_option("brian2numba", "-runtime-memory-check-threshold=200")
        _options_set = True
