"""
What the code of a model depends on, written down: in tuples of texts and numbers.

Equal descriptions mean equal code. Neither the names of objects, nor sizes, nor values
are part of it. What is not known to be described completely has no description, and is
generated as if there was nothing to find.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.core.variables import (
    ArrayVariable,
    AuxiliaryVariable,
    Constant,
    DynamicArrayVariable,
    Subexpression,
)
from brian2.input.binomial import BinomialFunction
from brian2.input.timedarray import TimedArray
from brian2.units.fundamentalunits import Quantity

from brian2numba.generation.single_precision import is_held_by_singles
from brian2numba.generation.whole_numbers import FUNCTIONS
from brian2numba.reuse.owners import Aliases

__all__ = [
    "Description",
    "NotDescribedError",
    "described",
    "described_value",
    "kind_of_number",
    "with_subexpressions",
]

type Description = tuple[Any, ...]

#: The classes of variables, as descriptions call them; others may mean something else
_KINDS = {
    ArrayVariable: "array",
    AuxiliaryVariable: "auxiliary",
    Constant: "constant",
    DynamicArrayVariable: "dynamic array",
    Subexpression: "subexpression",
}
_ARRAYS = ("array", "dynamic array")
#: Integers that a slot can hold
_INTEGERS = range(-(2**63), 2**63)
#: Brian's own functions and those of generation, by what they are: others may be given
#: their names
_BRIANS = {id(f): (name, f) for name, f in {**DEFAULT_FUNCTIONS, **FUNCTIONS}.items()}
#: Where a template asks for an object that is no variable, and uses it in no way
_QUEUE = "_queue"


class NotDescribedError(Exception):
    """Something has no description."""


def described(variables: Iterable[tuple[str, Any]], aliases: Aliases) -> Description:
    """Describe variables and functions, and which names stand for the same one.

    Parameters
    ----------
    variables : iterable of tuple of str and `Variable`
        The variables by their names, in an order that does not depend on chance.
    aliases : Aliases
        The names that they have in the description.

    Raises
    ------
    NotDescribedError
        If one of them can't be described.
    """
    numbers: dict[int, int] = {}
    names, facts, conditional = [], [], []
    for name, variable in variables:
        number = numbers.get(id(variable))
        if number is None:
            number = numbers[id(variable)] = len(numbers)
            fact, condition = (
                ((_QUEUE,), None) if name == _QUEUE else _facts(variable, aliases)
            )
            facts.append(fact)
            if condition is not None:
                conditional.append((number, condition))
        names.append((aliases.of(name), number))
    conditions = [
        (number, numbers.get(id(c), -1), _facts(c, aliases)[0])
        for number, c in conditional
    ]
    return tuple(names), tuple(facts), tuple(conditions)


def _facts(variable: Any, aliases: Aliases) -> tuple[Description, Any]:
    """Return what code can know of a variable, and the condition of its changes."""
    kind = _KINDS.get(type(variable))
    if kind is None:
        return _facts_of_function(variable), None
    of_all = (
        kind,
        variable.name,
        _text_of_dtype(variable.dtype),
        variable.dim._dims,
        variable.owner is None,
    )
    if kind == "constant":
        return (*of_all, kind_of_number(variable.value)), None
    flags = variable.scalar, variable.constant, variable.read_only
    if kind in _ARRAYS:
        more = flags, variable.dynamic, variable.unique
        return (*of_all, *more), variable.conditional_write
    if kind == "subexpression":
        return (*of_all, *flags, aliases.in_code(variable.expr)), None
    return (*of_all, *flags), None


def _facts_of_function(function: Any) -> Description:
    """Describe one of Brian's functions; users' have no description.

    Raises
    ------
    NotDescribedError
        If it is none of Brian's, or something else.
    """
    name, _ = _BRIANS.get(id(function), (None, None))
    if name is not None:
        return "function", name
    if type(function) not in (BinomialFunction, TimedArray):
        raise NotDescribedError
    return (
        type(function).__name__,
        tuple(function._arg_names or ()),
        tuple(_unit(unit) for unit in function._arg_units),
        _unit(function._return_unit),
        tuple(function._arg_types),
        function._return_type,
        function.stateless,
        function.auto_vectorise,
    )


def _unit(unit: Any) -> Description:
    """Describe what a function says of the unit of an argument, or of its result."""
    if isinstance(unit, Quantity):
        return "unit", unit.dim._dims, float(unit)
    if unit is bool:
        return ("boolean",)
    return described_value(unit)


@functools.lru_cache(maxsize=256, typed=True)
def _text_of_dtype(dtype: Any) -> str:
    return repr(dtype)


def kind_of_number(value: Any) -> str:
    """Return what code can know of a constant: neither its value nor its size.

    Raises
    ------
    NotDescribedError
        If it is none that a slot can hold.
    """
    if type(value) is float:
        return "float" if is_held_by_singles(value) else "float beyond single precision"
    if type(value) is int and value in _INTEGERS:
        return "integer" if value >= 0 else "negative integer"
    if isinstance(value, (bool, np.bool_)):
        return "boolean"
    raise NotDescribedError


def described_value(value: Any) -> Description:
    """Describe what a template is given.

    Raises
    ------
    NotDescribedError
        If it is neither a number, a text nor a dictionary of those.
    """
    if value is None or isinstance(value, (str, bool, int, float)):
        return (type(value).__name__, value)
    if isinstance(value, np.integer):
        return ("number", int(value))
    if isinstance(value, Mapping):
        keys = sorted(value, key=str)
        return tuple((str(key), described_value(value[key])) for key in keys)
    raise NotDescribedError


def with_subexpressions(
    names: Iterable[str], variables: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the variables of some names, and those that they refer to.

    Parameters
    ----------
    names : iterable of str
        The names. Those that are not among the variables are left out.
    variables : mapping
        The variables by their names.
    """
    found: dict[str, Any] = {}
    left = list(names)
    while left:
        name = left.pop()
        variable = variables.get(name)
        if variable is not None and name not in found:
            found[name] = variable
            if isinstance(variable, Subexpression):
                left += variable.identifiers
    return found
