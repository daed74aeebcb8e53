"""What processes know of the target, on the page about them and in truth."""

import importlib.util
import json
import multiprocessing
import re
import subprocess
import sys
from pathlib import Path

import pytest
from brian2 import Network, NeuronGroup, prefs

import brian2numba

PAGE = Path(__file__).parents[2] / "docs" / "workers.md"
METHODS = ("fork", "spawn", "forkserver", "loky", "dask")
NEEDED = {"loky": "joblib", "dask": "distributed"}

#: What processes are asked to do, in a file that all of them find
JOB = """
def target():
    import brian2numba
    from brian2 import Network, NeuronGroup
    return brian2numba.explain(Network(NeuronGroup(1, "v : 1"))).target


def target_said_here():
    import brian2numba
    from brian2 import prefs
    prefs.codegen.target = "numba"
    return target()
"""
ASKING = """
import json, sys
from job import target, target_said_here

def answer(method, job):
    if method == "loky":
        from joblib import Parallel, delayed
        return Parallel(2, backend="loky")([delayed(job)()])[0]
    if method == "dask":
        from distributed import Client
        given = dict(n_workers=1, threads_per_worker=1, dashboard_address=None)
        with Client(**given) as client:
            try:
                return client.submit(job).result()
            except ValueError:
                return "fails"
    import multiprocessing
    with multiprocessing.get_context(method).Pool(1) as pool:
        return pool.apply(job)

def main(job):
    print(json.dumps([answer(method, job) for method in sys.argv[1:]]))
"""
IMPORTS = "import asking, job\nfrom brian2 import *\nimport brian2numba\n"
SET = 'prefs.codegen.target = "numba"\n'
MAIN = 'if __name__ == "__main__":\n    '

#: The scripts that set the target in the way of each row of the table
SCRIPTS = {
    "at the top of the script": f"{IMPORTS}{SET}{MAIN}asking.main(job.target)\n",
    "below `if __name__ ==": f"{IMPORTS}{MAIN}{SET}    asking.main(job.target)\n",
    "in a notebook": f"{IMPORTS}{SET}asking.main(job.target)\n",
    "in a [preference file]": f"{IMPORTS}{MAIN}asking.main(job.target)\n",
    "in the function": f"{IMPORTS}{MAIN}asking.main(job.target_said_here)\n",
}


def row_of_page(beginning):
    """Return what the table says of each method, by name."""
    text = PAGE.read_text(encoding="utf-8")
    head = re.search(r"^\| the target is set \| (.*) \|$", text, re.MULTILINE)
    row = re.search(rf"^\| {re.escape(beginning)}.*? \| (.*) \|$", text, re.MULTILINE)
    return dict(zip(head[1].split(" | "), row[1].split(" | "), strict=True))


def methods():
    """Return the ways to start processes that are there."""
    known = multiprocessing.get_all_start_methods()
    return [m for m in METHODS if m in known or is_installed(NEEDED.get(m))]


def is_installed(package):
    return package is not None and importlib.util.find_spec(package) is not None


def test_the_table_has_all_ways():
    text = PAGE.read_text(encoding="utf-8")
    assert len(re.findall(r"^\| (?:at|below|in) ", text, re.MULTILINE)) == len(SCRIPTS)
    assert all(tuple(row_of_page(beginning)) == METHODS for beginning in SCRIPTS)


@pytest.mark.long
@pytest.mark.parametrize("beginning", SCRIPTS)
def test_processes_know_the_target_that_the_page_says(beginning, tmp_path):
    script = SCRIPTS[beginning]
    files = {"job.py": JOB, "asking.py": ASKING, "script.py": script}
    if "preference file" in beginning:
        files["brian_preferences"] = "codegen.target = 'numba'\n"
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    run = ["-c", script] if "notebook" in beginning else ["script.py"]
    finished = subprocess.run(
        [sys.executable, *run, *methods()],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    expected = row_of_page(beginning)
    found = json.loads(finished.stdout.splitlines()[-1])
    assert dict(zip(methods(), found, strict=True)) == {
        method: expected[method] for method in methods()
    }


@pytest.mark.parametrize(
    ("target", "name"), [("numpy", "'numpy'"), ("auto", "'auto', which is Cython's or")]
)
def test_explain_says_which_other_target_a_process_has(target, name):
    prefs.codegen.target = target
    explanation = brian2numba.explain(Network(NeuronGroup(1, "v : 1"), name="net"))
    assert explanation.target == target
    assert explanation.summary.startswith(
        "Network 'net': nothing is compiled by brian2numba, since the target of this "
        f"process is {name}"
    )
    needed = "'import brian2numba' and 'prefs.codegen.target = \"numba\"'"
    assert needed in explanation.summary


def test_explain_says_what_is_compiled_where_objects_have_another_target():
    prefs.codegen.target = "numpy"
    group = NeuronGroup(
        1,
        "dv/dt = -v/second : 1",
        method="euler",
        codeobj_class=brian2numba.target.NumbaCodeObject,
    )
    explanation = brian2numba.explain(Network(group))
    assert explanation.target == "numpy"
    assert "a compiled loop runs 1 of 1 tasks" in explanation.summary
