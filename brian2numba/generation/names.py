"""
What generated code calls things, so that no two of them are ever taken for each other.

A model's variables, constants and statements keep their names, and Brian lets none of
the variables begin with an underscore. Everything that templates, slots and the library
define or call, builtins too, begins with a single one, as Brian's own names do. What a
model has of such names all the same gets one more: what statements compute in between,
constants that are variables of a script, and what a generator of synapses goes through.
Functions of users, and all that belongs to them, have two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import Any

from brian2.core.variables import AuxiliaryVariable, Constant
from brian2.utils.stringtools import get_identifiers, word_substitute

__all__ = ["function_name", "models_name", "names_of_script", "with_models_names"]

#: What Brian calls its own of the variables that only code has, besides those that a
#: generator of synapses goes through
_OWN_OF_CODE = re.compile(r"_(i|j|n|cond|(raw_)?(pre|post)_idx|iter_\w+)")


def models_name(name: str) -> str:
    """Return what a kernel calls something of the model's that is not Brian's own."""
    return f"_{name}" if name.startswith("_") else name


def function_name(name: str) -> str:
    """Return what a kernel calls a function of the user's, or what belongs to one."""
    return f"__{name.lstrip('_')}"


def names_of_script(
    variables: Mapping[str, Any], template_name: str, of_template: Set[str]
) -> dict[str, str]:
    """Return what kernels call what is neither Brian's nor a variable of an object.

    Parameters
    ----------
    variables : mapping
        The variables of a code object.
    template_name : str
        Its template.
    of_template : set of str
        The variables that the template asks for.
    """
    iterates = template_name == "synapses_create_generator"
    return {
        name: models_name(name)
        for name, variable in variables.items()
        if name.startswith("_")
        and (
            (iterates and _is_iterated(name, variable))
            or (_is_of_script(variable) and name not in of_template)
        )
    }


def _is_of_script(variable: Any) -> bool:
    """Tell whether a variable is a number that Brian found in a namespace."""
    return isinstance(variable, Constant) and variable.owner is None


def _is_iterated(name: str, variable: Any) -> bool:
    """Tell whether a variable is what a generator of synapses goes through."""
    is_of_code = isinstance(variable, AuxiliaryVariable)
    return is_of_code and _OWN_OF_CODE.fullmatch(name) is None


def with_models_names(
    text: str, variables: Mapping[str, Any], renamed: Mapping[str, str]
) -> str:
    """Return abstract code with the names that kernels have for what is in it.

    Parameters
    ----------
    text : str
        The abstract code.
    variables : mapping
        The variables of the code object.
    renamed : mapping
        What `names_of_script` found among these.
    """
    found = {name for name in get_identifiers(text) if name.startswith("_")}
    others = sorted(found - (variables.keys() - renamed.keys()))
    return word_substitute(text, {name: models_name(name) for name in others})
