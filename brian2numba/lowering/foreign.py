"""Objects that only numba can make something of."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Foreign"]


@dataclass(frozen=True)
class Foreign:
    """An object of the user's that kernels may call, by its name."""

    name: str
