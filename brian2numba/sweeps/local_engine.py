"""Points on one machine: the processes of joblib's executor."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import suppress
from dataclasses import replace
from time import monotonic, sleep
from typing import Any

from brian2numba.compilation.cache_directory import get_numba_cache_dir
from brian2numba.preferences import CATEGORY
from brian2numba.sweeps.failures import Failure
from brian2numba.sweeps.libraries import library
from brian2numba.sweeps.values import Encoded
from brian2numba.sweeps.worker import Outcome, Task, compute_some

__all__ = ["HEAD_START", "died", "local_outcomes", "n_processors"]

#: For how long (s) the others wait for the first point, which compiles what all need
HEAD_START = 10.0
#: How long (s) processes wait for another sweep, also when this process is gone
_IDLE = 60
#: Points are handed out one by one, unless they are done so quickly (s) that to hand
#: them out takes as long: then those together that take about this long, but not more
#: than so many
_BATCH, _MOST = 0.05, 32
#: No point takes less (s), with all that is around it
_LEAST = 1e-4
#: How long (s) an executor that is to end may take its last work, and how often to look
_MOMENT, _GLANCE = 1.0, 0.001
_PURPOSE = "A sweep in several processes"


def n_processors() -> int:
    """Return how many processors this process may use."""
    return int(library("joblib", _PURPOSE).cpu_count())


def local_outcomes(tasks: Sequence[Task], n_workers: int) -> Generator[Outcome]:
    """Yield what comes of points, in the order in which they are done.

    Where a process dies, the points that it may have died of are computed one at a
    time: one that ends its process again has failed.

    Parameters
    ----------
    tasks : sequence of Task
        The points.
    n_workers : int
        The number of processes.
    """
    loky = library("joblib.externals.loky", _PURPOSE)
    queue = _Queue(_with_this_cache(tasks), n_workers)
    executor = None
    is_done = False
    try:
        while queue.has_tasks:
            executor = loky.get_reusable_executor(n_workers, timeout=_IDLE)
            yield from queue.outcomes(executor)
        is_done = True
    finally:
        if executor is not None and not is_done:
            _end(executor)


def _end(executor: Any) -> None:
    """End the processes, whatever they are computing.

    What the executor was given last may still wait for its thread, which would look for
    it in vain once all was called off. So the thread is given something more, and a
    moment to take it: it takes things in order.
    """
    with suppress(BrokenExecutor, RuntimeError):
        last = executor.submit(int)
        until = monotonic() + _MOMENT
        while not (last.running() or last.done()) and monotonic() < until:
            sleep(_GLANCE)
    executor.shutdown(wait=True, kill_workers=True)


def _with_this_cache(tasks: Sequence[Task]) -> list[Task]:
    """Let processes that were started earlier use the store of this one."""
    model = tasks[0].model
    preferences = model.environment.preferences
    here = {f"{CATEGORY}.cache_dir": get_numba_cache_dir()}
    environment = replace(model.environment, preferences=preferences | here)
    model = replace(model, environment=environment)
    return [replace(task, model=model) for task in tasks]


#: What is being computed
type _Running = dict[Future[list[Outcome]], list[Task]]


class _Queue:
    """The points that are to be computed.

    Parameters
    ----------
    tasks : sequence of Task
        The points.
    n_workers : int
        The number of processes.
    """

    def __init__(self, tasks: Sequence[Task], n_workers: int) -> None:
        self._waiting = deque(tasks)
        self._suspects: deque[Task] = deque()
        # One more each, so that no process has to wait for this one
        self._limit = 2 * n_workers
        self._is_first = True
        # How long the points take that came back, or did not long ago
        self._seconds = float("inf")

    @property
    def has_tasks(self) -> bool:
        return bool(self._waiting or self._suspects)

    def outcomes(self, executor: Any) -> Iterator[Outcome]:
        """Yield outcomes until all are there, or a process died."""
        running: _Running = {}
        while running or self.has_tasks:
            self._submit(executor, running)
            patience = HEAD_START if self._is_first else None
            done, _ = wait(running, patience, FIRST_COMPLETED)
            self._is_first = False
            if any(isinstance(future.exception(), BrokenExecutor) for future in done):
                yield from self._after_a_death(running)
                return
            for future in done:
                yield from self._done(running.pop(future), future.result())

    def _submit(self, executor: Any, running: _Running) -> None:
        queue = self._suspects or self._waiting
        is_alone = self._is_first or self._suspects
        while queue and len(running) < (1 if is_alone else self._limit):
            n_tasks = 1 if is_alone else self._size_of_batch()
            tasks = [queue.popleft() for _ in range(n_tasks)]
            try:
                running[executor.submit(compute_some, tasks, _BATCH)] = tasks
            except BrokenExecutor:
                queue.extendleft(reversed(tasks))
                return

    def _size_of_batch(self) -> int:
        """Return how many points to hand out at once: all get some until the end."""
        share = len(self._waiting) // (2 * self._limit)
        return max(1, min(share, _MOST, int(_BATCH / self._seconds)))

    def _done(self, tasks: list[Task], outcomes: list[Outcome]) -> Iterator[Outcome]:
        """Yield what came back; what was not begun waits again."""
        self._waiting.extendleft(reversed(tasks[len(outcomes) :]))
        for outcome in outcomes:
            known = 0.0 if self._seconds == float("inf") else 0.9 * self._seconds
            self._seconds = max(outcome.seconds, known, _LEAST)
            yield outcome

    def _after_a_death(self, running: _Running) -> Iterator[Outcome]:
        """Yield what was done; what was not is suspected, if it was not alone."""
        unfinished = []
        for future, tasks in running.items():
            if future.exception() is None:
                yield from self._done(tasks, future.result())
            else:
                unfinished += tasks
        if len(unfinished) == 1:
            yield died(unfinished[0])
        else:
            self._suspects.extend(unfinished)


def died(task: Task) -> Outcome:
    """Return the outcome of a point that ended its process."""
    message = (
        "The process that computed this point died: there may not have been enough "
        "memory for it, or something ended the process."
    )
    return Outcome(task.index, Encoded(), float("nan"), Failure(message, message))
