"""
Compare targets, side by side: ``python -m benchmarks.compare``.

Every measurement is a process of its own (`benchmarks.runner`). The targets take turns,
so that whatever else slows the machine down for a while hits all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: As in `benchmarks.models`, which takes a second to import
MODELS = ("forum", "small_lif", "single", "cuba", "coba", "cobahh", "stdp", "cable")
#: Larger or special ones, which `benchmarks.kernels` measures as well
MORE_MODELS = (
    "cuba_40000",
    "cobahh_single",
    "noisy",
    "noisy_fast",
    "delays",
    "synapse_heavy",
)
#: What `benchmarks.threads` measures
THREADS_MODELS = tuple(
    f"{model}_200000{variant}"
    for model in ("cuba", "cobahh")
    for variant in ("", "_profiled")
)
#: Models that show what the run loop costs; C++ standalone mode can't run them
LOOP_MODELS = ("lif_profiled", "lif_op_1ms", "lif_op_step", "short_runs")
TARGETS = ("numba", "numpy", "cython", "standalone")
#: With a thread for each processor; `benchmarks.targets` measures them as well
THREADED_TARGETS = ("numba_threads", "openmp")
#: What a target needs a C++ compiler for
COMPILED_BY_CPP = ("cython", "standalone", "openmp")
COMPILERS = ("c++", "g++", "clang++", "cl")

#: A model's rows in the table: title, which measurements, which of their values
ROWS = (
    ("set-up, empty cache", "first", "setup"),
    ("set-up, filled cache", "again", "setup"),
    ("call of run", "again", "run_call"),
    ("time steps", "again", "run_loop"),
    ("spikes", "again", "spikes"),
)


class MeasurementFailedError(Exception):
    """The process that measures failed. The message is the end of what it printed."""


@dataclass
class Result:
    """The measurements of one model on one target, as `runner.Measurement` has them.

    Attributes
    ----------
    first : list of dict
        Measured with an empty cache each.
    again : list of dict
        Measured with a cache that has all that is needed.
    """

    model: str
    target: str
    first: list[dict[str, float | None]] = field(default_factory=list)
    again: list[dict[str, float | None]] = field(default_factory=list)

    def median(self, kind: str, quantity: str) -> float | None:
        """Return the median of a quantity, if there is one."""
        values = [measurement[quantity] for measurement in getattr(self, kind)]
        known = [value for value in values if value is not None]
        return statistics.median(known) if known else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, print a table, write the JSON file."""
    options = parse(arguments)
    targets = list(available(options.targets))
    results = []
    for model in options.models:
        with tempfile.TemporaryDirectory() as folder:
            results += measure_model(model, targets, options, Path(folder))
    print()
    print(table(results))
    if options.json:
        data = {"machine": machine(), "results": [vars(result) for result in results]}
        options.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    complete = all(len(result.again) == options.repeat for result in results)
    return 0 if complete else 1


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare",
        description="Compare the times of Brian's targets for several models.",
    )
    add = parser.add_argument
    add(
        "--models",
        nargs="+",
        choices=MODELS + MORE_MODELS + LOOP_MODELS,
        default=MODELS,
    )
    add("--targets", nargs="+", choices=TARGETS + THREADED_TARGETS, default=TARGETS)
    add("--repeat", type=int, default=5, help="measurements with a filled cache")
    add("--setup-repeat", type=int, default=1, help="measurements with an empty cache")
    add("--json", type=Path, metavar="FILE", help="write all measurements to a file")
    return parser.parse_args(arguments)


def available(targets: Iterable[str]) -> Iterator[str]:
    """Yield the targets that can be used here; say why others can't."""
    for target in targets:
        reason = what_lacks(target)
        if reason is None:
            yield target
        else:
            print(f"{target} is left out: {reason}", flush=True)


def what_lacks(target: str) -> str | None:
    """Return why a target can't be used on this machine, or None if it can."""
    if target not in COMPILED_BY_CPP:
        return None
    if target == "cython" and find_spec("Cython") is None:
        return "Cython is not installed"
    chosen = os.environ.get("CXX", "").split()[:1]
    if not any(map(shutil.which, chosen or COMPILERS)):
        return f"there is no C++ compiler ({', '.join(chosen or COMPILERS)})"
    return None


