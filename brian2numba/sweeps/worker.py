"""What a worker process does: computing one point."""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import brian2

from brian2numba.compilation.work import WORK, Work
from brian2numba.store import current_store
from brian2numba.sweeps.environment import (
    Environment,
    names_of_its_own,
)
from brian2numba.sweeps.failures import Failure, failure_of
from brian2numba.sweeps.network import PreparedNetwork
from brian2numba.sweeps.pickling import unpickled
from brian2numba.sweeps.values import Encoded, encoded

__all__ = ["RESERVED", "Model", "Outcome", "Task", "compute", "compute_some"]

#: Columns of tables that each point has
RESERVED = ("status", "seconds", "message")


@dataclass(frozen=True)
class Model:
    """What all points of a sweep share.

    Attributes
    ----------
    token : str
        Another one for each sweep.
    code : bytes
        The pickled function, and the one that builds its network, or None.
    build_seed : int
        The seed for building.
    environment : Environment
        Preferences and time step.
    sends_entries : bool
        Whether what a worker has in its store is to come with the results.
    """

    token: str
    code: bytes
    build_seed: int
    environment: Environment
    sends_entries: bool = False


@dataclass(frozen=True)
class Task:
    """A point to compute.

    Attributes
    ----------
    model : Model
        What it shares with others.
    index : int
        Its place among the points.
    parameters : dict
        Its parameters.
    arguments : dict
        What the function is called with: these, and the seed if it takes it.
    seed : int
        What random numbers start from.
    """

    model: Model
    index: int
    parameters: dict[str, Any]
    arguments: dict[str, Any]
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What came of a point.

    Attributes
    ----------
    index : int
        Its place among the points.
    results : Encoded
        What the function returned.
    seconds : float
        How long the point took.
    failure : Failure or None
        The error, if there was one.
    worker : str or None
        The process that computed it; None if it was computed earlier.
    work : Work
        What had to be compiled.
    entries : dict of str to bytes
        Entries of the store that this worker did not send yet.
    """

    index: int
    results: Encoded
    seconds: float
    failure: Failure | None = None
    worker: str | None = None
    work: Work = field(default_factory=Work)
    entries: dict[str, bytes] = field(default_factory=dict)


class _Sweep:
    """The sweep that this process works for."""

    #: Held while a point is computed: one network runs at a time in a process
    lock = threading.Lock()
    current: _Sweep | None = None

    def __init__(self, model: Model) -> None:
        self.model = model
        self.function, self.build = unpickled(model.code)
        self.network: PreparedNetwork | None = None
        self.sent: set[str] = set()

    @classmethod
    def of(cls, model: Model) -> _Sweep:
        if cls.current is None or cls.current.model.token != model.token:
            cls.current = None
            cls.current = cls(model)
        return cls.current

    def call(self, task: Task) -> Any:
        """Call the function as it would be in a new process."""
        if self.build is None:
            self.model.environment.apply()
            return self._called(task)
        if self.network is None:
            self.model.environment.apply()
            self.network = PreparedNetwork(self.build, self.model.build_seed)
        try:
            returned = self._called(task, self.network.restored())
        except BaseException:
            # Nobody knows what state it is in
            self.network = None
            raise
        if not self.network.is_whole:
            self.network = None
        return returned

    def _called(self, task: Task, *built: Any) -> Any:
        with names_of_its_own():
            brian2.seed(task.seed)
            return self.function(*built, **task.arguments)

    def new_entries(self) -> dict[str, bytes]:
        """Return the entries of the store that were used and not sent before."""
        if not self.model.sends_entries:
            return {}
        store = current_store()
        entries = store.exported(store.used - self.sent)
        self.sent |= set(entries)
        return entries


def compute(task: Task) -> Outcome:
    """Compute a point; an error is part of what is returned.

    Points that several threads of a process are asked for are computed one after the
    other.
    """
    with _Sweep.lock:
        before, start = WORK.copy(), time.perf_counter()
        results, entries = Encoded(), {}
        failure = None
        try:
            sweep = _Sweep.of(task.model)
            results = _results(sweep.call(task), task.parameters)
            entries = sweep.new_entries()
        except (Exception, SystemExit) as error:
            failure = failure_of(error)
        return Outcome(
            index=task.index,
            results=results,
            seconds=time.perf_counter() - start,
            failure=failure,
            worker=f"{platform.node()}, process {os.getpid()}",
            work=WORK - before,
            entries=entries,
        )


def compute_some(tasks: Sequence[Task], seconds: float) -> list[Outcome]:
    """Compute points, at least one, and no further one after some seconds."""
    end, outcomes = time.perf_counter() + seconds, []
    for task in tasks:
        outcomes.append(compute(task))
        if time.perf_counter() > end:
            break
    return outcomes


def _results(returned: Any, parameters: dict[str, Any]) -> Encoded:
    """Return what a function returned by names.

    Raises
    ------
    TypeError
        If something can't be kept.
    ValueError
        If a result is called as something else is.
    """
    named = returned if isinstance(returned, dict) else {"result": returned}
    for name in named:
        if name in parameters or name in RESERVED:
            owner = "a parameter" if name in parameters else "what each point has"
            raise ValueError(
                f"The function returns a result '{name}', which is the name of {owner}."
                " Return it by another name."
            )
    return encoded(named, "result")
