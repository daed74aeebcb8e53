"""Threads that share every kernel that they may, however small: for tests."""

from __future__ import annotations

from typing import Any

from brian2numba.simulation import schedule, threads

__all__ = ["eagerly_shared", "share_eagerly"]

#: As if so many calls had been measured, and several threads had taken no time
_MEASURED = 1000
_SMALL_GRAIN = 8


def eagerly_shared(code_object: Any) -> threads.SharedKernel | None:
    """Return a kernel as `threads.shared_kernel` does; threads share all its calls."""
    kernel = threads.shared_kernel(code_object)
    if kernel is not None:
        kernel.job.n_calls, kernel.job.together = _MEASURED, 0
        kernel.job.enough = min(kernel.job.enough, 1)
    return kernel


def share_eagerly() -> None:
    """Let threads share also what has few elements, for the rest of the process."""
    threads._GRAIN = _SMALL_GRAIN
    schedule.shared_kernel = eagerly_shared
