"""
From the Python source of kernels to LLVM's, in milliseconds.

Kernels and the functions of the library are written in a small part of Python: numbers,
pointers, loops and conditions, with types that follow from the arguments. That part is
translated here directly. numba, which knows all of Python, takes longer to start than a
model takes to compile; it is left for the functions of users.
"""

from brian2numba.lowering.module import NotInLanguageError, lower, lower_function

__all__ = ["NotInLanguageError", "lower", "lower_function"]
