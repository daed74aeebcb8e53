"""Guards of neuron groups and of what drives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from brian2.groups.neurongroup import NeuronGroup, StateUpdater
from brian2.input.binomial import BinomialFunction
from brian2.input.poissongroup import PoissonGroup
from brian2.input.poissoninput import PoissonInput
from brian2.input.timedarray import TimedArray
from brian2.utils.logger import get_logger

from brian2numba.guards.mechanism import Guard, described
from brian2numba.guards.numbers import (
    MAX_TRIALS,
    as_numbers,
    check_count,
    check_positive,
    first_where,
)
from brian2numba.preferences import numba_is_target
from brian2numba.target import NumbaCodeObject

__all__ = ["GUARDS"]

# Below "brian2", whose handlers show messages
logger = get_logger(f"brian2.{__name__}")

#: The code in which Brian compares the time since a spike with the refractory period
_COMPUTED_PERIOD = re.compile(
    r"(not_refractory = timestep\(t - lastspike, dt\) >= timestep\()(.*)(, dt\)\n)",
    re.DOTALL,
)
#: From how many expected successes and failures on Brian approximates their number
_FEW = 5
#: Neurons count as having spiked so many seconds before the time 0
_LAST_SPIKE = 1e4


def _check_neuron_group(group: Any, given: Mapping[str, Any]) -> None:
    check_count(given["N"], "The number of neurons N")
    _check_refractory(given["refractory"])


def _check_refractory(period: Any) -> None:
    """Refuse a refractory period that would mean another than what it says.

    A negative one means that there is none, also in a run: periods may be drawn from a
    distribution.
    """
    number = None if isinstance(period, (str, bool)) else as_numbers(period)
    if number is None or number.ndim:
        return
    if not np.isfinite(number):
        raise ValueError(
            f"The refractory period has to be finite, it is {number} s. For neurons "
            "that spike only once, give a condition that stays true, e.g. "
            "refractory='True'."
        )
    if number < 0:
        logger.warn(
            f"The refractory period is {number} s: negative ones mean that there is "
            "none.",
            name_suffix="negative_refractory",
        )
    if number > _LAST_SPIKE:
        raise ValueError(
            f"The refractory period can be at most {_LAST_SPIKE:.0f} s, it is {number} "
            "s: neurons count as having spiked that long before the start."
        )


def _name_refractory_period(updater: Any, code: str, args: tuple[Any, ...]) -> str:
    """Give the period that an expression computes a name, for kernels to check it."""
    if not numba_is_target() and updater.codeobj_class is not NumbaCodeObject:
        # Only strings are for the numba target. Brian's GSL methods know no such name
        return code
    period = _COMPUTED_PERIOD.fullmatch(code)
    if period is None or not isinstance(updater.group._refractory, str):
        return code
    before, expression, after = period.groups()
    return f"_refractory_period = {expression}\n{before}_refractory_period{after}"


def _check_poisson_group(group: Any, given: Mapping[str, Any]) -> None:
    check_count(given["N"], "The number of neurons N")
    if not isinstance(given["rates"], str):
        _check_rates(given["rates"], "The rates")


def _check_rates_before_run(group: Any, given: Mapping[str, Any]) -> None:
    if not isinstance(group._rates, str):
        rates = group.variables["rates"].get_value()
        _check_rates(rates, f"The rates of {described(group)}")


def _check_rates(rates: Any, what: str) -> None:
    numbers = as_numbers(rates)
    if numbers is None:
        return
    numbers = numbers.ravel()
    wrong = first_where(np.isnan(numbers))
    if wrong is not None:
        raise ValueError(
            f"{what} have to be numbers, but the one of neuron {wrong} is "
            f"{numbers[wrong]} Hz."
        )
    negative = first_where(numbers < 0)
    if negative is not None:
        logger.warn(
            f"{what} should not be negative, but the one of neuron {negative} is "
            f"{numbers[negative]} Hz. Negative rates give no spikes.",
            name_suffix="negative_rates",
            once=True,
        )


def _check_poisson_input(source: Any, given: Mapping[str, Any]) -> None:
    number = as_numbers(given["rate"])
    if number is None or number.ndim:
        return
    target = given["target"]
    dt = float(target.clock.dt_)
    limit = _most_trials(given["N"], number * dt, True)
    check_count(given["N"], "The number of inputs N", limit)
    # Brian refuses what is negative
    if not (number < 0 or number * dt <= 1):
        raise ValueError(
            "The rate of an input has to be at most one spike a time step, "
            f"{1 / dt:g} Hz for {described(target)}, it is {number} Hz."
        )


def _most_trials(n: Any, p: Any, approximate: bool) -> int | None:
    """Return how many trials can be counted; None if it is enough to know their mean.

    Brian approximates the distribution of many trials by a normal one.
    """
    numbers = as_numbers(n), as_numbers(p)
    if not approximate or any(number is None or number.ndim for number in numbers):
        return MAX_TRIALS
    n, p = map(float, numbers)  # type: ignore[arg-type]
    return None if n * p > _FEW and n * (1 - p) > _FEW else MAX_TRIALS


def _check_timed_array(timed: Any, given: Mapping[str, Any]) -> None:
    check_positive(given["dt"], "The time step dt of a timed array", " s")


def _check_binomial(function: Any, given: Mapping[str, Any]) -> None:
    n, p = as_numbers(given["n"]), as_numbers(given["p"])
    limit = _most_trials(given["n"], given["p"], given["approximate"])
    check_count(given["n"], "The number of trials n", limit)
    if n is not None and not n.ndim and n < 0:
        raise ValueError(f"The number of trials n can't be negative, it is {n}.")
    if p is not None and not p.ndim and not 0 <= p <= 1:
        raise ValueError(f"The probability p has to be between 0 and 1, it is {p}.")


GUARDS = (
    Guard(NeuronGroup, "__init__", _check_neuron_group),
    Guard(NeuronGroup, "__getitem__"),
    Guard(NeuronGroup, "run_on_event"),
    Guard(NeuronGroup, "set_event_schedule"),
    Guard(StateUpdater, "_get_refractory_code", correct=_name_refractory_period),
    Guard(PoissonGroup, "__init__", _check_poisson_group),
    Guard(PoissonGroup, "__getitem__"),
    Guard(PoissonGroup, "before_run", _check_rates_before_run),
    Guard(PoissonInput, "__init__", _check_poisson_input),
    Guard(TimedArray, "__init__", _check_timed_array),
    Guard(BinomialFunction, "__init__", _check_binomial),
)
