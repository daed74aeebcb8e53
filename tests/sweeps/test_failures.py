"""What is shown of sweeps, above all of points that failed."""

import re
from pathlib import Path

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    PoissonGroup,
    check_units,
    ms,
    mV,
    nA,
    run,
    second,
)

import brian2numba
from brian2numba.errors import SweepError
from brian2numba.sweeps.failures import Failure, Line, failure_of
from brian2numba.sweeps.results import Point, Report, SweepResult, WorkOfWorker

HERE = Path(__file__).name


def inverse(a):
    if a == 0:
        raise ValueError("0 has none\nat all")
    return {"inverse": 1 / a * second}


def unknown_name(a):
    """Fail where Brian prepares a group."""
    network = Network(
        NeuronGroup(1, "dv/dt = (curent - v)/(10*ms) : 1", method="euler", name="cells")
    )
    network.run(0 * ms)


def line_of(text):
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, 1) if line.strip().startswith(text))


# With points of other processes


def test_a_result_is_shown_as_its_report_and_its_table():
    result = brian2numba.sweep(inverse, {"a": [-1, 0, 0.0]}, workers=1)
    report = repr(result)
    assert str(result) == report == str(result.report)
    first, process, *last = report.splitlines()
    assert re.fullmatch(r"3 points: 3 computed in \d+\.\d\d s, 2 failed", first)
    assert ": 3 points in " in process
    line = f"line {line_of('raise ValueError')} of {HERE}, in inverse"
    assert last == [
        "The first that failed: a=0",
        "  ValueError: 0 has none ...",
        f'  {line}: raise ValueError("0 has none\\nat all")',
    ]
    assert result.errors[0].line == last[2].strip()
    assert result.errors[0].message == "ValueError: 0 has none\nat all"
    assert result.points[0].line is None
    table = result._repr_html_()
    assert "<pre>3 points: 3 computed" in table
    assert "<th>inverse (s)</th>" in table
    assert table.count("<tr") == 4
    assert "0 has none" in table.partition("</pre>")[2]


@pytest.mark.parametrize("values", [[0, 0.0], [0]])
def test_a_sweep_of_which_all_points_failed_is_an_error(values):
    with pytest.raises(SweepError) as raised:
        brian2numba.sweep(inverse, {"a": values}, workers=1)
    which = "All 2 points" if len(values) > 1 else "The only point"
    assert str(raised.value).startswith(
        f"{which} of the sweep of 'inverse' failed. The 'result' of this error has "
        "them. The first: a=0\nValueError: 0 has none ...\nline "
    )
    assert "Traceback (most recent call last)" in str(raised.value)
    result = raised.value.result
    assert len(result.errors) == len(result.points) == len(values)
    assert list(result.to_dataframe().a) == values
    assert set(result.to_dataset().status.values) == {"failed"}


def test_what_was_found_counts_among_all_points(tmp_path):
    good, bad = {"a": [1]}, {"a": [1, 0]}
    brian2numba.sweep(inverse, good, workers=1, folder=tmp_path)
    result = brian2numba.sweep(inverse, bad, workers=1, folder=tmp_path)
    assert "1 computed" in str(result)
    assert "1 found in the folder, 1 failed" in str(result)


def test_an_error_that_ends_a_sweep_has_what_was_done():
    with pytest.raises(SweepError, match=r"The point a=0 of .*: ValueError") as raised:
        brian2numba.sweep(inverse, {"a": [2, 0, 1]}, workers=1, errors="raise")
    result = raised.value.result
    assert [point.parameters["a"] for point in result.points[:2]] == [2, 0]
    assert result.points[0].results["inverse"] == 0.5 * second
    with pytest.raises(ValueError, match="these points are no whole grid"):
        result.to_dataset()


# What is told of exceptions


