"""Run a function for many points, on an engine that exists."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from brian2numba.sweeps.computing import computed
from brian2numba.sweeps.engine import engine_for
from brian2numba.sweeps.plan import Plan
from brian2numba.sweeps.results import SweepResult

__all__ = ["sweep"]


def sweep(  # noqa: PLR0913 (what a user can choose, by name)
    function: Callable[..., Any],
    parameters: Mapping[str, Any] | Iterable[Mapping[str, Any]],
    *,
    build: Callable[[], Any] | None = None,
    seed: int = 0,
    folder: str | os.PathLike[str] | None = None,
    workers: Any = None,
    errors: str = "keep",
    progress: bool = False,
) -> SweepResult:
    """Run a function for many points, in several processes.

    Parameters
    ----------
    function : callable
        Builds a model, runs it, and returns a dictionary of numbers and arrays (or one
        of them), with or without units. It is called with a point's parameters by name.
        If it has a parameter ``seed``, it gets the point's seed as well.
    parameters : dict, or list of dict, or `pandas.DataFrame`
        The values of each parameter, for all their combinations; or the parameters of
        each point.
    build : callable, optional
        Builds the network once in each process: it returns a `Network`, or a dictionary
        or an object with one in it. The network is restored to its state before each
        point, and `function` gets what was returned as its first argument.
    seed : int, optional
        What the points' seeds are made from. A point's seed depends on this and on its
        place among the points. Brian's random numbers start from it.
    folder : path, optional
        Where what comes of each point is kept. A later call finds it there, and
        computes what is missing or failed.
    workers : int or `distributed.Client`, optional
        How many processes joblib starts on this machine, by default as many as there
        are processors; or the client of dask's workers.
    errors : {"keep", "raise"}, optional
        What an error in a point does: it is kept as what came of this point, unless all
        points fail; or it ends the sweep.
    progress : bool, optional
        Whether to show a progress bar.

    Returns
    -------
    SweepResult
        The points with their results, and a report.

    Raises
    ------
    ImportError
        If a library is missing that this needs.
    SweepError
        If all points failed, or one and `errors` is ``"raise"``; its `result` has them.
    TypeError, ValueError
        If an argument is wrong, or the folder has the results of another sweep.
    """
    if errors not in ("keep", "raise"):
        raise ValueError(f"'errors' has to be 'keep' or 'raise', not {errors!r}.")
    engine = engine_for(workers)
    plan = Plan.of(function, parameters, build, seed)
    return computed(plan, folder, engine, errors == "raise", progress)
