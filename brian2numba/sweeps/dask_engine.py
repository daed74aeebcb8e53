"""Points on the workers of a dask client, which need not share a disk."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Generator, Sequence
from concurrent.futures import CancelledError
from dataclasses import replace
from typing import Any

import distributed

from brian2numba.compilation.cache_directory import get_numba_cache_dir
from brian2numba.preferences import CATEGORY
from brian2numba.store import current_store, store_in
from brian2numba.sweeps.local_engine import HEAD_START, died
from brian2numba.sweeps.worker import Outcome, Task, compute

__all__ = ["dask_outcomes"]


class _Delivery(distributed.WorkerPlugin):
    """Puts entries into the store of each worker, also of those that come later.

    Parameters
    ----------
    entries : sequence of bytes
        The entries.
    preferences : dict
        Those of the sweep: they may say where the store is.
    """

    def __init__(self, entries: Sequence[bytes], preferences: dict[str, Any]) -> None:
        self._entries = tuple(entries)
        # Preferences of the worker are not those of the sweep until it has a point
        self._cache_dir = preferences.get(f"{CATEGORY}.cache_dir")
        self._is_shared = bool(preferences.get(f"{CATEGORY}.shared_cache"))

    def setup(self, worker: Any) -> None:
        """Publish the entries."""
        folder = os.path.expanduser(self._cache_dir or get_numba_cache_dir())
        store_in(folder, self._is_shared).take_in(self._entries)


class _Deliveries:
    """Entries of the store on their way from one worker to all others.

    Parameters
    ----------
    client : `distributed.Client`
        The client of the workers.
    preferences : dict
        Those of the sweep.
    """

    def __init__(self, client: Any, preferences: dict[str, Any]) -> None:
        self._client = client
        self._preferences = preferences
        self._delivered: set[str] = set()
        self._names: list[str] = []

    def deliver(self, entries: dict[str, bytes]) -> None:
        """Send those of the entries that were not sent before."""
        new = [entries[name] for name in entries if name not in self._delivered]
        if not new:
            return
        self._delivered |= set(entries)
        current_store().take_in(new)
        name = f"brian2numba-{uuid.uuid4().hex}"
        self._client.register_plugin(_Delivery(new, self._preferences), name=name)
        self._names.append(name)

    def end(self) -> None:
        """Send nothing to workers that come later."""
        for name in self._names:
            self._client.unregister_worker_plugin(name)


def dask_outcomes(tasks: Sequence[Task], client: Any) -> Generator[Outcome]:
    """Yield what comes of points, in the order in which they are done.

    Dask computes the points of a worker that dies again, on another one; one that ends
    several workers has failed.

    Parameters
    ----------
    tasks : sequence of Task
        The points.
    client : `distributed.Client`
        The client of the workers.
    """
    model = replace(tasks[0].model, sends_entries=True)
    tasks = [replace(task, model=model) for task in tasks]
    tasks_of: dict[Any, Task] = {}
    deliveries = _Deliveries(client, model.environment.preferences)

    def submit(task: Task) -> Any:
        key = f"point-{task.index}-{uuid.uuid4().hex}"
        future = client.submit(compute, task, key=key, pure=False)
        tasks_of[future.key] = task
        return future

    futures = [submit(tasks[0])]
    done = distributed.as_completed(futures)
    try:
        if _is_done_soon(futures[0]):
            # Before the others begin
            deliveries.deliver(_outcome(futures[0], tasks[0]).entries)
        futures += [submit(task) for task in tasks[1:]]
        done.update(futures[1:])
        for future in done:
            outcome = _outcome(future, tasks_of[future.key])
            deliveries.deliver(outcome.entries)
            yield outcome
    finally:
        # A client that is closed has nothing left to end
        with contextlib.suppress(Exception):
            client.cancel(futures)
            deliveries.end()


def _is_done_soon(future: Any) -> bool:
    try:
        distributed.wait(future, timeout=HEAD_START)
    except TimeoutError:
        return False
    return True


def _outcome(future: Any, task: Task) -> Outcome:
    if future.status == "error":
        error = future.exception()
        if not isinstance(error, distributed.KilledWorker):
            raise error
        return died(task)
    if future.cancelled():
        raise CancelledError(
            "The dask client was closed, or another one cancelled the points of this "
            "sweep. What was finished is in its folder, if it has one."
        )
    return future.result()
