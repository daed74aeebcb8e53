"""
Putting functions in the place of Brian's, which others may do as well.

Scripts and packages wrap methods such as ``Network.run``, before or after this package
is imported: what they put there is called, and Brian's own function is found below it.
"""

from __future__ import annotations

import functools
import gc
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import brian2

__all__ = [
    "GUARDED",
    "Originals",
    "is_brians",
    "overridden",
    "own_function",
    "replace_brians",
    "replaced",
]

_FOLDER = str(Path(brian2.__file__).parent) + os.sep
#: The file of functions that this package puts in front of Brian's. Brian tells users
#: where they made an object: in the last frame whose file is not below its own folder
GUARDED = f"{Path(brian2.__file__).parent} (guarded by brian2numba)"


def is_brians(function: Any) -> bool:
    """Tell whether this is a function that Brian defines, and not a wrapper of one."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_filename.startswith(_FOLDER)


class Originals:
    """Methods of Brian's classes, of which somebody may want to see each call.

    Parameters
    ----------
    *methods : (type, str)
        The methods: the class, and the name. This package may have guarded them.
    """

    def __init__(self, *methods: tuple[type, str]) -> None:
        self._found = [(owner, name, vars(owner)[name]) for owner, name in methods]
        self._are_brians = all(_is_original(method) for *_, method in self._found)

    def are_there(self) -> bool:
        """Tell whether nobody has put something in the place of one of them."""
        if not self._are_brians:
            return False
        for owner, name, method in self._found:
            if owner.__dict__.get(name) is not method:
                return False
        return True


def _is_original(method: Any) -> bool:
    """Tell whether a method is Brian's, or that with a guard in front of it."""
    code = getattr(method, "__code__", None)
    if code is not None and code.co_filename == GUARDED:
        method = method.__wrapped__
    return is_brians(method)


def replace_brians(
    owner: type, name: str, replacement: Callable[[Any], Callable[..., Any]]
) -> None:
    """Put another function in the place of a method, unless somebody has wrapped that.

    Parameters
    ----------
    owner : type
        The class that has the method.
    name : str
        The method.
    replacement : callable
        Returns the other function, given Brian's.
    """
    method = vars(owner)[name]
    if is_brians(method):
        setattr(owner, name, functools.wraps(method)(replacement(method)))


def own_function(owner: type, name: str) -> Any:
    """Return Brian's own function for a method, whoever has wrapped that.

    Parameters
    ----------
    owner : type
        The class that has the method.
    name : str
        The method; of a property, this is what sets it.

    Returns
    -------
    callable or None
        The function, with Brian's decorators; ``None`` if it can't be found.
    """
    function = vars(owner)[name]
    if isinstance(function, property):
        function = function.fset
    if function is None:
        return None
    found = inspect.unwrap(function, stop=is_brians)
    return found if is_brians(found) else _lost_function(owner, name)


def _lost_function(owner: type, name: str) -> Any:
    """Return a function that only a closure or a name of somebody's refers to."""
    origin = owner.__module__, f"{owner.__qualname__}.{name}"
    candidates = [
        function
        for function in gc.get_objects()
        if type(function) is FunctionType
        and (function.__module__, function.__qualname__) == origin
        and is_brians(function)
    ]
    # The outermost one of those that Brian's decorators have made
    wrapped = {id(getattr(f, "__wrapped__", None)) for f in candidates}
    outermost = (f for f in candidates if id(f) not in wrapped)
    return next(outermost, None)


def overridden(device: Any, override: str, owner: type, name: str) -> Any:
    """Return what a method does unless another override is given to the device.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device.
    override : str
        What the method asks the device for.
    owner, name
        The method, see `own_function`.

    Returns
    -------
    callable or None
        The override that the device has, or Brian's own function without decorator;
        ``None`` if neither can be found.
    """
    function = own_function(owner, name)
    original = getattr(function, "original_function", None)
    return getattr(device, override, original)


def replaced(device: Any, name: str) -> Callable[..., Any]:
    """Return a method of a device, before another one is put in its place.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device. If its class is given another method later on, that is called.
    name : str
        The method.
    """
    if name in vars(device):
        method: Callable[..., Any] = vars(device)[name]
        return method

    def of_the_class(*args: Any, **kwds: Any) -> Any:
        return getattr(type(device), name)(device, *args, **kwds)

    return of_the_class
