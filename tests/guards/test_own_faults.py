"""Exceptions that are the package's fault say so, and where to report them."""

import subprocess
import sys
from pathlib import Path

import pytest
from brian2 import NeuronGroup, Synapses, check_units, ms, prefs, run
from brian2.core.base import BrianObjectException

import brian2numba
from brian2numba import pipeline
from brian2numba.compilation import compiler
from brian2numba.errors import KernelCompilationError, UserFunctionError
from brian2numba.home import ISSUES
from brian2numba.own_faults import NOTE, is_own_fault, note_own_fault

PACKAGE = Path(brian2numba.__file__).parent


def notes_of(function, kind=Exception):
    """Return the notes of the exception that a function raises."""
    with pytest.raises(kind) as caught:
        function()
    return getattr(caught.value, "__notes__", [])


def simulate():
    group = NeuronGroup(2, "dv/dt = -v/(10*ms) : 1", method="euler")
    run(0.1 * ms)
    return group


def raised_in(file, line):
    """Return the exception that a line of a file raises."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 (which one is the caller's)
        exec(compile(line, str(file), "exec"), {"__name__": "x"})
    error = caught.value
    # The test's own frame is none that a user's exception has
    error.__traceback__ = error.__traceback__.tb_next
    return error


def test_the_note_has_the_address():
    assert ISSUES in NOTE


@pytest.fixture
def generated():
    """Let sources be generated: those that are found meet no accident."""
    prefs.codegen.runtime.numba.reuse_sources = False


@pytest.mark.usefixtures("generated")
def test_an_accident_in_a_run(monkeypatch):
    monkeypatch.setattr(pipeline, "owner_name", None)
    *others, last = notes_of(simulate, BrianObjectException)
    assert last == NOTE
    # ... after what is wrong
    assert any("'NoneType' object is not callable" in note for note in others)


@pytest.mark.usefixtures("generated")
def test_an_accident_between_runs(monkeypatch):
    group = NeuronGroup(2, "v : 1")
    monkeypatch.setattr(pipeline, "owner_name", None)
    notes = notes_of(lambda: setattr(group, "v", "rand() + i"))
    assert notes[-1] == NOTE
    assert len(notes) > 1
    assert notes.count(NOTE) == 1


def test_code_that_does_not_compile(empty_cache, monkeypatch):
    monkeypatch.setattr(compiler, "lower", lambda *_: "this is no module")
    prefs.codegen.runtime.numba.native_loop = False
    assert notes_of(simulate)[-1] == NOTE


def test_failing_assertions_and_compilers(tmp_path):
    own = PACKAGE / "lowering" / "kinds.py"
    assert is_own_fault(raised_in(own, "assert 1 > 2"))
    assert is_own_fault(raised_in(own, "{}['no such key']"))
    parse = "import llvmlite.binding as llvm\nllvm.parse_assembly('no module')"
    assert is_own_fault(raised_in(own, parse))
    assert not is_own_fault(raised_in(tmp_path / "script.py", parse))
    assert not is_own_fault(raised_in(tmp_path / "script.py", "{}['no such key']"))


@pytest.mark.parametrize("kind", ["ValueError", "KeyError", "NotImplementedError"])
def test_what_is_raised_on_purpose(kind):
    own = PACKAGE / "guards" / "groups.py"
    assert not is_own_fault(raised_in(own, f"raise {kind}('an input is wrong')"))


@pytest.mark.parametrize("line", ["open('/no/such/file')", "bytearray(2**62)"])
def test_what_the_machine_lacks(line):
    assert not is_own_fault(raised_in(PACKAGE / "cache.py", line))


def test_errors_of_the_package():
    assert is_own_fault(KernelCompilationError("The code does not compile."))
    assert not is_own_fault(UserFunctionError("The function does not compile."))


def test_the_note_is_there_once():
    error = KernelCompilationError("The code does not compile.")
    note_own_fault(error)
    note_own_fault(error)
    assert error.__notes__ == [NOTE]


@check_units(x=1, result=1)
def refusing(x):
    if x < 1:
        raise ValueError("x is too small")
    return x


def failing_function():
    group = NeuronGroup(2, "v : 1", namespace={"refusing": refusing})
    group.run_regularly("v = refusing(v)")
    run(0.1 * ms)


def nonsense_in_equations():
    group = NeuronGroup(2, "dv/dt = no_such_name/ms : 1", method="euler")
    run(0.1 * ms)
    return group


def connection_beyond_the_end():
    group = NeuronGroup(2, "v : 1")
    Synapses(group, group).connect(j="i + 5")


def connection_that_refers_to_itself():
    group = NeuronGroup(2, "v : 1")
    Synapses(group, group).connect(j="j")


@pytest.mark.parametrize(
    "mistake",
    [
        failing_function,
        nonsense_in_equations,
        connection_beyond_the_end,
        connection_that_refers_to_itself,
        lambda: run(-1 * ms),
        lambda: run("long"),
        lambda: run(1 * ms, report="carrier pigeon"),
        lambda: NeuronGroup(2, "v : 1").v.__setitem__(7, 1),
    ],
)
def test_mistakes_of_users_are_theirs(mistake):
    assert NOTE not in notes_of(mistake)


SCRIPT = """
from brian2 import *
import brian2numba
from brian2numba import pipeline

prefs.codegen.target = "numba"
prefs.codegen.runtime.numba.reuse_sources = False
pipeline.owner_name = None
group = NeuronGroup(2, "dv/dt = -v/(10*ms) : 1", method="euler")
run(0.1*ms)
"""


def test_it_is_what_a_script_ends_with(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    ended = subprocess.run(
        [sys.executable, path], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    # Brian's address comes before
    assert ended.stderr.index("brian-team/brian2/issues") < ended.stderr.index(NOTE)
    assert NOTE in ended.stderr.strip().splitlines()[-1]
