"""The code in the README and in the documentation runs, and fails as it says."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tools.check_package import blocks

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("docs/decisions/*.md")),
    *sorted(ROOT.glob("docs/performance/*.md")),
]
GALLERY = sorted(ROOT.glob("docs/gallery/*.md"))  # tests of examples run its code

#: Runs blocks of code, each as a script of its own
RUNNING = """
import runpy
import sys

import brian2

for name in sys.argv[1:]:
    runpy.run_path(name, run_name="__main__")
    brian2.start_scope()
    brian2.prefs._restore()
"""

#: Runs blocks that fail; prints the errors on the way to each first one, as JSON
CATCHING = """
import json
import runpy
import sys

import brian2

found = {}
for name in sys.argv[1:]:
    texts = found[name] = []
    try:
        runpy.run_path(name, run_name="__main__")
    except Exception as error:
        while error is not None:
            texts.append(str(error))
            error = error.__cause__
    brian2.start_scope()
    brian2.prefs._restore()
print(json.dumps(found))
"""

#: What a reader's machine has, and why it is not run here
NOT_RUN = {
    "pip": "it changes the environment; tools/check_package.py does it elsewhere",
    "conda": "it needs conda",
    "source": "it needs the environment that it enters",
    "pytest": "it runs tests, of which this is one",
    "pre-commit": "it changes the repository's hooks",
    "python3 run.py": "it runs all tests; tests/project/test_run_script.py tries it",
    "sbatch": "it needs a cluster",
    "mkdir": "it makes a directory for a group",
}


#: The user's script, where a command runs one
SCRIPT = """
import brian2numba

def half(x):
    return x / 2

if __name__ == "__main__":
    brian2numba.sweep(half, {"x": range(100)}, folder="results", progress=False)
"""


@pytest.fixture(scope="module")
def shared_cache(tmp_path_factory):
    return tmp_path_factory.mktemp("docs")


@pytest.fixture(autouse=True)
def compile_once(shared_cache, monkeypatch):
    """Let the processes of all tests find what one of them compiled."""
    monkeypatch.setenv("BRIAN2NUMBA_CACHE_DIR", str(shared_cache))


def in_python(script, folder, *arguments, may_warn=False):
    """Run a script, and return what it printed."""
    environment = {
        **os.environ,
        "MPLBACKEND": "Agg",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    finished = subprocess.run(
        [sys.executable, *script, *arguments],
        capture_output=True,
        text=True,
        timeout=200,
        cwd=folder,
        env=environment,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    warned = [line for line in finished.stderr.splitlines() if "WARNING " in line]
    # Of a page's blocks, the next one may delete what the one before did not run
    assert may_warn or all("is getting deleted" in line for line in warned), warned
    return finished.stdout


def written(text, folder):
    script = folder / "script.py"
    script.write_text(text, encoding="utf-8")
    return [str(script)]


def with_name(pages):
    return pytest.mark.parametrize("page", pages, ids=lambda page: page.name)


@with_name([page for page in PAGES if blocks(page, "python")])
def test_code_of_a_page_runs_as_pasted(page, tmp_path):
    names = []
    for number, block in enumerate(blocks(page, "python")):
        names.append(f"block_{number}.py")
        (tmp_path / names[-1]).write_text(block, encoding="utf-8")
    in_python(written(RUNNING, tmp_path), tmp_path, *names)


def failing():
    """Yield the blocks that fail, with what the page says of the error."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        pattern = r"^```python raises\n(.*?)^```\n\n```text\n(.*?)^```$"
        found = re.findall(pattern, text, re.MULTILINE | re.DOTALL)
        assert len(found) == len(blocks(page, "python raises")), page
        yield from found


FAILING = {f"fails_{k}.py": found for k, found in enumerate(failing())}


@pytest.fixture(scope="module")
def errors(tmp_path_factory, shared_cache):
    """Return the texts of the errors of blocks that fail, by their names."""
    folder = tmp_path_factory.mktemp("failing")
    for name, (block, _) in FAILING.items():
        (folder / name).write_text(block, encoding="utf-8")
    # One that lacks the import comes before all that have it
    names = sorted(FAILING, key=lambda name: "import brian2numba" in FAILING[name][0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRIAN2NUMBA_CACHE_DIR", str(shared_cache))
        printed = in_python(written(CATCHING, folder), folder, *names, may_warn=True)
    return json.loads(printed.splitlines()[-1])


@pytest.mark.long
@pytest.mark.parametrize("name", FAILING)
def test_code_fails_as_the_page_says(name, errors):
    _, message = FAILING[name]
    assert " ".join(message.split()) in " ".join(" ".join(errors[name]).split())


#: A cluster on this machine in the place of SLURM's
STAND_IN = """
from distributed import LocalCluster

class SLURMCluster(LocalCluster):
    def __init__(self, cores, memory, walltime):
        super().__init__(n_workers=0, threads_per_worker=cores, memory_limit=memory)

    def scale(self, n):
        super().scale(min(n, 2))
"""

SWEEP_ON_A_CLUSTER = """
import brian2numba

parameters = {{"x": [1, 2, 3]}}

def firing(x):
    return x / 2

if __name__ == "__main__":
{block}
    print([point.results["result"] for point in result.points])
"""


@pytest.mark.long
def test_code_for_a_cluster_runs(tmp_path):
    (block,) = blocks(ROOT / "docs" / "sweeps.md", "python cluster")
    indented = re.sub("^", "    ", block, flags=re.MULTILINE)
    (tmp_path / "dask_jobqueue.py").write_text(STAND_IN, encoding="utf-8")
    script = written(SWEEP_ON_A_CLUSTER.format(block=indented), tmp_path)
    assert in_python(script, tmp_path) == "[0.5, 1.0, 1.5]\n"


def commands():
    """Yield all commands of all pages."""
    for page in PAGES:
        for block in blocks(page, "sh"):
            for line in block.splitlines():
                words = shlex.split(line, comments=True)
                if words:
                    yield words


def module_commands():
    known = {tuple(words[2:]) for words in commands() if words[:2] == ["python", "-m"]}
    return sorted(known)


def test_commands_are_known():
    for words in commands():
        text = " ".join(words)
        known = text.startswith(("python -m ", "export ", *NOT_RUN))
        assert known or words[0] in ("cd", "git"), text


@pytest.mark.parametrize("words", module_commands(), ids=" ".join)
def test_commands_of_pages_are_understood(words, tmp_path):
    module, *arguments = words
    text = SCRIPT if "sweep" in arguments else "import brian2\n"
    (tmp_path / "my_script.py").write_text(text, encoding="utf-8")
    if module == "brian2numba":
        job = [word.replace("$SLURM_ARRAY_TASK_ID", "3") for word in arguments]
        in_python(["-m", module], tmp_path, *job)
    else:
        # They take minutes to hours; what is asked for is all that is checked
        # (options of one letter are pytest's)
        options = [word for word in arguments if word.startswith("--")]
        usage = in_python(["-m", module], tmp_path, "--help")
        assert [o for o in options if not re.search(rf"{o}\b", usage)] == []


def test_pages_have_code():
    assert sum(len(blocks(page, "python")) for page in PAGES) > 20
    assert len(FAILING) > 5


@with_name([*PAGES, *GALLERY])
def test_links_to_files_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in link:
            assert (page.parent / link).exists(), link
