"""
Are kernels as fast as they should be? ``python -m benchmarks.kernels``.

Measures the numba target, Cython and C++ standalone mode, and sets the ratios of the
times that their time steps take beside the goals for them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.compare import ROOT, Result, available, machine, measure_model
from benchmarks.reports import markdown_table, write_page

TARGETS = ("numba", "standalone", "cython")
#: How many times as long other targets should take as numba
GOALS: Mapping[str, Mapping[str, float]] = {
    "cobahh": {"standalone": 3.5, "cython": 5.0},
    "cobahh_single": {"standalone": 3.5},
    "cuba": {"standalone": 2.0},
    "cuba_40000": {"standalone": 2.0, "cython": 2.0},
    "coba": {"standalone": 2.0},
    "noisy": {"standalone": 1.4},
    "noisy_fast": {"standalone": 2.5},
    "delays": {"standalone": 1.3},
    "cable": {"standalone": 2.0},
    "small_lif": {"standalone": 1.0},
    "stdp": {"standalone": 1.0},
    "single": {"standalone": 1.0},
    "forum": {"standalone": 1.0},
    "synapse_heavy": {"standalone": 1.0},
}
MODELS = tuple(GOALS)
MEGABYTE = 1e6
OTHERS = TARGETS[1:]
INTRODUCTION = """# Time steps

Medians of how long time steps take, how many times as long as with the numba target
others take, and the most memory that the process had. Written by
`python -m benchmarks.kernels`."""
HEAD = (
    "model",
    *(f"{target} (ms)" for target in TARGETS),
    *(title for target in OTHERS for title in (f"{target} / numba", "goal")),
    *(f"{target} (MB)" for target in TARGETS),
    "spikes",
)
#: Where memory begins: a page is not wide enough for all columns
MEMORY = HEAD.index(f"{TARGETS[0]} (MB)")


@dataclass(frozen=True)
class Row:
    """What was found for one model. Each mapping has an item for a target.

    Attributes
    ----------
    seconds : mapping
        Median time of the time steps.
    memory : mapping
        Median of the most memory that the process had, in bytes.
    spikes : mapping
        How many there were: whether targets did about the same work.
    ratios : mapping
        How many times as long as numba.
    missing : list of str
        Preferences for this model that the numba target doesn't have.
    """

    model: str
    seconds: Mapping[str, float | None]
    memory: Mapping[str, float | None]
    spikes: Mapping[str, float | None]
    ratios: Mapping[str, float | None]
    missing: Sequence[str] = ()

    @property
    def falls_short(self) -> list[str]:
        """The targets that are nearer to numba than the goal, or not measured."""
        goals = GOALS.get(self.model, {})
        return [t for t in goals if (self.ratios.get(t) or 0.0) < goals[t]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, and write files."""
    options = parse(arguments)
    kept = options.cache
    with tempfile.TemporaryDirectory() if kept is None else nullcontext(kept) as cache:
        results = measure_all(options, Path(cache))
    rows = [row_of(model, results) for model in options.models]
    print()
    print(markdown_table(HEAD, [cells(row) for row in rows]))
    for remark in remarks(rows):
        print(remark)
    measurements = [vars(result) for result in results]
    data = {
        "machine": machine(),
        "rows": [asdict(row) for row in rows],
        "results": measurements,
    }
    options.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data, indent=1) + "\n"
    (options.output / "kernels.json").write_text(text, encoding="utf-8")
    write(rows, options.output)
    if options.docs:
        write(rows, ROOT / "docs" / "performance")
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.kernels",
        description="Compare the time of time steps with the goals for it.",
    )
    add = parser.add_argument
    add("--models", nargs="+", choices=MODELS, default=MODELS)
    add("--targets", nargs="+", choices=TARGETS, default=TARGETS)
    add("--repeat", type=int, default=5, help="measurements of each")
    add("--cache", type=Path, metavar="FOLDER", help="keep compiled code there")
    add("--output", type=Path, default=ROOT / "benchmarks" / "output")
    add("--docs", action="store_true", help="write docs/performance/ as well")
    return parser.parse_args(arguments)


