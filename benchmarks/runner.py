"""
One measurement, in a process of its own: ``python -m benchmarks.runner MODEL TARGET``.

`benchmarks.compare` starts it. The last line that it prints is a JSON object with the
names and units of `Measurement`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

SEED = 4000

_start = time.perf_counter()
import brian2 as b2  # noqa: E402  (how long this takes is part of the measurement)

_brian_is_there = time.perf_counter()
if not {"numba", "numba_threads"} & set(sys.argv):
    # The other targets as they are without this package
    sys.modules["brian2numba"] = ModuleType("brian2numba")
import brian2numba  # noqa: E402

IMPORT_BRIAN = _brian_is_there - _start
IMPORT_BRIAN2NUMBA = time.perf_counter() - _brian_is_there

from benchmarks import facts, memory  # noqa: E402
from benchmarks.models import Model, model_named  # noqa: E402

CATEGORY = "codegen.runtime.numba"
#: Those with threads have one for each processor
TARGETS = ("numba", "numba_threads", "numpy", "cython", "standalone", "openmp")


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
    peak_memory : int or None
        Most memory that the process had at once, in bytes; of C++ standalone mode, the
        program's process.
    facts : dict
        What else is known of the network, see `benchmarks.facts`.
    not_there : list of str
        Preferences that this version of the package does not have.
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
    peak_memory: int | None = None
    facts: Mapping[str, Any] | None = None
    not_there: list[str] | None = None


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

    return _run(network, model, run, setup)


def measure_standalone(model: Model, cache: Path, n_threads: int = 0) -> Measurement:
    """Measure C++ standalone mode, without OpenMP or with a number of its threads.

    Set-up is building the network, writing the C++ program and compiling it. In a
    folder where that was done before, Brian compiles what changed.
    """
    b2.set_device("cpp_standalone", build_on_run=False)
    b2.prefs.devices.cpp_standalone.openmp_threads = n_threads
    b2.seed(SEED)
    start = time.perf_counter()
    network = model.build()
    network.run(model.duration * b2.second, profile=model.profile)
    b2.device.build(directory=str(cache), compile=True, run=False)
    setup = time.perf_counter() - start
    peak = cache.resolve() / "peak_memory.txt"
    peak.unlink(missing_ok=True)
    if sys.platform != "win32":
        command = memory.runner_command(str(peak), "./main")
        b2.prefs.devices.cpp_standalone.run_cmd_unix = command
    measurement = _run(network, model, lambda: b2.device.run(with_output=False), setup)
    written = peak.read_text() if peak.exists() else ""
    known = int(written) if written.isdecimal() else None
    return replace(measurement, peak_memory=known)


def _run(
    network: b2.Network, model: Model, run: Callable[[], None], setup: float
) -> Measurement:
    """Run a network that is ready, and gather what is known of it."""
    start = time.perf_counter()
    run()
    call = time.perf_counter() - start
    spikes = int(network["spikes"].num_spikes) if "spikes" in network else None
    # Brian has no public name for the time that it reports.
    loop = float(b2.get_device()._last_run_time)
    peak = memory.peak_memory()
    measured = (IMPORT_BRIAN, IMPORT_BRIAN2NUMBA, setup, call, loop, spikes)
    compiled: tuple[int, int, float] | tuple[None, None, None] = (None, None, None)
    if hasattr(brian2numba, "cache_info"):
        info = brian2numba.cache_info()
        compiled = (info.compiled, info.loaded, info.compiling_time)
    return Measurement(
        *measured, *compiled, peak, facts.of(network, model.duration, model.profile)
    )


def set_preferences(values: Mapping[str, Any]) -> list[str]:
    """Set preferences of the numba target; return those that it does not have."""
    category = b2.prefs[CATEGORY]
    known = [name for name in values if name in category]
    for name in known:
        b2.prefs[f"{CATEGORY}.{name}"] = values[name]
    return [name for name in values if name not in known]


def setting(text: str) -> tuple[str, Any]:
    """Read a preference of the command line, as in ``threads=2``."""
    name, _, value = text.partition("=")
    return name, json.loads(value)


def main() -> None:
    """Read the command line, measure, and print the result."""
    parser = argparse.ArgumentParser(description="Measure one model on one target.")
    parser.add_argument("model", type=model_named)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("cache", type=Path, help="folder for compiled code")
    parser.add_argument("--once", action="store_true", help="only the run proper")
    parser.add_argument(
        "--set",
        action="append",
        type=setting,
        default=[],
        metavar="NAME=VALUE",
        help="a preference of the numba target",
    )
    options = parser.parse_args()
    model, target = options.model, options.target
    not_there = None
    if target == "numba_threads":
        target = "numba"
        options.set.append(("threads", os.cpu_count()))
    if target == "numba":
        not_there = set_preferences({**model.preferences, **dict(options.set)})
    if target in ("standalone", "openmp"):
        n_threads = (os.cpu_count() or 1) if target == "openmp" else 0
        measurement = measure_standalone(model, options.cache, n_threads)
    else:
        measurement = measure_runtime(model, target, options.cache, options.once)
    measurement = replace(measurement, not_there=not_there)
    print(json.dumps(asdict(measurement)))


if __name__ == "__main__":
    main()
