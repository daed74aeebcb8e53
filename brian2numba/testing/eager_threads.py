"""Threads that share every kernel that they may, however small: for tests."""

from __future__ import annotations

from brian2numba.simulation.threads import Sharing

__all__ = ["share_eagerly"]


def share_eagerly() -> None:
    """Let threads share also what has few elements, for the rest of the process."""
    Sharing.is_eager = True
