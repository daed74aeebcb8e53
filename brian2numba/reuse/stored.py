"""Known sources in this process and in the store, where other processes find them."""

from __future__ import annotations

import functools
import platform
from pathlib import Path
from typing import Any

import brian2
import sympy

from brian2numba.compilation.keys import digest_of_files
from brian2numba.reuse.known_sources import KnownSource
from brian2numba.reuse.table import Table
from brian2numba.store import current_store

__all__ = ["StoredTable"]

_PACKAGE = Path(__file__).parent.parent
#: The parts of the package that generate sources
_PARTS = (
    "behaviours",
    "errors.py",
    "generation",
    "generation/templates",
    "generation/templates/macros",
    "pipeline.py",
    "reuse",
    "target.py",
)
#: The parts of Brian, which may be one that somebody works on
_BRIANS_PARTS = ("codegen", "codegen/generators", "parsing")


class StoredTable:
    """What is known in this process, before what other processes have stored.

    Parameters
    ----------
    size : int
        How much is kept in this process, see `Table`.
    """

    def __init__(self, size: int) -> None:
        self._table = Table(size)

    def get(self, key: Any) -> KnownSource | None:
        """Return what is known under a key, or None."""
        known: KnownSource | None = self._table.get(key)
        if known is None:
            content = current_store().get(_stored_key(key))
            known = None if content is None else KnownSource.unpacked(content)
            if known is not None:
                self._table.put(key, known)
        return known

    def put(self, key: Any, known: KnownSource) -> None:
        """Keep a source, and store it."""
        self._table.put(key, known)
        current_store().put(_stored_key(key), known.packed())

    def clear(self) -> None:
        """Forget what is known in this process."""
        self._table.clear()


def _stored_key(key: Any) -> bytes:
    """Return a key with all that differs between processes."""
    return f"kernel source 1\n{_versions()}\n{key!r}".encode()


@functools.cache
def _versions() -> str:
    """Return the versions of all that takes part in generating a source."""
    brians = digest_of_files(Path(brian2.__file__).parent, _BRIANS_PARTS)
    return (
        f"brian2numba {digest_of_files(_PACKAGE, _PARTS)}\n"
        f"brian2 {brian2.__version__} {brians}\n"
        f"sympy {sympy.__version__}\nPython {platform.python_version()}"
    )
