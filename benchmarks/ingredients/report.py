"""The page of `benchmarks.ingredients`."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.compare import machine
from benchmarks.ingredients.sections import DRAWS, SECTIONS, TITLES, WAYS, Ratio
from benchmarks.published.processes import Found
from benchmarks.published.report import median
from benchmarks.reports import markdown_table

__all__ = ["parts"]

#: What a section found, by network
type Models = Mapping[str, Found]

TITLE = """# What large models are made of

Random drive, refractoriness, delays, weights, connections whose targets follow each
other, threads and single precision: what each costs in a network that has little else.
[Published models](published.md) have all of them."""
NUMBERS = ("random function", '"numpy"', '"fast"', 'before, "numpy"', 'before, "fast"')
#: Ways that draw the same random numbers, and have the same results or the same spikes
SAME_RESULTS = ("numba", "numba_2", "before", "before_2")
SAME_SPIKES = ("numba", "cython")
#: By how much equal times differ from one measurement to the next
NOISE = 1.02


def parts(found: Mapping[str, Models], options: argparse.Namespace) -> list[str]:
    """Return the paragraphs of the page."""
    texts = [TITLE, conditions(options), goals(found), *same_results(found)]
    texts += left_out(found)
    for name, models in found.items():
        section = SECTIONS[name]
        table = numbers(models) if name == DRAWS else times(models)
        texts += [f"## {section.title}", section.text, *table]
    return texts


def conditions(options: argparse.Namespace) -> str:
    """Return how it was measured, and where."""
    facts = machine()
    names = ("brian2", "numba", "llvmlite", "numpy", "Cython")
    versions = ", ".join(f"{name} {facts[name]}" for name in names)
    smaller = (
        ""
        if options.share == 1
        else f" Networks have {options.share:g} of the neurons and time steps told."
    )
    return (
        f"Medians of {options.repeat} processes each, which took turns: the time "
        "steps, without building the network, and the most memory that a process had. "
        f"All of the time steps are shared out to events, too.{smaller}\n\nMeasured on "
        f"{facts['processor']} with {facts['processors']} processors "
        f"({facts['platform']}), Python {facts['python']}, {versions}. Written by "
        "`python -m benchmarks.ingredients`."
    )


def goals(found: Mapping[str, Models]) -> str:
    """Return the table of ratios beside those that were asked for."""
    rows = [
        cells
        for name, models in found.items()
        for ratio in SECTIONS[name].ratios
        if (cells := ratio_cells(models, ratio))
    ]
    if DRAWS in found:
        rows += fast_cells(found[DRAWS])
    head = ("ratio", "found", "goal")
    return "## Goals\n\n! falls short.\n\n" + markdown_table(head, rows) if rows else ""


def ratio_cells(models: Models, ratio: Ratio) -> list[str] | None:
    """Return the row of a ratio, if both were measured."""
    over = median(models, ratio.over, ratio.quantity)
    under = median(models, ratio.under, ratio.quantity)
    if over is None or not under:
        return None
    mark = "" if ratio.is_met(over / under) else " !"
    return [ratio.title, f"{over / under:.2f}{mark}", ratio.text]


def fast_cells(models: Models) -> list[list[str]]:
    """Return the row that tells where fast random numbers gain least."""
    plain, fast = of_numbers(models, "numba"), of_numbers(models, "fast")
    if not plain or not fast:
        return []
    ratios = {title: fast[title] / plain[title] for title in plain}
    worst = max(ratios, key=lambda title: ratios[title])
    mark = "" if ratios[worst] <= NOISE else " !"
    title = f'"fast" over "numpy", where it is largest: {worst}'
    return [[title, f"{ratios[worst]:.2f}{mark}", f"at most {NOISE:g}"]]


def same_results(found: Mapping[str, Models]) -> list[str]:
    """Say whether ways that draw the same random numbers had the same results.

    The numba target's are to be the same in all. Of Cython spikes are compared, and not
    state: Brian's flags for it, ``-ffast-math``, let the compiler round otherwise.
    """
    # What single precision rounds has changed: these results have no build before
    doubles = {name: each for name, each in found.items() if name != "precision"}
    results = compared(doubles, SAME_RESULTS, lambda run: run["facts"]["digest"])
    spikes = compared(found, SAME_SPIKES, lambda run: run["fired"])
    lines = []
    for equal, same, differ in (
        (
            results,
            "Results of the numba target are the same to the last bit, spikes and "
            "state, in all of its ways that draw the same random numbers and have "
            "double precision.",
            "Results of the numba target are NOT the same",
        ),
        (
            spikes,
            "Spikes are those of Cython, neuron by neuron and step by step.",
            "Spikes are NOT those of Cython",
        ),
    ):
        wrong = [TITLES[model] for model, is_equal in equal.items() if not is_equal]
        if wrong:
            lines.append(f"{differ}: {'; '.join(wrong)}.")
        elif equal:
            lines.append(same)
    return [" ".join(lines)] if lines else []


def compared(
    found: Mapping[str, Models],
    ways: Sequence[str],
    digest: Callable[[Mapping[str, Any]], str | None],
) -> dict[str, bool]:
    """Return whether a digest is the same in some ways, for networks run in several."""
    equal = {}
    for model, each in (item for models in found.values() for item in models.items()):
        runs = [each.runs[way] for way in ways if each.runs.get(way)]
        if model != DRAWS and len(runs) > 1:
            digests = {digest(run) for several in runs for run in several}
            equal[model] = equal.get(model, True) and len(digests) == 1
    return equal


def left_out(found: Mapping[str, Models]) -> list[str]:
    """Say which ways are missing, and why."""
    lines = dict.fromkeys(
        f"- {WAYS[way].title}: {reason.splitlines()[-1].removesuffix('.')}."
        for models in found.values()
        for each in models.values()
        for way, reason in each.left_out.items()
    )
    return ["Left out:\n\n" + "\n".join(lines)] if lines else []


def times(models: Models) -> list[str]:
    """Return the table of a section's networks."""
    head = ("", "", "ms", "ns a neuron-step", "ns an event", "spikes", "MB")
    rows = [
        row(models, model, way) for model, each in models.items() for way in each.runs
    ]
    return [markdown_table(head, rows)] if rows else []


