"""
One measurement, in a process of its own: ``python -m benchmarks.runner MODEL TARGET``.

`benchmarks.compare` starts it. The last line that it prints is a JSON object with the
names and units of `Measurement`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType

SEED = 4000

_start = time.perf_counter()
import brian2 as b2  # noqa: E402  (how long this takes is part of the measurement)

_brian_is_there = time.perf_counter()
if "numba" not in sys.argv:
    # The other targets as they are without this package
    sys.modules["brian2numba"] = ModuleType("brian2numba")
import brian2numba  # noqa: E402

IMPORT_BRIAN = _brian_is_there - _start
IMPORT_BRIAN2NUMBA = time.perf_counter() - _brian_is_there

from benchmarks.models import MODELS, Model  # noqa: E402


@dataclass(frozen=True)
class Measurement:
    """What was measured; times in seconds.

    Attributes
    ----------
    import_brian, import_brian2numba : float
        Time that importing the packages took.
    setup : float
        Time to build the model and to make it ready to run.
    run_call : float
        Time of the call that runs it, as its user sees it, or of all calls.
    run_loop : float
        The part of the last call that Brian reports: the time steps.
    spikes : int or None
        How many spikes were recorded, to see that targets did comparable work.
    compiled, loaded : int or None
        How many kernels the numba target compiled and found in its cache.
    compiling_time : float or None
        How long it took to compile them.
    """

    import_brian: float
    import_brian2numba: float
    setup: float
    run_call: float
    run_loop: float
    spikes: int | None
    compiled: int | None = None
    loaded: int | None = None
    compiling_time: float | None = None


def measure_runtime(
    model: Model, target: str, cache: Path, once: bool = False
) -> Measurement:
    """Measure a target of Brian's runtime mode.

    Set-up is building the network and running it for no time. Brian generates the
    code objects again at the start of the run proper: this is in `run_call`, not in
    `run_loop`. With `once`, there is the run proper only, as in most scripts.
    """
    b2.prefs.codegen.target = target
    # The cache of the numba target is set by its environment variable.
    b2.prefs.codegen.runtime.cython.cache_dir = str(cache)
    b2.seed(SEED)
    start = time.perf_counter()
    network = model.build()
    if not once:
        network.run(0 * b2.second, profile=model.profile)
    setup = time.perf_counter() - start

    def run() -> None:
        for _ in range(model.n_runs):
            network.run(model.duration * b2.second, profile=model.profile)

    return _run(network, run, setup)


def measure_standalone(model: Model, cache: Path) -> Measurement:
    """Measure C++ standalone mode, with one thread.

    Set-up is building the network, writing the C++ program and compiling it. In a
    folder where that was done before, Brian compiles what changed.
    """
    b2.set_device("cpp_standalone", build_on_run=False)
    b2.prefs.devices.cpp_standalone.openmp_threads = 0
    b2.seed(SEED)
    start = time.perf_counter()
    network = model.build()
    network.run(model.duration * b2.second)
    b2.device.build(directory=str(cache), compile=True, run=False)
    setup = time.perf_counter() - start
    return _run(network, lambda: b2.device.run(with_output=False), setup)


def _run(network: b2.Network, run: Callable[[], None], setup: float) -> Measurement:
    """Run a network that is ready, and gather what is known of it."""
    start = time.perf_counter()
    run()
    call = time.perf_counter() - start
    spikes = int(network["spikes"].num_spikes) if "spikes" in network else None
    # Brian has no public name for the time that it reports.
    loop = float(b2.get_device()._last_run_time)
    measured = (IMPORT_BRIAN, IMPORT_BRIAN2NUMBA, setup, call, loop, spikes)
    if not hasattr(brian2numba, "cache_info"):
        return Measurement(*measured)
    info = brian2numba.cache_info()
    return Measurement(*measured, info.compiled, info.loaded, info.compiling_time)


def main() -> None:
    """Read the command line, measure, and print the result."""
    parser = argparse.ArgumentParser(description="Measure one model on one target.")
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("target", choices=("numba", "numpy", "cython", "standalone"))
    parser.add_argument("cache", type=Path, help="folder for compiled code")
    parser.add_argument("--once", action="store_true", help="only the run proper")
    options = parser.parse_args()
    model = MODELS[options.model]
    if options.target == "standalone":
        measurement = measure_standalone(model, options.cache)
    else:
        measurement = measure_runtime(
            model, options.target, options.cache, options.once
        )
    print(json.dumps(asdict(measurement)))


if __name__ == "__main__":
    main()
