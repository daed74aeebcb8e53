"""What users can know of the cache, and do with it."""

from __future__ import annotations

from dataclasses import dataclass

from brian2.core.preferences import prefs

from brian2numba.compilation.work import WORK, Work
from brian2numba.store import current_store

__all__ = ["CacheInfo", "cache_info", "clear_cache"]

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class CacheInfo:
    """The cache of the numba target, and what this process had from it.

    Attributes
    ----------
    directory : str
        Where it is.
    objection : str or None
        Why it is not used, if it is not.
    entries : int
        How many kernels, operations and solutions of equations it holds.
    size : int
        Their size in bytes.
    max_size : int
        The size in bytes above which those that were not used for longest are removed;
        0 for none.
    compiled, compiled_by_numba : int
        How many kernels this process compiled, and for how many functions of users it
        needed numba.
    loaded : int
        How many kernels and operations this process found.
    compiling_time, loading_time : float
        How long that took, in seconds.
    """

    directory: str
    objection: str | None
    entries: int
    size: int
    max_size: int
    compiled: int
    compiled_by_numba: int
    loaded: int
    compiling_time: float
    loading_time: float

    def __str__(self) -> str:
        return f"{self.contents}\nprocess    {self._work}"

    @property
    def contents(self) -> str:
        """Where the cache is and what is in it, in words."""
        limit = f" of at most {self.max_size / _MEGABYTE:g} MB" if self.max_size else ""
        lines = [
            f"directory  {self.directory}",
            f"entries    {self.entries}, {self.size / _MEGABYTE:.1f} MB{limit}",
        ]
        if self.objection:
            lines.append(f"not used   because {self.objection}")
        return "\n".join(lines)

    @property
    def _work(self) -> Work:
        return Work(
            self.loaded,
            self.compiled,
            self.compiled_by_numba,
            self.loading_time,
            self.compiling_time,
        )


def cache_info() -> CacheInfo:
    """Return where compiled code is stored, how much, and what this process had of it.

    Returns
    -------
    CacheInfo
        Also readable when printed.
    """
    store = current_store()
    entries = list(store.entries())
    return CacheInfo(
        directory=str(store.path),
        objection=store.objection,
        entries=len(entries),
        size=sum(entry.n_bytes for entry in entries),
        max_size=int(max(prefs.codegen.max_cache_dir_size, 0) * _MEGABYTE),
        compiled=WORK.compiled,
        compiled_by_numba=WORK.compiled_by_numba,
        loaded=WORK.loaded,
        compiling_time=WORK.compiling_time,
        loading_time=WORK.loading_time,
    )


def clear_cache() -> int:
    """Remove all that is stored; return how many entries there were.

    Code that is loaded stays, in this process and in others.
    """
    return current_store().clear()
