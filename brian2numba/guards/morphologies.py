"""Guards of the sections of multi-compartment neurons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from brian2.spatialneuron.morphology import Cylinder, Section, Soma
from brian2.spatialneuron.spatialneuron import SpatialNeuron

from brian2numba.guards.mechanism import Guard
from brian2numba.guards.numbers import as_numbers, check_count

__all__ = ["GUARDS"]


def _check_section(section: Any, given: Mapping[str, Any]) -> None:
    check_count(given.get("n"), "The number of compartments n")
    for name in ("length", "diameter"):
        _check_sizes(given.get(name), f"The {name} of a {type(section).__name__}")


def _check_sizes(sizes: Any, what: str) -> None:
    numbers = None if sizes is None else as_numbers(sizes)
    if numbers is None:
        return
    # A section may end in a point
    is_positive = (numbers >= 0) & numbers.any() if numbers.ndim else numbers > 0
    if not (is_positive & (numbers < np.inf)).all():
        raise ValueError(f"{what} has to be positive and finite, not {numbers} m.")


GUARDS = (
    Guard(Soma, "__init__", _check_section),
    Guard(Section, "__init__", _check_section),
    Guard(Cylinder, "__init__", _check_section),
    Guard(SpatialNeuron, "__init__"),
)
