"""The comparison of targets."""

import json

import pytest

from benchmarks import compare, creation, start
from benchmarks.compare import Result


@pytest.fixture
def no_compiler(monkeypatch):
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(compare.shutil, "which", lambda name: None)


def test_compares_numba_with_numpy(tmp_path, capsys):
    file = tmp_path / "results.json"
    options = ["--models", "forum", "--targets", "numba", "numpy", "--repeat", "1"]
    assert compare.main([*options, "--json", str(file)]) == 0

    printed = capsys.readouterr().out
    rows = printed[printed.index("model") :].splitlines()
    assert rows[0].split() == ["model", "median", "(s)", "numba", "numpy"]
    assert [row[11:32].strip() for row in rows[1:6]] == [row[0] for row in compare.ROWS]
    assert all(float(time) > 0 for row in rows[1:5] for time in row[32:].split())

    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["machine"]["brian2"]
    assert [result["target"] for result in data["results"]] == ["numba", "numpy"]
    assert all(len(result["first"]) == 1 for result in data["results"])


def test_targets_take_turns(monkeypatch, tmp_path):
    calls = []

    def measure(model, target, cache):
        calls.append((target, cache.name))
        return {"setup": 1.0}

    monkeypatch.setattr(compare, "measure", measure)
    options = compare.parse(["--repeat", "2", "--setup-repeat", "2"])
    results = compare.measure_model("forum", ["numba", "numpy"], options, tmp_path)

    assert [target for target, _ in calls] == ["numba", "numpy"] * 4
    assert [cache for _, cache in calls[::2]] == ["numba", "numba-1", "numba", "numba"]
    assert [len(result.first) for result in results] == [2, 2]


def test_a_target_that_fails_is_not_tried_again(monkeypatch, tmp_path, capsys):
    calls = []

    def measure(model, target, cache):
        calls.append(target)
        if target == "numba":
            raise compare.MeasurementFailedError("no luck")
        return {"setup": 1.0}

    monkeypatch.setattr(compare, "measure", measure)
    options = compare.parse(["--repeat", "1"])
    compare.measure_model("forum", ["numba", "numpy"], options, tmp_path)
    assert calls == ["numba", "numpy", "numpy"]
    assert "no luck" in capsys.readouterr().err


def test_reports_what_the_process_said_when_it_fails(tmp_path):
    with pytest.raises(compare.MeasurementFailedError, match="invalid choice"):
        compare.measure("no_such_model", "numpy", tmp_path)


@pytest.mark.usefixtures("no_compiler")
def test_leaves_out_what_needs_a_compiler(capsys):
    assert list(compare.available(compare.TARGETS)) == ["numba", "numpy"]
    assert "standalone is left out: there is no C++ compiler" in capsys.readouterr().out


def test_table_shows_medians():
    results = [Result("cuba", "numba", again=[{"setup": s} for s in (3.0, 1.0, 2.0)])]
    for measurement in results[0].again:
        measurement.update(run_call=0.5, run_loop=0.25, spikes=None)
    rows = compare.table(results).splitlines()
    cells = [row.split()[-1] for row in rows[1:6]]
    assert cells == ["-", "2.0000", "0.5000", "0.2500", "-"]


def test_knows_the_models():
    from benchmarks.models import MODELS  # noqa: PLC0415 (imports Brian)

    assert set(MODELS) == {*compare.MODELS, *compare.LOOP_MODELS}


def test_starts_are_measured_in_turns(monkeypatch, capsys):
    calls = []

    def measure(model, target, cache, *options):
        calls.append((model, target, *options))
        seconds = {"numpy": 1.0, "numba": 1.5, "cython": 11.0}[target]
        return {"setup": seconds, "process": 2 * seconds}

    monkeypatch.setattr(start, "measure", measure)
    monkeypatch.setattr(start, "compiled_targets", lambda: ["numba", "cython"])
    monkeypatch.setattr(start.shutil, "copytree", lambda source, target: None)
    options = ["--setup-models", "coba", "--models", "cuba", "--repeat", "2"]
    assert start.main(["--parts", "setup", "again", *options]) == 0

    printed = capsys.readouterr().out
    assert "new model          numba 0.500 s, cython 10.000 s: 20 times" in printed
    assert printed.splitlines()[-1].split() == ["cuba", "3.000", "22.000", "0.14"]
    again = [target for model, target, *_ in calls if model == "cuba"]
    assert again == ["numba", "cython", "cython", "numba", "numba", "cython"]


def test_creation_of_synapses_is_measured(monkeypatch, tmp_path):
    pytest.importorskip("resource", reason="Windows has no such module")
    monkeypatch.setitem(creation.CASES, "few", (30, {"condition": "i != j"}))
    measured = creation.measured("few", "numba", str(tmp_path))
    assert measured["synapses"] == 30 * 29
    assert measured["seconds"] > 0
    assert measured["bytes"] >= 0


def test_creation_is_measured_in_other_processes(monkeypatch, capsys):
    class Finished:
        stdout = json.dumps({"synapses": 1000, "seconds": 1e-5, "bytes": 8192})

    commands = []

    def run(command, **options):
        commands.append(command)
        return Finished

    monkeypatch.setattr(creation.subprocess, "run", run)
    options = ["--cases", "all to all", "--targets", "numba", "cython"]
    assert creation.main([*options, "--repeat", "2"]) == 0
    assert [command[5] for command in commands] == ["numba"] * 2 + ["cython"] * 2
    row = capsys.readouterr().out.splitlines()[1]
    assert row.split()[-5:] == ["numba", "1000", "0.0000", "10.00", "8.19"]
