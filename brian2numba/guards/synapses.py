"""Guards of synapses: how they are connected, and indexed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from brian2.synapses.synapses import Synapses, SynapticIndexing

from brian2numba.guards.mechanism import Guard, described
from brian2numba.guards.numbers import MAX_COUNT, as_numbers, first_where
from brian2numba.guards.variables import within

__all__ = ["GUARDS"]


def _check_connect(synapses: Any, given: Mapping[str, Any]) -> None:
    for side, group in (("i", "source"), ("j", "target")):
        _check_width(given[side], f"{side} of {described(synapses)}", group)
    _check_probability(given["p"], synapses)
    _check_number(given["n"], synapses)
    if all(given[name] is None for name in ("condition", "i", "j")):
        _check_all_pairs(given["p"], given["n"], synapses)


def _check_width(indices: Any, what: str, group: str) -> None:
    """Refuse what would be another neuron's index in 32 bits.

    Other indices that are out of range are refused by Brian.
    """
    numbers = as_numbers(indices)
    if numbers is None or numbers.dtype.kind not in "iu":
        return
    numbers = np.atleast_1d(numbers).ravel()
    wrong = first_where((numbers > MAX_COUNT) | (numbers < -MAX_COUNT))
    if wrong is not None:
        raise IndexError(
            f"Tried to create synapse indices outside valid range: {numbers[wrong]}, "
            f"which is given for {what}, is not a neuron of the {group} group."
        )


def _check_probability(p: Any, synapses: Any) -> None:
    number = None if isinstance(p, str) else as_numbers(p)
    if number is not None and np.isnan(number).any():
        raise ValueError(
            f"The connection probability p in {described(synapses)} has to be a "
            f"number, not {number}."
        )


def _check_number(n: Any, synapses: Any) -> None:
    if not isinstance(n, int):
        return
    if n < 0:
        raise ValueError(
            f"The number n of synapses for each pair of neurons can't be negative; it "
            f"is {n} in {described(synapses)}."
        )
    if n > MAX_COUNT:
        raise OverflowError(
            f"There would be {n} synapses for each pair of neurons in "
            f"{described(synapses)}, which is more than {MAX_COUNT}, what a synapse "
            "index of 32 bits can count. Nothing was created."
        )


def _check_all_pairs(p: Any, n: Any, synapses: Any) -> None:
    """Refuse what the kernel would, before it fills gigabytes with what is too much."""
    if p != 1 or not isinstance(n, int):
        return
    pairs = [int(synapses.variables[name].get_value()) for name in ("N_pre", "N_post")]
    if len(synapses) + pairs[0] * pairs[1] * n > MAX_COUNT:
        raise OverflowError(
            f"There would be more than {MAX_COUNT} synapses in {described(synapses)}, "
            "which is what a synapse index of 32 bits can count. Nothing was created."
        )


def _check_index(indexing: Any, given: Mapping[str, Any]) -> None:
    """Refuse indices of synapses that would be others in 32 bits."""
    index = given["index"]
    if isinstance(index, (slice, str, tuple)) or index is None:
        return
    numbers = as_numbers(index)
    if numbers is not None and numbers.dtype.kind in "iu":
        within(numbers, len(indexing.synaptic_pre.get_value()), "synapses")


def _within_synapses(indexing: Any, result: Any, args: tuple[Any, ...]) -> Any:
    """Refuse indices of synapses that are not there."""
    if len(args) > 1 and args[1] != "_idx":
        return result
    return within(result, len(indexing.synaptic_pre.get_value()), "synapses")


GUARDS = (
    Guard(Synapses, "__init__"),
    Guard(Synapses, "connect", _check_connect, override="synapses_connect"),
    Guard(SynapticIndexing, "__call__", _check_index, _within_synapses),
)
