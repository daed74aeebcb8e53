"""The code in the README and in the documentation runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
GALLERY = sorted(ROOT.glob("docs/gallery/*.md"))  # tests of examples run its code

# What a page that shows single lines leaves out
PREAMBLE = """
from brian2 import *
import brian2numba

group = NeuronGroup(2, "dv/dt = -v/(10*ms) : 1", method="exact")
prefs.codegen.target = "numba"
run(0.1 * ms)
"""


def python_blocks(page):
    text = page.read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def runnable(page):
    """Return a page's blocks as one script; each block starts with a new model."""
    parts = []
    for block in python_blocks(page):
        complete = "from brian2 import" in block or "import brian2\n" in block
        parts.append(block if complete else PREAMBLE + block)
        parts.append("import brian2 as _b; _b.start_scope(); _b.prefs._restore()\n")
    return "\n".join(parts)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_of_a_page_runs(page, tmp_path):
    if not python_blocks(page):
        return
    script = tmp_path / "script.py"
    script.write_text(runnable(page), encoding="utf-8")
    environment = {
        **os.environ,
        "MPLBACKEND": "Agg",
        "BRIAN2NUMBA_CACHE_DIR": str(tmp_path / "cache"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    finished = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=200,
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


def test_pages_have_code():
    assert sum(len(python_blocks(page)) for page in PAGES) > 10


@pytest.mark.parametrize("page", [*PAGES, *GALLERY], ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in link:
            assert (page.parent / link).exists(), link


def test_every_decision_is_in_the_index():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        assert f"(decisions/{page.name})" in index
