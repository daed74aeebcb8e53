"""
Slots written down, and made again for another model.

A slot becomes a row of three texts: its kind, its name, and where what it stands for is
found in what the template was given: ``variables/v``, ``eventspace_variable``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from brian2numba.generation import slots
from brian2numba.generation.checking import checked_slot, is_checked, unchecked_slot
from brian2numba.generation.functions import collect_functions

__all__ = ["NotKnownError", "Row", "row_of", "slots_of"]

type Row = tuple[str, str, str]

#: Slots that stand for a variable, and such that are known by their name
_OF_VARIABLES = {
    slot.__name__: slot
    for slot in (
        slots.ArrayAddress,
        slots.ArrayData,
        slots.ArraySize,
        slots.ContainerHandle,
        slots.DynamicArrayData,
        slots.DynamicArraySize,
    )
}
_BY_NAME = {
    slot.__name__: slot
    for slot in (
        slots.CountedStreams,
        slots.Number,
        slots.RandomKey,
        slots.RandomStreams,
        slots.ReportSlot,
        slots.WordStreams,
    )
}


#: The kind of what a behaviour has itself
_OWN = "own"
#: Where slots refer to what functions of the library are given
_GIVEN = "given to functions"


class NotKnownError(Exception):
    """Something can't be made again without what it was made of."""


def row_of(slot: slots.Slot, keywords: Mapping[str, Any], own: set[str]) -> Row:
    """Return what a slot is made again from.

    Parameters
    ----------
    slot : Slot
        The slot.
    keywords : mapping
        What the template was given, and the variables.
    own : set of str
        The names of the slots of the code object's behaviour.

    Raises
    ------
    NotKnownError
        If what it stands for is not found, or belongs to functions of users.
    """
    slot = unchecked_slot(slot)
    kind, name = type(slot).__name__, slot.name
    if name in own:
        return _OWN, name, ""
    if kind in _BY_NAME:
        return kind, name, ""
    if isinstance(slot, (slots.Constant, slots.Doubles)):
        return kind, name, _place_of_number(name, keywords)
    if kind in _OF_VARIABLES:
        return kind, name, _place(getattr(slot, "variable", None), keywords)
    raise NotKnownError(f"the slot '{name}'")


def slots_of(
    rows: Iterable[Row], keywords: Mapping[str, Any], codeobj: Any
) -> tuple[slots.Slot, ...]:
    """Return the slots that rows stand for.

    Parameters
    ----------
    rows : iterable of Row
        The rows.
    keywords : mapping
        What the template is given, and the variables.
    codeobj : NumbaCodeObject
        The code object.
    """
    rows = list(rows)
    own = {slot.name: slot for slot in codeobj.behaviour.slots()}
    if any(_GIVEN in row for row in rows):
        variables = codeobj.variables
        functions = collect_functions(variables, type(codeobj), codeobj.owner)
        keywords = {**keywords, _GIVEN: functions.given}
    made = (_slot(row, keywords, own) for row in rows)
    return tuple(checked_slot(slot) if is_checked() else slot for slot in made)


def _place_of_number(name: str, keywords: Mapping[str, Any]) -> str:
    """Return what a slot for a number or for doubles is of."""
    if name in keywords["variables"]:
        return "variables"
    return "" if name in keywords else _GIVEN


def _number_at(of: str, name: str, keywords: Mapping[str, Any]) -> Any:
    """Return the number of a slot."""
    if of == "variables":
        return keywords["variables"][name].value
    return keywords[of][name] if of else keywords[name]


def _slot(
    row: Row,
    keywords: Mapping[str, Any],
    own: Mapping[str, slots.Slot],
) -> slots.Slot:
    """Return a slot for a model."""
    kind, name, of = row
    if kind == _OWN:
        slot = own[name]
    elif kind in _BY_NAME:
        slot = _BY_NAME[kind](name)
    elif kind == slots.Doubles.__name__:
        slot = slots.Doubles(name, keywords[_GIVEN][name])
    elif kind == slots.Constant.__name__:
        slot = slots.Constant(name, _number_at(of, name, keywords))
    else:
        slot = _OF_VARIABLES[kind](name, _variable_at(of, keywords))
    return slot


def _place(variable: Any, keywords: Mapping[str, Any]) -> str:
    """Return where a variable is in what a template was given."""
    for name, value in (("variables", keywords["variables"]), *keywords.items()):
        if value is variable:
            return name
        if isinstance(value, Mapping):
            for key in value:
                if value[key] is variable:
                    return f"{name}/{key}"
    raise NotKnownError(f"the variable '{variable.name}'")


def _variable_at(place: str, keywords: Mapping[str, Any]) -> Any:
    """Return the variable at a place that `_place` found."""
    found: Any = keywords
    for name in place.split("/"):
        found = found[name]
    return found
