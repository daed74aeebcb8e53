"""The comparison of targets."""

import json
import re
import sys

import pytest

from benchmarks import (
    compare,
    creation,
    kernels,
    memory,
    prepared_runs,
    scaling,
    start,
    sweeps,
    targets,
    threads,
)
from benchmarks.compare import Result
from benchmarks.over_commits import models as over_commits


@pytest.fixture
def no_compiler(monkeypatch):
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(compare.shutil, "which", lambda name: None)


@pytest.mark.long
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
    from benchmarks.models import MODELS, SCALABLE  # noqa: PLC0415 (imports Brian)

    named = (compare.MODELS, compare.MORE_MODELS)
    others = (compare.LOOP_MODELS, compare.THREADS_MODELS)
    assert set(MODELS) == {name for names in (*named, *others) for name in names}
    assert {*kernels.MODELS} == {name for names in named for name in names}
    assert {*scaling.MODELS} == {*SCALABLE}


@pytest.mark.parametrize("name", ["stdp", "single", "small_lif", "cable", "cuba"])
def test_tells_facts_of_all_kinds_of_models(name):
    from benchmarks.facts import of  # noqa: PLC0415 (imports Brian)
    from benchmarks.models import MODELS  # noqa: PLC0415

    network = MODELS[name].build()
    network.run(0 * network.t)
    before = of(network, 0.01, profiled=False)
    assert len(before["digest"]) == 64
    if name in ("small_lif", "cuba"):
        n_neurons = len(network["neurons"])
        assert before["neuron_steps"] == 100 * n_neurons
        network["neurons"].v[n_neurons - 1] += network["neurons"].v[0]
        assert of(network, 0.01, profiled=False)["digest"] != before["digest"]


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


def given(model, target, *seconds, **others):
    """Return a result with these times of the time steps."""
    facts = {"spikes": 7, "peak_memory": 2_000_000, "not_there": [], **others}
    return Result(model, target, again=[{"run_loop": s, **facts} for s in seconds])


def test_ratios_are_set_beside_the_goals():
    results = [
        given("cuba_40000", "numba", 0.5, 0.1, 0.2),
        given("cuba_40000", "standalone", 0.3, 0.5, 9.0),
        given("cuba_40000", "cython", 0.3, spikes=8),
        given("cuba", "numba", 99.0),
    ]
    row = kernels.row_of("cuba_40000", results)
    assert row.ratios == {"standalone": 2.5, "cython": pytest.approx(1.5)}
    assert row.falls_short == ["cython"]
    ratios = ["2.50", "2.0", "1.50 !", "2.0"]
    times, sizes = ["200.00", "500.00", "300.00"], ["2", "2", "2"]
    expected = ["cuba_40000", *times, *ratios, *sizes, "7 to 8"]
    assert kernels.cells(row) == expected


def test_what_was_not_measured_falls_short():
    row = kernels.row_of("cobahh", [given("cobahh", "numba", 1.0)])
    assert row.falls_short == ["standalone", "cython"]
    assert kernels.cells(row)[2:4] == ["-", "-"]


def test_missing_preferences_are_reported():
    row = kernels.row_of("noisy", [given("noisy", "numba", 1.0, not_there=["random"])])
    assert (
        "noisy: the numba target has no preference random" in kernels.remarks([row])[1]
    )


def test_kernels_are_compiled_once(monkeypatch, tmp_path):
    calls = []

    def measure(model, target, cache):
        calls.append((model, target))
        return {"run_loop": 1.0, "spikes": None, "peak_memory": None}

    monkeypatch.setattr(compare, "measure", measure)
    monkeypatch.setattr(kernels, "available", iter)
    options = ["--models", "cuba", "single", "--targets", "numba", "cython"]
    options += ["--repeat", "1", "--cache", str(tmp_path), "--output", str(tmp_path)]
    kernels.main(options)
    assert len(calls) == 8
    calls.clear()
    kernels.main(options)
    assert calls == [(m, t) for m in ("cuba", "single") for t in ("numba", "cython")]


@pytest.mark.long
def test_kernels_writes_a_table_and_a_plot(tmp_path, capsys):
    options = ["--models", "forum", "--targets", "numba", "--repeat", "1"]
    assert kernels.main([*options, "--output", str(tmp_path)]) == 0

    rows = [line.split("|") for line in capsys.readouterr().out.splitlines()]
    table = [row for row in rows if len(row) == len(kernels.HEAD) + 2]
    assert [row[1].strip() for row in table[::2]] == ["model", "forum"]
    assert float(table[2][2]) > 0
    data = json.loads((tmp_path / "kernels.json").read_text(encoding="utf-8"))
    assert data["rows"][0]["seconds"]["numba"] > 0
    page = (tmp_path / "kernels.md").read_text(encoding="utf-8")
    times, memory = page.split("## Memory")
    assert "numba (ms)" in times
    assert "numba (MB)" in memory
    assert "| forum" in times
    assert "| forum" in memory
    assert (tmp_path / "kernels.png").stat().st_size > 1000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_knows_the_memory_of_a_program(tmp_path):
    file = tmp_path / "peak.txt"
    for n_bytes in (100_000_000, 300_000_000):
        program = [sys.executable, "-S", "-c", f"b'x' * {n_bytes}"]
        compare.subprocess.check_call(memory.runner_command(str(file), *program))
        assert n_bytes < int(file.read_text()) < n_bytes + 100_000_000
    assert memory.peak_memory() > 1_000_000


