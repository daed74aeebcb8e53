"""Spatial neurons: the parts of their cable equation that stay the same for a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brian2numba.behaviours.base import Behaviour

__all__ = ["CableBehaviour", "prepare_cable"]


class CableBehaviour(Behaviour):
    """The matrices of a spatial neuron are made before a run."""

    def before_run(self) -> None:
        """Compute what stays the same for the run."""
        _check_constants(self.codeobj.owner)
        prepare_cable(self.codeobj.variables)


def _check_constants(neuron: Any) -> None:
    """Refuse resistances and capacitances that are no such thing."""
    for name, unit in (("Ri", "ohm metre"), ("Cm", "farad/metre^2")):
        values = neuron.variables[name].get_value()
        is_wrong = ~((values > 0) & (values < np.inf))
        if is_wrong.any():
            raise ValueError(
                f"{name} of the {neuron.__class__.__name__} '{neuron.name}' has to be "
                f"positive and finite, not {values[is_wrong][0]} {unit}."
            )


def prepare_cable(variables: Mapping[str, Any]) -> None:
    """Compute the matrices of a spatial neuron.

    Parameters
    ----------
    variables : mapping
        The variables of the code object that updates the neuron's state; those of the
        matrices and of the axial conductances are written.
    """
    value = {name: variables[name].get_value() for name in _READ + _WRITTEN}
    starts, area, ri = value["_starts"], value["area"], value["Ri"][0]
    lasts = value["_ends"] - 1
    axial = value["_invr"]
    resistance = 1 / value["r_length_2"][:-1] + 1 / value["r_length_1"][1:]
    axial[1:] = 1.0 / (ri * resistance)
    # Sections touch at nodes, not at compartments
    axial[starts] = 0
    value["_ab_star0"][1:] = axial[1:] / area[:-1]
    value["_ab_star2"][:-1] = axial[1:] / area[1:]
    start_conductance = value["r_length_1"][starts] / ri
    end_conductance = value["r_length_2"][lasts] / ri
    value["_invr0"][:] = start_conductance
    value["_invrn"][:] = end_conductance
    value["_b_plus"][lasts] = -end_conductance / area[lasts]
    value["_b_minus"][starts] = -start_conductance / area[starts]


_READ = ("Ri", "_ends", "_starts", "area", "r_length_1", "r_length_2")
_WRITTEN = (
    "_ab_star0",
    "_ab_star2",
    "_b_minus",
    "_b_plus",
    "_invr",
    "_invr0",
    "_invrn",
)
