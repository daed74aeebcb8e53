"""
One process of `benchmarks.adaptive`: prints what it found, as JSON, in its last line.

    python -m benchmarks.adaptive.worker work METHOD ...
    python -m benchmarks.adaptive.worker stiff METHOD ...
    python -m benchmarks.adaptive.worker library MODEL
    python -m benchmarks.adaptive.worker time TARGET FORM N SECONDS FOLDER [GSL]
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

from benchmarks.adaptive import models
from benchmarks.adaptive.models import Model
from benchmarks.adaptive.solutions import solution, times
from benchmarks.adaptive.titles import ADAPTIVE
from benchmarks.compare import ROOT

__all__ = ["main"]

#: Time steps in ms of methods whose steps are all the same
TIME_STEPS = (0.1, 0.05, 0.025, 0.01, 0.005, 0.0025, 0.001)
#: The errors that methods may have which adapt their steps; for those of higher order
ERRORS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9)
ERRORS_OF_LOW_ORDER = ERRORS[:6]
#: How often a run is repeated whose time is measured
N_TIMES = 5
#: Errors that stiff models are integrated with
ERRORS_OF_STIFF = (1e-4, 1e-6, 1e-8)
STEP_OF_STIFF = 0.1


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    b2.BrianLogger.log_level_error()
    what, *others = arguments
    if what == "time":
        target, form, n, seconds, folder, *library = others
        if library:
            b2.prefs.GSL.directory = library[0]
        found = time_of(target, form, int(n), float(seconds), Path(folder))
    elif what == "library":
        _choose("numba")
        found = compared(*others)
    else:
        _choose("numba")
        measure = {"work": work, "stiff": stiff}[what]
        found = {method: list(measure(method)) for method in others}
    print(json.dumps(found))


def _choose(target: str) -> None:
    if target == "numba":
        import brian2numba  # noqa: F401, PLC0415 (others run without)
    b2.prefs.codegen.target = target


def options_of(method: str, error: float) -> dict[str, Any]:
    """Return the options of a method that adapts its steps."""
    if method not in ADAPTIVE:
        return {}
    counts = {"save_step_count": True, "save_failed_steps": True}
    return {"absolute_error": error, "max_steps": 1_000_000, **counts}


def work(method: str) -> Iterator[dict[str, Any]]:
    """Yield errors and times of a method for Hodgkin-Huxley neurons."""
    model, exact = models.HODGKIN_HUXLEY, solution(models.HODGKIN_HUXLEY)
    adapts = method in ADAPTIVE
    errors = ERRORS_OF_LOW_ORDER if method == "gsl_rk2" else ERRORS
    settings = [(0.1, error) for error in errors]
    if not adapts:
        settings = [(dt, 0.0) for dt in TIME_STEPS]
    for dt, error in settings:
        options = options_of(method, error)
        found = recorded(model, method, dt, options)[0] - exact[0]
        course = np.sqrt(np.mean(found**2, axis=0))
        if np.isfinite(course).all():
            yield {
                "dt": dt,
                "allowed": error,
                "error": float(np.sqrt(np.mean(found**2))),
                "course": course.tolist(),
                "seconds": seconds_of(model, method, dt, options),
            }


def recorded(
    model: Model, method: str, dt: float, options: Mapping[str, Any]
) -> NDArray[np.float64]:
    """Return all variables, neurons and times of a model."""
    group = model.group(method, dt, options)
    names = list(model.start)
    monitor = b2.StateMonitor(group, names, record=True, dt=model.sampling * b2.ms)
    b2.Network(group, monitor).run(model.duration * b2.ms)
    n = len(times(model))
    return np.array([getattr(monitor, name)[:, 1 : n + 1] for name in names])


def seconds_of(
    model: Model, method: str, dt: float, options: Mapping[str, Any]
) -> float:
    """Return how long it takes to integrate one second, by the median of runs."""
    network = b2.Network(model.group(method, dt, options))
    network.store()
    found = []
    for _ in range(N_TIMES):
        network.restore()
        network.run(model.duration * b2.ms)
        # Brian has no public name for the time that it reports
        found.append(float(b2.get_device()._last_run_time))
    return statistics.median(found) / model.duration * 1000


def stiff(method: str) -> Iterator[dict[str, Any]]:
    """Yield the largest errors of stiff models."""
    for name, model in models.STIFF.items():
        exact = solution(model)
        for error in ERRORS_OF_STIFF if method in ADAPTIVE else (0.0,):
            options = options_of(method, error)
            values = recorded(model, method, STEP_OF_STIFF, options)
            largest = np.abs(values - exact).max(axis=(1, 2))
            steps = mean_steps(model, method, options) if options else [1.0, 0.0]
            yield {
                "model": name,
                "allowed": error,
                "errors": dict(zip(model.start, largest.tolist(), strict=True)),
                "steps": steps,
            }


def mean_steps(model: Model, method: str, options: Mapping[str, Any]) -> list[float]:
    """Return how many steps are done and how many fail in a time step, on average."""
    group = model.group(method, STEP_OF_STIFF, options)
    network = b2.Network(group)
    return counted(network, group, model.duration * b2.ms)


def counted(network: Any, group: Any, duration: Any) -> list[float]:
    """Run a network, and return the mean numbers of steps, and of those that fail."""
    network.run(0 * b2.ms)  # only now there are counts
    counts = b2.StateMonitor(
        group, ["_step_count", "_failed_steps"], record=True, when="end"
    )
    network.add(counts)
    network.run(duration)
    return [float(c.mean()) for c in (counts._step_count, counts._failed_steps)]


def compared(name: str) -> dict[str, Any]:
    """Return how far a model of the tests is from what the library found of it."""
    # It needs the tests, which the other parts do not
    from tests.adaptive_models import MODELS, traces  # noqa: PLC0415

    kept = ROOT / "tests" / "generation" / "adaptive_reference.json"
    reference = json.loads(kept.read_text(encoding="utf-8"))[name]
    differences, n_steps, n_wrong = {}, 0, 0
    for method, expected in reference.items():
        found = traces(name, method)
        apart = [
            np.abs(found[variable][:, -1] - expected[variable])
            / (np.abs(found[variable]).max(axis=1) + np.finfo(float).tiny)
            for variable in MODELS[name].variables
        ]
        differences[method] = float(np.max(apart))
        for count in {"_step_count", "_failed_steps"} & found.keys():
            of_ours = found[count].sum(axis=1)
            n_steps += int(of_ours.sum())
            n_wrong += int(np.abs(of_ours - expected[count]).sum())
    return {"differences": differences, "steps": n_steps, "wrong": n_wrong}


def time_of(
    target: str, form: str, n: int, seconds: float, folder: Path
) -> dict[str, Any]:
    """Return how long many neurons take, and what else is known of the run."""
    is_standalone = target == "standalone"
    if is_standalone:
        b2.set_device("cpp_standalone", build_on_run=False)
    else:
        _choose(target)
        b2.prefs.codegen.runtime.cython.cache_dir = str(folder / "cython")
    group = models.hodgkin_huxley_in_units(n, form, "gsl_rkf45", {})
    network = b2.Network(group)
    if not is_standalone:
        network.run(0 * b2.ms)
    start = time.perf_counter()
    network.run(seconds * b2.second)
    whole = time.perf_counter() - start
    if is_standalone:
        b2.device.build(directory=str(folder / "standalone"), run=False)
        b2.device.run(with_output=False)
    return {
        "seconds": float(b2.get_device()._last_run_time),
        "run": None if is_standalone else whole,
        "v": [float(v) for v in group.v[:: max(1, n // 50)] / b2.mV],
    }


if __name__ == "__main__":
    main(sys.argv[1:])
