"""The page of `benchmarks.published`."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping
from typing import Any

from benchmarks.compare import machine
from benchmarks.published import activity
from benchmarks.published.parameters import FULL_RATES, POPULATIONS
from benchmarks.published.processes import Found
from benchmarks.published.ways import CASES, GOALS, WAYS, Goal
from benchmarks.reports import markdown_table

__all__ = ["parts"]

TITLE = """# Models that simulators are compared by

- The **cortical microcircuit** of Potjans and Diesmann (2014): eight populations of
  integrate-and-fire neurons with 64 kinds of connections, whose weights and delays are
  drawn from normal distributions. Its input from outside is random, one `PoissonInput`
  a population, or constant.
- The **whole brain of a fly**, the Brian model of Shiu et al. (2024): 138 639 neurons
  in full, of which 21 get input, and 15 million connections. The connectome is
  synthetic here, with the published size and distribution of degrees.

`benchmarks/published/` has both, with references, and says what is published and what
is assumed. They are in the gallery, too: [microcircuit](../gallery/microcircuit.md),
[fly brain](../gallery/fly_brain.md)."""

OTHERS = """## Published by others

Measured by others on **their machines**, none of them on the one above, and at **full
size**: what a second of biological time took.

| model | simulator and machine | seconds |
|---|---|--:|
| microcircuit, full size | NEST, 128 cores | 0.67 |
| microcircuit, full size | GeNN, GPU | 0.27 |
| fly brain, real connectome | Brian 2 | 2.2 to 62 |
| fly brain, real connectome | Brian2CUDA, GPU | 3.3 to 3.9 |
| fly brain, real connectome | NEST GPU | 1.0 |
| fly brain, real connectome | MLX, Apple's GPU | 0.29 |
| fly brain, real connectome | a program in C, driven by events | 0.074 |

The microcircuit's figures are from Senk et al. (2026), "Constructive community race:
full-density spiking neural network model drives neuromorphic computing", Neuromorph
Comput Eng 6:012001, <https://doi.org/10.1088/2634-4386/ae379a>. The fly brain's were
published by several authors since 2024; they depend on how many neurons are active,
which differs between experiments."""


def parts(
    found: Mapping[str, Found],
    checked: Mapping[str, Any] | None,
    options: argparse.Namespace,
) -> list[str]:
    """Return the paragraphs of the page."""
    texts = [TITLE, _conditions(found, options), _times(found, options)]
    texts += [_goals(found), *_left_out(found), *_same_spikes(found), OTHERS]
    if checked:
        texts.append(_check(checked, found, options.scale))
    profiles = [_profile(name, each) for name, each in found.items() if each.profile]
    if profiles:
        texts += ["## Where the time goes", WHERE, *profiles]
    return texts


def _conditions(found: Mapping[str, Found], options: argparse.Namespace) -> str:
    facts = machine()
    names = ("brian2", "numba", "llvmlite", "numpy", "Cython")
    versions = [f"{name} {facts[name]}" for name in names]
    nest = {
        f"NEST {runs[0]['version']}"
        for each in found.values()
        for name, runs in each.runs.items()
        if WAYS[name].target == "nest"
    }
    several = "es" if options.repeat > 1 else ""
    return (
        f"Medians of {options.repeat} process{several} each, which took turns, of the "
        f"seconds that the time steps of {options.duration:g} s took, steps of 0.1 ms, "
        "and of the most memory that a process had. Recording of all spikes is "
        "included, building the network is not.\n\n"
        f"Measured on {facts['processor']} with "
        f"{facts['processors']} processors ({facts['platform']}), Python "
        f"{facts['python']}, {', '.join([*versions, *sorted(nest)])}. Written by "
        "`python -m benchmarks.published`."
    )


def _times(found: Mapping[str, Found], options: argparse.Namespace) -> str:
    head = ("", "seconds", "times numba's", "spikes", "events", "memory (MB)")
    texts = ["## Side by side"]
    for name, each in found.items():
        if not each.runs:
            continue
        size = f" at {options.scale:g} of its size" if name != "fly" else ""
        own = median(found, (name, "numba"))
        rows = [_row(found, name, way, own) for way in each.runs]
        texts += [f"**{CASES[name].title}{size}**{_numbers(each)}"]
        texts += [markdown_table(head, rows)]
    return "\n\n".join(texts)


def _numbers(found: Found) -> str:
    """Say how large a network is, as far as is known."""
    runs = [runs[0] for runs in found.runs.values() if runs and "neurons" in runs[0]]
    if not runs:
        return ""
    first = runs[0]
    return (
        f": {first['neurons']} neurons, {first['synapses']} synapses; "
        f"{first['active']} neurons fired"
    )


def _row(
    found: Mapping[str, Found], name: str, way: str, own: float | None
) -> list[str]:
    seconds = median(found, (name, way))
    ratio = "" if not own or seconds is None else f"{seconds / own:.2f}"
    spikes = median(found, (name, way), "spikes")
    events = median(found, (name, way), "events")
    peak = median(found, (name, way), "peak_memory")
    return [
        WAYS[way].title,
        "" if seconds is None else f"{seconds:.3g}",
        ratio,
        "" if spikes is None else f"{spikes:.0f}",
        "" if events is None else f"{events / 1e6:.2f} million",
        "" if peak is None else f"{peak / 1e6:.0f}",
    ]


def median(
    found: Mapping[str, Found], which: tuple[str, str], quantity: str = "run_loop"
) -> float | None:
    """Return the median of a quantity of a case, run in a way, if there is one."""
    case, way = which
    runs = found[case].runs.get(way, ()) if case in found else ()
    values = [run[quantity] for run in runs if run.get(quantity) is not None]
    return statistics.median(values) if values else None


def _goals(found: Mapping[str, Found]) -> str:
    head = ("ratio of times", "found", "goal", "spikes")
    rows = [cells for goal in GOALS if (cells := _goal(found, goal))]
    return "## Goals\n\n! falls short.\n\n" + markdown_table(head, rows) if rows else ""


def _goal(found: Mapping[str, Found], goal: Goal) -> list[str] | None:
    over, under = median(found, goal.over), median(found, goal.under)
    if over is None or not under:
        return None
    ratio = over / under
    spikes = [median(found, which, "spikes") for which in (goal.over, goal.under)]
    mark = "" if goal.is_met(ratio) else " !"
    counts = " and ".join(f"{n:.0f}" for n in dict.fromkeys(spikes) if n is not None)
    return [goal.title, f"{ratio:.2f}{mark}", goal.text, counts]


def _left_out(found: Mapping[str, Found]) -> list[str]:
    lines = dict.fromkeys(
        f"- {WAYS[way].title}: {reason.splitlines()[0]}."
        for each in found.values()
        for way, reason in each.left_out.items()
    )
    return ["Left out:\n\n" + "\n".join(lines)] if lines else []


def _same_spikes(found: Mapping[str, Found]) -> list[str]:
    """Say whether targets that draw the same random numbers had the same spikes."""
    lines = []
    for name, each in found.items():
        digests = {
            way: {run["digest"] for run in each.runs[way]}
            for way in ("numba", "numba_2", "before", "cython")
            if each.runs.get(way)
        }
        if len(digests) > 1:
            same = len(set.union(*digests.values())) == 1
            titles = "; ".join(WAYS[way].title for way in digests)
            word = "the same" if same else "NOT the same"
            lines.append(
                f"- {CASES[name].title}: {word}, neuron by neuron and step by step, "
                f"with {titles}."
            )
    return ["## Spikes\n\n" + "\n".join(lines)] if lines else []


def _check(checked: Mapping[str, Any], found: Mapping[str, Found], scale: float) -> str:
    """Show the populations' numbers beside those that they should have."""
    own = activity.Activity(**checked["activity"])
    others = found["poisson"].runs.get("nest") if "poisson" in found else None
    nest = others[0]["activity"]["rates"] if others else [None] * len(POPULATIONS)
    ranges = activity.rate_ranges(scale)
    rows = [
        [
            POPULATIONS[k],
            f"{own.rates[k]:.2f}",
            f"{low:.2f} to {high:.2f}" if scale >= activity.SMALLEST else "",
            f"{FULL_RATES[k]:.2f}",
            _number(nest[k]),
            _number(own.irregularity[k]),
            _number(own.synchrony[k]),
        ]
        for k, (low, high) in enumerate(ranges)
    ]
    head = ("", "rate (Hz)", "range", "full size", "NEST", "irregularity", "synchrony")
    wrong = activity.remarks(own, scale)
    if others:
        wrong += activity.differences(own.rates, nest)
    verdict = IN_RANGE if scale >= activity.SMALLEST else NO_RANGES
    if wrong:
        verdict = "\n".join(f"- {line}" for line in wrong)
    return "\n\n".join((CHECK, markdown_table(head, rows), verdict))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


