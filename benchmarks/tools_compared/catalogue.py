"""Which tools there are, and what each needs."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

from benchmarks.compare import COMPILERS

__all__ = ["TOOLS", "Entry", "installed_bytes", "what_lacks"]


@dataclass(frozen=True)
class Entry:
    """A tool.

    Attributes
    ----------
    module : str
        The module of this package that has it.
    imports : str
        What has to be there to import.
    packages : tuple of str
        What is installed for it, beyond what Brian needs in any case.
    needs : str
        What has to be on the machine besides: a C++ ``"compiler"``, or only the
        ``"headers"`` that come with one.
    """

    module: str
    imports: str
    packages: tuple[str, ...] = ()
    needs: str = "nothing"


_NUMBA = ("numba", "llvmlite")
_CFFI = ("cffi", "pycparser", "setuptools")
_CPPYY = ("cppyy", "cppyy-backend", "cppyy-cling", "CPyCppyy")
TOOLS = {
    "cython": Entry("with_cython", "Cython", ("Cython", "setuptools"), "compiler"),
    "cffi": Entry("with_cffi", "cffi", _CFFI, "compiler"),
    "ctypes": Entry("with_ctypes", "ctypes", (), "compiler"),
    "fast math": Entry("with_fast_math", "ctypes", (), "compiler"),
    "cppyy": Entry("with_cppyy", "cppyy", _CPPYY, "headers"),
    "jitclass": Entry("with_jitclass", "numba", _NUMBA),
    "structref": Entry("with_structref", "numba", _NUMBA),
    "brian2numba": Entry(
        "with_brian2numba", "brian2numba", ("brian2numba", *_NUMBA, "platformdirs")
    ),
}


def what_lacks(tool: str) -> str | None:
    """Return why a tool can't be used on this machine, or None if it can."""
    entry = TOOLS[tool]
    if find_spec(entry.imports) is None:
        return f"{entry.imports} is not installed"
    chosen = os.environ.get("CXX", "").split()[:1] or COMPILERS
    if entry.needs == "compiler" and not any(map(shutil.which, chosen)):
        return f"there is no C++ compiler ({', '.join(chosen)})"
    return None


def installed_bytes(tool: str) -> int | None:
    """Return the size of a tool's packages; None if one is not installed as such."""
    try:
        distributions = [distribution(name) for name in TOOLS[tool].packages]
    except PackageNotFoundError:
        return None
    files = [file.locate() for d in distributions for file in d.files or ()]
    return sum(os.path.getsize(file) for file in files if os.path.exists(file))