def failure(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        return failure_of(error)
    raise AssertionError("no exception")


def test_where_brian_names_an_object_the_cause_is_told():
    found = failure(unknown_name, 1)
    assert str(found).splitlines() == [
        "KeyError: 'The identifier \"curent\" could not be resolved.'",
        f"line {line_of('network.run(0')} of {HERE}, in unknown_name: "
        "network.run(0 * ms)",
        f"'cells' was made in line {line_of('NeuronGroup(1,')} of {HERE}, in "
        'unknown_name: NeuronGroup(1, "dv/dt = (curent - v)/(10*ms) : 1", '
        'method="euler", name="cells")',
    ]
    assert "BrianObjectException" in found.traceback


def test_the_line_of_a_function_of_the_users():
    def simulate():
        @check_units(x=1, result=1)
        def picky(x):
            if x > 1:
                raise ArithmeticError("too large")
            return x

        group = NeuronGroup(1, "x : 1", namespace={"picky": picky})
        group.run_regularly("x = picky(x + 2)")
        run(1 * ms)

    found = failure(simulate)
    assert found.message.startswith("ArithmeticError: too large")
    assert found.line.text == 'raise ArithmeticError("too large")'


def test_an_error_of_the_users_is_told_not_what_it_was_made_from():
    def convert():
        try:
            int("x")
        except ValueError as error:
            raise TypeError("no number") from error

    found = failure(convert)
    assert found.message == "TypeError: no number"
    assert found.line.text == 'raise TypeError("no number") from error'


def test_a_wrong_argument_of_brians():
    found = failure(lambda: PoissonGroup(1, rates=1 * mV))
    assert found.line.text.startswith("found = failure(lambda: PoissonGroup")
    assert found.made is None


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (Line("/x/run.py", 3, "f", "g()"), "line 3 of run.py, in f: g()"),
        (Line("/x/run.py", 3, "<module>"), "line 3 of run.py"),
        (Line("/tmp/ipykernel_7/12.py", 1, "f"), "line 1 of a cell, in f"),
    ],
)
def test_lines_in_words(line, text):
    assert str(line) == text


def test_code_without_a_file_has_no_line():
    with pytest.raises(ZeroDivisionError) as raised:
        eval("1/0")
    error = raised.value
    error.__traceback__ = error.__traceback__.tb_next
    assert failure_of(error).line is None


# Reports


def test_a_report_of_many_processes_stays_short():
    workers = {f"node, process {n}": WorkOfWorker() for n in range(100)}
    lines = str(Report(100, 0, 0, 1.0, workers)).splitlines()
    assert len(lines) == 10
    assert lines[-1] == "... and 92 more processes"


def test_points_that_make_no_table_are_shown_as_a_report(monkeypatch):
    points = (
        Point({"a": 1}, 0, {"x": 1 * mV}, 1.0),
        Point({"a": 2}, 0, {"x": 1 * nA}, 1.0),
    )
    result = SweepResult(points, None, Report(2, 0, 0, 1.0, {}))
    assert result._repr_html_() == (
        "<pre>2 points: 2 computed in 1.00 s, 0 failed</pre>"
    )


def test_large_tables_are_cut():
    points = tuple(Point({"a": n}, 0, {"x": n}, 1.0) for n in range(1000))
    table = SweepResult(points, None, Report(1000, 0, 0, 1.0, {}))._repr_html_()
    assert table.count("<tr") < 30
    assert "1000 rows" in table
    assert "message" not in table


def test_large_arrays_and_long_texts_are_told_in_short():
    results = {"v": np.zeros((30, 40)) * mV, "few": np.arange(3), "text": "so " * 100}
    points = (Point({"a": 1}, 0, results, 1.0, Failure("why " * 100, "")),)
    table = SweepResult(points, None, Report(1, 0, 1, 1.0, {}))._repr_html_()
    assert "<td>array of 30 x 40</td>" in table
    assert "<td>[0, 1, 2]</td>" in table
    assert "so so ...</td>" in table
    assert "why ...</td>" in table
    assert len(table) < 3000
