"""How Brian's data types are written in kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from brian2numba.errors import TypeLeftToPythonError

__all__ = ["cast", "dtype_name", "pointer_name", "stored"]

_NAMES = {"float64", "float32", "int64", "int32", "bool", "uint64", "uint8"}


def dtype_name(dtype: Any, what: str) -> str:
    """Return the name that kernels use for a data type.

    Parameters
    ----------
    dtype : data-type-like
        A data type of numpy.
    what : str
        What has this type, for the error message.

    Raises
    ------
    TypeLeftToPythonError
        If kernels can't hold values of this type.
    """
    name = np.dtype(dtype).name
    if name not in _NAMES:
        reason = f"{what} has the data type '{name}'"
        raise TypeLeftToPythonError(
            f"The numba target can't compile code in which {reason}. Supported data "
            f"types are: {', '.join(sorted(_NAMES))}.",
            reason,
        )
    return name


def pointer_name(name: str) -> str:
    """Return the name of the word that makes an address one of values of a type."""
    return "_uint8s" if name == "bool" else f"_{name}s"


def stored(access: str, name: str) -> str:
    """Return the expression for a value in memory, e.g. ``_array_v[_idx]``."""
    if name == "uint8":
        # numba has another type for what two of them make
        return cast(access, "int64")
    return f"{access} != 0" if name == "bool" else access


def cast(expression: str, name: str) -> str:
    """Return `expression` converted to the type called `name`."""
    return f"_{name}({expression})"
