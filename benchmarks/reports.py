"""Tables and pages of results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["markdown_table", "write_page"]


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown that can be read as it is."""
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head))]

    def line(row: Sequence[str]) -> str:
        first, *others = (
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return f"| {' | '.join((first, *others))} |"

    first, *others = widths
    rule = f"|-{'-' * first}-|" + "".join(f"-{'-' * width}:|" for width in others)
    return "\n".join((line(head), rule, *map(line, rows)))


def write_page(file: Path, parts: Iterable[str]) -> None:
    """Write a page of several paragraphs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
