"""Pages are Markdown that hosts of repositories show as it is meant."""

import functools
import itertools
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (
        *ROOT.glob("*.md"),
        *ROOT.glob("*/README.md"),
        *ROOT.glob("docs/**/*.md"),
    )
    if "_build" not in path.parts
)

#: Pages whose text only Sphinx can make, with what it makes it of
DIRECTIVES = {"docs/api.md": {"{eval-rst}"}}

#: What Markdown has no word for
HTML = re.compile(r'<br>|<!-- [\w ]+ -->|<img src="[^"]+" alt="[^"]+" width="\d+">')
#: Markup that was not taken for markup: of links, of tables, of emphasis, of MyST
RAW = re.compile(r"\]\(|\]\[|\|--|^:::|\{[\w:-]+\}$|^\([\w-]+\)=$|https?://")


def parsed(text):
    """Return what a text consists of, without nesting."""
    found = MarkdownIt("commonmark").enable("table").parse(text)
    return [t for token in found for t in (token, *(token.children or ()))]


@functools.cache
def tokens(page):
    """Return what a page consists of."""
    return parsed((ROOT / page).read_text(encoding="utf-8"))


def raw_markup(all_tokens):
    """Return the text outside of code and links in which markup is seen."""
    found, depth = [], 0
    for token in all_tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and depth == 0 and RAW.search(token.content):
            found.append(token.content)
    return found


def links(page):
    """Yield all that a page leads to or shows."""
    for token in tokens(page):
        if token.type == "link_open":
            yield token.attrs["href"]
        elif token.type == "image":
            yield token.attrs["src"]
        elif token.type == "html_inline":
            yield from re.findall(r'src="([^"]+)"', token.content)


@functools.cache
def anchors(page):
    """Return the names that hosts of repositories and MyST give to the headings."""
    names = set()
    for token, text in itertools.pairwise(tokens(page)):
        if token.type == "heading_open":
            shown = "".join(child.content for child in text.children)
            name = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
            assert name not in names, f"{page} has two headings '{shown}'"
            names.add(name)
    return names


def test_pages_are_found():
    assert {"README.md", "CHANGELOG.md", "CONTRIBUTING.md"} < set(PAGES)
    assert {"docs/index.md", "docs/gallery/index.md", "docs/start.md"} < set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_directives(page):
    fences = [token.info.split() for token in tokens(page) if token.type == "fence"]
    found = {info[0] for info in fences if info and info[0].startswith(("{", "`"))}
    assert found == DIRECTIVES.get(page, set())


@pytest.mark.parametrize("page", PAGES)
def test_all_markup_is_understood(page):
    assert raw_markup(tokens(page)) == []
    html = [t.content for t in tokens(page) if t.type in ("html_inline", "html_block")]
    assert [text for text in html if not HTML.fullmatch(text.strip())] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for link in links(page):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        if anchor:
            name = target.resolve().relative_to(ROOT).as_posix()
            assert anchor in anchors(name), link


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        (":::{note}", ":::{note}"),
        ("see https://doi.org/10.1", "see https://doi.org/10.1"),
        ("see <https://doi.org/10.1>", None),
        ("{doc}`page`", "{doc}"),
        ("(here)=", "(here)="),
        ("[a page](page of its own.md)", "[a page](page of its own.md)"),
        ("| a |\n|--|\n| b |", None),
        ("| a |\n|--|--|\n| b |", "|--|--|"),
    ],
)
def test_what_is_not_understood_is_found(text, raw):
    assert raw_markup(parsed(text)) == ([raw] if raw else [])
