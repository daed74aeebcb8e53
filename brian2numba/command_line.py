"""
What can be done from a shell: ``python -m brian2numba COMMAND``.

The commands are there for the jobs of clusters and their administrators, and for
reports of bugs.
"""

from __future__ import annotations

import argparse
import os
import platform
import runpy
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import llvmlite.binding as llvm
from brian2.core.preferences import PreferenceError, prefs

import brian2numba
from brian2numba.cache import cache_info, clear_cache
from brian2numba.compilation.machine_code import processor
from brian2numba.compilation.work import WORK
from brian2numba.home import ISSUES
from brian2numba.simulation import Preparation, without_time_steps
from brian2numba.sweeps.parts import Part, PartDone, only_part

__all__ = ["main"]

_PACKAGES = ("brian2numba", "brian2", "numba", "llvmlite", "numpy", "sympy", "cython")
_CATEGORY = "codegen.runtime.numba"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return the exit status."""
    options = _parser().parse_args(arguments)
    if options.cache_dir:
        prefs[f"{_CATEGORY}.cache_dir"] = options.cache_dir
    if options.command == "compile":
        return _compile(options)
    if options.command == "sweep":
        return _compute_part(options)
    {"cache": _show_cache, "clear": _clear, "info": _show_facts}[options.command]()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m brian2numba",
        description="Look after the cache of compiled code, run parts of sweeps, print "
        "facts for bug reports.",
    )
    parser.add_argument(
        "--version", action="version", version=f"brian2numba {brian2numba.__version__}"
    )
    parser.add_argument(
        "--cache-dir", metavar="DIR", help="the cache, if not the one that is set"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("cache", help="show where the cache is and what is in it")
    commands.add_parser("clear", help="remove all that is in the cache")
    commands.add_parser("info", help="print facts on this environment")
    compile_ = commands.add_parser(
        "compile",
        help="compile what a script needs, without running its time steps",
        description="Run a script, but for the time steps of its networks, and of the "
        "points of its sweeps but for the first. What it needs is in the cache "
        "afterwards, for instance for the jobs of a cluster.",
    )
    compile_.add_argument("--cpu", help="the processor to compile for, e.g. x86-64-v3")
    sweep = commands.add_parser(
        "sweep",
        help="compute a part of the sweep in a script, in a job of an array",
        description="Run a script up to its sweep, of which a part is computed and "
        "kept in the sweep's folder. The script ends there; run it without this "
        "command to go on with all results. Sweeps that are complete are passed.",
    )
    sweep.add_argument(
        "--part",
        metavar="K/N",
        required=True,
        help="the part to compute, of parts 1 to N: every Nth point, from the Kth on",
    )
    for command in (compile_, sweep):
        command.add_argument("script", type=Path)
        command.add_argument(
            "arguments", nargs=argparse.REMAINDER, help="the script's own"
        )
    return parser


def _show_cache() -> None:
    print(cache_info().contents)


def _clear() -> None:
    n_removed = clear_cache()
    print(f"{n_removed} entries removed from {cache_info().directory}")


def _compile(options: argparse.Namespace) -> int:
    """Compile what a script needs; the status is 1 if it could not be seen to all."""
    info = cache_info()
    if info.objection:
        print(f"Nothing can be stored in {info.directory}: {info.objection}")
        return 1
    # Windows with figures would wait for somebody to close them
    os.environ["MPLBACKEND"] = "Agg"
    prefs.codegen.target = "numba"
    if options.cpu:
        try:
            prefs[f"{_CATEGORY}.cpu"] = options.cpu
        except PreferenceError as error:
            print(error)
            return 1
    _pretend_to_be(options)
    complete = _run_without_time_steps(options.script)
    for note in Preparation.notes:
        print(note)
    print(f"{Preparation.n_runs} runs prepared: {WORK}")
    print(f"The cache is {info.directory}")
    return 0 if complete else 1


def _pretend_to_be(options: argparse.Namespace) -> None:
    """Let a script find its arguments and the modules beside it."""
    sys.argv = [str(options.script), *options.arguments]
    sys.path[0] = str(options.script.resolve().parent)


def _compute_part(options: argparse.Namespace) -> int:
    """Compute a part of a sweep; the status is 1 if a point failed."""
    try:
        part = Part.from_text(options.part)
    except ValueError as error:
        print(error)
        return 1
    _pretend_to_be(options)
    try:
        with only_part(part):
            runpy.run_path(str(options.script), run_name="__main__")
    except PartDone as done:
        print(f"Part {options.part}: {done.report}")
        return 1 if done.report.n_failed else 0
    print(f"Nothing was left to compute: {options.script} ran to its end.")
    return 0


def _run_without_time_steps(script: Path) -> bool:
    """Run a script but for time steps; tell whether it came to its end."""
    try:
        with without_time_steps():
            runpy.run_path(str(script), run_name="__main__")
    except SystemExit as exit_:
        return not exit_.code
    except Exception:
        traceback.print_exc()
        print(
            f"{script} raised this exception after {Preparation.n_runs} runs. No time "
            "step was run, so that there are no results; what comes after the line "
            "that raised was not compiled."
        )
        return False
    return True


def _show_facts() -> None:
    for package in _PACKAGES:
        try:
            print(f"{package:<12} {version(package)}")
        except PackageNotFoundError:
            print(f"{package:<12} not installed")
    host = processor("host")
    features = host.features.split(",")
    enabled = [feature[1:] for feature in features if feature.startswith("+")]
    facts = {
        "LLVM": ".".join(map(str, llvm.llvm_version_info)),
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": platform.platform(),
        "machine": host.triple,
        "processor": f"{host.cpu}, {os.cpu_count()} logical cores",
        "features": " ".join(enabled),
        "report bugs": ISSUES,
    }
    for name, fact in facts.items():
        print(f"{name:<12} {fact}")
    for name in sorted(prefs.pref_register[_CATEGORY][0]):
        print(f"{name:<20} {prefs[f'{_CATEGORY}.{name}']!r}")
    _show_cache()
