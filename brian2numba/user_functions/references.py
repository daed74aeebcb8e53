"""What a function refers to outside of itself, found where Python would find it."""

from __future__ import annotations

import builtins
import inspect
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from brian2.units.fundamentalunits import Quantity

__all__ = ["Kind", "Reference", "is_followed", "kind_of", "plain_value"]

#: Types of items that kernels read where they are, and into what others are copied
_READ = {"bool", "uint8", "uint64", "int32", "int64", "float32", "float64"}
_COPIED = {
    **dict.fromkeys(("int8", "int16"), "int32"),
    **dict.fromkeys(("uint16", "uint32"), "int64"),
    "float16": "float32",
}


@dataclass(frozen=True)
class Kind:
    """What kernels have to know of a number or an array before they are compiled.

    Attributes
    ----------
    dtype : str
        The type of the number, or of the items.
    n_dimensions : int
        How many dimensions the array has; 0 for a number.
    """

    dtype: str
    n_dimensions: int = 0


@dataclass(frozen=True)
class Reference:
    """A name that a function finds outside of itself, with attributes and items of it.

    Attributes
    ----------
    function : function
        The function.
    name : str
        The name, or the number of one of the function's default values.
    steps : tuple
        What is looked up in what the name stands for: names of attributes (str), and
        keys of items (in a tuple of one).
    imported : tuple
        What the name stands for (in a tuple of one), if the function imports it itself.
    """

    function: types.FunctionType
    name: str | int
    steps: tuple[Any, ...] = ()
    imported: tuple[Any, ...] = ()

    def step(self, step: Any) -> Reference:
        """Return the reference to an attribute or an item of this one."""
        return replace(self, steps=(*self.steps, step))

    def value(self) -> Any:
        """Return what it is at present.

        Raises
        ------
        NameError, AttributeError, LookupError
            If there is no such thing.
        """
        value = self._root()
        for step in self.steps:
            value = value[step[0]] if isinstance(step, tuple) else getattr(value, step)
        return value

    def _root(self) -> Any:
        function = self.function
        if self.imported:
            return self.imported[0]
        if isinstance(self.name, int):
            return (function.__defaults__ or ())[self.name]
        if self.name in function.__code__.co_freevars:
            position = function.__code__.co_freevars.index(self.name)
            cell = (function.__closure__ or ())[position]
            try:
                return cell.cell_contents
            except ValueError:
                raise NameError(f"'{self.name}' has no value yet") from None
        if self.name in function.__globals__:
            return function.__globals__[self.name]
        if hasattr(builtins, self.name):
            return getattr(builtins, self.name)
        raise NameError(f"name '{self.name}' is not defined")

    def __str__(self) -> str:
        name = self.name
        if isinstance(name, int):
            code = self.function.__code__
            first = code.co_argcount - len(self.function.__defaults__ or ())
            name = code.co_varnames[first + name]
        steps = (f"[{s[0]!r}]" if isinstance(s, tuple) else f".{s}" for s in self.steps)
        return name + "".join(steps)

    @property
    def identifier(self) -> str:
        """A name for it that is one of Python's."""
        return re.sub(r"\W+", "_", str(self)).strip("_")


def is_followed(value: Any, name: str) -> bool:
    """Tell whether an attribute is data, which can be looked up at any time."""
    if isinstance(value, (types.ModuleType, types.SimpleNamespace)):
        return True
    if isinstance(value, tuple) and name in getattr(value, "_fields", ()):
        return True
    own = getattr(value, "__dict__", None)
    if isinstance(own, Mapping) and name in own and not isinstance(value, type):
        found = inspect.getattr_static(type(value), name, None)
        return not isinstance(found, property)
    kinds = (bool, int, float, np.generic, np.ndarray, list, tuple)
    return isinstance(inspect.getattr_static(value, name, None), kinds)


def plain_value(value: Any) -> Any:
    """Return a number or an array without units; anything else as it is.

    Lists and tuples of numbers become arrays.
    """
    if isinstance(value, Quantity):
        return np.asarray(value)
    if isinstance(value, (list, tuple)) and value and not hasattr(value, "_fields"):
        numbers = [plain_value(item) for item in value]
        if all(kind_of(number) is not None for number in numbers):
            try:
                array = np.asarray(numbers)
            except ValueError:
                return value  # rows of several lengths
            return array if array.dtype != object else value
    return value


def kind_of(value: Any) -> Kind | None:
    """Return the kind of a number or an array; None if it is neither, or none of ours.

    Parameters
    ----------
    value : object
        What `plain_value` returned.
    """
    if not isinstance(value, (bool, int, float, np.generic, np.ndarray)):
        return None
    try:
        dtype = np.asarray(value).dtype
    except (ValueError, OverflowError):
        return None
    name = dtype.name if dtype.name in _READ else _COPIED.get(dtype.name)
    if name is None or np.ndim(value):
        return None if name is None else Kind(name, np.ndim(value))
    if name == "uint64" and int(value) >= 2**63:  # type: ignore[call-overload, arg-type, unused-ignore]
        return None
    # Python has one type of integers and one of floats
    return Kind({"b": "bool", "f": "float64"}.get(dtype.kind, "int64"))
