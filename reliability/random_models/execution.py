"""Running the script of a model, and keeping what comes out."""

from __future__ import annotations

import linecache
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2 import defaultclock, ms, prefs
from brian2.devices.device import reinit_devices

import brian2numba  # noqa: F401 (registers the target)
from brian2numba.containers.choices import Choices
from brian2numba.simulation.threads import Sharing
from reliability.values import Values, values_of

__all__ = ["Outcome", "as_in_a_new_process", "causes", "run_script"]

_FILE = "<random model>"


@dataclass(frozen=True)
class Outcome:
    """What a script led to.

    Attributes
    ----------
    values : dict of array
        All variables of the network, and what the script looked at.
    error : str
        The exceptions that ended it: their types, from the cause on. Empty if none did.
    message : str
        What the first of them said.
    """

    values: Values = field(default_factory=dict)
    error: str = ""
    message: str = ""


def run_script(script: str) -> Outcome:
    """Run a script, with all preferences as they are by default.

    Parameters
    ----------
    script : str
        Its source. It leaves a network called ``net``, and arrays in ``seen``.
    """
    namespace: dict[str, Any] = {"__name__": "random_model"}
    # So that functions in it have a source
    lines = script.splitlines(keepends=True)
    linecache.cache[_FILE] = len(script), None, lines, _FILE
    try:
        with as_in_a_new_process():
            exec(compile(script, _FILE, "exec"), namespace)
            seen = {("seen", key): array for key, array in namespace["seen"].items()}
            return Outcome({**values_of(namespace["net"]), **seen})
    except Exception as error:  # any: the other target has to refuse it as well
        chain = causes(error)
        names = " <- ".join(type(cause).__name__ for cause in chain)
        return Outcome(error=names, message=str(chain[0]))


def causes(error: BaseException) -> list[BaseException]:
    """Return an exception and what it was raised from, the first cause first."""
    chain = [error]
    while chain[0].__cause__ is not None:
        chain.insert(0, chain[0].__cause__)
    return chain


@contextmanager
def as_in_a_new_process() -> Iterator[None]:
    """Undo, afterwards, what a script changes for its whole process."""
    stored = dict(prefs.prefs)
    is_eager = Sharing.is_eager
    choices = {name: getattr(Choices, name) for name in Choices.EAGER}
    logger, level = logging.getLogger("brian2"), logging.getLogger("brian2").level
    reinit_devices()
    # The default clock shows the time of the last run until the next one starts
    for name in ("t", "timestep"):
        defaultclock.variables[name].set_value(0)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            logger.setLevel(logging.CRITICAL)
            yield
    finally:
        logger.setLevel(level)
        Sharing.is_eager = is_eager
        for name, value in choices.items():
            setattr(Choices, name, value)
        prefs.prefs.update(stored)
        prefs._backup()
        defaultclock.dt = 0.1 * ms
