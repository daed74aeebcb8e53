"""
What a neuron-step and a synaptic event cost in networks of 1000 to 1 000 000 neurons.

``python -m benchmarks.scaling`` measures both, and beside them what the memory of the
machine would allow: the bytes that have to be read and written, over the bandwidth of a
compiled loop for data of the same size.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from benchmarks.bandwidth import scatter_seconds, triad_bandwidth
from benchmarks.compare import ROOT, available, machine, measure
from benchmarks.reports import markdown_table, write_page

TARGETS = ("numba", "standalone")
NEURON_MODELS = (
    "lif_neurons",
    "cuba_neurons",
    "cobahh_neurons",
    "cobahh_neurons_single",
)
EVENT_MODELS = ("events", "weighted_events")
MODELS = NEURON_MODELS + EVENT_MODELS
SIZES = (1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
NANO = 1e-9
#: How the names of the pathway and of its code begin in a profile
PATHWAY = "synapses_pre"
HEAD = (
    "model",
    "neurons",
    "target",
    "ns",
    "bytes",
    "data (MB)",
    "bandwidth (GB/s)",
    "by bandwidth (ns)",
    "plain loop (ns)",
)
INTRODUCTION = """# Scaling

What one time step of one neuron costs, or one synaptic event; the bytes that it has to
read and write at least; the size of all data; and what this would cost by the bandwidth
that a compiled loop reaches on data of this size. Events add to random neurons: the
plain loop does nothing but that. Written by `python -m benchmarks.scaling`."""


@dataclass(frozen=True)
class Point:
    """What was measured for one model of one size.

    Attributes
    ----------
    seconds : float
        Median for one neuron-step or event.
    n_bytes : int
        What it reads and writes at least.
    working_set : int
        Bytes of all data that it works with.
    bandwidth : float
        Bytes a second on data of this size.
    plain_loop : float or None
        Seconds for an event in a loop that does nothing else.
    """

    model: str
    n_neurons: int
    target: str
    seconds: float
    n_bytes: int
    working_set: int
    bandwidth: float
    plain_loop: float | None

    @property
    def bound(self) -> float:
        """What the bandwidth allows, in seconds."""
        return self.n_bytes / self.bandwidth


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, and write files."""
    options = parse(arguments)
    kept = options.cache
    with tempfile.TemporaryDirectory() if kept is None else nullcontext(kept) as cache:
        points = list(measure_all(options, Path(cache)))
    print()
    print(markdown_table(HEAD, [cells(point) for point in points]))
    data = {"machine": machine(), "points": [asdict(point) for point in points]}
    options.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data, indent=1) + "\n"
    (options.output / "scaling.json").write_text(text, encoding="utf-8")
    write(points, options.output)
    if options.docs:
        write(points, ROOT / "docs" / "performance")
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scaling",
        description="Measure the cost of neuron-steps and events.",
    )
    add = parser.add_argument
    add("--models", nargs="+", choices=MODELS, default=MODELS)
    add("--sizes", nargs="+", type=int, default=SIZES, help="numbers of neurons")
    add("--targets", nargs="+", choices=TARGETS, default=TARGETS[:1])
    add("--repeat", type=int, default=3, help="measurements of each")
    add("--cache", type=Path, metavar="FOLDER", help="keep compiled code there")
    add("--output", type=Path, default=ROOT / "benchmarks" / "output")
    add("--docs", action="store_true", help="write docs/performance/ as well")
    return parser.parse_args(arguments)


def measure_all(options: argparse.Namespace, cache: Path) -> Iterable[Point]:
    """Measure all models in all sizes; targets take turns."""
    targets = list(available(options.targets))
    for model in options.models:
        for size in options.sizes:
            found: dict[str, list[dict[str, Any]]] = {t: [] for t in targets}
            for number in range(options.repeat):
                for target in targets:
                    name = f"{model}:{size}"
                    print(f"{name}, {target} {number + 1}", flush=True)
                    folder = cache / f"{model}-{size}" / target
                    found[target].append(measure(name, target, folder))
            scatter = scatter_seconds(size) if model in EVENT_MODELS else None
            bandwidth = measured_bandwidth(found, triad_bandwidth)
            for target in targets:
                yield point_of((model, size, target), found[target], bandwidth, scatter)


