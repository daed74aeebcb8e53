"""Functions of users as Brian's numpy target calls them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.functions import Function

__all__ = ["for_numpy"]


def for_numpy(function: Function, owner: Any = None) -> Callable[..., Any]:
    """Return what numpy calls for a function, with arrays or numbers in base units.

    It is the Python function itself, with units, where nothing else is given.

    Parameters
    ----------
    function : `Function`
        The function.
    owner : `Group`, optional
        The group that it is for, where that makes a difference.
    """
    try:
        implementation = function.implementations[NumpyCodeObject]
    except KeyError:
        function.implementations.add_numpy_implementation(function.pyfunc)
        implementation = function.implementations[NumpyCodeObject]
    called: Callable[..., Any] = implementation.get_code(owner)
    return called
