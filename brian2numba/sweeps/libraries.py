"""Libraries that only sweeps need."""

from __future__ import annotations

from typing import Any

from brian2numba.optional import required

__all__ = ["LIBRARIES", "library"]

#: How to get them
LIBRARIES = "pip install 'brian2numba[sweep]' installs all that sweeps can use."


def library(module: str, what: str) -> Any:
    """Return a module; if it can't be imported, say what needs it, and how to get all.

    Parameters
    ----------
    module : str
        Its name.
    what : str
        What needs it, as in "A sweep's data frame".
    """
    return required(module, what, LIBRARIES)
