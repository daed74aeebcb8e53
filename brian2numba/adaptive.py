"""
State updates that adapt their steps: Brian's ``method="gsl"`` for the numba target.

Brian asks an integration method for the code objects of its own that it needs. Those of
its GSL methods are for compilers of C++; for the numba target, they are these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from brian2.core.variables import DynamicArrayVariable
from brian2.devices.device import RuntimeDevice, get_device
from brian2.stateupdaters.GSL import GSLContainer

from brian2numba.generation.adaptive_steps import AdaptiveCodeGenerator
from brian2numba.generation.generator import NumbaCodeGenerator
from brian2numba.generation.templater import AdaptiveTemplater
from brian2numba.hooks import replace_brians
from brian2numba.target import NumbaCodeObject

__all__ = ["AdaptiveCodeObject", "forget_last_steps", "offer_adaptive_methods"]

#: What is added to a group when it is first integrated
_ADDED = ("_last_timestep", "_failed_steps", "_step_count")


class AdaptiveCodeObject(NumbaCodeObject):
    """The code object of a state update that adapts its steps."""

    templater = AdaptiveTemplater()
    generator_class = AdaptiveCodeGenerator
    original_generator_class = NumbaCodeGenerator
    has_stand_in = False

    def __init__(self, *args: Any, **kwds: Any) -> None:
        kwds["template_name"] = "adaptive_stateupdate"
        super().__init__(*args, **kwds)

    @property
    def task(self) -> str:
        """What it does in a time step: the name of Brian's template."""
        return "stateupdate"


def offer_adaptive_methods(is_wanted: Callable[[], bool]) -> None:
    """Let the methods of GSL's names have code objects for the numba target.

    Parameters
    ----------
    is_wanted : callable
        Tells whether a model is for the numba target. Nothing changes for others.
    """

    def replacement(brians: Callable[[Any], type]) -> Callable[[Any], type]:
        def get_codeobj_class(container: Any) -> type:
            if isinstance(get_device(), RuntimeDevice) and is_wanted():
                return AdaptiveCodeObject
            return brians(container)

        return get_codeobj_class

    replace_brians(GSLContainer, "get_codeobj_class", replacement)


def forget_last_steps(owner: Any, state: Mapping[str, Any]) -> None:
    """Let elements begin as in a first run if a stored state is of before that.

    Parameters
    ----------
    owner : VariableOwner
        The group, with the values that were stored.
    state : mapping
        These values, by the names of variables.
    """
    for name in _ADDED:
        if name in owner.variables and name not in state:
            variable = owner.variables[name]
            if isinstance(variable, DynamicArrayVariable):
                variable.resize(owner.variables["N"].item())
            # A length of 0 stands for that of a time step
            variable.get_value()[:] = 0
