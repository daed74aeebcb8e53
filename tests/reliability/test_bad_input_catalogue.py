"""The whole catalogue of bad input, each case in a process of its own."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from reliability.bad_input.catalogue import CATALOGUE

FOLDER = Path(__file__).parents[2]
CASES = [case for cases in CATALOGUE.values() for case in cases]


def test_the_catalogue_is_large_and_has_no_case_twice():
    assert len(CASES) >= 600
    assert Counter(case.script for case in CASES).most_common(1)[0][1] == 1
    assert all(all(case.patterns) for case in CASES)
    assert all(case.patterns for case in CASES if not case.documented)


def test_what_is_accepted_is_documented():
    text = (FOLDER / "docs" / "limits.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"\*\*(.+?)\*\*", text))
    assert {case.documented for case in CASES} - {""} <= documented


@pytest.mark.long
@pytest.mark.skipif(
    sys.platform != "linux", reason="the children are forked, as on Linux only"
)
def test_every_case_is_refused_or_documented():
    finished = subprocess.run(
        [sys.executable, "-m", "reliability.bad_input", "--check"],
        capture_output=True,
        text=True,
        timeout=600,
        cwd=FOLDER,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "'crash': 0, 'hang': 0, 'silent': 0, 'other message': 0" in finished.stdout