def measured_bandwidth(
    found: dict[str, list[dict[str, Any]]], triad: Callable[[int], float]
) -> float:
    """Measure the bandwidth for the data that measurements worked with."""
    return triad(next(iter(found.values()))[0]["facts"]["working_set"])


def point_of(
    what: tuple[str, int, str],
    measurements: Sequence[dict[str, Any]],
    bandwidth: float,
    scatter: float | None,
) -> Point:
    """Return what repeated measurements of a model, a size and a target say."""
    model, size, target = what
    facts = measurements[0]["facts"]
    per_item = facts["bytes_per_event" if model in EVENT_MODELS else "bytes_per_neuron"]
    seconds = statistics.median(cost(model, each) for each in measurements)
    data = facts["working_set"]
    return Point(model, size, target, seconds, per_item, data, bandwidth, scatter)


def cost(model: str, measurement: dict[str, Any]) -> float:
    """Return the seconds for one neuron-step, or for one event."""
    facts = measurement["facts"]
    if model in EVENT_MODELS:
        profile = facts["profile"]
        pathway = [profile[name] for name in profile if name.startswith(PATHWAY)]
        return float(sum(pathway) / facts["events"])
    return float(measurement["run_loop"] / facts["neuron_steps"])


def cells(point: Point) -> list[str]:
    """Return a row of the table."""
    loop = "-" if point.plain_loop is None else f"{point.plain_loop / NANO:.2f}"
    return [
        point.model,
        str(point.n_neurons),
        point.target,
        f"{point.seconds / NANO:.2f}",
        str(point.n_bytes),
        f"{point.working_set / 1e6:.2f}",
        f"{point.bandwidth / 1e9:.1f}",
        f"{point.bound / NANO:.2f}",
        loop,
    ]


def write(points: Sequence[Point], folder: Path) -> None:
    """Write the table and the plot to a folder."""
    table = markdown_table(HEAD, [cells(point) for point in points])
    write_page(folder / "scaling.md", (INTRODUCTION, table, "![Costs](scaling.png)"))
    figure = Figure(figsize=(11, 5), layout="constrained")
    plot(points, figure)
    figure.savefig(folder / "scaling.png", dpi=120)


def plot(points: Sequence[Point], figure: Figure) -> None:
    """Draw costs over sizes, neuron-steps left and events right."""
    sides = zip(figure.subplots(1, 2), (NEURON_MODELS, EVENT_MODELS), strict=True)
    for axes, models in sides:
        for number, model in enumerate(models):
            for target, style in zip(TARGETS, ("o-", "s:"), strict=True):
                chosen = [p for p in points if (p.model, p.target) == (model, target)]
                draw(axes, chosen, f"C{number}", style)
        axes.set(xscale="log", yscale="log", xlabel="neurons")
        axes.grid(alpha=0.3)
        if axes.has_data():
            axes.legend(fontsize="small")
    figure.axes[0].set(title="A time step of a neuron", ylabel="ns")
    figure.axes[1].set(title="A synaptic event")


def draw(axes: Any, points: Sequence[Point], colour: str, style: str) -> None:
    """Draw the curve of one model on one target, and its bounds."""
    if not points:
        return
    name = f"{points[0].model}, {points[0].target}"
    sizes = [point.n_neurons for point in points]
    costs = [point.seconds / NANO for point in points]
    axes.plot(sizes, costs, style, color=colour, label=name)
    bounds = [point.bound / NANO for point in points]
    axes.plot(sizes, bounds, "--", color=colour, label=f"{points[0].model}, bandwidth")
    if points[0].plain_loop is not None:
        loops = [(point.plain_loop or 0.0) / NANO for point in points]
        axes.plot(sizes, loops, "-.", color="0.5", label="plain loop")


if __name__ == "__main__":
    sys.exit(main())
