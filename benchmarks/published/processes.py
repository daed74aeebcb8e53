"""Runs the models of `benchmarks.published`, each in a process of its own, in turns."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import memory
from benchmarks.compare import ROOT, MeasurementFailedError, what_lacks
from benchmarks.published.ways import WAYS, Case, Way

__all__ = ["Found", "available", "finished", "measured", "program_again", "run"]

FOLDER = Path(__file__).parent
NO_NEST = "no Python with NEST was given (--nest PYTHON)"


@dataclass
class Found:
    """What was measured of a case.

    Attributes
    ----------
    runs : dict
        The measurements of each way: what `worker` or `nest_worker` printed.
    left_out : dict of str to str
        Why ways are missing.
    profile : dict
        The measurement of a run of the numba target with profiles of objects.
    """

    runs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)


def available(
    case: Case, options: argparse.Namespace
) -> tuple[list[str], dict[str, str]]:
    """Return the ways of running a case that are there, and why others are not."""
    names = [name for name in case.ways if name in options.ways]
    reasons = {name: _lacks(WAYS[name], options) for name in names}
    left_out = {name: reason for name, reason in reasons.items() if reason is not None}
    return [name for name in names if name not in left_out], left_out


def _lacks(way: Way, options: argparse.Namespace) -> str | None:
    if way.before and options.before is None:
        return "no folder was given (--before FOLDER)"
    if way.target != "nest":
        return what_lacks(way.target)
    if options.nest is None:
        return NO_NEST
    command = [options.nest, "-c", "import nest"]
    try:
        subprocess.run(command, env=_environment(), capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return f"{options.nest} has no NEST"
    return None


def measured(case: Case, options: argparse.Namespace, cache: Path) -> Found:
    """Run a case in all ways, in turns, after a first time that compiles."""
    names, left_out = available(case, options)
    found = Found({}, left_out)
    first = {}
    for name in names:
        print(f"{case.title}, {WAYS[name].title}, first", flush=True)
        try:
            first[name] = run(case, name, options, cache)
        except MeasurementFailedError as error:
            found.left_out[name] = str(error)
            continue
        if first[name].get("not_there"):
            missing = ", ".join(first[name]["not_there"])
            found.left_out[name] = f"the numba target has no preference {missing}"
        else:
            found.runs[name] = []
    for repetition in range(options.repeat):
        for name, runs in found.runs.items():
            print(f"{case.title}, {WAYS[name].title}, {repetition + 1}", flush=True)
            if WAYS[name].target == "standalone":
                runs.append(
                    {**first[name], **program_again(_folder(cache, case, name))}
                )
            else:
                runs.append(run(case, name, options, cache))
    if "numba" in found.runs:
        found.profile = run(case, "numba", options, cache, ("--profile",))
    return found


def run(
    case: Case,
    name: str,
    options: argparse.Namespace,
    cache: Path,
    more: Sequence[str] = (),
) -> dict[str, Any]:
    """Run a case once, in a process of its own, and return what it found.

    Parameters
    ----------
    case : Case
        The model.
    name : str
        Of the way to run it.
    options : argparse.Namespace
        Of the command line.
    cache : Path
        The folder for compiled code, and for the connectome.
    more : sequence of str
        Options of the process.
    """
    way = WAYS[name]
    folder = _folder(cache, case, name)
    folder.mkdir(parents=True, exist_ok=True)
    arguments = ["--duration", str(options.duration), "--threads", str(way.threads)]
    if case.model == "microcircuit":
        arguments += ["--scale", str(options.scale), "--drive", case.drive]
    else:
        arguments += ["--connectome", str(cache / "connectome.npz")]
    if way.target == "nest":
        command = [options.nest, str(FOLDER / "nest_worker.py")]
    else:
        command = [sys.executable, str(FOLDER / "worker.py")]
        command += [case.model, way.target, str(folder)]
        for preference, value in way.settings.items():
            arguments += ["--set", f"{preference}={json.dumps(value)}"]
    package = options.before.resolve() if way.before else ROOT
    peak = folder / "peak_of_process.txt"
    command = memory.runner_command(str(peak), *command, *arguments, *more)
    printed = finished(command, folder, package)
    result: dict[str, Any] = json.loads(printed.splitlines()[-1])
    if way.target != "standalone":
        # A process that this one starts begins with the memory that this one has
        written = peak.read_text(encoding="ascii")
        result["peak_memory"] = int(written) if written.isdecimal() else None
    return result


def finished(command: Sequence[str], cache: Path, package: Path) -> str:
    """Run a command with the package of a folder; return what it printed."""
    environment = _environment() | {
        "PYTHONPATH": str(package),
        "BRIAN2NUMBA_CACHE_DIR": str(cache),
    }
    finished = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )
    if finished.returncode:
        ending = (finished.stdout + finished.stderr).splitlines()[-15:]
        raise MeasurementFailedError("\n".join((" ".join(command), *ending)))
    return finished.stdout


def _environment() -> dict[str, str]:
    left_out = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "OMP_NUM_THREADS")
    return {name: text for name, text in os.environ.items() if name not in left_out}


def _folder(cache: Path, case: Case, name: str) -> Path:
    """Return where compiled code of a case and a way is kept."""
    return cache.resolve() / f"{case.model}{case.drive}" / name


def program_again(folder: Path) -> dict[str, Any]:
    """Run a C++ program that is there once more; return what it measured."""
    peak = folder / "peak_memory.txt"
    program = [str(folder / "main"), "--results_dir", "results/"]
    command = memory.runner_command(str(peak), *program)
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    written = (folder / "results" / "last_run_info.txt").read_text(encoding="utf-8")
    return {
        "run_loop": float(written.split()[0]),
        "peak_memory": int(peak.read_text(encoding="ascii")),
    }