CHECK = f"""## The microcircuit's activity

A longer run with random drive, by numba. *Full size* are the rates that the published
network has with NEST, *NEST* is a run at the size measured here. Rates may differ from
those of full size by {100 * activity.TOLERANCE:.0f} %, as versions and runs that were
published do by ten; in small networks, whose correlations are larger (van Albada et
al. 2015), they may be lower by 40 % more for each power of ten, as NEST's are.
Irregularity is the coefficient of variation of a neuron's intervals, and has to be from
{activity.IRREGULARITY[0]} to {activity.IRREGULARITY[1]}; synchrony, variance over mean
of spike counts in 3 ms, has to be below {activity.LARGEST_SYNCHRONY:g}: by these bounds
the article tells an asynchronous and irregular state. (With constant drive, a small
network is more synchronous than that.) From NEST's rates at the same size they may
differ by {100 * activity.SHARE_OF_DIFFERENCE:.0f} %, or
{activity.LEAST_DIFFERENCE} Hz."""
IN_RANGE = "All are within their ranges."
NO_RANGES = "There are no ranges of rates for so small a network."
WHERE = """One run of the numba target with `profile=True`. A neuron-step is one time
step of one neuron of the whole network; an event is one synapse that gets a spike. To
be timed one by one, state update and threshold are not done in one pass, and each
neuron is looked at for the end of its refractory period: this run takes longer than
those above."""


def _profile(name: str, found: Found) -> str:
    """Return a table of a run's objects, by kind."""
    run = found.profile
    steps, events = run["facts"]["neuron_steps"], run["events"]
    seconds: dict[str, float] = {}
    for object_name, each in run["facts"]["profile"].items():
        kind = object_name.rstrip("_0123456789")
        seconds[kind] = seconds.get(kind, 0.0) + each
    rows = [
        [
            kind,
            f"{1e3 * each:.1f}",
            f"{1e9 * each / steps:.3f}",
            f"{1e9 * each / events:.2f}" if "synapses" in kind and events else "",
        ]
        for kind, each in sorted(seconds.items(), key=lambda item: -item[1])
    ]
    head = (CASES[name].title, "ms", "ns a neuron-step", "ns an event")
    return markdown_table(head, rows)