@pytest.fixture
def slow_memory(monkeypatch):
    """Let the memory move 1 GB/s, and a plain loop take 5 ns for an event."""
    monkeypatch.setattr(scaling, "triad_bandwidth", lambda n_bytes: 1e9)
    monkeypatch.setattr(scaling, "scatter_seconds", lambda n_targets: 5e-9)


@pytest.mark.long
@pytest.mark.usefixtures("slow_memory")
def test_scaling_counts_what_is_read_and_written(tmp_path):
    options = ["--models", "cuba_neurons", "weighted_events", "--sizes", "100"]
    assert scaling.main([*options, "--repeat", "1", "--output", str(tmp_path)]) == 0

    data = json.loads((tmp_path / "scaling.json").read_text(encoding="utf-8"))
    neurons, events = data["points"]
    # v, g_e and g_i read and written; lastspike; not_refractory
    assert neurons["n_bytes"] == 2 * 3 * 8 + 8 + 1
    # g read and written, the weight, and the index of the target
    assert events["n_bytes"] == 2 * 8 + 8 + 4
    assert neurons["working_set"] == 100 * (3 * 8 + 9)
    assert min(neurons["seconds"], events["seconds"]) > 0
    assert (neurons["plain_loop"], events["plain_loop"]) == (None, 5e-9)
    assert (tmp_path / "scaling.png").stat().st_size > 1000
    assert len((tmp_path / "scaling.md").read_text(encoding="utf-8").splitlines()) > 8


def test_cost_of_an_event_is_that_of_the_pathway():
    profile = {"synapses_pre": 2.0, "synapses_pre_push_spikes": 1.0, "neurons": 50.0}
    facts = {"profile": profile, "events": 6, "neuron_steps": 10}
    measurement = {"run_loop": 40.0, "facts": facts}
    assert scaling.cost("events", measurement) == 0.5
    assert scaling.cost("cuba_neurons", measurement) == 4.0


def test_bound_is_bytes_over_bandwidth():
    point = scaling.Point("events", 1000, "numba", 3e-9, 20, 4000, 1e10, 1.5e-9)
    assert point.bound == pytest.approx(2e-9)
    expected = ["events", "1000", "numba", "3.00", "20", "0.00", "10.0", "2.00", "1.50"]
    assert scaling.cells(point) == expected


def run_threads(monkeypatch, folder, **two):
    """Run the comparison of threads with given measurements."""
    profile = {"neurons_stateupdater": 3.0, "neurons_spike_thresholder": 1.0, "x": 9.0}
    one = {"run_loop": 9.0, "not_there": [], "digest": "a", "profile": profile}

    def measure(model, target, cache, option, setting):
        assert (target, option) == ("numba", "--set")
        values = one if setting == "threads=1" else {**one, **two}
        facts = {name: values[name] for name in ("digest", "profile")}
        return {**values, "facts": facts}

    monkeypatch.setattr(threads, "measure", measure)
    return threads.main(["--repeat", "2", "--output", str(folder)])


def test_threads_are_compared(monkeypatch, tmp_path, capsys):
    profile = {"neurons_stateupdater": 2.0}
    status = run_threads(monkeypatch, tmp_path, run_loop=6.0, profile=profile)
    printed = capsys.readouterr().out.splitlines()
    assert status == 0
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in printed[-6:-1]]
    assert rows[4] == ["cuba_40000", "whole run", "9.0000", "6.0000", "1.50", "1.4"]
    for number, model in enumerate(("cuba_200000", "cobahh_200000")):
        updates, whole = rows[2 * number : 2 * number + 2]
        assert updates == [model, "state updates", "4.0000", "2.0000", "2.00", "1.7"]
        assert whole == [model, "whole run", "9.0000", "6.0000", "1.50", "1.4"]
    assert printed[-1] == "The results are the same."


def test_threads_with_other_results_are_a_failure(monkeypatch, tmp_path, capsys):
    assert run_threads(monkeypatch, tmp_path, digest="b") == 1
    assert "NOT the same" in capsys.readouterr().out


def test_threads_need_the_preference(monkeypatch, tmp_path, capsys):
    assert run_threads(monkeypatch, tmp_path, not_there=["threads"]) == 1
    assert "no preference 'threads'" in capsys.readouterr().out


@pytest.mark.long
def test_preferences_that_are_not_there_are_left_out(tmp_path):
    settings = ("--set", "no_such_preference=1", "--set", "native_loop=false")
    measured = compare.measure("forum", "numba", tmp_path, *settings)
    assert measured["not_there"] == ["no_such_preference"]
    again = compare.measure("forum", "numba", tmp_path, "--set", "native_loop=true")
    assert again["facts"]["digest"] == measured["facts"]["digest"]
    assert measured["peak_memory"] > 10_000_000


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


