"""The harnesses for reliability, and the page that shows what they found."""

import ast

import pytest

from reliability import report, results
from reliability.mutations.__main__ import chosen
from reliability.mutations.modules import CRITICAL
from reliability.mutations.operators import mutants
from tests.docs.test_docs import ROOT

SOURCE = """
def f(x, k=1):
    if x < 0 and not k:
        raise ValueError(x)
    k += 1
    print(x)
    return x + 1
"""


def test_the_page_shows_the_figures_that_are_kept():
    assert report.PAGE.read_text(encoding="utf-8").strip() == report.page()


def test_figures_without_a_place_on_the_page_are_refused(monkeypatch):
    monkeypatch.setattr(report, "read", lambda: {**results.read(), "unknown": {}})
    with pytest.raises(ValueError, match=r"differ in \['unknown'\]"):
        report.page()


def test_figures_say_how_they_were_counted(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "OUTPUT", tmp_path)
    results.write("forks", "--n 3", {"children": 3})
    record = results.read()["forks"]
    assert record["command"] == "python -m reliability.forks --n 3"
    assert record["figures"] == {"children": 3}
    assert set(record["packages"]) == {"brian2", "numba", "llvmlite", "numpy"}


def test_mutants_differ_in_one_place():
    found = [str(mutant) for mutant in mutants(SOURCE)]
    assert found == [
        "line 3: 'x < 0 and not k' became 'False'",
        "line 3: 'x < 0 and not k' became '(x < 0) or (not k)'",
        "line 4: 'raise ValueError(x)' became 'pass'",
        "line 3: 'x < 0' became 'x <= 0'",
        "line 3: 'not k' became 'bool(k)'",
        "line 3: '0' became '1'",
        "line 5: 'k += 1' became 'pass'",
        "line 5: '1' became '2'",
        "line 6: 'print(x)' became 'pass'",
        "line 7: 'x + 1' became '(x) - (1)'",
        "line 7: '1' became '2'",
    ]


@pytest.mark.parametrize("module", CRITICAL)
def test_critical_modules_have_mutants_and_tests(module):
    trials = chosen([module], 5, 0)
    assert trials
    for trial in trials:
        ast.parse(trial.mutant.source)
    for name in CRITICAL[module]:
        assert (ROOT / "tests" / name).exists()
