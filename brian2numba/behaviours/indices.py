"""Whether the indices that a kernel takes from arrays lead into its other arrays."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from brian2.core.variables import (
    ArrayVariable,
    AuxiliaryVariable,
    DynamicArrayVariable,
)

from brian2numba.device.arrays import (
    Replacements,
    contents,
    is_ours,
    owner_name,
    version_of,
)

__all__ = ["check_arrays", "check_index"]

#: Indices that a kernel counts up itself, and the one of what is there once
_COUNTED = ("_idx", "0")


def check_arrays(codeobj: Any) -> None:
    """Refuse arrays that a kernel would read or write beyond their end.

    Parameters
    ----------
    codeobj : NumbaCodeObject
        The code object of the kernel.

    Raises
    ------
    IndexError
        If an index is out of range.
    ValueError
        If a variable of synapses does not have an element for each of them.
    NotImplementedError
        If an array has more than one dimension.
    """
    facts = _facts(codeobj)
    if facts is None or codeobj.checked_arrays != facts:
        codeobj.checked_arrays = None
        _check(codeobj)
        codeobj.checked_arrays = facts


def _facts(codeobj: Any) -> list[Any] | None:
    """Return what the arrays of a kernel depend on; None if they can change unseen."""
    count = Replacements.count
    known = codeobj.looked_at
    if known is None or known[0] != count:
        codeobj.looked_at = known = count, *_looked_at(codeobj)
    _, indices, arrays, owners = known
    if indices is None:
        return None
    versions = [container.version for container in indices]
    if None in versions:
        return None
    sizes = [len(container) for container in arrays]
    return [count, *versions, *sizes, *(owner.item() for owner in owners)]


def _looked_at(codeobj: Any) -> tuple[Any, Any, Any]:
    """Return dynamic arrays: those with indices, others, and the numbers of synapses.

    There are none of the first kind if some can change unseen.
    """
    accesses, variables = codeobj.accesses, codeobj.variables
    names = accesses.read | accesses.written
    indices = {codeobj.variable_indices[name] for name in names} - set(_COUNTED)
    if "_group_idx" in variables:
        return None, [], []
    containers: dict[str, Any] = {}
    owners: dict[int, Any] = {}
    for name in names | indices:
        variable = variables.get(name)
        if not _is_array(variable):
            continue
        container = variable.device.arrays[variable]
        if is_ours(container):
            containers[name] = container
        elif name in indices or isinstance(variable, DynamicArrayVariable):
            return None, [], []
        if _is_of_synapses(variable):
            n = variable.owner.variables["N"].get_value()
            owners[id(n)] = n
    others = [c for name, c in containers.items() if name not in indices]
    return [containers[n] for n in indices if n in containers], others, owners.values()


def _check(codeobj: Any) -> None:
    sizes: dict[str, int] = {}
    for name in sorted(codeobj.accesses.read | codeobj.accesses.written):
        variable = codeobj.variables[name]
        if not isinstance(variable, ArrayVariable):
            continue
        _check_dimensions(variable)
        _check_size(variable)
        index = codeobj.variable_indices[name]
        if index == "_idx" or _is_array(codeobj.variables.get(index)):
            size = len(contents(variable))
            sizes[index] = min(size, sizes.get(index, size))
    # What the elements are that Python has chosen, in the place of all
    chosen = codeobj.variables.get("_group_idx")
    n_elements = sizes.pop("_idx", None)
    lengths = [] if n_elements is None else [n_elements]
    for index, size in sizes.items():
        if index not in _COUNTED:
            check_index(codeobj.variables[index], size)
            lengths.append(len(contents(codeobj.variables[index])))
    if _is_array(chosen) and lengths:
        check_index(chosen, min(lengths))


def _is_array(variable: Any) -> bool:
    is_array = isinstance(variable, ArrayVariable)
    return is_array and not isinstance(variable, AuxiliaryVariable)


def _check_dimensions(variable: Any) -> None:
    """Refuse an array of which a kernel would take others for its elements."""
    if isinstance(variable, DynamicArrayVariable) or not np.ndim(variable.size):
        return
    array = variable.get_value()
    if array.ndim != 1:
        raise NotImplementedError(
            f"The array of the variable '{variable.name}' of '{owner_name(variable)}' "
            f"has the shape {array.shape}: compiled code can use arrays of one "
            "dimension only. Use it in Python, e.g. in a network operation, or in code "
            "for Brian's numpy target."
        )


def _is_of_synapses(variable: Any) -> bool:
    """Tell whether a variable has to have an element for each synapse."""
    try:
        return variable in getattr(variable.owner, "_registered_variables", ())
    except ReferenceError:
        # The variables of a group can outlive it
        return False


def _check_size(variable: Any) -> None:
    """Refuse a variable of synapses that has no element for some of them."""
    if not _is_of_synapses(variable):
        return
    name, n = variable.owner.name, int(variable.owner.variables["N"].item())
    size = len(contents(variable))
    if size < n:
        raise ValueError(
            f"The variable '{variable.name}' of '{name}' has {size} elements for {n} "
            "synapses. Synapses are made with connect(); don't resize their variables."
        )


def check_index(variable: Any, size: int) -> None:
    """Refuse an index variable with a value that is out of range.

    Parameters
    ----------
    variable : `ArrayVariable`
        The indices.
    size : int
        How many elements there are.

    Raises
    ------
    IndexError
        If there is such a value.
    """
    low, high = _range_of(variable)
    if low >= 0 and high < size:
        return
    values = contents(variable)
    position = int(((values < 0) | (values >= size)).argmax())
    raise IndexError(
        f"Element {position} of the index '{variable.name}' is {values[position]}, but "
        f"has to be between 0 and {size - 1}."
    )


#: The version of each array of indices that was looked through, and what was found
_ranges: WeakKeyDictionary[ArrayVariable, tuple[int, int, int]] = WeakKeyDictionary()


def _range_of(variable: ArrayVariable) -> tuple[int, int]:
    """Return the least and the greatest index; (0, -1) if there are none."""
    version = version_of(variable)
    known, low, high = _ranges.get(variable, (None, 0, -1))
    if version is None or version != known:
        values = contents(variable)
        low, high = int(values.min(initial=0)), int(values.max(initial=-1))
        if version is not None:
            _ranges[variable] = version, low, high
    return low, high