def measure_all(options: argparse.Namespace, cache: Path) -> list[Result]:
    """Measure all models; compile first what the cache does not have."""
    targets = list(available(options.targets))
    results = []
    for model in options.models:
        folder = cache / model
        folder.mkdir(parents=True, exist_ok=True)
        new = [t for t in targets if not (folder / f"{t}.compiled").exists()]
        fill = argparse.Namespace(setup_repeat=1, repeat=0)
        for result in measure_model(model, new, fill, folder):
            if result.first:
                (folder / f"{result.target}.compiled").touch()
        turns = argparse.Namespace(setup_repeat=0, repeat=options.repeat)
        results += measure_model(model, targets, turns, folder)
    return results


def row_of(model: str, results: Sequence[Result]) -> Row:
    """Gather the measurements of a model."""
    found = {result.target: result for result in results if result.model == model}

    def medians(quantity: str) -> dict[str, float | None]:
        return {t: result.median("again", quantity) for t, result in found.items()}

    seconds = medians("run_loop")
    own = seconds.get("numba")
    ratios = {
        target: seconds[target] / own if own and seconds[target] else None
        for target in seconds
        if target != "numba"
    }
    missing = [
        name
        for measurement in (found["numba"].again if "numba" in found else ())
        for name in measurement.get("not_there") or ()
    ]
    memory, spikes = medians("peak_memory"), medians("spikes")
    return Row(model, seconds, memory, spikes, ratios, sorted(set(missing)))


def cells(row: Row) -> list[str]:
    """Return a row of the table; a ratio that falls short has an exclamation mark."""
    goals = GOALS.get(row.model, {})
    short = row.falls_short
    times = [number(row.seconds.get(t), 1000, ".2f") for t in TARGETS]
    ratios = []
    for target in OTHERS:
        mark = " !" if target in short else ""
        ratios += [number(row.ratios.get(target), 1, ".2f") + mark]
        ratios += [number(goals.get(target), 1, ".1f")]
    memory = [number(row.memory.get(t), 1 / MEGABYTE, ".0f") for t in TARGETS]
    counts = {number(row.spikes.get(t), 1, ".0f") for t in TARGETS} - {"-"}
    return [row.model, *times, *ratios, *memory, " to ".join(sorted(counts)) or "-"]


def number(value: float | None, unit: float, form: str) -> str:
    """Return how a value is shown; a dash if there is none."""
    return "-" if value is None else format(value * unit, form)


def remarks(rows: Sequence[Row]) -> list[str]:
    """Return what is to be said of a table."""
    lines = ["! is below the goal."]
    for row in rows:
        if row.missing:
            names = ", ".join(row.missing)
            lines.append(
                f"{row.model}: the numba target has no preference {names}; it ran "
                "without."
            )
    return lines


def write(rows: Sequence[Row], folder: Path) -> None:
    """Write tables and the plot to a folder."""
    head, *lines = HEAD, *(cells(row) for row in rows)
    times = markdown_table(head[:MEMORY], [line[:MEMORY] for line in lines])
    memory = markdown_table(
        (head[0], *head[MEMORY:]), [(line[0], *line[MEMORY:]) for line in lines]
    )
    picture = "![The ratios](kernels.png)"
    parts = (INTRODUCTION, times, *remarks(rows), picture, "## Memory", memory)
    write_page(folder / "kernels.md", parts)
    figure = Figure(figsize=(10, 5), layout="constrained")
    plot(rows, figure)
    figure.savefig(folder / "kernels.png", dpi=120)


def plot(rows: Sequence[Row], figure: Figure) -> None:
    """Draw a bar for each ratio, and a line at the goal."""
    axes = figure.subplots()
    width = 0.8 / len(OTHERS)
    for number_of_target, target in enumerate(OTHERS):
        places = [k + (number_of_target - 0.5) * width for k in range(len(rows))]
        heights = [row.ratios.get(target) or 0.0 for row in rows]
        axes.bar(places, heights, width, label=target)
        for place, row in zip(places, rows, strict=True):
            goal = GOALS.get(row.model, {}).get(target)
            if goal is not None:
                ends = place - width / 2, place + width / 2
                axes.plot(ends, (goal, goal), color="black", linewidth=2)
    axes.axhline(1, color="0.5", linewidth=0.8)
    axes.set_yscale("log")
    axes.set_xticks(range(len(rows)), [row.model for row in rows], rotation=30)
    axes.set_ylabel("time of time steps / numba's")
    axes.set_title("How many times as long as numba (black: goals)")
    axes.legend()


if __name__ == "__main__":
    sys.exit(main())
