"""
What large models are made of: ``python -m benchmarks.ingredients``.

Random drive and all random functions, refractoriness, delays and weights, connections
whose targets follow each other, threads, and single precision: each in networks that
have little else. With ``--before FOLDER``, the package in that folder (another commit,
checked out) is measured as well, in turns.
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

from benchmarks.compare import ROOT, machine
from benchmarks.ingredients import report
from benchmarks.ingredients.processes import measured
from benchmarks.ingredients.sections import SECTIONS
from benchmarks.published.processes import Found
from benchmarks.reports import write_page

DOCS = ROOT / "docs" / "performance"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, print it and write it to files."""
    options = parse(arguments)
    found: dict[str, dict[str, Found]] = {}
    kept = options.cache
    with tempfile.TemporaryDirectory() if kept is None else nullcontext(kept) as folder:
        for name in options.only:
            found[name] = measured(SECTIONS[name], options, Path(folder))
            keep(found, options)
    print((options.output / "ingredients.md").read_text(encoding="utf-8"))
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ingredients",
        description="Measure what large models are made of.",
    )
    add = parser.add_argument
    add("--only", nargs="+", choices=SECTIONS, default=tuple(SECTIONS))
    add("--share", type=float, default=1.0, help="of neurons and time steps (1)")
    add("--repeat", type=int, default=5, help="processes of each")
    add("--before", type=Path, metavar="FOLDER", help="another commit's package")
    add("--cache", type=Path, metavar="FOLDER", help="keeps what is compiled")
    add("--output", type=Path, default=ROOT / "benchmarks" / "output")
    add("--docs", action="store_true", help="write to docs/performance, too")
    return parser.parse_args(arguments)


def keep(found: dict[str, dict[str, Found]], options: argparse.Namespace) -> None:
    """Write what was measured so far, whatever comes after."""
    options.output.mkdir(parents=True, exist_ok=True)
    sections = {
        name: {model: asdict(each) for model, each in models.items()}
        for name, models in found.items()
    }
    data = {"machine": machine(), "share": options.share, "sections": sections}
    file = options.output / "ingredients.json"
    file.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    parts = report.parts(found, options)
    for folder in (options.output, *([DOCS] if options.docs else [])):
        write_page(folder / "ingredients.md", parts)


if __name__ == "__main__":
    sys.exit(main())
