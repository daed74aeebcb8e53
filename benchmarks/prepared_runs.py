"""
Runs of a network that has run before: ``python -m benchmarks.prepared_runs``.

- ``steps``: runs of one time step, nothing changed; trials of 10 ms: restore, seed, set
  a value, run, read the spikes; assignments of an expression.
- ``second``: second and later runs, against the time steps of C++ standalone mode.
- ``again``: the same network built again in a process, until its first time step.
- ``sweep``: points of a sweep whose network is built once in each process.

Each is measured in several processes, the ways of running it in turn. With ``--before
FOLDER``, the package in that folder (another commit, checked out) is measured as well.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.compare import ROOT, machine, what_lacks
from benchmarks.reports import markdown_table, write_page

__all__ = ["main"]

DOCS = ROOT / "docs" / "performance"
SCRIPT = Path(__file__).with_name("prepared_tasks.py")
PARTS = ("steps", "second", "again", "sweep")
#: The models whose second runs are measured, and what the table calls them
SECOND = {
    "cuba": "CUBA, 4000 neurons, 1 s",
    "coba": "COBA, 4000 neurons, 1 s",
    "delays": "4000 neurons, a delay each synapse, 1 s",
    "cable": "cable of 1000 compartments, 25 ms",
    "small_lif": "2000 integrate-and-fire neurons, 0.2 s",
}
#: Of how many points the package of another folder gets one, as it may be slow
BEFORE_GETS = 5


@dataclass(frozen=True)
class Job:
    """A task, and the ways of doing it.

    Attributes
    ----------
    part : str
        One of `PARTS`.
    task : str
        A task of `benchmarks.prepared_tasks`.
    ways : tuple of str
        Targets, and ``before``.
    model : str
        What the task needs to know.
    """

    part: str
    task: str
    ways: tuple[str, ...]
    model: str = ""

    @property
    def name(self) -> str:
        """What results are kept under."""
        return f"{self.task} {self.model}".strip()


JOBS = (
    Job("steps", "small_lif", ("numba", "before", "cython")),
    Job("steps", "cuba", ("numba", "before", "cython")),
    Job("steps", "pathways", ("numba", "before")),
    *(Job("second", "second", ("numba", "before", "standalone"), m) for m in SECOND),
    Job("again", "again", ("numba", "before", "numpy")),
    Job("sweep", "sweep", ("numba", "before")),
)


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes
    ----------
    title : str
        What it is about.
    job : str
        The name of the job.
    quantity : str
        What the job measured.
    goals : dict of str to float
        How many times as long others are to take, by way.
    others : dict of str to str
        The quantities of other ways, where they have another name.
    """

    title: str
    job: str
    quantity: str
    goals: dict[str, float] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)


STEP, TRIAL = {"before": 20.0, "cython": 150.0}, {"before": 12.0, "cython": 60.0}
SECOND_GOALS = {"cuba": 2.5, "coba": 2.0, "delays": 2.0, "cable": 1.5, "small_lif": 1.0}
ROWS = (
    Row("one time step, 2000 independent neurons", "small_lif", "one step", STEP),
    Row("one time step, CUBA", "cuba", "one step", STEP),
    Row("one time step, 64 pathways", "pathways", "one step", {"before": 50.0}),
    Row("a trial of 10 ms, 2000 independent neurons", "small_lif", "trial", TRIAL),
    Row("a trial of 10 ms, CUBA", "cuba", "trial", TRIAL),
    Row('`group.v = "rand()"`', "small_lif", "expression", {"cython": 6.0}),
    Row('`group.v = "rand()"`, by numpy', "small_lif", "expression by numpy"),
    *(
        Row(
            f"second run, {title}",
            f"second {model}",
            "whole",
            {"standalone": SECOND_GOALS[model]},
            {"standalone": "time steps"},
        )
        for model, title in SECOND.items()
    ),
    *(
        Row(f"its time steps, {title}", f"second {model}", "time steps")
        for model, title in SECOND.items()
    ),
    Row("CUBA built again, to its first step", "again", "whole", {"before": 2.0}),
    Row("of which its objects are constructed", "again", "objects"),
    Row("a point of a sweep, built once", "sweep", "a point"),
)
WAYS = {
    "numba": "numba (ms)",
    "before": "numba before",
    "cython": "Cython",
    "standalone": "C++ standalone, time steps",
    "numpy": "numpy",
}
#: Points a second that a sweep is to do
POINTS_A_SECOND = 200

