"""
Write the page of the documentation that lists forms of functions.

The forms are those of ``tests/user_functions/function_forms``; a test runs each of
them, and holds this page to them: ``python -m docs.make_function_forms`` writes it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.reports import markdown_table, write_page
from tests.user_functions.function_forms import (
    COMPILED,
    ERROR,
    FORMS,
    PYTHON,
    SECTIONS,
    Form,
)

__all__ = ["PAGE", "main", "page"]

PAGE = Path(__file__).parent / "function_forms.md"

_TEXT = """\
# Forms of functions

Functions of your own in {number} forms, each of which a test runs with numba and with
Brian's numpy target, on the same model: the results are the same. Where there is an
implementation for Cython, that is compared as well.

*compiled* means that the code that calls the function is machine code. *Python* means
that Brian's numpy target runs this code, and calls the function with arrays; the rest
of the model stays compiled, and a message says so. [Functions of your
own](user_functions.md) tells more. A form that is *for one number*, such as one with
`if x > 0`, is called by the numpy target for one element after the other here."""

_WAYS = {
    COMPILED: "compiled",
    PYTHON: "Python",
    ERROR: "its own exception",
}


def page() -> str:
    """Return the page."""
    parts = [_TEXT.format(number=len(FORMS))]
    for section, title in SECTIONS.items():
        forms = [form for form in FORMS.values() if form.section == section]
        head = ("form", "way", "since")
        parts += [f"## {title}", markdown_table(head, [_row(form) for form in forms])]
    return "\n\n".join(parts)


def _row(form: Form) -> tuple[str, str, str]:
    title = form.title + ", for one number" * form.one_number
    return title.replace("|", "\\|"), _WAYS[form.way], form.since


def main() -> int:
    """Write the page."""
    write_page(PAGE, [page()])
    return 0


if __name__ == "__main__":
    sys.exit(main())
