"""The site's sidebar has what pages list, and pages made of files have their text."""

import re
from pathlib import Path

import pytest

from docs.directives import INCLUDED, LEADING, for_sphinx

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [
    path.relative_to(DOCS).with_suffix("").as_posix()
    for path in DOCS.glob("**/*.md")
    if "_build" not in path.parts
]


def as_read(name):
    return for_sphinx(name, (DOCS / f"{name}.md").read_text(encoding="utf-8"))


def entries(name):
    """Return the pages below a page in the sidebar."""
    lists = re.findall(r"```\{toctree\}\n(?::[^\n]*\n)+\n([^`]*)\n```", as_read(name))
    folder = (DOCS / name).parent
    paths = [folder / line for text in lists for line in text.splitlines()]
    return [path.relative_to(DOCS).as_posix() for path in paths]


def test_all_pages_are_in_the_sidebar_once():
    found = ["index", *(entry for name in LEADING for entry in entries(name))]
    assert sorted(found) == sorted(PAGES)


def test_pages_are_below_the_heading_that_lists_them():
    text = as_read("gallery/index")
    networks = text.partition("## Networks")[2].partition("## ")[0]
    assert re.search(r"```\{toctree\}\n:hidden:\n\nizhikevich\ncuba\n", networks)


def test_only_the_first_page_has_captions():
    text = "# Title\n\n- [One](one.md): a page\n\n## Others\n\n- [Two](two.md)\n"
    assert ":caption: Others\n\ntwo\n```" in for_sphinx("index", text)
    assert ":caption:" not in for_sphinx("performance", text)


def test_links_in_sentences_are_no_contents():
    text = "# Title\n\nSee [one](one.md) and\n[two](two.md).\n"
    assert for_sphinx("index", text) == text


@pytest.mark.parametrize(("name", "file"), INCLUDED.items())
def test_pages_made_of_files_lead_to_them_elsewhere(name, file):
    assert f"{{include}} ../{file}\n" in as_read(name)
    assert f"(../{file})" in (DOCS / f"{name}.md").read_text(encoding="utf-8")


def test_other_pages_stay_as_they_are():
    assert for_sphinx("usage", "- [One](one.md)\n") == "- [One](one.md)\n"
