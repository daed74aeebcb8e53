"""Cython, through Brian's own cache of extension modules, as Brian's target uses it.

Kernels are written in Cython, as in Brian. What lives longer than a kernel (arrays,
queues) is C++, for which Brian's build has modules that were compiled beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from brian2 import prefs
from brian2.codegen.cpp_prefs import get_compiler_and_args
from brian2.codegen.runtime.cython_rt.extension_manager import cython_extension_manager

from benchmarks.tools_compared.job import UPDATES
from benchmarks.tools_compared.table_tool import Function, TableTool

__all__ = ["Cython"]

_HEAD = """\
# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# distutils: language = c++
from libc.math cimport exp
from libc.stdint cimport int32_t, int64_t
"""
_KERNEL = """
cdef int64_t c_kernel(int64_t address) noexcept nogil:
    cdef int64_t* table = <int64_t*> address
    cdef int64_t n = table[0], k, count = 0
    cdef double* v = <double*> table[1]
    cdef double* drive = <double*> table[2]
    cdef double* tau = <double*> table[3]
    cdef int32_t* spikes = <int32_t*> table[4]
    cdef double* parameters = <double*> table[5]
    cdef double decay = parameters[0], dt = parameters[1]
    for k in range(n):
        v[k] = {update}
    for k in range(n):
        if v[k] > 1.0:
            spikes[count] = <int32_t> k
            count += 1
    for k in range(count):
        v[spikes[k]] = 0.0
    return count

def kernel(int64_t address):
    return c_kernel(address)

kernel_address = <int64_t> &c_kernel
"""


class Cython(TableTool):
    """Extension modules, one for each source."""

    def __init__(self, cache: Path) -> None:
        super().__init__(cache)
        prefs.codegen.runtime.cython.cache_dir = str(cache)

    def kernel(self, name: str) -> Function:
        """Compile a kernel."""
        module = self._module(_HEAD + _KERNEL.format(update=UPDATES[name]))
        return Function(module.kernel, module.kernel_address)

    def functions(
        self, source: str, n_arguments: Mapping[str, int]
    ) -> Mapping[str, Function]:
        """Compile C++ with a module that calls it."""
        parts = [_HEAD, f'cdef extern from *:\n    """\n{source}    """\n']
        for name, n in n_arguments.items():
            parameters = ", ".join(f"int64_t a{k}" for k in range(n))
            parts.append(f'    int64_t c_{name} "{name}" ({parameters}) nogil\n')
        for name, n in n_arguments.items():
            parameters = ", ".join(f"int64_t a{k}" for k in range(n))
            given = ", ".join(f"a{k}" for k in range(n))
            parts.append(f"def {name}({parameters}):\n    return c_{name}({given})\n")
            parts.append(f"{name}_address = <int64_t> &c_{name}\n")
        module = self._module("".join(parts))
        return {
            name: Function(getattr(module, name), getattr(module, f"{name}_address"))
            for name in n_arguments
        }

    def _module(self, source: str) -> object:
        compiler, flags = get_compiler_and_args()
        return cython_extension_manager.create_extension(
            source, extra_compile_args=list(flags), compiler=compiler
        )


TOOL = Cython