def measure_model(
    model: str, targets: Sequence[str], options: argparse.Namespace, folder: Path
) -> list[Result]:
    """Measure a model on all targets, in turns.

    The first measurement with an empty cache fills the one of the later ones.
    """
    results = [
        Result(model, target)
        for target in targets
        if target not in ("standalone", "openmp") or model not in LOOP_MODELS
    ]
    failed = []
    for kind, repeat in (("first", options.setup_repeat), ("again", options.repeat)):
        for number in range(repeat):
            for result in results:
                if result.target in failed:
                    continue
                cache = folder / result.target
                if kind == "first" and number > 0:
                    cache = folder / f"{result.target}-{number}"
                print(f"{model}, {result.target}, {kind} {number + 1}", flush=True)
                try:
                    getattr(result, kind).append(measure(model, result.target, cache))
                except MeasurementFailedError as error:
                    print(error, file=sys.stderr, flush=True)
                    failed.append(result.target)
    return results


def measure(
    model: str, target: str, cache: Path, *options: str
) -> dict[str, float | None]:
    """Run one measurement in a new process, and return what it found.

    Parameters
    ----------
    model, target : str
        What is measured.
    cache : Path
        The folder for compiled code.
    *options : str
        Options of `benchmarks.runner`.

    Returns
    -------
    dict
        A `benchmarks.runner.Measurement`, and the time of the whole process.
    """
    process = start(model, target, cache, *options)
    begin = time.perf_counter()
    printed, errors = process.communicate()
    whole = time.perf_counter() - begin
    if process.returncode != 0:
        ending = "\n".join((printed + errors).splitlines()[-15:])
        raise MeasurementFailedError(f"{model} failed on {target}:\n{ending}")
    return {**json.loads(printed.splitlines()[-1]), "process": whole}


def start(model: str, target: str, cache: Path, *options: str) -> subprocess.Popen[str]:
    """Start the process of a measurement."""
    cache.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "BRIAN2NUMBA_CACHE_DIR": str(cache),
        "NUMBA_CACHE_DIR": str(cache / "numba"),
        "MPLBACKEND": "Agg",
    }
    if target != "openmp":
        environment["OMP_NUM_THREADS"] = "1"
    # As in an installed package, modules are compiled once
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "benchmarks.runner", model, target, str(cache)]
    return subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def table(results: Sequence[Result]) -> str:
    """Return the table of medians: a block of rows for each model, targets beside."""
    targets = list(dict.fromkeys(result.target for result in results))
    models = list(dict.fromkeys(result.model for result in results))
    lines = [f"{'model':10} {'median (s)':21}" + "".join(f"{t:>12}" for t in targets)]
    by_name = {(result.model, result.target): result for result in results}
    for model in models:
        for number, (title, kind, quantity) in enumerate(ROWS):
            found = [by_name.get((model, t)) for t in targets]
            values = [result and result.median(kind, quantity) for result in found]
            cells = "".join(f"{text_of(value, quantity):>12}" for value in values)
            lines.append(f"{model if number == 0 else '':10} {title:21}{cells}")
        lines.append("")
    return "\n".join(lines).rstrip()


def text_of(value: float | None, quantity: str) -> str:
    """Return how a value is shown in the table."""
    if value is None:
        return "-"
    return f"{value:.0f}" if quantity == "spikes" else f"{value:.4f}"


def processor_name() -> str:
    """Return what the processor calls itself, if the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.machine()).strip()


def machine() -> dict[str, str | int | None]:
    """Return where and with which versions the measurements were made."""
    facts: dict[str, str | int | None] = {
        "platform": platform.platform(),
        "processor": processor_name(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
    }
    for package in ("brian2", "brian2numba", "numba", "llvmlite", "numpy", "Cython"):
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            facts[package] = None
    return facts


if __name__ == "__main__":
    sys.exit(main())
