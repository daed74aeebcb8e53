"""What this process had to compile, and what it found compiled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

__all__ = ["WORK", "Work"]


@dataclass
class Work:
    """Numbers of compiled kernels and operations, and seconds.

    Attributes
    ----------
    loaded : int
        Kernels and operations that were found in the cache.
    compiled : int
        Those that were not, and were compiled.
    compiled_by_numba : int
        Functions of users that numba compiled, for the kernels that call them.
    loading_time, compiling_time : float
        How long this took, in seconds.
    """

    loaded: int = 0
    compiled: int = 0
    compiled_by_numba: int = 0
    loading_time: float = 0.0
    compiling_time: float = 0.0

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Take the time of a block, which puts code into this process."""
        start = time.perf_counter()
        yield
        self.loading_time += time.perf_counter() - start

    @contextmanager
    def compiling(self) -> Iterator[None]:
        """Take the time of a block, which compiles something; once, if they nest."""
        start, before = time.perf_counter(), self.compiling_time
        yield
        self.compiling_time = before + time.perf_counter() - start

    def __sub__(self, earlier: Work) -> Work:
        """Return what was done since an earlier state."""
        before = asdict(earlier)
        return Work(**{name: n - before[name] for name, n in asdict(self).items()})

    def __add__(self, other: Work) -> Work:
        """Return the work of both."""
        more = asdict(other)
        return Work(**{name: n + more[name] for name, n in asdict(self).items()})

    def copy(self) -> Work:
        """Return the present state."""
        return Work(**asdict(self))

    @property
    def n_kernels(self) -> int:
        """The number of kernels and operations."""
        return self.loaded + self.compiled

    def __str__(self) -> str:
        parts = [
            f"{self.compiled} kernels compiled",
            f"{self.compiled_by_numba} functions compiled by numba",
            f"{self.loaded} found in the cache",
        ]
        numbers = (self.compiled, self.compiled_by_numba, self.loaded)
        done = [part for part, n in zip(parts, numbers, strict=True) if n]
        if not done:
            return "nothing compiled"
        took = f"{self.compiling_time + self.loading_time:.3f} s"
        return f"{', '.join(done)} ({took})"


#: The work of this process so far
WORK = Work()
