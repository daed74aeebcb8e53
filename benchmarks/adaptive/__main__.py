"""
Accuracy and work of methods that adapt their steps: ``python -m benchmarks.adaptive``.

Measures the errors of all methods of Brian that can integrate a Hodgkin-Huxley neuron,
and how long they take for it; errors of stiff models; how far models of the tests are
from what the GNU Scientific Library found; and how long 4000 neurons take with numba,
and with Cython and C++ standalone mode, which need this library. What was measured
before is kept, so parts can be measured one by one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from benchmarks.adaptive import page
from benchmarks.compare import ROOT, MeasurementFailedError, machine, what_lacks

__all__ = ["main"]

DOCS = ROOT / "docs" / "performance"
#: What the library found of models of the tests
REFERENCE = ROOT / "tests" / "generation" / "adaptive_reference.json"
PARTS = ("work", "stiff", "library", "time")
#: Of Brian's methods, those that can integrate the models: without noise, "heun" and
#: "milstein" are "euler"
METHODS = {
    "work": (*page.FIXED, *page.ADAPTIVE),
    "stiff": ("euler", "rk4", "exponential_euler", "gsl_rkf45", "gsl_rk8pd"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, print it and write it to files."""
    options = parse(arguments)
    file = options.output / "adaptive.json"
    found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    kept = options.cache
    with tempfile.TemporaryDirectory() if kept is None else nullcontext(kept) as folder:
        for part in options.only:
            if part == "time":
                measured: Any = times(options, Path(folder))
            elif part == "library":
                measured = {
                    name: run([part, name], options, Path(folder))
                    for name in json.loads(REFERENCE.read_text(encoding="utf-8"))
                }
            else:
                methods = options.methods or METHODS[part]
                measured = run([part, *methods], options, Path(folder))
            found[part] = {"machine": machine(), "found": measured}
            keep(found, file, options)
    print((options.output / "adaptive.md").read_text(encoding="utf-8"))
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.adaptive",
        description="Measure methods that adapt their steps, beside others.",
    )
    add = parser.add_argument
    add("--only", nargs="+", choices=PARTS, default=PARTS)
    add("--methods", nargs="+", help="of the parts about errors")
    add("--targets", nargs="+", choices=page.TARGETS, default=tuple(page.TARGETS))
    add("--forms", nargs="+", choices=page.FORMS, default=tuple(page.FORMS))
    add("--neurons", type=int, default=4000)
    add("--seconds", type=float, default=0.1, help="of simulated time")
    add("--repeat", type=int, default=5, help="processes of each target")
    add("--gsl-directory", type=Path, help="headers of the GNU Scientific Library")
    add("--cache", type=Path, metavar="FOLDER", help="keeps what is compiled")
    add("--output", type=Path, default=ROOT / "benchmarks" / "output")
    add("--docs", action="store_true", help="write to docs/performance, too")
    return parser.parse_args(arguments)


def keep(found: Mapping[str, Any], file: Path, options: argparse.Namespace) -> None:
    """Write what was measured so far, whatever comes after."""
    options.output.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for folder in (options.output, *([DOCS] if options.docs else [])):
        page.write(found, folder)


def times(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Measure targets in turns, after a first time that compiles."""
    runs: dict[str, list[dict[str, Any]]] = {}
    left_out = {}
    for number in range(options.repeat + 1):
        for form in options.forms:
            for target in options.targets:
                name = f"{target}, {form}"
                if name in left_out or target in left_out:
                    continue
                print(f"{name}, {number}", file=sys.stderr, flush=True)
                size = (str(options.neurons), str(options.seconds))
                command = ["time", target, form, *size, str(folder / form)]
                try:
                    _check(target)
                    measured = run(command, options, folder)
                except MeasurementFailedError as error:
                    left_out[name] = str(error)
                    continue
                runs.setdefault(name, [])
                if number > 0:
                    runs[name].append(measured)
    size = {"neurons": options.neurons, "seconds": options.seconds}
    return {**size, "runs": runs, "left_out": left_out}


def _check(target: str) -> None:
    reason = what_lacks(target)
    if reason is not None:
        raise MeasurementFailedError(reason)


def run(arguments: list[str], options: argparse.Namespace, folder: Path) -> Any:
    """Run a process of `benchmarks.adaptive.worker`, and return what it found."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "BRIAN2NUMBA_CACHE_DIR": str(folder.resolve() / "numba"),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "benchmarks.adaptive.worker", *arguments]
    if arguments[0] == "time" and options.gsl_directory is not None:
        directory = options.gsl_directory.resolve()
        command.append(str(directory))
        paths = [str(directory.parent / "lib"), environment.get("LD_LIBRARY_PATH", "")]
        environment["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, paths))
    process = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False
    )
    if process.returncode != 0:
        ending = "\n".join((process.stdout + process.stderr).splitlines()[-15:])
        raise MeasurementFailedError(f"{' '.join(arguments)} failed:\n{ending}")
    return json.loads(process.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
