"""The benchmark of methods that adapt their steps."""

import json
from dataclasses import replace

import brian2 as b2
import numpy as np
import pytest

from benchmarks.adaptive import __main__ as command
from benchmarks.adaptive import models, page, solutions, titles, worker
from benchmarks.compare import MeasurementFailedError

MODELS = {"hodgkin_huxley": models.HODGKIN_HUXLEY, **models.STIFF}


@pytest.fixture(autouse=True)
def numpy_target():
    b2.prefs.codegen.target = "numpy"


@pytest.mark.parametrize("name", MODELS)
def test_equations_and_functions_are_the_same(name):
    model = MODELS[name]
    dt = 1e-6
    group = model.group("euler", dt, {})
    before = np.array([getattr(group, name)[:] for name in model.start])
    b2.Network(group).run(dt * b2.ms)
    after = np.array([getattr(group, name)[:] for name in model.start])
    expected = model.slopes(0.0, before)
    assert (after - before) / dt == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_solutions_are_those_of_other_methods_too():
    model = replace(models.HODGKIN_HUXLEY, duration=3.0)
    first, second = (solutions.solution(model, name) for name in ("DOP853", "LSODA"))
    assert first.shape == (4, 64, 5)
    assert first == pytest.approx(second, abs=1e-7)


def test_errors_of_a_method_are_measured(monkeypatch):
    short = replace(models.HODGKIN_HUXLEY, duration=2.0)
    monkeypatch.setattr(models, "HODGKIN_HUXLEY", short)
    monkeypatch.setattr(worker, "TIME_STEPS", (0.05, 0.025))
    monkeypatch.setattr(worker, "N_TIMES", 1)
    coarse, fine = worker.work("euler")
    assert (coarse["dt"], fine["dt"]) == (0.05, 0.025)
    assert fine["error"] == pytest.approx(coarse["error"] / 2, rel=0.2)
    assert len(coarse["course"]) == 3
    assert coarse["seconds"] > 0


@pytest.mark.parametrize(("name", "duration"), [("van_der_pol", 90), ("calcium", 20)])
def test_stiff_models_keep_their_error(name, duration):
    model = replace(models.STIFF[name], duration=float(duration))
    b2.prefs.codegen.target = "numba"
    options = worker.options_of("gsl_rkf45", 1e-6)
    found = worker.recorded(model, "gsl_rkf45", worker.STEP_OF_STIFF, options)
    exact = solutions.solution(model, "Radau")
    assert np.abs(found - exact).max() < 1e-5
    assert np.ptp(exact[0]) > 3  # it did not stay where it was


def test_models_are_compared_with_what_the_library_found():
    b2.prefs.codegen.target = "numba"
    found = worker.compared("leaky")
    assert list(found["differences"]) == list(titles.ADAPTIVE)
    assert all(each < 1e-12 for each in found["differences"].values())
    assert found["steps"] > 1000
    assert found["wrong"] == 0


@pytest.mark.parametrize("form", titles.FORMS)
def test_forms_of_the_equations_are_the_same(form):
    group = models.hodgkin_huxley_in_units(3, form, "exponential_euler", {})
    b2.Network(group).run(1 * b2.ms)
    assert group.v[:] / b2.mV == pytest.approx([-68.0490, -63.1697, -58.2752], abs=1e-3)


def found_of_all():
    setting = {"dt": 0.1, "allowed": 1e-6, "error": 2e-5, "course": [1e-5, 2e-5]}
    exact = {"dt": 0.05, "allowed": 0.0, "error": 2e-3, "course": [1e-5, 2e-5]}
    stiff = {"model": "calcium", "allowed": 1e-6, "errors": {"v": 5e-6, "w": np.nan}}
    runs = {
        "numba, exprel": [{"seconds": s, "v": [1.0]} for s in (1.0, 9.0, 2.0)],
        "cython, exprel": [{"seconds": 15.0, "v": [1.5]}],
        "standalone, exprel": [{"seconds": 9.0, "v": [1.0]}],
    }
    left_out = {"cython, quotients": "no luck\nat all"}
    apart = dict.fromkeys(titles.ADAPTIVE, 2e-15)
    times = {"neurons": 10, "seconds": 0.1, "runs": runs, "left_out": left_out}
    measured = {
        "work": {
            "rk4": [{**exact, "seconds": 0.1}],
            "gsl_rk8pd": [{**setting, "seconds": 0.25}],
        },
        "stiff": {"gsl_rkf45": [{**stiff, "steps": [5.5, 0.25]}]},
        "library": {"two_words": {"differences": apart, "steps": 750, "wrong": 3}},
        "time": times,
    }
    facts = command.machine()
    return {part: {"machine": facts, "found": each} for part, each in measured.items()}


def test_page_has_all_that_was_measured(tmp_path):
    page.write(found_of_all(), tmp_path)
    text = (tmp_path / "adaptive.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    cells = {tuple(row[1:-1]) for row in rows if len(row) > 2}
    assert ("`gsl_rk8pd`", "0.1", "1e-06", "2e-05", "0.25") in cells
    assert ("`rk4`", "0.05", "", "0.002", "0.1") in cells
    calcium = titles.STIFF["calcium"]
    assert (calcium, "`gsl_rkf45`", "1e-06", "v 5, w none", "5.5", "0.25") in cells
    cython = ("15.000", "1500000", "7.50 !", "at least 8", "0.5")
    assert ("with `exprel`", "Cython with GSL", *cython) in cells
    assert ("two words", *["2e-15"] * 5, "750", "3") in cells
    assert "cython, quotients, is left out: no luck" in text
    assert "at all" not in text
    assert (tmp_path / "adaptive.png").stat().st_size > 10_000


def test_parts_are_kept_that_are_not_measured_anew(monkeypatch, tmp_path, capsys):
    before = found_of_all()
    (tmp_path / "adaptive.json").write_text(json.dumps(before), encoding="utf-8")
    calls = []

    def run(arguments, *_):
        calls.append(arguments)
        return {"rk4": [{**before["work"]["found"]["rk4"][0], "error": 0.25}]}

    monkeypatch.setattr(command, "run", run)
    asked = ["--only", "work", "--methods", "rk4", "--output", str(tmp_path)]
    assert command.main(asked) == 0
    assert calls == [["work", "rk4"]]
    printed = capsys.readouterr().out
    assert " 0.25 " in printed
    assert "no luck" in printed
    assert "2e-05" not in printed


def test_targets_take_turns_and_may_fail(monkeypatch, tmp_path):
    calls = []

    def run(arguments, *_):
        calls.append(arguments[1])
        if arguments[1] == "standalone":
            raise MeasurementFailedError("no library")
        return {"seconds": 1.0, "v": [0.0]}

    monkeypatch.setattr(command, "run", run)
    monkeypatch.setattr(command, "what_lacks", lambda target: None)
    options = command.parse(["--repeat", "2", "--forms", "exprel"])
    found = command.times(options, tmp_path)
    turns = ["numba", "cython"]
    assert calls == [*turns, "standalone", *turns, *turns]
    assert found["left_out"] == {"standalone, exprel": "no library"}
    assert len(found["runs"]["cython, exprel"]) == 2
