"""
Break critical modules on purpose, and run the tests that are meant to notice.

A mutant is a copy of the package in which one small thing of one module is different: a
comparison, a sign, a number, a condition, a statement that is left out.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from reliability.mutations.modules import CRITICAL
from reliability.mutations.operators import Mutant, mutants
from reliability.results import read, write

ROOT = Path(__file__).parents[2]
_PARTS = ("brian2numba", "tests", "tools", "benchmarks", "reliability", "examples")
#: How long, in seconds, tests of a mutant may take; one that runs for ever is noticed
_LIMIT = 600


@dataclass(frozen=True)
class Trial:
    """A mutant of a module, to be tried."""

    module: str
    mutant: Mutant

    def __str__(self) -> str:
        return f"{self.module}, {self.mutant}"


def chosen(modules: list[str], n_each: int, seed: int) -> list[Trial]:
    """Return some mutants of each module."""
    trials = []
    for module in modules:
        source = (ROOT / "brian2numba" / module).read_text(encoding="utf-8")
        known = list(mutants(source))
        numbers = random.Random(f"{seed} {module}").sample(
            range(len(known)), min(n_each, len(known))
        )
        trials += [Trial(module, known[number]) for number in sorted(numbers)]
    return trials


def copy_of_repository(folder: Path) -> Path:
    """Copy what tests need into a folder."""
    for part in _PARTS:
        ignored = shutil.ignore_patterns("__pycache__", "output")
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    for file in (*ROOT.glob("*.py"), *ROOT.glob("*.md"), ROOT / "pyproject.toml"):
        shutil.copy(file, folder)
    shutil.copytree(ROOT / "docs", folder / "docs")
    return folder


def is_noticed(trial: Trial, copy: Path) -> bool:
    """Tell whether a test fails for a mutant."""
    file = copy / "brian2numba" / trial.module
    source = file.read_text(encoding="utf-8")
    file.write_text(trial.mutant.source, encoding="utf-8")
    try:
        return tests_fail(CRITICAL[trial.module], copy)
    finally:
        file.write_text(source, encoding="utf-8")


def tests_fail(tests: tuple[str, ...], copy: Path) -> bool:
    """Run tests of a copy of the repository until one fails."""
    files = [str(Path("tests", test)) for test in tests]
    command = [sys.executable, "-m", "pytest", "-x", "-q", *files]
    options = ["-m", "not compiler", "-p", "no:cacheprovider", "--timeout", "120"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy),
        "BRIAN2NUMBA_CACHE_DIR": str(copy / "cache"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        finished = subprocess.run(
            [*command, *options],
            cwd=copy,
            env=environment,
            capture_output=True,
            timeout=_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    return finished.returncode != 0


def figures_of(
    trials: list[Trial], noticed: Counter[str], survivors: list[str]
) -> dict[str, object]:
    """Return the figures; modules that were not tried now keep theirs."""
    tried = Counter(trial.module for trial in trials)
    before = read().get("mutations", {}).get("figures", {})
    counts = {
        module: tuple(map(int, re.findall(r"\d+", before[module])))
        for module in CRITICAL
        if module in before
    }
    counts |= {module: (noticed[module], n) for module, n in tried.items()}
    kept = [s for s in before.get("not noticed", []) if s.split(",")[0] not in tried]
    totals = (sum(numbers) for numbers in zip(*counts.values(), strict=True))
    counts["all"] = tuple(totals)
    return {
        **{module: f"{n} of {m} noticed" for module, (n, m) in counts.items()},
        "not noticed": sorted([*kept, *survivors]),
    }


def main() -> int:
    """Try mutants; print those that no test noticed."""
    parser = argparse.ArgumentParser(prog="python -m reliability.mutations")
    parser.add_argument(
        "--modules", nargs="*", choices=CRITICAL, default=list(CRITICAL)
    )
    parser.add_argument("--each", type=int, default=6, help="mutants of each module")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    trials = chosen(arguments.modules, arguments.each, arguments.seed)
    copies: SimpleQueue[Path] = SimpleQueue()
    noticed: Counter[str] = Counter()
    survivors = []

    def try_out(trial: Trial) -> None:
        copy = copies.get()
        try:
            if is_noticed(trial, copy):
                noticed[trial.module] += 1
                print(f"noticed: {trial}", flush=True)
            else:
                survivors.append(str(trial))
                print(f"NOT NOTICED: {trial}", flush=True)
        finally:
            copies.put(copy)

    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.processes):
            copies.put(copy_of_repository(Path(folder, str(number))))
        with ThreadPoolExecutor(arguments.processes) as pool:
            list(pool.map(try_out, trials))
    options = f"--each {arguments.each} --seed {arguments.seed}"
    write("mutations", options, figures_of(trials, noticed, survivors))
    return 0


if __name__ == "__main__":
    sys.exit(main())
