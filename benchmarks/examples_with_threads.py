"""
Examples with two threads and one: ``python -m benchmarks.examples_with_threads``.

Threads must not make a small model slower. Each measurement is a process of its own,
which runs an example as a script. What is compared is the shortest time that the time
steps of all its runs took.
"""

from __future__ import annotations

import argparse
import os
import runpy
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.compare import ROOT
from benchmarks.reports import markdown_table

EXAMPLES = sorted(path.stem for path in (ROOT / "examples").glob("*.py"))
#: How many times as long several threads may take as one
LIMIT = 1.02
HEAD = ("example", "one thread (s)", "several (s)", "times as long")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the examples, print a table, and say whether all are fast enough."""
    options = parse(arguments)
    if options.child:
        print(seconds_of_steps(options.examples[0]))
        return 0
    rows, slow = [], []
    for example in options.examples:
        one, several = shortest(example, options.threads, options.repeat)
        ratio = several / one if one else 1.0
        rows.append([example, f"{one:.4f}", f"{several:.4f}", f"{ratio:.3f}"])
        if ratio > LIMIT:
            slow.append(example)
    print(markdown_table(HEAD, rows))
    if slow:
        print(f"Slower with threads by more than 2 %: {', '.join(slow)}")
    return 1 if slow else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.examples_with_threads",
        description="Compare the examples on several threads with one thread.",
    )
    add = parser.add_argument
    add("examples", nargs="*", metavar="example", help=", ".join(EXAMPLES))
    add("--threads", type=int, default=2)
    add("--repeat", type=int, default=7, help="measurements of each")
    add("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    unknown = set(options.examples) - set(EXAMPLES)
    if unknown:
        parser.error(f"There is no example {', '.join(sorted(unknown))}.")
    options.examples = options.examples or EXAMPLES
    return options


def shortest(example: str, n_threads: int, repeat: int) -> tuple[float, float]:
    """Return the shortest times with one thread and with several, in seconds."""
    found: dict[int, list[float]] = {1: [], n_threads: []}
    for number in range(repeat):
        for count, times in found.items():
            print(f"{example}, {count} threads {number + 1}", flush=True)
            times.append(measured(example, count))
    return min(found[1]), min(found[n_threads])


def measured(example: str, n_threads: int) -> float:
    """Run an example in a process of its own; return the time of its steps."""
    environment = {
        **os.environ,
        "BRIAN2NUMBA_THREADS": str(n_threads),
        "MPLBACKEND": "Agg",
        "MATPLOTLIBRC": str(ROOT / "examples" / "matplotlibrc"),
    }
    command = [sys.executable, "-m", "benchmarks.examples_with_threads"]
    finished = subprocess.run(
        [*command, "--child", example],
        cwd=ROOT,
        env=environment,
        text=True,
        capture_output=True,
        check=True,
    )
    return float(finished.stdout.splitlines()[-1])


def seconds_of_steps(example: str) -> float:
    """Run an example in this process; return the seconds that its time steps took."""
    from brian2numba.simulation.driver import Driver  # noqa: PLC0415 (in a child only)

    run_steps, total = Driver.run, [0.0]

    def timed(driver: Driver) -> None:
        start = time.perf_counter()
        try:
            run_steps(driver)
        finally:
            total[0] += time.perf_counter() - start

    Driver.run = timed  # type: ignore[method-assign]
    path = Path(ROOT, "examples", f"{example}.py")
    runpy.run_path(str(path), run_name="__main__")
    return total[0]


if __name__ == "__main__":
    sys.exit(main())
