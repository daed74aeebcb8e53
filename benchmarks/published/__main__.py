"""
Models of the literature, side by side: ``python -m benchmarks.published``.

The cortical microcircuit of Potjans and Diesmann (2014) at a tenth of its size, or
``--scale``, with random and with constant drive; and the whole brain of a fly of Shiu
et al. (2024), with a synthetic connectome or that of a file. Each is run by the numba
target, with one and with two threads, by Cython, by C++ standalone mode and, with
``--nest PYTHON``, by NEST; with ``--before FOLDER`` also by the package in that folder.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.compare import ROOT, machine
from benchmarks.published import report
from benchmarks.published.connectome import Connectome, synthetic
from benchmarks.published.processes import Found, measured, run
from benchmarks.published.tables import read, save
from benchmarks.published.ways import CASES, WAYS
from benchmarks.reports import write_page

DOCS = ROOT / "docs" / "performance"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, print it and write it to files."""
    options = parse(arguments)
    found: dict[str, Found] = {}
    kept = options.cache
    with tempfile.TemporaryDirectory() if kept is None else nullcontext(kept) as folder:
        cache = Path(folder)
        cache.mkdir(parents=True, exist_ok=True)
        if "fly" in options.cases:
            save(connectome_of(options), cache / "connectome.npz")
        checked = check(options, cache) if "poisson" in options.cases else None
        for name in options.cases:
            found[name] = measured(CASES[name], options, cache)
            for way, reason in found[name].left_out.items():
                print(f"{CASES[name].title}, {way} is left out: {reason}.", flush=True)
            keep(found, checked, options)
    print((options.output / "published.md").read_text(encoding="utf-8"))
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.published",
        description="Run models of the literature with several simulators.",
    )
    add = parser.add_argument
    names = ", ".join(CASES)
    add("cases", nargs="*", metavar="CASE", help=f"of {names}; all unless told")
    add("--ways", nargs="+", choices=WAYS, default=tuple(WAYS))
    add("--scale", type=float, default=0.1, help="of the microcircuit (0.1)")
    add("--duration", type=float, default=1.0, help="of each run, in seconds (1)")
    add(
        "--checked", type=float, default=10.0, help="seconds of the run that is checked"
    )
    add("--share", type=float, default=1.0, help="of the fly's neurons (1)")
    add("--connectome", type=Path, metavar="FILE", help="the fly's, a published table")
    add("--stimulated", type=int, nargs="+", default=(), help="its neurons with input")
    add("--repeat", type=int, default=5, help="processes of each")
    add("--nest", metavar="PYTHON", help="an interpreter that has NEST")
    add("--before", type=Path, metavar="FOLDER", help="another commit's package")
    add("--cache", type=Path, metavar="FOLDER", help="keeps what is compiled")
    add("--output", type=Path, default=ROOT / "benchmarks" / "output")
    add("--docs", action="store_true", help="write to docs/performance, too")
    options = parser.parse_args(arguments)
    options.cases = options.cases or list(CASES)
    unknown = [case for case in options.cases if case not in CASES]
    if unknown:
        parser.error(f"there is no case {unknown[0]!r}: choose from {names}")
    if options.connectome and not options.stimulated:
        parser.error("--connectome needs --stimulated: which neurons get input")
    return options


def connectome_of(options: argparse.Namespace) -> Connectome:
    """Return the connectome that the command line asks for."""
    if options.connectome:
        return read(options.connectome, options.stimulated)
    return synthetic(options.share)


def check(options: argparse.Namespace, cache: Path) -> dict[str, Any]:
    """Run the microcircuit with random drive for longer; return what was measured."""
    longer = argparse.Namespace(**{**vars(options), "duration": options.checked})
    print(f"{CASES['poisson'].title}, checked", flush=True)
    return run(CASES["poisson"], "numba", longer, cache)


def keep(
    found: dict[str, Found], checked: dict[str, Any] | None, options: argparse.Namespace
) -> None:
    """Write what was measured so far, whatever comes after."""
    options.output.mkdir(parents=True, exist_ok=True)
    cases = {name: asdict(each) for name, each in found.items()}
    data = {"machine": machine(), "checked": checked, "cases": cases}
    file = options.output / "published.json"
    file.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    parts = report.parts(found, checked, options)
    for folder in (options.output, *([DOCS] if options.docs else [])):
        write_page(folder / "published.md", parts)


if __name__ == "__main__":
    sys.exit(main())
