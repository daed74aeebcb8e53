"""The engine that computes points: joblib's processes, or dask's workers."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable, Generator, Sequence
from typing import Any

from brian2numba.sweeps.local_engine import local_outcomes, n_processors
from brian2numba.sweeps.worker import Outcome, Task

__all__ = ["Engine", "engine_for"]

type Engine = Callable[[Sequence[Task]], Generator[Outcome]]


def engine_for(workers: Any) -> Engine:
    """Return what computes points and yields what comes of them, in any order.

    Parameters
    ----------
    workers : int or None or `distributed.Client`
        As of `sweep`.

    Raises
    ------
    TypeError, ValueError
        If it is nothing that can compute points.
    """
    distributed = sys.modules.get("distributed")
    if distributed is not None and isinstance(workers, distributed.Client):
        if workers.asynchronous:
            raise ValueError(
                "The dask client is asynchronous; a sweep needs one that waits for "
                "results: Client(asynchronous=False)."
            )
        dask_engine = importlib.import_module("brian2numba.sweeps.dask_engine")
        return functools.partial(dask_engine.dask_outcomes, client=workers)
    if workers is None:
        workers = n_processors()
    if not isinstance(workers, int) or isinstance(workers, bool):
        raise TypeError(
            f"'workers' is {workers!r}; it has to be a number of processes or a "
            "distributed.Client. (Of a dask cluster, make a client: Client(cluster).)"
        )
    if workers < 1:
        raise ValueError(f"'workers' is {workers}, but a sweep needs 1 at least.")
    return functools.partial(local_outcomes, n_workers=workers)
