"""What is measured, and what readers see of it."""

from __future__ import annotations

__all__ = ["MODELS", "WAYS"]

#: The models: what is recorded, and for how long by default (s)
MODELS = {
    "every step": ("CUBA, 500 of 4000 neurons at each time step", 5.0),
    "every ms": ("CUBA, 500 of 4000 neurons each millisecond", 20.0),
    "population": ("10 000 neurons at each time step", 0.25),
}
WAYS = {
    "nothing": "nothing",
    "memory": "in memory",
    "disk": "to disk",
    "uncompressed": "to disk, not compressed",
    "cython": "in memory, by Cython",
}
