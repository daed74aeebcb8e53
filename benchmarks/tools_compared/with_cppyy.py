"""cppyy: Cling, a C++ compiler inside the process."""

from __future__ import annotations

import os
from collections.abc import Mapping

from benchmarks.tools_compared.c_source import FLAGS
from benchmarks.tools_compared.table_tool import Function, TableTool

# Read when cppyy is imported
os.environ.setdefault("EXTRA_CLING_ARGS", " ".join(FLAGS))

import cppyy

__all__ = ["Cppyy"]


class Cppyy(TableTool):
    """Functions in the process; there is no cache of compiled code."""

    def functions(
        self, source: str, n_arguments: Mapping[str, int]
    ) -> Mapping[str, Function]:
        """Compile a source, unless this process has."""
        entry = next(iter(n_arguments))
        if not hasattr(cppyy.gbl, entry):
            cppyy.cppdef(source)
            for name in n_arguments:
                address = f"return (int64_t) &{name};"
                cppyy.cppdef(f"int64_t address_of_{name}() {{ {address} }}")
        return {
            name: Function(
                getattr(cppyy.gbl, name), getattr(cppyy.gbl, f"address_of_{name}")()
            )
            for name in n_arguments
        }


TOOL = Cppyy
