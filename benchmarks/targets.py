"""
All of Brian's targets side by side: ``python -m benchmarks.targets``.

Writes tables and a figure of twelve models with numba, Cython, C++ standalone mode
(with and without OpenMP) and numpy: the time of their time steps, and how long users
wait for the result of a new script.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from benchmarks.compare import ROOT, Result, available, machine, measure_model
from benchmarks.reports import markdown_table, write_page

__all__ = ["main"]

DOCS = ROOT / "docs" / "performance"
#: The targets by the titles that readers see, with their colours (Okabe and Ito's)
TARGETS = {
    "numba": ("numba", "#D55E00"),
    "numba_threads": ("numba, threads", "#E69F00"),
    "standalone": ("C++ standalone", "#0072B2"),
    "openmp": ("C++ standalone, OpenMP", "#56B4E9"),
    "cython": ("Cython", "#009E73"),
    "numpy": ("numpy", "#999999"),
}
MODELS = {
    "small_lif": "1000 integrate-and-fire neurons, 0.2 s",
    "single": "one neuron, 1 s",
    "cuba": "CUBA, 4000 neurons, 1 s",
    "cuba_40000": "CUBA, 40 000 neurons, 1 s",
    "coba": "COBA, 4000 neurons, 1 s",
    "cobahh": "COBAHH, 4000 neurons, 1 s",
    "stdp": "1000 plastic synapses, 5 s",
    "cable": "cable of 1000 compartments, 25 ms",
    "noisy": "10 000 noisy neurons, 10 million synapses, 0.2 s",
    "delays": "4000 neurons, a delay each synapse, 1 s",
    "synapse_heavy": "10 million weighted synapses, 0.1 s",
    "forum": "ten neurons, 0.1 s",
}
HEAD = ("model", *(title for title, _ in TARGETS.values()))


@dataclass(frozen=True)
class Quantity:
    """What is shown: a median of some measurements."""

    title: str
    kind: str
    name: str


QUANTITIES = (
    Quantity("Time steps (s)", "again", "run_loop"),
    Quantity("New script, from its start to its end (s)", "first", "process"),
    Quantity("The same script again (s)", "again", "process"),
)

Medians = Mapping[tuple[str, str], Result]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print tables, and write files."""
    options = parse(arguments)
    targets = list(available(options.targets))
    results: list[Result] = []
    for model in options.models:
        with tempfile.TemporaryDirectory() as folder:
            results += measure_model(model, targets, options, Path(folder))
        # What was measured is kept whatever comes after
        keep(results, options)
    print((options.output / "targets.md").read_text(encoding="utf-8"))
    return 0


def keep(results: Sequence[Result], options: argparse.Namespace) -> None:
    """Write all files."""
    options.output.mkdir(parents=True, exist_ok=True)
    data = {"machine": machine(), "results": [vars(result) for result in results]}
    file = options.output / "targets.json"
    file.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    for folder in (options.output, *([DOCS] if options.docs else [])):
        write(results, folder)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.targets",
        description="Measure Brian's targets side by side.",
    )
    add = parser.add_argument
    add("--models", nargs="+", choices=MODELS, default=tuple(MODELS))
    add("--targets", nargs="+", choices=TARGETS, default=tuple(TARGETS))
    add("--repeat", type=int, default=3, help="measurements with a filled cache")
    add("--setup-repeat", type=int, default=1, help="measurements with an empty cache")
    add("--output", type=Path, default=ROOT / "benchmarks" / "output")
    add("--docs", action="store_true", help="write the page of the documentation, too")
    return parser.parse_args(arguments)


def write(results: Sequence[Result], folder: Path) -> None:
    """Write the page and its figure."""
    by_name = {(result.model, result.target): result for result in results}
    models = list(dict.fromkeys(result.model for result in results))
    tables = (
        f"## {quantity.title}\n\n{table(models, by_name, quantity)}"
        for quantity in QUANTITIES
    )
    figure(models, by_name).savefig(folder / "targets.png", dpi=110)
    parts = (introduction(), *left_out(models), PICTURE, *tables)
    write_page(folder / "targets.md", parts)


PICTURE = "![Times of all models and targets](targets.png)"


def introduction() -> str:
    """Return what the page says of the measurements."""
    facts = machine()
    versions = ", ".join(
        f"{name} {facts[name]}" for name in ("brian2", "numba", "llvmlite", "Cython")
    )
    return f"""# Targets side by side

Medians of several processes each. "Threads" and OpenMP have one thread for each of
{facts["processors"]} processors, the others one. A new script starts with an empty
cache: C++ is compiled for it, or machine code made. Whole processes count, with the
import of Brian.

Measured on {facts["processor"]} ({facts["platform"]}) with Python
{facts["python"]}, {versions}. Written by `python -m benchmarks.targets --docs`."""


def left_out(models: Sequence[str]) -> list[str]:
    """Return what the page says of the models that it does not show."""
    others = [title for model, title in MODELS.items() if model not in models]
    if not others:
        return []
    names = "; ".join(others)
    return [f"[Time steps](kernels.md) has other models, too: {names}."]


def table(models: Sequence[str], by_name: Medians, quantity: Quantity) -> str:
    """Return the table of a quantity: a row for each model."""
    return markdown_table(
        HEAD,
        [
            (MODELS[model], *(text_of(by_name, model, t, quantity) for t in TARGETS))
            for model in models
        ],
    )


def text_of(by_name: Medians, model: str, target: str, quantity: Quantity) -> str:
    """Return a cell of a table; a dash where nothing was measured."""
    value = value_of(by_name, model, target, quantity)
    return "-" if value is None else f"{value:.3g}"


def value_of(
    by_name: Medians, model: str, target: str, quantity: Quantity
) -> float | None:
    """Return the median of a quantity, if there is one."""
    result = by_name.get((model, target))
    return result and result.median(quantity.kind, quantity.name)


def figure(models: Sequence[str], by_name: Medians) -> Figure:
    """Draw times on logarithmic axes: a line for each model, a dot for each target."""
    drawn = Figure(figsize=(10, 1.6 + 0.42 * len(models)), layout="constrained")
    axes = drawn.subplots(1, 2, sharey=True)
    lines = range(len(models))
    for ax, quantity in zip(axes, QUANTITIES, strict=False):
        for target, (title, colour) in TARGETS.items():
            values = [value_of(by_name, model, target, quantity) for model in models]
            if any(values):
                style = {"s": 45, "color": colour, "label": title, "zorder": 3}
                ax.scatter([v or float("nan") for v in values], lines, **style)
        ax.set(xscale="log", title=quantity.title, yticks=list(lines))
        # Within one power of ten, labels of more ticks would overlap
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.grid(axis="both", color="0.9")
        ax.spines[["top", "right", "left"]].set_visible(False)
    axes[0].set_yticklabels([MODELS[model] for model in models])
    axes[0].invert_yaxis()
    handles, labels = axes[0].get_legend_handles_labels()
    drawn.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return drawn


if __name__ == "__main__":
    sys.exit(main())
