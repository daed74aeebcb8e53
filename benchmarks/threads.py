"""
Two threads against one: ``python -m benchmarks.threads``.

Measures networks of 200 000 neurons with the preference ``threads`` of the numba
target, and checks that the results are the same. CUBA's neurons are limited by memory,
COBAHH's by arithmetic. CUBA with 40 000 neurons has time steps of some microseconds,
within which threads have to be told what to do.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.compare import ROOT, machine, measure
from benchmarks.reports import markdown_table

MODELS = ("cuba_200000", "cobahh_200000")
#: Whose state updates are not told apart
SMALLER_MODELS = ("cuba_40000",)
PROFILED = "{}_profiled"
#: How many times as fast two threads should be as one
GOALS = {"state updates": 1.7, "whole run": 1.4}
#: The objects whose code updates the neurons' state
STATE_UPDATES = ("neurons_stateupdater", "neurons_spike_thresholder")
HEAD = ("model", "", "one thread (s)", "several (s)", "ratio", "goal for two")

type Measurements = Mapping[int, Sequence[Mapping[str, Any]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure with one thread and several, and print a table."""
    options = parse(arguments)
    with tempfile.TemporaryDirectory() as cache:
        profiled = [PROFILED.format(model) for model in MODELS]
        found = {
            model: measure_threads(model, options, Path(cache))
            for model in (*MODELS, *profiled, *SMALLER_MODELS)
        }
    if any(each["not_there"] for each in found[MODELS[0]][options.threads]):
        print(
            "The numba target has no preference 'threads': there is nothing to compare."
        )
        return 1
    print(report(found))
    pairs = [[found[model], found[PROFILED.format(model)]] for model in MODELS]
    alone = [[found[model]] for model in SMALLER_MODELS]
    equal = all(len(digests(same)) == 1 for same in pairs + alone)
    print(f"The results are {'the same' if equal else 'NOT the same'}.")
    options.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine(), "results": found}, indent=1) + "\n"
    (options.output / "threads.json").write_text(text, encoding="utf-8")
    return 0 if equal else 1


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.threads",
        description="Compare a run on several threads with one on a single thread.",
    )
    add = parser.add_argument
    add("--threads", type=int, default=2)
    add("--repeat", type=int, default=5, help="measurements of each")
    add("--output", type=Path, default=ROOT / "benchmarks" / "output")
    return parser.parse_args(arguments)


def measure_threads(
    model: str, options: argparse.Namespace, cache: Path
) -> dict[int, list[dict[str, Any]]]:
    """Measure a model with one thread and with several, in turns."""
    found: dict[int, list[dict[str, Any]]] = {1: [], options.threads: []}
    for number in range(options.repeat):
        for n_threads, measurements in found.items():
            print(f"{model}, {n_threads} threads {number + 1}", flush=True)
            setting = ("--set", f"threads={n_threads}")
            measurements.append(measure(model, "numba", cache, *setting))
    return found


def report(found: Mapping[str, Measurements]) -> str:
    """Return the table of medians and their ratios."""
    rows = []
    for model in (*MODELS, *SMALLER_MODELS):
        times = {"whole run": medians(found[model], lambda each: each["run_loop"])}
        if model in MODELS:
            updates = medians(found[PROFILED.format(model)], state_updates)
            times = {"state updates": updates, **times}
        for what, (one, more) in times.items():
            numbers = [f"{one:.4f}", f"{more:.4f}", f"{one / more:.2f}"]
            rows.append([model, what, *numbers, f"{GOALS[what]:.1f}"])
    return markdown_table(HEAD, rows)


def medians(measurements: Measurements, quantity: Any) -> list[float]:
    """Return the medians of a quantity for one thread and for several."""
    return [statistics.median(map(quantity, each)) for each in measurements.values()]


def state_updates(measurement: Mapping[str, Any]) -> float:
    """Return the seconds that the update of the neurons' state took."""
    profile = measurement["facts"]["profile"]
    return float(sum(profile[name] for name in STATE_UPDATES if name in profile))


def digests(found: Sequence[Measurements]) -> set[str]:
    """Return the hashes of the results of all measurements."""
    return {
        each["facts"]["digest"]
        for measurements in found
        for several in measurements.values()
        for each in several
    }


if __name__ == "__main__":
    sys.exit(main())
