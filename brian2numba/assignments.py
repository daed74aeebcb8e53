"""
Values assigned to all elements of a variable: ``group.v = values``.

Brian gathers all names that the caller knows, which a string would need, and words an
error about units before there is one. Here values that fit the array of a plain
variable go straight to it; all else goes Brian's way, without the names where nothing
can ask for them. So each error is Brian's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from brian2.core.variables import (
    ArrayVariable,
    DynamicArrayVariable,
    LinkedVariable,
    VariableView,
)
from brian2.devices.device import get_device
from brian2.groups.group import VariableOwner
from brian2.units.fundamentalunits import (
    DIMENSIONLESS,
    DimensionMismatchError,
    Quantity,
    fail_for_dimension_mismatch,
)

from brian2numba.hooks import Originals, replace_brians
from brian2numba.preferences import numba_is_target
from brian2numba.simulation import is_in_use_elsewhere

__all__ = [
    "NO_NAMES",
    "Writer",
    "attach_assignments",
    "has_no_names",
    "may_be_written",
    "written",
]

_ARRAYS = frozenset({np.ndarray, Quantity})
_NUMBERS = frozenset({float, int, np.float64})
#: What is no string, and no object that stands for one
_VALUES = _ARRAYS | _NUMBERS | {list, tuple}
_OR_A_VIEW = _VALUES | {VariableView}
#: The same of what says which elements are meant
_ITEMS = frozenset({slice, np.ndarray, list, tuple, int, np.int32, np.int64})
_VARIABLES = (ArrayVariable, DynamicArrayVariable)
#: Whole numbers up to this one are doubles
_EXACT = 2**53
#: What a string would find of its caller's names, where there is none
NO_NAMES: dict[str, Any] = {}
_OVERRIDE = "variableview_set_with_index_array"


def attach_assignments(device: Any) -> None:
    """Let groups whose arrays a device has take values quickly.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device. A method that somebody has wrapped stays as it is.
    """
    writer = Writer(device)

    def assigning(method: Callable[..., None]) -> Callable[..., None]:
        def __setattr__(self: Any, key: str, value: Any, level: int = 0) -> None:
            is_value = type(value) in _OR_A_VIEW and numba_is_target()
            if is_value and writer.is_free() and _assigned(self, key, value):
                return
            if _is_property(self, key, value):
                # It may look for names so many frames above, where one more would be
                object.__setattr__(self, key, getattr(value, "code", value))
            else:
                method(self, key, value, level + 1)

        return __setattr__

    replace_brians(VariableOwner, "__setattr__", assigning)


def _is_property(group: Any, key: str, value: Any) -> bool:
    """Tell whether Brian leaves ``group.key = value`` to a property of the class."""
    if key not in type(group).__dict__ or isinstance(value, LinkedVariable):
        return False
    own = vars(group)
    is_variable = key in own.get("_linked_variables", ())
    return "_group_attribute_access_active" in own and not (is_variable or key in own)


class Writer:
    """Whether values can be written without Brian's methods.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device that has the arrays.
    """

    def __init__(self, device: Any) -> None:
        self._device = device
        self._override = getattr(device, _OVERRIDE, None)
        methods = ("set_item", "set_with_index_array")
        self._methods = Originals(*((VariableView, name) for name in methods))

    def is_free(self) -> bool:
        """Tell whether the device is in use, and nobody wants to see assignments."""
        device = self._device
        is_own = getattr(device, _OVERRIDE, None) is self._override
        return is_own and get_device() is device and self._methods.are_there()


def has_no_names(item: Any, value: Any) -> bool:
    """Tell whether there is surely no string in an assignment to some elements."""
    return type(item) in _ITEMS and type(value) in _VALUES


def written(variable: Any, index_name: str, value: Any, dim: Any) -> bool:
    """Write all elements of a variable; tell whether it is plain and the values fit.

    Parameters
    ----------
    variable : `ArrayVariable`
        The variable, which may be written.
    index_name : str
        The name of its index.
    value
        The values.
    dim : `Dimension` or None
        The unit that they have to have; None if it plays no role.
    """
    is_plain = type(variable) in _VARIABLES and index_name == "_idx"
    if not is_plain or variable.scalar or not _has_unit(value, dim):
        return False
    dtype = np.dtype(variable.dtype)
    if type(value) in _ARRAYS:
        if not np.can_cast(value.dtype, dtype):
            return False
    elif dtype != np.float64 or not _is_double(value):
        return False
    array = variable.get_value()
    if type(value) in _ARRAYS and value.shape not in ((), array.shape):
        return False
    array[:] = value
    return True


def _has_unit(value: Any, dim: Any) -> bool:
    """Tell whether a value surely has a unit, or none where that is meant."""
    if type(value) is Quantity:
        return dim is None or value.dim is dim
    return dim is None or dim is DIMENSIONLESS


def _is_double(value: Any) -> bool:
    """Tell whether a value is a number that a double can be."""
    kind = type(value)
    return kind in _NUMBERS and (kind is not int or -_EXACT <= value <= _EXACT)


def may_be_written(group: Any, variable: Any) -> bool:
    """Tell whether Brian lets a variable be written; if not, it says why."""
    if variable.read_only or is_in_use_elsewhere():
        return False
    try:
        group.check_variable_write(variable)
    except ReferenceError:
        # Views outlive their groups
        return True
    except Exception:
        return False
    return True


def _assigned(group: Any, key: str, value: Any) -> bool:
    """Do what ``group.key = value`` does; tell whether that was possible here."""
    name, has_unit = _name_of_variable(group, key)
    if not name:
        return False
    variables = vars(group)["variables"]
    variable, index_name = variables._variables[name], variables.indices[name]
    if not may_be_written(group, variable):
        return False
    dim = variable.dim if has_unit else None
    if type(value) is VariableView:
        # What `group.v += values` ends with, when the values are there
        is_itself = value.variable is variable and value.dim is dim
        return is_itself and index_name == value.index_var_name == "_idx"
    if written(variable, index_name, value, dim):
        return True
    if has_unit and not _may_have_dimensions(value, dim):
        return False
    view = VariableView(name, variable, group, dim)
    view.set_item(slice(None), value, namespace=NO_NAMES)
    return True


def _name_of_variable(group: Any, key: str) -> tuple[str, bool]:
    """Return the name of the plain variable that an attribute is, and if with units.

    The name is empty if it is something else.
    """
    own = vars(group)
    is_attribute = key in own or key in type(group).__dict__
    if is_attribute or "_group_attribute_access_active" not in own:
        return "", False
    has_unit = key in own["variables"]._variables
    name = key if has_unit or not key.endswith("_") else key[:-1]
    variable = own["variables"]._variables.get(name)
    is_linked = key in own.get("_linked_variables", ())
    if type(variable) not in _VARIABLES or is_linked:
        return "", False
    return name, has_unit


def _may_have_dimensions(value: Any, dim: Any) -> bool:
    """Tell whether a value has the right dimensions, or is 0."""
    try:
        fail_for_dimension_mismatch(value, dim)
    except DimensionMismatchError:
        return False
    return True
