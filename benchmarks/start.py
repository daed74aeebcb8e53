"""
How long a start takes: ``python -m benchmarks.start``.

Three parts, each measured with processes of their own that take turns:

- ``setup``: from nothing compiled to the first time step, for Cython and numba, less
  what numpy needs for the same, which is Brian's own time;
- ``again``: whole processes of models that were compiled before;
- ``together``: many processes at once on one empty cache.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.compare import MODELS, machine, measure, start, what_lacks

PARTS = ("setup", "again", "together")
SETUP_MODELS = ("small_lif", "coba", "cuba")
#: What a machine has run before that runs a new model
EARLIER_MODEL = "stdp"

type Measurements = list[dict[str, Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, and print it."""
    options = parse(arguments)
    results: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        if "setup" in options.parts:
            results["setup"] = setup(options, Path(folder))
        if "again" in options.parts:
            results["again"] = again(options, Path(folder))
        if "together" in options.parts:
            results["together"] = together(options, Path(folder))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.start",
        description="Measure how long Brian's targets take to start.",
    )
    add = parser.add_argument
    add("--parts", nargs="+", choices=PARTS, default=PARTS)
    add("--setup-models", nargs="+", choices=MODELS, default=SETUP_MODELS)
    add("--models", nargs="+", choices=MODELS, default=MODELS, help="run again")
    add("--repeat", type=int, default=5, help="processes of each kind")
    add("--processes", type=int, default=32, help="how many at once")
    add("--json", type=Path, metavar="FILE", help="write all measurements to a file")
    return parser.parse_args(arguments)


def compiled_targets() -> list[str]:
    """Return the targets that compile and that can be used here."""
    return [target for target in ("numba", "cython") if what_lacks(target) is None]


def median(measurements: Measurements, quantity: str) -> float:
    """Return the median of a quantity."""
    return statistics.median(m[quantity] for m in measurements)


def setup(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Measure set-up: very first, and on a machine that has run another model."""
    targets = compiled_targets()
    for target in targets:
        say(f"{EARLIER_MODEL}, {target}")
        measure(EARLIER_MODEL, target, folder / f"{target}-earlier")
    results: dict[str, Any] = {}
    for model in options.setup_models:
        kinds = ["numpy"] + [f"{t}, {k}" for t in targets for k in ("first", "new")]
        found: dict[str, Measurements] = {kind: [] for kind in kinds}
        for number in range(options.repeat):
            for kind in kinds:
                say(f"{model}, {kind} {number + 1}")
                target, _, state = kind.partition(", ")
                with cache_of(folder, target, state) as cache:
                    found[kind].append(measure(model, target, cache))
        results[model] = found
        show_setup(model, found)
    return results


@contextmanager
def cache_of(folder: Path, target: str, state: str) -> Iterator[Path]:
    """Make a cache for one process: empty, or with what an earlier model left there."""
    with tempfile.TemporaryDirectory() as scratch:
        cache = Path(scratch, "cache")
        if state == "new":
            shutil.copytree(folder / f"{target}-earlier", cache)
        yield cache


def show_setup(model: str, found: dict[str, Measurements]) -> None:
    """Print the medians, less numpy's, and how they compare."""
    numpy = median(found["numpy"], "setup")
    less = {kind: median(found[kind], "setup") - numpy for kind in found}
    print(f"{model}: numpy's set-up {numpy:.3f} s; beyond it")
    for state, title in (("first", "very first model"), ("new", "new model")):
        times = {kind: less[kind] for kind in less if kind.endswith(state)}
        cells = ", ".join(f"{k.split(',')[0]} {s:.3f} s" for k, s in times.items())
        ratio = ""
        if len(times) > 1:
            numba, cython = times[f"numba, {state}"], times[f"cython, {state}"]
            ratio = (
                f": {cython / numba:.0f} times"
                if numba > 0
                else ": numba is faster than numpy"
            )
        print(f"  {title:18} {cells}{ratio}", flush=True)


def again(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Measure whole processes of models that were compiled before."""
    results: dict[str, Any] = {}
    print(f"{'whole process, compiled before':32} {'numba':>8} {'cython':>8} ratio")
    for model in options.models:
        found: dict[str, Measurements] = {}
        for target in compiled_targets():
            say(f"{model}, {target}, to be compiled")
            measure(model, target, folder / target, "--once")
            found[target] = []
        for number in range(options.repeat):
            # Each target goes first as often as the others
            turns = list(found.items())
            for target, measurements in turns[:: 1 if number % 2 else -1]:
                say(f"{model}, {target}, again {number + 1}")
                measurements.append(measure(model, target, folder / target, "--once"))
        results[model] = found
        times = [median(found[target], "process") for target in found]
        ratio = f"{times[0] / times[1]:5.2f}" if len(times) > 1 else ""
        cells = " ".join(f"{seconds:8.3f}" for seconds in times)
        print(f"{model:32} {cells} {ratio}", flush=True)
    return results


def together(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Let processes start at once on one empty cache; report who compiled what."""
    alone = measure("cuba", "numba", folder / "alone", "--once")
    n_alone = len(list((folder / "alone").rglob("*.kernel")))
    cache = folder / "together"
    processes = [
        start("cuba", "numba", cache, "--once") for _ in range(options.processes)
    ]
    printed = [process.communicate()[0] for process in processes]
    failed = sum(process.returncode != 0 for process in processes)
    done = [json.loads(text.splitlines()[-1]) for text in printed if text]
    n_stored = len(list(cache.rglob("*.kernel")))
    spikes = sorted({measurement["spikes"] for measurement in done})
    print(f"{options.processes} processes at once on an empty cache: {failed} failed")
    print(f"  spikes {spikes}, alone {alone['spikes']}")
    print(f"  entries in the cache {n_stored}, of one process alone {n_alone}")
    total = {
        k: sum(m[k] for m in done) for k in ("compiled", "loaded", "compiling_time")
    }
    print(
        f"  compiled {total['compiled']} kernels in {total['compiling_time']:.1f} s of "
        f"all processes, alone {alone['compiled']} in {alone['compiling_time']:.2f} s; "
        f"found {total['loaded']}",
        flush=True,
    )
    return {"alone": alone, "together": done, "failed": failed, "stored": n_stored}


def say(what: str) -> None:
    """Tell what is being measured, on a line of its own."""
    print(f"... {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
