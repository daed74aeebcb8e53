"""What the machine code of a kernel depends on: the key that it is stored under."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

import llvmlite
import llvmlite.binding as llvm

from brian2numba.compilation.machine_code import Processor

__all__ = ["digest_of_files", "kernel_key"]

_PACKAGE = Path(__file__).parent.parent
#: The parts of the package that end up in kernels, or that translate them
_PARTS = (
    "c_functions.py",
    "errors.py",
    "language",
    "reference_counting.py",
    "reports.py",
    "compilation",
    "containers",
    "elementary",
    "generation/library.py",
    "kernels",
    "lowering",
    "simulation/counter.py",
    "simulation/loop.py",
    "simulation/parts.py",
    "simulation/plan.py",
    "simulation/race.py",
    "simulation/team.py",
    "with_numba",
)


def kernel_key(source: str, of: Processor, level: int) -> bytes:
    """Return the key of a kernel.

    Parameters
    ----------
    source : str
        Its source. Names and values of a model are not in it.
    of : Processor
        What it is compiled for.
    level : int
        How much it is optimised.
    """
    version = ".".join(map(str, llvm.llvm_version_info))
    facts = [
        f"library {_library_digest()}",
        f"llvmlite {llvmlite.__version__}",
        f"LLVM {version}",
        f"processor {of}",
        f"optimisation {level}",
    ]
    return "\n".join([*facts, "", source]).encode()


@functools.cache
def _library_digest() -> str:
    """Return a digest of all that this package adds to a kernel's source."""
    return digest_of_files(_PACKAGE, _PARTS)


def digest_of_files(package: Path, parts: Iterable[str]) -> str:
    """Return a digest of modules and templates of a package.

    Parameters
    ----------
    package : `pathlib.Path`
        The package's folder.
    parts : iterable of str
        Files, and folders of which what is within folders does not count.
    """
    digest = hashlib.sha256()
    for part in parts:
        path = package / part
        files = [path] if path.is_file() else sorted(path.glob("*.py*"))
        for file in files:
            # Neither compiled modules nor folders
            if file.suffix in (".py", ".py_"):
                digest.update(file.relative_to(package).as_posix().encode() + b"\0")
                digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()
