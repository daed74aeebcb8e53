"""``python -m benchmarks.tools_compared``: measure the tools in turns."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.compare import ROOT, machine
from benchmarks.tools_compared import report
from benchmarks.tools_compared.catalogue import TOOLS, installed_bytes, what_lacks

SIZES = (4000, 1_000_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, and write the JSON file and the page."""
    options = parse(arguments)
    reasons = {tool: what_lacks(tool) for tool in options.tools}
    left_out = [f"{tool}, as {why}" for tool, why in reasons.items() if why]
    tools = [tool for tool, why in reasons.items() if why is None]
    for remark in left_out:
        print(f"Left out: {remark}.")
    facts = facts_of_machine()
    with tempfile.TemporaryDirectory() as folder:
        results = measure_all(tools, options, Path(folder))
    data = {
        "machine": facts,
        "sizes": list(options.sizes),
        "installed": {tool: installed_bytes(tool) for tool in tools},
        "left_out": left_out,
        "results": results,
    }
    print(report.table(data))
    options.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data, indent=1) + "\n"
    (options.output / "tools_compared.json").write_text(text, encoding="utf-8")
    report.write(data, options.output / "tools_compared.md")
    if options.docs:
        report.write(data, ROOT / "docs" / "performance" / "tools_compared.md")
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.tools_compared",
        description="Do the same job with each tool that could compile kernels.",
    )
    add = parser.add_argument
    add("--tools", nargs="+", choices=TOOLS, default=tuple(TOOLS))
    add("--sizes", nargs="+", type=int, default=SIZES, help="numbers of neurons")
    add("--repeat", type=int, default=5, help="processes of each kind")
    add("--output", type=Path, default=ROOT / "benchmarks" / "output")
    add("--docs", action="store_true", help="write docs/performance/ as well")
    return parser.parse_args(arguments)


def measure_all(
    tools: Sequence[str], options: argparse.Namespace, folder: Path
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Measure the tools in turns.

    Returns
    -------
    dict
        For each tool, the measurements of processes whose cache was empty and that
        only compiled kernels (``empty``), of one with an empty cache that did all
        (``first``), and of others that used what that one had left (``filled``).
    """
    results = {t: {"empty": [], "first": [], "filled": []} for t in tools}
    n = options.repeat
    kinds = (("empty", n), ("first", 1), ("filled", n))
    for kind, number in ((kind, k) for kind, count in kinds for k in range(count)):
        for tool in tools:
            print(f"{tool}, {kind} {number + 1}", file=sys.stderr, flush=True)
            name = f"empty-{number}" if kind == "empty" else "kept"
            only = ("--start",) if kind == "empty" else ()
            cache = folder / tool / name
            results[tool][kind].append(measure(tool, cache, options.sizes, *only))
    return results


def measure(tool: str, cache: Path, sizes: Sequence[int], *only: str) -> dict[str, Any]:
    """Measure a tool in a process of its own."""
    environment = {
        **os.environ,
        "BRIAN2NUMBA_CACHE_DIR": str(cache / "kernels"),
        "NUMBA_CACHE_DIR": str(cache / "numba"),
        "MPLBACKEND": "Agg",
    }
    # As in an installed package, modules are compiled once
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "benchmarks.tools_compared.measure", tool]
    finished = subprocess.run(
        [*command, str(cache), *map(str, sizes), *only],
        cwd=ROOT,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )
    if finished.returncode != 0:
        ending = "\n".join((finished.stdout + finished.stderr).splitlines()[-15:])
        raise RuntimeError(f"{tool} failed:\n{ending}")
    return json.loads(finished.stdout.splitlines()[-1])


def facts_of_machine() -> dict[str, Any]:
    """Return where, with which versions, and beside how much other work."""
    facts = dict(machine())
    for package in ("cffi", "cppyy", "cppyy-cling"):
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            facts[package] = None
    if hasattr(os, "getloadavg"):
        facts["load before"] = round(os.getloadavg()[0], 1)
    return facts


if __name__ == "__main__":
    sys.exit(main())
