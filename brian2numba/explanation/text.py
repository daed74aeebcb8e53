"""The table of an explanation as text, for terminals of 80 columns."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from brian2numba.explanation.row import Row
from brian2numba.preparing import NEW

__all__ = ["WIDTH", "as_text"]

WIDTH = 80
_BETWEEN = "  "
#: How a row of the table begins what it says below
_INDENT = "  "
#: What becomes of origins beside a time
_SHORT = {
    "compiled": "compiled",
    "compiled, with functions by numba": "by numba",
    "compiled by numba": "by numba",
    "from the store": "stored",
}


def as_text(summary: str, rows: Sequence[Row]) -> str:
    """Return a summary and a table; what does not fit into a column is below its row.

    Parameters
    ----------
    summary : str
        What to say before.
    rows : sequence of Row
        The rows.
    """
    # Code is not torn apart
    quoted = re.sub("'[^']*'", lambda found: found[0].replace(" ", "\0"), summary)
    summary = textwrap.fill(quoted, WIDTH, break_long_words=False).replace("\0", " ")
    if not rows:
        return summary
    titles, *lines = _cells(rows)
    widths = [max(map(len, column)) for column in zip(titles, *lines, strict=True)]
    # A longer name has a line of its own
    others = sum(widths[1:]) + len(_BETWEEN) * len(widths[1:])
    names = [len(line[0]) for line in lines]
    fitting = [name for name in names if name + others <= WIDTH]
    widths[0] = max([len(titles[0]), *fitting])
    text = [summary, "", *_aligned(titles, widths)]
    text.append(_BETWEEN.join("-" * width for width in widths))
    usual = Counter(row.clock for row in rows).most_common(1)[0][0]
    for number, (row, line) in enumerate(zip(rows, lines, strict=True)):
        text += _aligned(line, widths)
        for note in _notes(row, rows[:number], usual):
            text += textwrap.wrap(
                note,
                WIDTH,
                initial_indent=_INDENT,
                subsequent_indent=2 * _INDENT,
                break_long_words=False,
            )
    return "\n".join(text)


def _cells(rows: Sequence[Row]) -> Iterator[list[str]]:
    """Yield the titles and the cells of columns; after a profiled run, with times."""
    if any(row.seconds is not None for row in rows):
        yield ["object", "task", "run by", "run time", "share"]
        for row in rows:
            times = row.cell("seconds"), row.cell("share")
            yield [row.name, row.task, row.runs, *times]
    elif any(row.origin for row in rows):
        yield ["object", "task", "run by", "machine code"]
        for row in rows:
            code = f"{_SHORT.get(row.origin, row.origin)} {row.cell('compile_time')}"
            yield [row.name, row.task, row.runs, code.strip()]
    else:
        yield ["object", "task", "run by"]
        for row in rows:
            yield [row.name, row.task, row.runs]


def _notes(row: Row, before: Sequence[Row], usual_clock: str) -> Iterator[str]:
    """Yield what else there is to say of a row.

    Parameters
    ----------
    row : Row
        The row.
    before : sequence of Row
        Those above, of which one may have said that both are done in one pass.
    usual_clock : str
        The clock of which nothing is said.
    """
    if row.clock != usual_clock:
        yield f"clock: {row.clock}"
    if row.reason:
        yield row.reason
    of_both = f"with {row.name}"
    if row.fusion and not any(of_both in r.fusion.split(":")[0] for r in before):
        is_done = row.fusion.startswith("with ")
        yield (
            row.fusion.replace("with ", "in one pass with ", 1)
            if is_done
            else (row.fusion.replace("not with ", "not in one pass with ", 1))
        )
    if row.sleep:
        yield row.sleep
    if row.steps:
        yield row.steps
    if row.recording:
        yield row.recording
    # What was new is no news
    if row.prepared not in ("", NEW):
        yield f"prepared by the last run: {row.prepared}"
    if row.threads > 1:
        yield f"shared by {row.threads} threads"


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *others = cells
    if len(first) > widths[0]:
        return [first, *_aligned(["", *others], widths)]
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return [_BETWEEN.join(padded).rstrip()]