def row(models: Models, model: str, way: str) -> list[str]:
    """Return the row of a network and a way."""
    seconds = median(models, (model, way)) or 0.0
    steps = models[model].runs[way][0]["facts"]["neuron_steps"]
    events = median(models, (model, way), "events")
    spikes = median(models, (model, way), "spikes")
    peak = median(models, (model, way), "peak_memory")
    return [
        TITLES[model],
        WAYS[way].title,
        f"{seconds * 1e3:.4g}",
        f"{seconds / steps * 1e9:.3g}",
        f"{seconds / events * 1e9:.3g}" if events else "",
        "" if spikes is None else f"{spikes:.0f}",
        "" if peak is None else f"{peak / 1e6:.0f}",
    ]


def numbers(models: Models) -> list[str]:
    """Return the table of what random numbers cost."""
    columns = [of_numbers(models, way) for _, way in SECTIONS[DRAWS].runs]
    titles = dict.fromkeys(title for column in columns for title in column)
    rows = [[title, *cells_of_function(title, columns)] for title in titles]
    remark = '! is slower with "fast" than with "numpy".'
    return [markdown_table(NUMBERS, rows), remark] if rows else []


def cells_of_function(title: str, columns: list[Mapping[str, float]]) -> Iterator[str]:
    """Yield nanoseconds; slow ones of "fast" have an exclamation mark."""
    values = [column.get(title) for column in columns]
    for number, value in enumerate(values):
        # Every second one is of "fast", after that of "numpy"
        plain = values[number - 1] if number % 2 else None
        slow = value is not None and plain is not None and value > NOISE * plain
        yield "" if value is None else f"{value * 1e9:.3g}{' !' if slow else ''}"


def of_numbers(models: Models, way: str) -> dict[str, float]:
    """Return the median of the seconds a number, by random function."""
    runs = models[DRAWS].runs.get(way, ())
    titles = runs[0]["numbers"] if runs else ()
    return {
        title: statistics.median(run["numbers"][title] for run in runs)
        for title in titles
    }
