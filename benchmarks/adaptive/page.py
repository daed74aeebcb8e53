"""The page of `benchmarks.adaptive`, and its picture."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from benchmarks.adaptive.titles import ADAPTIVE, FIXED, FORMS, GOALS, STIFF, TARGETS
from benchmarks.reports import markdown_table, write_page

__all__ = ["ADAPTIVE", "FIXED", "FORMS", "TARGETS", "write"]

#: Colours of Okabe and Ito; methods of one order have the same
COLOURS = {
    "euler": "#999999",
    "exponential_euler": "#CC79A7",
    "rk2": "#E69F00",
    "rk4": "#009E73",
    "gsl_rk2": "#E69F00",
    "gsl_rk4": "#009E73",
    "gsl_rkf45": "#0072B2",
    "gsl_rkck": "#56B4E9",
    "gsl_rk8pd": "#D55E00",
}
#: Whose errors are shown in the course of time, and with which time step or error
COURSES = (
    ("euler", "dt", 0.01),
    ("exponential_euler", "dt", 0.1),
    ("rk4", "dt", 0.05),
    ("gsl_rkf45", "allowed", 1e-4),
    ("gsl_rk8pd", "allowed", 1e-6),
)

Found = Mapping[str, Any]


def write(found: Found, folder: Path) -> None:
    """Write the page and its picture."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [introduction(found)]
    if "work" in found:
        picture(found["work"]["found"]).savefig(folder / "adaptive.png", dpi=110)
        parts += [WORK, work_table(found["work"]["found"])]
    if "stiff" in found:
        parts += [STIFF_ONES, stiff_table(found["stiff"]["found"])]
    if "library" in found:
        parts += [LIBRARY, library_table(found["library"]["found"])]
    if "time" in found:
        parts += list(times(found["time"]["found"]))
    write_page(folder / "adaptive.md", parts)


def introduction(found: Found) -> str:
    """Return what the page says of the measurements."""
    facts = next(iter(found.values()))["machine"]
    names = ("brian2", "numba", "llvmlite", "numpy", "Cython")
    versions = ", ".join(f"{name} {facts[name]}" for name in names)
    return f"""# Methods that adapt their steps

Errors, time and other targets' times with
[`method="gsl"`](../adaptive_integration.md) and its kin.

Measured on {facts["processor"]} with {facts["processors"]} processors
({facts["platform"]}), Python {facts["python"]}, {versions}. Written by
`python -m benchmarks.adaptive`."""


WORK = """## Accuracy against work

![Errors against time, and in the course of it](adaptive.png)

64 Hodgkin-Huxley neurons, which fire two to seven times in 50 ms. The error is the root
mean square over neurons and times (each half millisecond) of the difference of the
potential to a solution with an accuracy of 1e-12 (scipy's DOP853). The time is that of
the time steps for a simulated second with the numba target and one thread, by the
median of five runs in one process. Methods that adapt have a time step of 0.1 ms, in
which they do as many steps as the allowed error (of the potential in mV, of gates as it
is) asks for; the others get more accurate by a shorter time step. A time step that
gives no numbers is left out."""

STIFF_ONES = """## Stiff models

The largest error of each variable at any time that is compared (each millisecond),
against a solution with an accuracy of 1e-12 (scipy's DOP853; Radau agrees with it),
in units of the error that a step may have; for methods that don't adapt, as it is. The
time step is 0.1 ms. Steps and failed tries are means for a time step."""


LIBRARY = """## Compared with the library

How far the models of this package's tests are, at the end of a run, from what the GNU
Scientific Library 2.7.1 finds for Brian's Cython target (x86-64, compiled without
contraction and reordering): the largest difference of a variable, relative to its
largest value, for each method; and how many steps and failed tries there are with all
methods, and how many of these more or fewer than the library's. Steps that are limited
by stability, not by the allowed error, depend on rounding."""


def library_table(found: Mapping[str, Found]) -> str:
    """Return the table of models that the library computed, too."""
    rows = [
        (
            name.replace("_", " "),
            *(f"{each['differences'][method] or 0:.1g}" for method in ADAPTIVE),
            str(each["steps"]),
            str(each["wrong"]),
        )
        for name, each in found.items()
    ]
    head = ("model", *(f"`{method}`" for method in ADAPTIVE), "steps", "differently")
    return markdown_table(head, rows)


