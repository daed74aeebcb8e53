"""The rows under their headings, and the page with what comes of them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from reliability.refusals import (
    functions,
    groups,
    monitors,
    own,
    runs,
    synapses,
    variables,
)
from reliability.refusals.row import MODEL, TARGETS, Row

__all__ = ["PAGE", "ROWS", "SECTIONS", "cell", "column_of_page", "page"]

PAGE = Path(__file__).parents[2] / "docs" / "refused.md"

SECTIONS: dict[str, tuple[Row, ...]] = {
    "Neurons, cables, and what drives them": groups.ROWS,
    "Variables": variables.ROWS,
    "Synapses": synapses.ROWS,
    "Monitors, and spikes at given times": monitors.ROWS,
    "Runs": runs.ROWS,
    "Functions": functions.ROWS,
    "What only brian2numba has": own.ROWS,
}
ROWS = [row for rows in SECTIONS.values() for row in rows]

_HEAD = """\
# What is refused, and why

Each check of this package that refuses something has a row here: an input that it
refuses, what Brian's other targets make of that, what is said here, and why. A check
stays only where none of them gives a result that means something. What may look wrong
and is accepted is on the page of [limits](limits.md#what-is-accepted).

An exception is given by its type, and here by the first sentence of its message too.
Words in italics stand for results of inputs that nobody should run with that target.

The inputs refer to these objects:

```text
{model}```

Seen with {versions}.
In a clone, `python -m reliability.refusals` runs all of it again and writes this page.
"""
_ROW = """
{why}

```python input
{code}
```

| numpy | Cython | numba |
|---|---|---|
| {cells} |
"""
_READ = re.compile(
    _ROW.replace("|", r"\|").format(why="(.+)", code="((?:.*\n)*?.*)", cells="(.+)")
)


def page(found: Mapping[str, Sequence[str]], versions: str) -> str:
    """Return the page.

    Parameters
    ----------
    found : mapping
        What came of the rows with each target.
    versions : str
        With which versions.
    """
    parts = [_HEAD.format(model="\n".join(MODEL.values()), versions=versions)]
    results = zip(*(found[target] for target in TARGETS), strict=True)
    for heading, rows in SECTIONS.items():
        parts.append(f"\n## {heading}\n")
        for row, texts in zip(rows, results, strict=False):
            cells = [cell(row, *pair) for pair in zip(TARGETS, texts, strict=True)]
            parts.append(shown(row, cells))
    return "".join(parts)


def shown(row: Row, cells: Sequence[str]) -> str:
    """Return a row as the page shows it, with what it says of the targets."""
    return _ROW.format(why=row.why, code=row.code, cells=" | ".join(cells))


def cell(row: Row, target: str, text: str) -> str:
    """Return what the page says of a row with a target."""
    if row.words(target):
        return f"*{row.words(target)}*"
    kind, colon, sentence = text.partition(": ")
    if not colon:
        return text if text == "runs" else f"`{text}`"
    if target != "numba":
        return f"`{kind}`"
    return f"`{kind}`: {re.sub(r'([\\`*_{}<>#|$])', r'\\\1', sentence)}"


def column_of_page(name: str) -> list[str]:
    """Return what the page says of all rows, in their order.

    Parameters
    ----------
    name : str
        What is asked for: a target, ``"code"`` or ``"why"``.
    """
    found = _READ.findall(PAGE.read_text(encoding="utf-8"))
    columns = ("why", "code", *TARGETS)
    number = columns.index(name)
    return [
        (why, code, *re.split(r" \| ", cells))[number] for why, code, cells in found
    ]
