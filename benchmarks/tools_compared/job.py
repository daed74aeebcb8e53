"""
The job that every tool does, and the result that is right.

It is what a code generation target of Brian has to do: compile kernels whose source is
made at run time, call them many times, let them append to arrays that grow and push
spikes to a queue, and run time steps without going back to Python.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

__all__ = [
    "UPDATES",
    "State",
    "Tool",
    "WrongResultError",
    "expected_events",
    "expected_state",
    "new_state",
]

type Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]

#: The state updates of the kernels, in words that C and Python have in common:
#: exponential Euler with one time constant, with one for each neuron, and Euler
UPDATES = {
    "lif": "drive[k] + (v[k] - drive[k]) * decay",
    "lif_exp": "drive[k] + (v[k] - drive[k]) * exp(-dt / tau[k])",
    "lif_euler": "v[k] + dt * (drive[k] - v[k]) / tau[k]",
}
DT, TAU = 0.1, 10.0
#: The queue's time steps, and the delay of all its spikes
N_SLOTS, DELAY = 20, 15


class WrongResultError(Exception):
    """A tool did not do the job."""


@dataclass(frozen=True)
class State:
    """What a kernel works on: an integrate-and-fire neuron's variables, and its spikes.

    Attributes
    ----------
    v, drive, tau : array of float64
        A number for each neuron; only the first is written.
    spikes : array of int32
        Has place for all neurons.
    parameters : array of float64
        The decay in a time step, and the time step.
    """

    v: Array
    drive: Array
    tau: Array
    spikes: Array
    parameters: Array


class Tool(ABC):
    """A way to compile kernels.

    Parameters
    ----------
    cache : Path
        A folder for what it compiles.
    """

    def __init__(self, cache: Path) -> None:
        self.cache = cache

    @abstractmethod
    def kernel(self, name: str) -> Any:
        """Compile a kernel: a state update of `UPDATES`, threshold and reset."""

    @abstractmethod
    def caller(self, kernel: Any, state: State) -> Callable[[], int]:
        """Return what calls a kernel once; its result is the number of spikes."""

    @abstractmethod
    def loop(self, kernel: Any, state: State) -> Callable[[int], int]:
        """Return what calls a kernel n times in compiled code, and adds its results.

        The kernel was compiled before, and by itself, as a model's kernels are.
        """

    @abstractmethod
    def appender(self) -> tuple[Callable[[int], Any], Callable[[], Array]]:
        """Return what appends 0, 1, ... n - 1 to an array, and what reads the array."""

    @abstractmethod
    def queue(self) -> Callable[[Array, int], int]:
        """Return what pushes the same spikes to a queue for n steps.

        Each step adds up the neurons that are due, and advances the queue. The sum is
        the result.
        """


def new_state(n: int) -> State:
    """Return n neurons, of which about one in 200 spikes in a time step."""
    drive = np.linspace(1.05, 2.0, n)
    v = np.linspace(0.0, 1.0, n) * np.resize([0.2, 0.9, 0.5, 0.7, 0.99], n)
    tau = np.full(n, TAU)
    parameters = np.array([np.exp(-DT / TAU), DT])
    return State(v, drive, tau, np.zeros(n, np.int32), parameters)


def expected_state(name: str, n: int, n_steps: int) -> tuple[int, Array]:
    """Return how many spikes there are in n steps, and v after them."""
    state, n_spikes = new_state(n), 0
    decay, dt = state.parameters
    v, drive, tau, k = state.v, state.drive, state.tau, slice(None)
    names = {"v": v, "drive": drive, "tau": tau, "k": k, "exp": np.exp}
    names |= {"decay": decay, "dt": dt}
    for _ in range(n_steps):
        v[:] = eval(UPDATES[name], names)
        spikes = np.flatnonzero(v > 1.0)
        v[spikes] = 0.0
        n_spikes += len(spikes)
    return n_spikes, v


def expected_events(spikes: Array, n_steps: int) -> int:
    """Return the sum that a queue's steps give."""
    return int(spikes.sum()) * max(n_steps - DELAY, 0)
