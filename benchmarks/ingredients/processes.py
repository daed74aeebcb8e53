"""Runs what `benchmarks.ingredients` measures: in processes of their own, in turns."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.compare import ROOT, MeasurementFailedError, what_lacks
from benchmarks.ingredients.sections import WAYS, Section
from benchmarks.published.processes import Found, finished, program_again

__all__ = ["measured"]

WORKER = Path(__file__).with_name("worker.py")


def measured(
    section: Section, options: argparse.Namespace, cache: Path
) -> dict[str, Found]:
    """Measure a section's networks in all their ways, in turns.

    Returns
    -------
    dict of str to Found
        By network.
    """
    found: dict[str, Found] = {model: Found() for model, _ in section.runs}
    first = {}
    for model, way in section.runs:
        reason = lacks(way, options)
        if reason is None:
            try:
                first[model, way] = compiled(model, way, options, cache)
                reason = _not_there(first[model, way])
            except MeasurementFailedError as error:
                reason = str(error)
        if reason is None:
            found[model].runs[way] = []
        else:
            found[model].left_out[way] = reason
    for repetition in range(options.repeat):
        for model, way in section.runs:
            if way not in found[model].runs:
                continue
            print(f"{model}, {way}, {repetition + 1}", file=sys.stderr, flush=True)
            if WAYS[way].target == "standalone":
                program = program_again(folder_of(model, way, options, cache))
                found[model].runs[way].append({**first[model, way], **program})
            else:
                found[model].runs[way].append(run(model, way, options, cache))
    return found


def lacks(way: str, options: argparse.Namespace) -> str | None:
    """Return why a way is not there, or None if it is."""
    if WAYS[way].before and options.before is None:
        return "no folder was given (--before FOLDER)"
    return what_lacks(WAYS[way].target)


def _not_there(result: dict[str, Any]) -> str | None:
    missing = ", ".join(result.get("not_there") or ())
    return f"the numba target has no preference {missing}" if missing else None


def compiled(
    model: str, way: str, options: argparse.Namespace, cache: Path
) -> dict[str, Any]:
    """Run once what the cache does not have, and return what that found.

    What a process needs that compiles is that of the compiler, so it does not count.
    """
    folder = folder_of(model, way, options, cache)
    file = folder.with_name(f"{folder.name}.json")
    if file.exists():
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return kept
    print(f"{model}, {way}, first", file=sys.stderr, flush=True)
    found = run(model, way, options, cache)
    file.write_text(json.dumps(found) + "\n", encoding="utf-8")
    return found


def run(
    model: str, way: str, options: argparse.Namespace, cache: Path
) -> dict[str, Any]:
    """Run a network once, in a process of its own, and return what that found."""
    how = WAYS[way]
    folder = folder_of(model, way, options, cache)
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(WORKER), model, how.target, str(folder)]
    command += ["--share", str(options.share)]
    for preference, value in how.settings.items():
        command += ["--set", f"{preference}={json.dumps(value)}"]
    package = options.before.resolve() if how.before else ROOT
    result: dict[str, Any] = json.loads(
        finished(command, folder, package).splitlines()[-1]
    )
    return result


def folder_of(model: str, way: str, options: argparse.Namespace, cache: Path) -> Path:
    """Return where compiled code of a network and a way is kept."""
    return cache.resolve() / f"{model}-{options.share:g}" / way
