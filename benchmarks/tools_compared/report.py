"""Medians of the measurements, as a table."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.reports import markdown_table, write_page
from benchmarks.tools_compared.catalogue import TOOLS

__all__ = ["median", "table", "write"]

INTRODUCTION = """# Tools compared

The same job done with each tool, in processes that have imported Brian, which is not
counted. Written by `python -m benchmarks.tools_compared`;
[Why numba, and not ...?](../why_numba.md) says what to make of it."""
EXPLANATIONS = """- *fast math*: ctypes without `-fno-finite-math-only`, one of
  Brian's default flags, which all others that compile C++ have.
- *first call*: from the import of the tool to the end of the first
  call of a state update with threshold and reset (a kernel), with nothing compiled
  before and with what an earlier process left; *next kernel*: of others after it.
- *containers*: until an array that grows and a spike queue can be used.
- *calls*: of a kernel with one neuron, from Python and from a compiled loop. The kernel
  is compiled before the loop, with jitclass and structref once more with it.
- *neuron*: a time step of one neuron, leaky integrate-and-fire with exponential Euler,
  the exponential computed once or for each neuron.
- *append*: of one number to the array. brian2numba calls a function by its address for
  it; kernels append all spikes of a step at once.
- *spike*: pushed, read when due, removed. The queue of brian2numba is the one of its
  models; the others have the simplest one, for one delay.
- *memory*: by how much the process's peak rises while it compiles, appends as many
  numbers as the most neurons, and works with few neurons; *compiler*: the peak of the
  compiler's own process.
- *installed*: the tool's packages, without a C++ compiler and numpy."""


def _times(unit: str, factor: float, digits: int) -> tuple[str, float, str]:
    return unit, factor, f".{digits}f"


_SECONDS, _MICROSECONDS = _times("s", 1, 2), _times("us", 1e6, 2)
_NANOSECONDS, _MEGABYTES = _times("ns", 1e9, 2), _times("MB", 1e-6, 0)


def rows_of(sizes: Sequence[int]) -> list[tuple[str, str, str, tuple[str, float, str]]]:
    """Return the rows: title, kind of process, quantity, and unit."""
    rows = [
        ("first call, empty cache", "empty", "first_call", _SECONDS),
        ("first call, filled cache", "filled", "first_call", _SECONDS),
        ("next kernel, empty cache", "empty", "next_kernel", _SECONDS),
        ("next kernel, filled cache", "filled", "next_kernel", _SECONDS),
        ("containers, empty cache", "first", "containers", _SECONDS),
        ("containers, filled cache", "filled", "containers", _SECONDS),
        ("call from Python", "filled", "call", _MICROSECONDS),
        ("call from compiled code", "filled", "inner_call", _NANOSECONDS),
    ]
    for name, title in (("lif", "neuron"), ("lif_exp", "neuron with exp")):
        for n in sizes:
            rows.append((f"{title}, of {n}", "filled", f"{name}_{n}", _NANOSECONDS))
    return [
        *rows,
        ("append", "filled", "append", _NANOSECONDS),
        ("spike", "filled", "spike", _NANOSECONDS),
        ("memory, empty cache", "first", "memory", _MEGABYTES),
        ("memory, filled cache", "filled", "memory", _MEGABYTES),
        ("compiler", "first", "memory_of_compiler", _MEGABYTES),
    ]


def median(
    results: Mapping[str, Sequence[Mapping[str, Any]]], kind: str, quantity: str
) -> float | None:
    """Return the median of a quantity, if there is one."""
    values = [m[quantity] for m in results[kind] if m.get(quantity) is not None]
    return statistics.median(values) if values else None


def table(data: Mapping[str, Any]) -> str:
    """Return the table of all tools that were measured."""
    results, sizes = data["results"], data["sizes"]
    head = ["", *results]
    rows = []
    for title, kind, quantity, (unit, factor, form) in rows_of(sizes):
        values = [median(found, kind, quantity) for found in results.values()]
        cells = ["-" if v is None else format(v * factor, form) for v in values]
        rows.append([f"{title} ({unit})", *cells])
    sizes_of_packages = [data["installed"][tool] for tool in results]
    cells = ["-" if n is None else f"{n / 1e6:.1f}" for n in sizes_of_packages]
    rows.append(["installed (MB)", *cells])
    rows.append(["needs of C++", *(TOOLS[tool].needs for tool in results)])
    return markdown_table(head, rows)


def write(data: Mapping[str, Any], file: Path) -> None:
    """Write the page."""
    machine = data["machine"]
    facts = ", ".join(f"{name} {value}" for name, value in machine.items() if value)
    parts = (INTRODUCTION, table(data), EXPLANATIONS, f"Measured with: {facts}.")
    write_page(file, (*parts, *remarks(data)))


def remarks(data: Mapping[str, Any]) -> list[str]:
    """Return what has to be known of the table besides."""
    machine = data["machine"]
    found = [f"Left out: {reason}." for reason in data["left_out"]]
    if machine.get("load before", 0) > machine["processors"] / 4:
        found.append(
            "The machine had other work to do: times are too long, and those of one "
            "row can be compared only where they differ by much."
        )
    return found
