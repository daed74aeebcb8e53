"""Differences between the targets that are accepted, each with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reliability.random_models.description import Model
from reliability.random_models.execution import Outcome
from reliability.values import differing

__all__ = ["DEVIATIONS", "Case", "Deviation"]


@dataclass(frozen=True)
class Case:
    """A model for which two targets differ.

    Attributes
    ----------
    model : Model
        The model.
    result, reference : Outcome
        What came out on the numba target, and on the other one.
    run_again : callable
        Runs it on the other target, with its neurons' states nudged.
    """

    model: Model
    result: Outcome
    reference: Outcome
    run_again: Callable[[float], Outcome]


@dataclass(frozen=True)
class Deviation:
    """A reason for which results may differ.

    Attributes
    ----------
    name, sentence : str
        What it is called, and what it says.
    explains : callable
        Tells whether it explains what differs in a case.
    """

    name: str
    sentence: str
    explains: Callable[[Case], bool]


def _is_ill_conditioned(case: Case) -> bool:
    """Tell whether the other target, nudged, differs from itself where numba does."""
    if case.result.error or case.reference.error or case.model.noisy:
        return False
    single = case.model.settings.float32
    rtol, nudge = (1e-4, 1e-6) if single else (1e-10, 1e-13)
    keys = {key for key, _ in differing(case.result.values, case.reference.values, rtol)}
    for sign in (1, -1):
        nudged = case.run_again(sign * nudge).values
        keys -= {key for key, _ in differing(nudged, case.reference.values, rtol)}
    return not keys


DEVIATIONS = (
    Deviation(
        "ill-conditioned",
        "The other target's own results change as much if the neurons' states are "
        "changed by less than what rounding errors add up to.",
        _is_ill_conditioned,
    ),
)
