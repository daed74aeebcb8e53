"""Libraries that only sweeps need, imported when they are used."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["required"]


def required(module: str, purpose: str) -> Any:
    """Return a module.

    Parameters
    ----------
    module : str
        Its name.
    purpose : str
        What it is needed for, as in "To show progress".

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ImportError(
            f"{purpose}, the package {package} is needed, which can't be imported "
            f"({error}). Install it, e.g. with pip install {package}, or all that "
            "sweeps can use with pip install 'brian2numba[sweep]'."
        ) from error
