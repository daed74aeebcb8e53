"""
Single values of variables: ``group.v[3]``, ``group.v[3] = x``, and ``group.v`` itself.

Brian finds a value by way of arrays of indices, and makes a new view each time that a
variable is named. Code that goes through neurons one by one, in a network operation,
spends its time there. Here an integer that is within the array of a plain variable goes
straight to the item; all else, and with it each error, is left to Brian.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable, DynamicArrayVariable, VariableView
from brian2.devices.device import get_device
from brian2.groups.group import Indexing, VariableOwner
from brian2.synapses.synapses import SynapticIndexing
from brian2.units.fundamentalunits import DIMENSIONLESS, Quantity

from brian2numba.assignments import (
    NO_NAMES,
    Writer,
    has_no_names,
    may_be_written,
    written,
)
from brian2numba.containers import DynamicArray1D
from brian2numba.hooks import replace_brians
from brian2numba.preferences import numba_is_target

__all__ = ["attach_single_values"]

_INTEGERS = frozenset({int, np.int32, np.int64})
_NUMBERS = frozenset({int, float, np.float64})
#: Whole numbers up to this one are doubles
_EXACT = 2**53
#: Where a view keeps how its single values are found, and a group its views
_OF_VIEW, _OF_GROUP = "_brian2numba_items", "_brian2numba_views"
#: What Brian asks a device for where values are read and written by indices
_OVERRIDES = (
    "variableview_get_with_index_array",
    "variableview_set_with_index_array",
)


def attach_single_values(device: Any) -> None:
    """Let views of a device's variables find single values quickly.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device. Methods that somebody has wrapped stay as they are.
    """
    own = tuple(getattr(device, name, None) for name in _OVERRIDES)
    replace_brians(VariableView, "__getitem__", lambda _: _reading(device, own))
    replace_brians(VariableView, "__setitem__", lambda _: _writing(device, own))
    replace_brians(VariableOwner, "__getattr__", _naming)


class _Items:
    """The items of a variable's array, as a view of it numbers them.

    Parameters
    ----------
    variable : `ArrayVariable`
        The variable.
    index : _Items, optional
        What says for each number which item is meant; otherwise it is the number.
    """

    def __init__(self, variable: ArrayVariable, index: _Items | None) -> None:
        self.variable = variable
        self.arrays = variable.device.arrays
        self.index = index
        #: Returns an item; None if it is for Brian to find
        self.get: Callable[[Any], Any] = _finding(
            variable, None if index is None else index.get
        )
        kind = np.dtype(variable.dtype).kind
        self.is_float = kind == "f"
        limits = np.iinfo(variable.dtype) if kind in "iu" else None
        self.low, self.high = (limits.min, limits.max) if limits else (0, -1)

    def set(self, item: Any, value: Any) -> bool:
        """Write an item; tell whether that was possible here."""
        if self.index is not None:
            item = self.index.get(item)
            if item is None:
                return False
        array = self.arrays[self.variable]
        if not 0 <= item < len(array):
            return False
        if type(array) is np.ndarray:
            array[item] = value
            return True
        if type(array) is DynamicArray1D:
            array.set_item(item, value)
            return True
        return False

    def number(self, value: Any, dim: Any) -> Any:
        """Return what to write for a value; None if that is for Brian to say."""
        kind = type(value)
        if kind is Quantity:
            is_plain = value.ndim == 0 and (dim is None or value.dim is dim)
            return float(value) if is_plain and self.is_float else None
        if not (dim is None or dim is DIMENSIONLESS) or kind not in _NUMBERS:
            return None
        if self.is_float:
            is_exact = kind is not int or -_EXACT <= value <= _EXACT
            return float(value) if is_exact else None
        return value if kind is int and self.low <= value <= self.high else None


def _finding(
    variable: ArrayVariable, index: Callable[[Any], Any] | None
) -> Callable[[Any], Any]:
    """Return what finds an item of a variable's array, or None. It has to be quick."""
    # The dictionary within: one with weak keys makes a reference for each look
    arrays, reference = variable.device.arrays.data, weakref.ref(variable)

    def get(item: Any) -> Any:
        if index is not None:
            item = index(item)
            if item is None:
                return None
        array = arrays[reference]
        if not 0 <= item < len(array):
            return None
        if type(array) is np.ndarray:
            return array[item]
        return array.item(item) if type(array) is DynamicArray1D else None

    return get


