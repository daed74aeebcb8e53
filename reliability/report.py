"""
Write the page of the documentation that shows what the harnesses found.

Its text is in `page.md`, where a line ``[figures of NAME]`` stands for what the harness
of that name left.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from textwrap import fill
from typing import Any

from benchmarks.reports import markdown_table, write_page
from reliability.results import read

__all__ = ["PAGE", "main", "page"]

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"

_TEXT = Path(__file__).parent / "page.md"
_PLACE = re.compile(r"^\[figures of (\w+)\]$", re.MULTILINE)


def page() -> str:
    """Return the page.

    Raises
    ------
    ValueError
        If there are figures for which it has no place, or the other way round.
    """
    text, records = _TEXT.read_text(encoding="utf-8"), read()
    unknown = set(records) ^ set(_PLACE.findall(text))
    if unknown:
        raise ValueError(
            f"The page and the harnesses' output differ in {sorted(unknown)}."
        )
    return _PLACE.sub(lambda match: _figures(records[match[1]]), text).strip()


def _figures(record: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {v}" for name, v in record["packages"].items())
    with_what = f"{record['date']}, Python {record['python']}, {packages}:"
    rows = [
        (description, str(figure))
        for description, figure in record["figures"].items()
        if not isinstance(figure, list)
    ]
    table = markdown_table(("counted", "number"), rows)
    command = f"```sh\n{record['command']}\n```"
    return "\n\n".join((command, fill(with_what, 92), table))


def main() -> int:
    """Write the page."""
    write_page(PAGE, [page()])
    return 0


if __name__ == "__main__":
    sys.exit(main())
