"""All forms of functions of users run with the results of Brian's other targets."""

import os
import subprocess
import sys

import pytest
from brian2 import Function

from docs.make_function_forms import PAGE, page
from tests.comparison import assert_same
from tests.user_functions.function_forms import ERROR, FORMS, PYTHON
from tests.user_functions.function_models import run_form

RTOL = 1e-14
#: Places whose code objects the network does not have
BEFORE_RUNS = "connection", "initial"


def compare(form, target, other):
    """Run a form on two targets, check that all is the same, and return both."""
    result, reference = run_form(form, target), run_form(form, other)
    errors = [type(outcome.error).__name__ for outcome in (result, reference)]
    assert errors[0] == errors[1], (result.error, reference.error)
    assert (reference.error is not None) == (form.way == ERROR), reference.error
    assert result.time == reference.time
    assert result.printed == reference.printed
    if form.way != ERROR:
        assert_same(result.values, reference.values, RTOL)
    return result, reference


@pytest.mark.parametrize("name", FORMS)
def test_results_of_numpy(name):
    form = FORMS[name]
    result, reference = compare(form, "numba", "numpy")
    # Of an index, ours tells more
    if not isinstance(reference.error, IndexError):
        assert str(result.error) == str(reference.error)
    if form.way == ERROR:
        return
    if form.place not in BEFORE_RUNS:
        assert result.way == form.way
    said = [text for text in result.messages if "Python runs the function" in text]
    assert len(said) == (form.way == PYTHON), result.messages


def has_cython(form):
    function = form.function
    return isinstance(function, Function) and "cython" in [
        getattr(key, "class_name", key) for key in function.implementations
    ]


@pytest.mark.compiler
@pytest.mark.parametrize("name", [n for n, form in FORMS.items() if has_cython(form)])
def test_results_of_cython(name):
    compare(FORMS[name], "numba", "cython")


def test_there_are_many_forms_of_each_way():
    ways = [form.way for form in FORMS.values()]
    assert len(ways) >= 60
    assert min(ways.count(way) for way in set(ways)) >= 5


def test_the_page_is_that_of_the_forms():
    assert PAGE.read_text(encoding="utf-8").strip() == page()


SCRIPT = """
from brian2 import *
import brian2numba

prefs.codegen.target = "numba"


@check_units(x=1, result=1)
def f(x):
    total = 0.0
    for y in (x, 2*x, 3*x):
        total += y
    return total/6.0


cells = NeuronGroup(5, "dv/dt = -f(v)/(10*ms) : 1", method="euler")
cells.v = 0.5
run(1*ms)
print([round(float(v), 9) for v in cells.v])
"""


def test_numba_that_does_not_compile(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, str(script)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )
    # It runs, or says why it doesn't
    if done.returncode:
        assert "NUMBA_DISABLE_JIT" in done.stderr
    else:
        assert done.stdout.strip() == str([round(0.5 * 0.99**10, 9)] * 5)
