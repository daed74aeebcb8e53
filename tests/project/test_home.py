"""The project's address is in one place, and what can't read it there has copies."""

import re
import runpy
import shutil
import sys
import tomllib
import types
from pathlib import Path

import pytest

from brian2numba import home
from brian2numba.command_line import main
from tools import set_home

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
#: Where addresses of examples are no address of the project
NO_TEXT = {".git", ".venv", "_build", "__pycache__", "node_modules"}


def texts():
    """Yield the files of the project that have text."""
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if any(part in NO_TEXT or part.startswith(".venv") for part in parts):
            continue
        if path.suffix in (".cff", ".md", ".py", ".toml", ".yaml", ".yml"):
            yield path


def test_only_one_place_and_the_copies_have_it():
    places = {str(Path(set_home.PLACE)), *map(str, map(Path, set_home.COPIES))}
    tests = {"tests/project/test_home.py", "tests\\project\\test_home.py"}
    found = {
        str(path.relative_to(ROOT))
        for path in texts()
        if home.HOME in path.read_text(encoding="utf-8")
    }
    assert found - tests <= places
    assert "CITATION.cff" in found


def test_copies_are_equal_to_the_place():
    """A copy that was not rewritten has another address of the same form."""
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    for key in ("url", "repository-code"):
        assert re.search(rf'^{key}: "(.*)"$', citation, re.MULTILINE)[1] == home.HOME
    for name in ("README.md", "docs/troubleshooting.md"):
        assert home.ISSUES in (ROOT / name).read_text(encoding="utf-8")


def test_the_packages_metadata_have_it(monkeypatch):
    # Only what builds the package has hatchling
    interface = types.ModuleType("hatchling.metadata.plugin.interface")
    interface.MetadataHookInterface = type("Interface", (), {"root": str(ROOT)})
    monkeypatch.setitem(sys.modules, interface.__name__, interface)
    metadata = {}
    runpy.run_path(str(ROOT / "hatch_build.py"))["Addresses"]().update(metadata)
    urls = metadata["urls"]
    assert urls["Homepage"] == home.HOME
    assert urls["Issues"] == home.ISSUES
    assert urls["Documentation"] == home.DOCUMENTATION
    hook = PROJECT["tool"]["hatch"]["metadata"]["hooks"]["custom"]
    assert hook["path"] == "hatch_build.py"
    assert "urls" in PROJECT["project"]["dynamic"]


def test_facts_for_reports_have_it(capsys):
    main(["info"])
    assert re.search(rf"^report bugs +{home.ISSUES}$", capsys.readouterr().out, re.M)


def test_another_address_is_written_everywhere(tmp_path, monkeypatch, capsys):
    for name in [set_home.PLACE, *set_home.COPIES]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(set_home, "ROOT", str(tmp_path))
    new = "https://git.example.net/neurons/brian2numba"
    assert set_home.main([new]) == 0
    changed = runpy.run_path(str(tmp_path / set_home.PLACE))
    assert changed["ISSUES"] == f"{new}/issues"
    assert not changed["IS_PLACEHOLDER"]
    for name in set_home.COPIES:
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert home.HOME not in text
    assert new in (tmp_path / "CITATION.cff").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [[], ["ftp://here"], ["https://x.org/a/"]])
def test_what_is_no_address(arguments, capsys):
    assert set_home.main(arguments) == 2