def work_table(found: Mapping[str, Sequence[Found]]) -> str:
    """Return the table of errors and times of Hodgkin-Huxley neurons."""
    rows = [
        (
            f"`{method}`",
            f"{each['dt']:g}",
            f"{each['allowed']:g}" if each["allowed"] else "",
            f"{each['error']:.2g}",
            f"{each['seconds']:.3g}",
        )
        for method, settings in found.items()
        for each in settings
    ]
    head = ("method", "time step (ms)", "allowed", "error (mV)", "s for a second")
    return markdown_table(head, rows)


def stiff_table(found: Mapping[str, Sequence[Found]]) -> str:
    """Return the table of errors of stiff models."""
    rows = [
        (
            STIFF[each["model"]],
            f"`{method}`",
            f"{each['allowed']:g}" if each["allowed"] else "",
            ", ".join(_errors(each)),
            f"{each['steps'][0]:.3g}",
            f"{each['steps'][1]:.2g}",
        )
        for method, settings in found.items()
        for each in settings
    ]
    head = ("model", "method", "allowed", "errors", "steps", "failed")
    return markdown_table(head, sorted(rows, key=lambda row: row[0]))


def _errors(each: Found) -> Iterable[str]:
    unit = each["allowed"] or 1.0
    for name, error in each["errors"].items():
        yield f"{name} {error / unit:.2g}" if np.isfinite(error) else f"{name} none"


def times(found: Found) -> Iterable[str]:
    """Yield the text and the table of many neurons' times."""
    yield f"""## Beside Cython and C++ standalone mode

{found["neurons"]} Hodgkin-Huxley neurons, `method="gsl_rkf45"` with its default options
and `dt` of 0.1 ms, for {found["seconds"] * 1000:g} ms: seconds of the time steps, and
nanoseconds for a neuron and time step. Medians of processes that take turns, with one
thread. Ratios are to the time of numba; ! falls short of the goal. The last column is
the largest difference of potentials at the end."""
    rows = [
        (title, name, *_time_cells(found, target, form))
        for form, title in FORMS.items()
        for target, name in TARGETS.items()
    ]
    head = ("rates", "target", "s", "ns", "ratio", "goal", "mV")
    yield markdown_table(head, rows)
    for name, reason in found["left_out"].items():
        yield f"{name}, is left out: {reason.splitlines()[0]}"


def _time_cells(found: Found, target: str, form: str) -> Sequence[str]:
    """Return what the table says of the times of a target."""
    seconds, ours = (_median(found, each, form) for each in (target, "numba"))
    if seconds is None:
        return ("",) * 5
    a_step = seconds / (found["neurons"] * found["seconds"] / 1e-4)
    cells = (f"{seconds:.3f}", f"{a_step * 1e9:.0f}")
    if ours is None or target == "numba":
        return (*cells, "", "", "")
    ratio, goal = seconds / ours, GOALS[target]
    falls_short = " !" if ratio < goal else ""
    ends = [found["runs"][f"{each}, {form}"][0]["v"] for each in (target, "numba")]
    difference = np.abs(np.subtract(*ends)).max()
    ending = (f"at least {goal:g}", f"{difference:.1g}")
    return (*cells, f"{ratio:.2f}{falls_short}", *ending)


def _median(found: Found, target: str, form: str) -> float | None:
    runs = found["runs"].get(f"{target}, {form}", ())
    return statistics.median(run["seconds"] for run in runs) if runs else None


def picture(found: Mapping[str, Sequence[Found]]) -> Figure:
    """Draw errors against time that is needed, and errors in the course of time."""
    drawn = Figure(figsize=(10, 4.6), layout="constrained")
    left, right = drawn.subplots(1, 2)
    for method, settings in found.items():
        style = {"linestyle": "-" if method in ADAPTIVE else ":"}
        marker = "o" if method in ADAPTIVE else "s"
        left.loglog(
            [each["seconds"] for each in settings],
            [each["error"] for each in settings],
            color=COLOURS[method],
            marker=marker,
            markersize=4,
            label=method,
            **style,
        )
    left.set(
        xlabel="time for a simulated second (s)",
        ylabel="error of the potential (mV)",
        title="64 Hodgkin-Huxley neurons",
    )
    for method, by, value in COURSES:
        for each in found.get(method, ()):
            if np.isclose(each[by], value, rtol=1e-6, atol=0):
                course = np.array(each["course"])
                t = 50.0 * np.arange(1, len(course) + 1) / (len(course) + 1)
                said = f"dt = {value:g} ms" if by == "dt" else f"error {value:g}"
                right.semilogy(
                    t, course, color=COLOURS[method], label=f"{method}, {said}"
                )
    right.set(xlabel="t (ms)", title="in the course of time")
    for axes in (left, right):
        axes.grid(color="0.9")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize=8)
    return drawn