def test_sweeps_are_measured_and_compared(monkeypatch, tmp_path, capsys):
    given_ = {"sweep": [0.5, 0.125], "sweep of one": [0.25], "bare": [0.2]}
    given_["nothing"] = [0.0025]
    monkeypatch.setattr(sweeps, "in_a_process", lambda kind, options: given_[kind])
    monkeypatch.setattr(sweeps, "processes", lambda target, options: 4.0)
    monkeypatch.setattr(sweeps, "what_lacks", lambda target: None)
    assert sweeps.main(["--repeat", "2", "--output", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "A sweep itself needs 2.5 ms for a point" in printed
    assert "8.0 times as fast as processes with the Cython target" in printed
    data = json.loads((tmp_path / "sweeps.json").read_text(encoding="utf-8"))
    assert data["seconds"]["next call"] == [0.125, 0.125]
    page = (tmp_path / "sweeps.md").read_text(encoding="utf-8")
    assert re.search(r"an earlier call +\| +8 \| +125 \|", page)


@pytest.mark.long
def test_a_sweep_is_measured_in_a_process_of_its_own():
    options = sweeps.parse(["--points", "2", "--workers", "1"])
    first, following = sweeps.in_a_process("sweep", options)
    assert 0 < following < first
    with pytest.raises(RuntimeError, match="The measurement of 'something' failed"):
        sweeps.in_a_process("something", options)


def test_asv_measures_models_that_there_are():
    settings = json.loads((compare.ROOT / "asv.conf.json").read_text(encoding="utf-8"))
    assert settings["benchmark_dir"] == "benchmarks/over_commits"
    assert (compare.ROOT / settings["benchmark_dir"] / "models.py").exists()
    known = compare.MODELS + compare.MORE_MODELS
    assert set(over_commits.MODELS) | set(over_commits.Starts.params[0]) <= set(known)


@pytest.mark.long
def test_asv_measures_a_start(tmp_path):
    assert over_commits.Starts().track_start("forum", "filled") > 0


def test_targets_are_shown_side_by_side(tmp_path, monkeypatch):
    def measure(model, target, cache):
        return {"run_loop": len(target), "process": 2.0 * len(target)}

    monkeypatch.setattr(compare, "measure", measure)
    options = ["--models", "forum", "cuba", "--targets", "numba", "numpy"]
    targets.main([*options, "--repeat", "1", "--output", str(tmp_path)])
    page = (tmp_path / "targets.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| CUBA")]
    cells = [cell.strip() for cell in rows[0].split("|")]
    assert cells[1:] == ["CUBA, 4000 neurons, 1 s", "5", *["-"] * 4, "5", ""]
    assert len(rows) == 3
    assert "other models, too: 1000 integrate-and-fire neurons, 0.2 s; one" in page
    assert (tmp_path / "targets.png").stat().st_size > 5000


def test_prepared_runs_are_measured_in_turns(monkeypatch, tmp_path, capsys):
    """Each way gets the package of its folder, and goals are held against medians."""
    calls = []

    def in_a_process(arguments, folder=prepared_runs.ROOT):
        calls.append((arguments[0], arguments[1], folder))
        if arguments[0] == "sweep":
            return {"a point": [0.004]}
        factor = {"numba": 1, "cython": 100}[arguments[1]]
        factor = 30 if folder == tmp_path else factor
        names = ("one step", "trial", "expression", "expression by numpy")
        return {name: [1e-3 * factor, 2e-3 * factor, 9e-3] for name in names}

    monkeypatch.setattr(prepared_runs, "in_a_process", in_a_process)
    monkeypatch.setattr(prepared_runs, "what_lacks", lambda target: None)
    options = ["steps", "sweep", "--before", str(tmp_path), "--repeat", "2"]
    assert prepared_runs.main([*options, "--output", str(tmp_path)]) == 0

    small = [call[1:] for call in calls if call[0] == "small_lif"]
    here, before = ("numba", prepared_runs.ROOT), ("numba", tmp_path)
    assert small == [here, before, ("cython", prepared_runs.ROOT)] * 2
    printed = capsys.readouterr().out
    (row,) = (line for line in printed.splitlines() if "one time step, CUBA" in line)
    cells = [cell.strip() for cell in row.split("|")[2:5]]
    assert cells == ["2", "30, 15 times (20!)", "100, 50 times (150!)"]
    assert "The sweep does 250 points a second" in printed
    data = json.loads((tmp_path / "prepared_runs.json").read_text(encoding="utf-8"))
    assert len(data["seconds"]["cuba"]["before"]) == 2


def test_the_goals_of_prepared_runs_are_of_ways_that_are_measured():
    ways = {job.name: job.ways for job in prepared_runs.JOBS}
    for row in prepared_runs.ROWS:
        assert set(row.goals) <= set(ways[row.job])


def test_a_prepared_run_is_measured(tmp_path):
    """The smallest task works; the others are the same code with other models."""
    found = prepared_runs.in_a_process(["small_lif", "numba", "--runs", "2"])
    assert set(found) == {"one step", "trial", "expression", "expression by numpy"}
    assert all(len(seconds) == 2 for seconds in found.values())
