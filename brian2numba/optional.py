"""Libraries that few scripts need, imported when they are used."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["required"]


def required(module: str, what: str, advice: str = "") -> Any:
    """Return a module.

    Parameters
    ----------
    module : str
        Its name.
    what : str
        What needs it, as in "The progress bar".
    advice : str, optional
        What else than to install it a user can do, in a sentence.

    Raises
    ------
    ImportError
        If it can't be imported.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ImportError(
            f"{what} needs the package {package}, which can't be imported ({error}): "
            f"'pip install {package}' installs it. {advice}".rstrip()
        ) from error
