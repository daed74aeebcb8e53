"""
Names that models may have, in each place where they may have them.

Words of Python, C, C++, LLVM and numba, and all that generated code, the library and
the containers call something (`words`), name variables, constants, functions, groups
and what statements compute in between (`trials`). Each works as with Brian's numpy
target, or both refuse it (`verdicts`).
"""
