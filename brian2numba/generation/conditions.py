"""Which neuron's refractoriness decides whether an assignment to a variable counts."""

from __future__ import annotations

from typing import Any

__all__ = ["correct_conditions"]


def correct_conditions(
    variables: dict[str, Any], indices: dict[str, str], owner: Any
) -> dict[str, str]:
    """Give each variable that keeps its value at times the condition of its own neuron.

    Brian has one name for all conditions of a code object, and looks it up with the
    index of one of the variables: where ``v_post`` is changed by an expression of
    ``v_pre``, that may be the presynaptic neuron's.

    Parameters
    ----------
    variables : dict
        The variables of a code object. Conditions that had no name get one.
    indices : dict of str
        The variables' indices, which are corrected.
    owner : Group
        What the code object belongs to.

    Returns
    -------
    dict of str
        The name of the condition, by that of the variable.
    """
    conditional = {
        name: condition
        for name, variable in variables.items()
        if (condition := getattr(variable, "conditional_write", None)) is not None
    }
    for name in {condition.name for condition in conditional.values()}:
        if name in variables and variables[name] is owner.variables.get(name):
            index = owner.variables.indices[name]
            # Otherwise, equations use nothing of that neuron
            if index in ("_idx", "0") or index in variables:
                indices[name] = index
    names = {}
    for name, condition in conditional.items():
        usual = condition.name
        if variables.get(usual) is condition and indices[usual] == indices[name]:
            names[name] = usual
        else:
            # Names in equations have no underscore there
            names[name] = f"_{usual}_of_{name}"
            variables[names[name]] = condition
            indices[names[name]] = indices[name]
    return names
