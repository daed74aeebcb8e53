"""
What Sphinx needs in pages besides Markdown that hosts of repositories show as well.

Pages that lead to others do so in plain lists and tables. When Sphinx reads them, each
section with such links gets a hidden toctree of them, of which the theme makes the
sidebar. Where a page's text is a file beside the documentation, the page links to it,
and Sphinx includes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sphinx.application import Sphinx

__all__ = ["INCLUDED", "LEADING", "for_sphinx", "setup"]

#: The pages that lead to others
LEADING = ("index", "performance", "decisions/index", "gallery/index")
#: The pages whose text is a file of the repository
INCLUDED = {"changelog": "CHANGELOG.md", "contributing": "CONTRIBUTING.md"}

# A link at the start of an item of a list, or below a picture
_LINK = re.compile(r"(?:^- |<br>\*\*)\[[^\]]+\]\(([\w/-]+)\.md\)", re.MULTILINE)
_TOCTREE = "```{{toctree}}\n:hidden:\n{caption}\n{pages}\n```\n"
_INCLUDE = "```{{include}} ../{file}\n:relative-docs: docs/\n```\n"


def for_sphinx(name: str, text: str) -> str:
    """Return a page as Sphinx is to read it.

    Parameters
    ----------
    name : str
        The page's name, without ".md".
    text : str
        The page.
    """
    if name in INCLUDED:
        return _INCLUDE.format(file=INCLUDED[name])
    if name not in LEADING:
        return text
    # Below its own heading: the sidebar marks the section that a page belongs to
    return "\n".join(_with_toctrees(text, captions=name == "index"))


def _with_toctrees(text: str, captions: bool) -> Iterator[str]:
    for section in re.split(r"^(?=## )", text, flags=re.MULTILINE):
        yield section
        pages = "\n".join(_LINK.findall(section))
        heading = section.partition("\n")[0].lstrip("# ")
        caption = f":caption: {heading}\n" if captions else ""
        if pages:
            yield _TOCTREE.format(caption=caption, pages=pages)


def _read(_app: Sphinx, name: str, source: list[str]) -> None:
    source[0] = for_sphinx(name, source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx know of this extension."""
    app.connect("source-read", _read)
    return {"parallel_read_safe": True}