def _items_of(device: Any, own: Any, view: VariableView) -> _Items | None:
    """Return how a view's single values are found; None if that is not so simple.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device.
    own : tuple
        What Brian asks the device for, unless somebody has changed that.
    view : `VariableView`
        The view, which keeps what is returned.
    """
    items = None
    is_plain = type(view.indexing) in (Indexing, SynapticIndexing)
    is_own = own == tuple(getattr(device, name, None) for name in _OVERRIDES)
    if is_plain and is_own and _has_items(device, view.variable):
        if view.index_var_name == "_idx":
            items = _Items(view.variable, None)
        elif _has_items(device, view.index_var):
            items = _Items(view.variable, _Items(view.index_var, None))
    vars(view)[_OF_VIEW] = items
    return items


def _has_items(device: Any, variable: Any) -> bool:
    """Tell whether a variable has an array of numbers of one dimension."""
    if type(variable) not in (ArrayVariable, DynamicArrayVariable):
        return False
    is_one_dimensional = getattr(variable, "ndim", 1) == 1 and not np.ndim(
        variable.size
    )
    is_here = variable.device is device and not variable.scalar
    is_usual = np.dtype(variable.dtype).char in "?bBhHiIlLqQfd"
    return is_here and is_usual and is_one_dimensional


def _reading(device: Any, own: Any) -> Callable[..., Any]:
    """Return ``VariableView.__getitem__``."""

    def __getitem__(self: VariableView, item: Any) -> Any:
        if type(item) in _INTEGERS and numba_is_target() and get_device() is device:
            try:
                items = vars(self)[_OF_VIEW]
            except KeyError:
                items = _items_of(device, own, self)
            if items is not None:
                value = items.get(item)
                if value is not None:
                    dim = self.dim
                    if dim is None or dim is DIMENSIONLESS:
                        return value
                    quantity = np.array(value).view(Quantity)
                    quantity.dim = dim
                    return quantity
        return self.get_item(item, level=1)

    return __getitem__


def _writing(device: Any, own: Any) -> Callable[..., Any]:
    """Return ``VariableView.__setitem__``."""
    writer = Writer(device)

    def __setitem__(self: VariableView, item: Any, value: Any) -> None:
        if type(item) in _INTEGERS and numba_is_target() and get_device() is device:
            try:
                items = vars(self)[_OF_VIEW]
            except KeyError:
                items = _items_of(device, own, self)
            if items is not None and may_be_written(self.group, self.variable):
                dim = None if self.dim is None else self.variable.dim
                number = items.number(value, dim)
                if number is not None and items.set(item, number):
                    return
        if not (has_no_names(item, value) and numba_is_target()):
            self.set_item(item, value, level=1)
            return
        is_all = type(item) is slice and item == slice(None)
        if not (is_all and writer.is_free() and _wrote_all(self, value)):
            self.set_item(item, value, namespace=NO_NAMES)

    return __setitem__


def _wrote_all(view: VariableView, value: Any) -> bool:
    """Write all elements of a view's variable; tell whether that is possible here."""
    if not may_be_written(view.group, view.variable):
        return False
    dim = None if view.dim is None else view.variable.dim
    return written(view.variable, view.index_var_name, value, dim)


def _naming(method: Callable[[Any, str], Any]) -> Callable[..., Any]:
    """Return ``VariableOwner.__getattr__``, which keeps the views that it returns."""

    def __getattr__(self: VariableOwner, name: str) -> Any:
        own = object.__getattribute__(self, "__dict__")
        views = own.get(_OF_GROUP)
        if views is not None and name in views:
            view, variable_name = views[name]
            variables = own["variables"]
            is_same = variables._variables.get(variable_name) is view.variable
            if is_same and variables.indices[variable_name] == view.index_var_name:
                return view
        value = method(self, name)
        is_view = type(value) is VariableView and "variables" in own
        if is_view and isinstance(value.variable, ArrayVariable):
            own.setdefault(_OF_GROUP, {})[name] = value, value.name
        return value

    return __getattr__
