"""Differences between the targets that are accepted, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np
from brian2.codegen.generators.base import CodeGenerator
from brian2.synapses import cythonspikequeue

from brian2numba.containers import spike_queue
from brian2numba.generation import generator
from reliability.random_models.description import Model
from reliability.random_models.execution import Outcome, run_script
from reliability.random_models.script import write
from reliability.values import differing

__all__ = ["DEVIATIONS", "Case", "Deviation", "rounding"]

#: How much neurons' states are nudged, as a part of what rounding errors may change
_NUDGE = 1e-3


@dataclass(frozen=True)
class Case:
    """A model for which two targets differ.

    Attributes
    ----------
    model : Model
        The model.
    result, reference : Outcome
        What came out on the numba target, and on the other one.
    target : str
        The other target.
    run_again : callable
        Runs it on the other target, with its neurons' states nudged.
    """

    model: Model
    result: Outcome
    reference: Outcome
    target: str
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


def rounding(model: Model) -> float:
    """Return what rounding errors may change, relative to the largest value."""
    return 1e-4 if model.settings.float32 else 1e-10


def _is_ill_conditioned(case: Case) -> bool:
    """Tell whether the other target, nudged, differs from itself where numba does."""
    if case.result.error or case.reference.error or case.model.noisy:
        return False
    rtol = rounding(case.model)
    nudge = rtol * _NUDGE
    keys = {
        key for key, _ in differing(case.result.values, case.reference.values, rtol)
    }
    for sign in (1, -1):
        nudged = case.run_again(sign * nudge).values
        keys -= {key for key, _ in differing(nudged, case.reference.values, rtol)}
    return not keys


def _has_numbers_by_synapse(case: Case) -> bool:
    """Tell whether numpy was asked for numbers of synapses that depend on i or j."""
    pattern = r"connect\((.=)?\"[^\"]*\", n=\""
    return case.target == "numpy" and _is_in_script(pattern, case.model)


def _fails_at_a_scalar(case: Case) -> bool:
    """Tell whether numpy took an element of what is one number for all neurons."""
    if case.target != "numpy":
        return False
    if not case.reference.error:
        rtol = rounding(case.model)
        keys = dict(differing(case.result.values, case.reference.values, rtol))
        # Numbers selected by a boolean are a table of none or one row
        return not case.result.error and all(
            owner == "seen" and case.reference.values[owner, name].ndim > 1
            for owner, name in keys
        )
    message = case.reference.message
    is_scalar = (
        "is not subscriptable" in message or "invalid index to scalar" in message
    )
    pattern = r"\(unless refractory\)|np\.array\(\w+\.[sh]\["
    return is_scalar and _is_in_script(pattern, case.model)


def _fails_at_an_integer(case: Case) -> bool:
    """Tell whether numpy could not add to what it took for an integer."""
    message = case.reference.message
    return case.target == "numpy" and "Cannot cast ufunc" in message


def _multiplies_conditions(case: Case) -> bool:
    """Tell whether numpy took the product of two conditions for one condition."""
    message = case.reference.message
    return case.target == "numpy" and "truth value of an array" in message


def _loses_spikes_at_longer_steps(case: Case) -> bool:
    """Tell whether numba, told to lose spikes as Brian does, agrees with the target."""
    if not _is_in_script(r"defaultclock\.dt = 2\*DT", case.model):
        return False

    prepare = spike_queue.SpikeQueue._prepare_events

    def lossy(queue: Any, dt: float, connectivity: Any) -> None:
        n_slots = queue._queue.n_slots

        def overwritten(events: Any, factor: float) -> Any:
            # Also by steps without spikes
            steps = {int(step * factor + 0.5): step for step in range(n_slots)}
            return {k: events[step] for k, step in steps.items() if step in events}

        with mock.patch.object(spike_queue, "_merged", overwritten):
            prepare(queue, dt, connectivity)

    with mock.patch.object(spike_queue.SpikeQueue, "_prepare_events", lossy):
        return _agrees(case)


def _has_a_synapse_twice(case: Case) -> bool:
    """Tell whether numpy got the same synapse twice in one step."""
    if case.target != "numpy":
        return False
    twice = []

    class Watched(cythonspikequeue.SpikeQueue):
        def peek(self) -> Any:
            synapses = super().peek()
            twice.append(len(np.unique(synapses)) < len(synapses))
            return synapses

    with mock.patch.object(cythonspikequeue, "SpikeQueue", Watched):
        case.run_again(0.0)
    return any(twice)


def _takes_another_refractoriness(case: Case) -> bool:
    """Tell whether numba, told to choose it as Brian does, agrees with the target."""
    if not _is_in_script("unless refractory", case.model):
        return False
    if re.search(r"name '_\w*idx' is not defined", case.reference.message):
        return case.target == "numpy"
    with (
        mock.patch.object(generator, "correct_conditions", return_value={}),
        mock.patch.object(
            generator.NumbaCodeGenerator,
            "get_conditional_write_vars",
            CodeGenerator.get_conditional_write_vars,
        ),
    ):
        return _agrees(case)


def _agrees(case: Case) -> bool:
    """Tell whether numba, as it is now, agrees with the target."""
    result = run_script(write(case.model, "numba"))
    same_end = bool(result.error) == bool(case.reference.error)
    rtol = rounding(case.model)
    return same_end and not any(differing(result.values, case.reference.values, rtol))


def _sums_itself(case: Case) -> bool:
    """Tell whether a summed variable is computed from its own values."""
    names = "|".join(_made_of("I", case.model))
    pattern = rf"I_post = .*\b({names})_(pre|post)\b.* \(summed\)"
    return case.target == "cython" and _is_in_script(pattern, case.model)


def _made_of(variable: str, model: Model) -> list[str]:
    """Return a variable and the subexpressions of groups that are made of it."""
    names = [variable]
    # A subexpression is made of what is defined before it
    for equation in (e for group in model.populations for e in group.equations):
        name, is_expression, code = equation.partition(" = ")
        if is_expression and re.search(rf"\b({'|'.join(names)})\b", code):
            names.append(name)
    return [name for name in names if "/" not in name]


def _is_in_script(pattern: str, model: Model) -> bool:
    return re.search(pattern, write(model, "numpy")) is not None


DEVIATIONS = (
    Deviation(
        "numbers of synapses in numpy",
        "Where only some pairs are connected, and n is an expression of i or j, numpy "
        "makes as many synapses of a pair as n says for another pair, or fails.",
        _has_numbers_by_synapse,
    ),
    Deviation(
        "scalars in numpy",
        "Where an expression or condition is the same for all neurons, and some are "
        "selected, by it or by refractoriness, numpy fails or returns a table.",
        _fails_at_a_scalar,
    ),
    Deviation(
        "integers in numpy",
        "Where a variable is set to an expression of integers and then changed by one "
        "that is none, in the same code, numpy fails.",
        _fails_at_an_integer,
    ),
    Deviation(
        "products of conditions in numpy",
        "Where conditions are multiplied, as in int(b)*int(i > 0 and b), numpy fails.",
        _multiplies_conditions,
    ),
    Deviation(
        "spikes under way at longer steps",
        "Where the time step gets longer while spikes are under way, Brian loses those "
        "of all but one of the steps that become one.",
        _loses_spikes_at_longer_steps,
    ),
    Deviation(
        "a synapse twice in a step",
        "Where delays or the time step change, a synapse can get two spikes in one "
        "step; numpy then changes its variables once.",
        _has_a_synapse_twice,
    ),
    Deviation(
        "a summed variable of itself",
        "Where a summed variable is computed from its own values, Cython reads those "
        "that are being summed, and not the ones from before the sum.",
        _sums_itself,
    ),
    Deviation(
        "refractoriness of another neuron",
        "Where code uses variables of two neurons that both stay as they are while "
        "refractory, Brian looks up the refractoriness of either, or numpy fails.",
        _takes_another_refractoriness,
    ),
    Deviation(
        "ill-conditioned",
        "The other target's own results change as much if the neurons' states are "
        "changed by less than what rounding errors add up to.",
        _is_ill_conditioned,
    ),
)
