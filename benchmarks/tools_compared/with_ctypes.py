"""A C++ compiler, called as a program, and ctypes to call what it made."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Mapping

from benchmarks.tools_compared.c_source import FLAGS
from benchmarks.tools_compared.table_tool import Function, TableTool, content_name

__all__ = ["CTypes"]


class CTypes(TableTool):
    """Shared libraries, one for each source."""

    flags = FLAGS

    def functions(
        self, source: str, n_arguments: Mapping[str, int]
    ) -> Mapping[str, Function]:
        """Compile a source, unless there is a library of it."""
        library = ctypes.CDLL(str(self._library(source)))
        found = {}
        for name, n in n_arguments.items():
            function = library[name]
            function.restype = ctypes.c_int64
            function.argtypes = [ctypes.c_int64] * n
            address = ctypes.cast(function, ctypes.c_void_p).value
            found[name] = Function(function, int(address or 0))
        return found

    def _library(self, source: str) -> object:
        name = content_name(source)
        library = self.cache / f"{name}.so"
        if not library.exists():
            file = self.cache / f"{name}.cpp"
            file.write_text(source, encoding="utf-8")
            command = os.environ.get("CXX", "").split()
            command = command or [shutil.which("c++") or "g++"]
            command += [*self.flags, "-shared", "-fPIC", "-o", str(library), str(file)]
            subprocess.run(command, check=True)
        return library


TOOL = CTypes
