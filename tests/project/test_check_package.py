"""What the package stage runs is what the pages say; the stage itself takes minutes."""

import re
from pathlib import Path

import pytest

from tools import check_package

ROOT = Path(__file__).parents[2]


def test_the_pages_install_in_one_way():
    assert check_package.install_command() == ["pip", "install", ".[all]"]


@pytest.mark.parametrize("page", [check_package.INSTALL, "README.md", "docs/start.md"])
def test_pages_for_newcomers_say_how_to_install(page):
    assert 'pip install ".[all]"\n' in check_package.blocks(page, "sh")


def test_pages_that_install_in_another_way_are_found(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    for number, page in enumerate((check_package.INSTALL, *check_package.PAGES)):
        text = f"```sh\npip install extra{number % 2}\n```\n"
        (tmp_path / page).write_text(text, encoding="utf-8")
    monkeypatch.setattr(check_package, "ROOT", str(tmp_path))
    with pytest.raises(SystemExit, match="different things: pip install extra0, pip"):
        check_package.install_command()


def test_pages_have_code():
    for page in check_package.PAGES:
        assert check_package.blocks(page, "python")


def test_code_that_fails_ends_the_stage(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(check_package, "PAGES", ["page.md"])
    monkeypatch.setattr(check_package, "ROOT", str(tmp_path))
    code = "".join(f"```python\nprint({n})\n1 / {n}\n```\n" for n in (1, 0, 2))
    (tmp_path / "page.md").write_text(code, encoding="utf-8")
    with pytest.raises(SystemExit, match="exit code 1"):
        check_package.run_pages(check_package.sys.executable, str(tmp_path))
    shown = capfd.readouterr()
    assert "ZeroDivisionError" in shown.err
    assert re.findall(r"Block \d of page.md", shown.out)[-1] == "Block 2 of page.md"


def test_first_page_needs_no_name_of_a_library_that_may_be_missing():
    """What plots says what it needs: without matplotlib, `plot` would be no name."""
    for block in check_package.blocks("docs/start.md", "python"):
        assert not re.search(
            r"^(plot|xlabel|ylabel|show|figure)\(", block, re.MULTILINE
        )
