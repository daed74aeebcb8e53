"""What newcomers read of its speed is what was measured."""

from pathlib import Path

from matplotlib.image import imread

from docs.make_first_look import (
    DRAWN,
    PAGE,
    PICTURE,
    measured,
    ratios,
    rounded,
    with_summary,
)

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def span(values):
    return f"{rounded(min(values))} to {rounded(max(values))}"


def test_the_page_on_speed_has_the_table_of_what_was_measured():
    page = PAGE.read_text(encoding="utf-8")
    assert DRAWN in page
    assert with_summary(page) == page, "python -m docs.make_first_look"


def test_a_table_is_written_anew():
    page = "before\n\n| model | numba |\n|---|---|\n| one | 1 s |\n\nafter\n"
    written = with_summary(page)
    assert written.startswith("before\n\n| model | numba | C++ standalone |")
    assert written.endswith(" |\n\nafter\n")
    assert "| one |" not in written
    assert len(written.splitlines()) == len(measured()) + 6


def test_the_readme_says_what_was_measured():
    text = " ".join(README.split())
    scripts = measured("New script").values()
    told = {
        "standalone": f"{span(ratios('C++ standalone').values())} times as long with",
        "Cython": f"{span(ratios('Cython').values())} times as long with its Cython",
        "new scripts": f"done in {span([s['numba'] for s in scripts])} s",
        "Cython's": f"needs {span([s['Cython'] for s in scripts])} s",
    }
    assert {who: words for who, words in told.items() if words not in text} == {}


def test_the_picture_shows_something():
    assert f"({PICTURE.relative_to(PICTURE.parents[1]).as_posix()})" in README
    assert PICTURE.stat().st_size < 150_000
    assert imread(PICTURE).shape[1] > 1000
