"""
Show newcomers how fast it is: a picture for the README, a table for the page on speed.

``python -m docs.make_first_look`` runs the network of `examples/cuba.py` and draws it
beside how long a second of it takes. All times are those of
``docs/performance/targets.md``, which ``python -m benchmarks.targets --docs`` writes.
"""

from __future__ import annotations

import io
import re
import runpy
import sys
from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from brian2 import SpikeMonitor, ms, second
from matplotlib.axes import Axes
from PIL import Image

from docs.make_gallery import ROOT, reduced

__all__ = ["PAGE", "PICTURE", "main", "measured", "ratios", "rounded", "with_summary"]

PICTURE = ROOT / "docs" / "first_look.png"
PAGE = ROOT / "docs" / "performance.md"
#: The model of the picture, in the words of the measurements
DRAWN = "CUBA, 4000 neurons, 1 s"

_MEASURED = ROOT / "docs" / "performance" / "targets.md"
#: The targets that newcomers know, with what the picture calls them
_TARGETS = {
    "numba": "brian2numba",
    "C++ standalone": "C++ standalone",
    "Cython": "Cython",
    "numpy": "numpy",
}
_SUMMARY = re.compile(r"^\| model \|(?:.*\|\n)+", re.MULTILINE)
_SHOWN = 400  # ms


def measured(quantity: str = "Time steps") -> dict[str, dict[str, float]]:
    """Return what was measured of all models, in seconds, by models and targets.

    Parameters
    ----------
    quantity : str, optional
        The beginning of a heading of the page on targets.
    """
    page = _MEASURED.read_text(encoding="utf-8")
    table = page.partition(f"## {quantity}")[2].partition("\n## ")[0]
    head, _, *rows = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in re.findall(r"^\|.*\|$", table, re.MULTILINE)
    )
    return {
        row[0]: {
            target: float(cell)
            for target, cell in zip(head, row, strict=True)
            if target in _TARGETS and cell != "-"
        }
        for row in rows
    }


def ratios(target: str) -> dict[str, float]:
    """Return how many times as long as with numba a target takes, by models."""
    return {
        model: times[target] / times["numba"]
        for model, times in measured().items()
        if target in times
    }


def summary() -> str:
    """Return the table of the page on speed."""
    others = [target for target in _TARGETS if target != "numba"]
    lines = [f"| model | numba | {' | '.join(others)} |", "|---|" + "--:|" * 4]
    found = {target: ratios(target) for target in others}
    for model, times in measured().items():
        cells = [
            f"{rounded(found[target][model])}\N{MULTIPLICATION SIGN}"
            if model in found[target]
            else "-"
            for target in others
        ]
        lines.append(f"| {model} | {duration(times['numba'])} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def rounded(number: float) -> str:
    """Return a number with two digits that count."""
    return np.format_float_positional(number, precision=2, fractional=False, trim="-")


def duration(seconds: float) -> str:
    """Return a duration with its unit."""
    return f"{rounded(seconds)} s" if seconds >= 1 else f"{rounded(1000 * seconds)} ms"


def with_summary(page: str) -> str:
    """Return a page with its table written anew."""
    return _SUMMARY.sub(summary(), page)


def draw_spikes(ax: Axes, spikes: SpikeMonitor, n_neurons: int) -> None:
    """Draw the spikes of excitatory and of inhibitory neurons."""
    excitatory = spikes.i < 0.8 * n_neurons
    for chosen, colour in ((excitatory, "C0"), (~excitatory, "C1")):
        t, i = spikes.t[chosen] / ms, spikes.i[chosen]
        ax.plot(t, i, ".", ms=1.8, mew=0, color=colour)
    ax.set(xlabel="Time (ms)", ylabel="Neuron", xlim=(0, _SHOWN), ylim=(0, n_neurons))
    ax.set_title(f"{n_neurons} spiking neurons ...", loc="left")


def draw_times(ax: Axes, times: Mapping[str, float]) -> None:
    """Draw a bar for each target."""
    titles = [_TARGETS[target] for target in times]
    colours = ["C1" if target == "numba" else "0.6" for target in times]
    bars = ax.barh(titles, list(times.values()), color=colours, height=0.6)
    ax.bar_label(bars, [duration(value) for value in times.values()], padding=4)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.15 * max(times.values()))
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(left=False)
    ax.set_title("... and how long a second of them takes", loc="left")


def main() -> int:
    """Run the network, and write the picture and the table."""
    plt.switch_backend("Agg")
    model = runpy.run_path(str(ROOT / "examples" / "cuba.py"), run_name="first_look")
    network, *_ = model["simulate"]("numba", model["n_neurons"], 1 * second)
    with plt.rc_context(fname=ROOT / "examples" / "matplotlibrc"):
        figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), dpi=150)
        draw_spikes(axes[0], network["spikes"], model["n_neurons"])
        draw_times(axes[1], measured()[DRAWN])
        file = io.BytesIO()
        figure.savefig(file, dpi="figure")
    reduced(Image.open(file)).save(PICTURE, optimize=True)
    page = with_summary(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(page, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