type Seconds = dict[str, list[float]]
#: By job and way: what each process measured
type Found = dict[str, dict[str, list[Seconds]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, print it and write it to files."""
    options = parse(arguments)
    jobs = [job for job in JOBS if job.part in options.parts]
    found: Found = {}
    with tempfile.TemporaryDirectory() as folder:
        cache = options.cache or Path(folder)
        for job in jobs:
            found[job.name] = measured(
                job, ways_of(job, options.before), cache, options
            )
            keep(found, options)
    print((options.output / "prepared_runs.md").read_text(encoding="utf-8"))
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.prepared_runs",
        description="Measure runs of networks that have run before.",
    )
    add = parser.add_argument
    add("parts", nargs="*", choices=[[], *PARTS], help="all unless told")
    add("--runs", type=int, default=20, help="in each process")
    add("--repeat", type=int, default=5, help="processes")
    add("--points", type=int, default=1000, help="of a sweep")
    add("--quick", action="store_true", help="three runs in one process")
    add("--before", type=Path, metavar="FOLDER", help="another commit's package")
    add("--cache", type=Path, metavar="FOLDER", help="keeps C++ programs")
    add("--output", type=Path, default=ROOT / "benchmarks" / "output")
    add("--docs", action="store_true", help="write to docs/performance, too")
    options = parser.parse_args(arguments)
    options.parts = options.parts or PARTS
    if options.quick:
        options.runs, options.repeat, options.points = 3, 1, 40
    return options


def ways_of(job: Job, before: Path | None) -> list[str]:
    """Return the ways of doing a job that are there; say which are not."""
    ways = []
    for way in job.ways:
        lacking = what_lacks(way)
        if lacking:
            print(f"{way} is left out: {lacking}.")
        elif way != "before" or before:
            ways.append(way)
    return ways


def measured(
    job: Job, ways: Sequence[str], cache: Path, options: argparse.Namespace
) -> dict[str, list[Seconds]]:
    """Do a job in all ways, in turns; return what each process measured."""
    found: dict[str, list[Seconds]] = {way: [] for way in ways}
    if "standalone" in ways:
        (cache / job.model).mkdir(parents=True, exist_ok=True)
        folder = ["--cache", str(cache / job.model)]
        in_a_process(["standalone", "standalone", "--model", job.model, *folder])
    for repetition in range(options.repeat):
        for way in ways:
            start = time.perf_counter()
            if way == "standalone":
                seconds = of_program(cache / job.model, options.runs)
            else:
                seconds = of_task(job, way, options)
            found[way].append(seconds)
            took = f"{time.perf_counter() - start:.1f} s"
            print(f"{job.name}, {way}, {repetition + 1}: {took}", file=sys.stderr)
    return found


def of_task(job: Job, way: str, options: argparse.Namespace) -> Seconds:
    """Let a process do a task."""
    n_points = options.points // (BEFORE_GETS if way == "before" else 1)
    line = [job.task, "numba" if way == "before" else way]
    line += ["--runs", str(options.runs), "--points", str(n_points)]
    line += ["--model", job.model] if job.model else []
    return in_a_process(line, options.before if way == "before" else ROOT)


def in_a_process(arguments: Sequence[str], folder: Path = ROOT) -> Seconds:
    """Start `benchmarks.prepared_tasks` with the package of a folder."""
    command = [sys.executable, str(SCRIPT), *arguments]
    finished = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(folder.resolve())},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{finished.stderr}")
    seconds: Seconds = json.loads(finished.stdout.splitlines()[-1])
    return seconds


def of_program(folder: Path, n_runs: int) -> Seconds:
    """Return the seconds of the time steps of a C++ program's last run."""
    seconds = []
    for _ in range(n_runs):
        command = [str(folder.resolve() / "main"), "--results_dir", "results/"]
        subprocess.run(command, cwd=folder, capture_output=True, check=True)
        written = (folder / "results" / "last_run_info.txt").read_text()
        seconds.append(float(written.split()[0]))
    return {"time steps": seconds}


def keep(found: Found, options: argparse.Namespace) -> None:
    """Write what was measured so far, whatever comes after."""
    options.output.mkdir(parents=True, exist_ok=True)
    data = {"machine": machine(), "seconds": found}
    file = options.output / "prepared_runs.json"
    file.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    parts = report(found, options)
    for folder in (options.output, *([DOCS] if options.docs else [])):
        write_page(folder / "prepared_runs.md", ["# Prepared runs", *parts])


def median(found: Found, job: str, way: str, quantity: str) -> float | None:
    """Return the median of the processes' medians; None if there is none."""
    processes = found.get(job, {}).get(way, [])
    medians = [statistics.median(s[quantity]) for s in processes if quantity in s]
    return statistics.median(medians) if medians else None


def report(found: Found, options: Any) -> list[str]:
    """Return the results in words."""
    facts = machine()
    ways = [way for way in WAYS if any(way in ways for ways in found.values())]
    rows = [cells for row in ROWS if (cells := cells_of(row, found, ways))]
    parts = [
        f"Medians of {options.runs} runs in each of {options.repeat} processes. Beside "
        "the milliseconds that others take is how many times as long that is, and what "
        "the goal was, with an exclamation mark where it is not reached. Strings are "
        "evaluated by the target itself, unless numpy is named.",
        f"Measured on {facts['processor']} ({facts['platform']}) with Python "
        f"{facts['python']}, brian2 {facts['brian2']}, numba {facts['numba']}, Cython "
        f"{facts['Cython']}. Written by `python -m benchmarks.prepared_runs`.",
        markdown_table(("", *(WAYS[way] for way in ways)), rows),
    ]
    point = median(found, "sweep", "numba", "a point")
    if point is not None:
        mark = "" if 1 / point >= POINTS_A_SECOND else "!"
        parts.append(
            f"The sweep does {1 / point:.0f} points a second with two processes, for "
            f"400 neurons and 10 ms (goal {POINTS_A_SECOND}{mark})."
        )
    return parts


def cells_of(row: Row, found: Found, ways: Sequence[str]) -> list[str] | None:
    """Return the cells of a row; None if it was not measured."""
    ours = median(found, row.job, "numba", row.quantity)
    if ours is None:
        return None
    cells = [row.title, f"{ours * 1e3:.3g}"]
    for way in ways[1:]:
        quantity = row.others.get(way, row.quantity)
        seconds = median(found, row.job, way, quantity)
        cells.append("" if seconds is None else _cell(row, way, seconds, ours))
    return cells


def _cell(row: Row, way: str, seconds: float, ours: float) -> str:
    ratio, goal = seconds / ours, row.goals.get(way)
    text = f"{seconds * 1e3:.3g}, {ratio:.3g} times"
    if goal is None:
        return text
    return f"{text} ({goal:g}{'' if ratio >= goal else '!'})"


if __name__ == "__main__":
    sys.exit(main())
