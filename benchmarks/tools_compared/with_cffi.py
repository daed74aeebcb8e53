"""cffi in its API mode: an extension module that the C++ compiler makes of a source."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from importlib.machinery import EXTENSION_SUFFIXES

from cffi import FFI

from benchmarks.tools_compared.c_source import FLAGS
from benchmarks.tools_compared.table_tool import Function, TableTool, content_name

__all__ = ["Cffi"]


class Cffi(TableTool):
    """Extension modules, one for each source."""

    def functions(
        self, source: str, n_arguments: Mapping[str, int]
    ) -> Mapping[str, Function]:
        """Compile a source, unless there is a module of it."""
        name = content_name(source)
        file = self.cache / (name + EXTENSION_SUFFIXES[0])
        if not file.exists():
            self._compile(source, name, n_arguments)
        spec = importlib.util.spec_from_file_location(name, file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        ffi, lib = module.ffi, module.lib
        return {
            entry: Function(
                getattr(lib, entry),
                int(ffi.cast("intptr_t", ffi.addressof(lib, entry))),
            )
            for entry in n_arguments
        }

    def _compile(self, source: str, name: str, n_arguments: Mapping[str, int]) -> None:
        builder = FFI()
        for entry, n in n_arguments.items():
            builder.cdef(f"int64_t {entry}({', '.join(['int64_t'] * n)});")
        options = {"source_extension": ".cpp", "extra_compile_args": list(FLAGS)}
        builder.set_source(name, source, **options)
        builder.compile(tmpdir=str(self.cache))


TOOL = Cffi
