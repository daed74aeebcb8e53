"""Each check that refuses something has a row with what others make of the input."""

import ast
import functools
import re
from pathlib import Path

import pytest
from brian2 import prefs

from brian2numba.errors import _EXCEPTIONS, Status
from reliability.refusals.row import MODEL, outcome_of
from reliability.refusals.table import PAGE, ROWS, SECTIONS, cell, column_of_page

#: In how many tests the rows are tried with Cython
N_PARTS = 8

PACKAGE = Path(__file__).parents[2] / "brian2numba"

#: Parts that refuse no model: what they raise is caught, or is not about an input
NOT_OF_MODELS = {
    "cache.py",
    "command_line.py",
    "compatibility.py",
    "compilation",
    "lowering",
    "language",
    "optional.py",
    "store",
    "testing",
    "user_functions",
    "with_numba",
}
#: Exceptions that are caught within the package, or for want of memory
CAUGHT = {
    "AttributeError",
    "CannotSleepError",
    "FunctionNotCompilableError",
    "MemoryError",
    "NotAffineError",
    "NotCompiledError",
    "NotKnownError",
    "PartDone",
    "ReferenceChangedError",
    "RowsLeftToPythonError",
    "TypeLeftToPythonError",
}
#: Functions whose exceptions need more than a short input, and what tests them
ELSEWHERE = {
    # Brian's own exceptions again
    "schedule._obstacle": "test_native_loop",
    "networks.is_prepared": "test_faults",
    "state_updates.stored": "test_state_updates",
    # It takes a function that becomes something else within a run
    "left_to_python._refuse_change": "test_adaptive_methods",
    # Mistakes of this package
    "connectivity.delays_in_steps": "test_spike_queue",
    "dynamic_array.__init__": "test_dynamic_array",
    "dynamic_array.resize": "test_dynamic_array",
    "spike_queue._restore_from_full_state": "test_spike_queue",
    "templater.get_template": "test_generated_code",
    # A mode of tests
    "comparison.compare": "test_built_again",
    # Threads, processes, or thousands of lines
    "counter_draws.hidden_arguments": "test_fast_random_numbers",
    "driver.run": "test_native_loop",
    "explaining._refuse": "test_explain",
    "running.the_only_run": "test_forks",
    # Recordings on disk
    "arrays.__setitem__": "test_disk_refusals",
    "arrays.get_capsule": "test_disk_refusals",
    "disk._refuse_lost": "test_disk_states",
    "disk.check": "test_disk_refusals",
    "folder.check": "test_disk_full",
    "folder.refuse_overtaken": "test_disk_twice",
    "lazy.__array__": "test_disk_refusals",
    "restoring.refuse_rows_of_disk": "test_disk_twice",
    "selection._numbers": "test_disk_refusals",
    "to_disk._monitors_of": "test_disk_folders",
    "to_disk._refuse": "test_disk_folders",
    "to_disk._refuse_path": "test_disk_folders",
    "to_disk._seconds": "test_disk_folders",
    "to_disk.record_to_disk": "test_disk_folders",
    "zarr_store.group_of": "test_disk_refusals",
    "window._refuse_another": "test_window",
    # A device that stays
    "monitors._refuse_another_process": "test_news",
    # Files and the environment
    "preference_sources._check": "test_preference_sources",
    "preference_sources._own_name": "test_preference_sources",
    "preference_sources._settings_of_file": "test_preference_sources",
    "preference_sources._text_of": "test_preference_sources",
    # Sweeps in progress, with folders, on clusters, and of scripts that are compiled
    "computing.__init__": "test_sweeps",
    "dask_engine._outcome": "test_sweep_clusters",
    "engine.engine_for": "test_sweep_clusters",
    "folder._refuse": "test_sweep_points",
    "network._network_in": "test_sweeps",
    "parts.from_text": "test_sweep_points",
    "pickling.pickled": "test_pickling",
    "pickling.reducer_override": "test_pickling",
    "preparing.prepared": "test_preparing",
    "tables._units": "test_sweep_points",
    "tables.data_set": "test_sweep_points",
    "worker._results": "test_sweeps",
}


@functools.cache
def outcomes(target):
    """Return what a target makes of the rows; None where nobody should run one."""
    prefs.logging.warn_for_unused_objects = False
    return [None if row.words(target) else outcome_of(row, target) for row in ROWS]


def other_than_on_the_page(target, found):
    """Return the rows of which something else is found than the page says."""
    rows = zip(ROWS, column_of_page(target), found, strict=True)
    return {
        row.code: (said, outcome.text)
        for row, said, outcome in rows
        if outcome is not None and cell(row, target, outcome.text) != said
    }


def test_the_page_has_all_rows():
    text = PAGE.read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings == list(SECTIONS)
    assert all(model in text for model in MODEL.values())
    assert [row.code for row in ROWS] == column_of_page("code")
    assert [row.why for row in ROWS] == column_of_page("why")
    assert len({row.code for row in ROWS}) == len(ROWS)


@pytest.mark.long
def test_numba_says_what_the_page_says():
    assert other_than_on_the_page("numba", outcomes("numba")) == {}
    assert all(": " in outcome.text for outcome in outcomes("numba"))


@pytest.mark.long
def test_numpy_gives_what_the_page_says():
    assert other_than_on_the_page("numpy", outcomes("numpy")) == {}


# A compiler takes minutes for all of them
@pytest.mark.compiler
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(N_PARTS))
def test_cython_gives_what_the_page_says(part):
    prefs.logging.warn_for_unused_objects = False
    found = [
        None
        if row.words("cython") or k % N_PARTS != part
        else outcome_of(row, "cython")
        for k, row in enumerate(ROWS)
    ]
    assert other_than_on_the_page("cython", found) == {}


# Every check has a row


def checks(path):
    """Yield function, line and exception of all that is raised because of an input."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    raised = [n for n in ast.walk(tree) if isinstance(n, ast.Raise)]
    for node in raised:
        if isinstance(node.exc, ast.Call):
            around = [
                f.name for f in functions if f.lineno <= node.lineno <= f.end_lineno
            ]
            kind = ast.unparse(node.exc.func)
            if kind not in CAUGHT and kind[0].isupper():
                yield f"{path.stem}.{around[-1]}", node.lineno, ast.unparse(node.exc)


def test_every_check_has_a_row():
    met = set().union(*(outcome.lines for outcome in outcomes("numba")))
    missing, elsewhere = [], set()
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] in NOT_OF_MODELS:
            continue
        for function, line, text in checks(path):
            if function in ELSEWHERE:
                elsewhere.add(function)
            elif (str(path), line) not in met:
                missing.append(f"{function}, line {line}: {text}")
    assert missing == []
    assert elsewhere == set(ELSEWHERE)


def test_what_is_tested_elsewhere_is():
    tests = {path.stem for path in Path(__file__).parents[1].rglob("test_*.py")}
    assert set(ELSEWHERE.values()) <= tests


def test_every_status_of_kernels_has_a_row():
    messages = [outcome.message for outcome in outcomes("numba")]
    for status, (_, message) in _EXCEPTIONS.items():
        if status in (Status.OUT_OF_MEMORY, Status.USER_EXCEPTION):
            continue
        pattern = re.sub(r"\\{.*?\\}", ".*", re.escape(message))
        assert any(re.search(pattern, m) for m in messages), message
