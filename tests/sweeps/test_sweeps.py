"""Sweeps in several processes of this machine."""

import ast
import os
import re
import signal
import subprocess
import sys
import time

import brian2
import numpy as np
import pytest
from brian2 import NeuronGroup, defaultclock, ms, mV, nA, prefs, seed
from brian2.core.names import Nameable
from joblib.externals import loky

import brian2numba
from brian2numba.command_line import main
from brian2numba.errors import SweepError
from brian2numba.sweeps import local_engine
from brian2numba.sweeps.points import seed_of_build
from tests.sweeps import sweep_models
from tests.sweeps.sweep_models import GRID, build, noted, run_built, simulate


def assert_same_results(result, other):
    assert not result.errors
    assert not other.errors
    assert len(result.points) == len(other.points)
    for one, two in zip(result.points, other.points, strict=True):
        assert (one.parameters, one.seed) == (two.parameters, two.seed)
        assert one.results.keys() == two.results.keys()
        for name, value in one.results.items():
            assert type(value) is type(two.results[name])
            np.testing.assert_array_equal(value, two.results[name])


@pytest.mark.long
@pytest.mark.parametrize("random", ["numpy", "fast"])
def test_results_do_not_depend_on_processes_or_order(random):
    prefs.codegen.runtime.numba.random = random
    one = brian2numba.sweep(simulate, GRID, workers=1, seed=3)
    two = brian2numba.sweep(simulate, GRID, workers=2, seed=3)
    assert_same_results(one, two)
    counts = [point.results["n"] for point in one.points]
    assert len(set(counts)) > 2
    assert len({point.results["synapses"] for point in one.points}) > 1
    assert one.points[0].results["v"].dim is brian2.volt.dim
    # Fast numbers depend on names, which objects of other tests may have here
    named = Nameable.__instances__()
    others = list(named)
    named.clear()
    assert_same_results_in_this_process(one)
    named.update(others)


def assert_same_results_in_this_process(result):
    """A point is what its function gives after Brian's seed, when names are free."""
    point = result.points[-1]
    seed(point.seed)
    expected = simulate(**point.parameters)
    assert point.results["n"] == expected["n"]
    np.testing.assert_array_equal(point.results["v"], expected["v"])


@pytest.mark.long
def test_the_parent_process_stays_as_it_was():
    random_state = np.random.get_state()[1].copy()
    before = dict(prefs.prefs)
    brian2numba.sweep(simulate, {"current": 1 * nA, "noise": 1 * mV}, workers=1)
    assert dict(prefs.prefs) == before
    assert (np.random.get_state()[1] == random_state).all()


def test_kernels_are_compiled_once_for_all_processes(empty_cache, monkeypatch):
    monkeypatch.setattr(local_engine, "HEAD_START", 120.0)
    # Processes of other tests have kernels in memory
    loky.get_reusable_executor().shutdown(wait=True)
    report = brian2numba.sweep(simulate, GRID, workers=2, seed=3).report
    works = [worker.work for worker in report.workers.values()]
    assert sum(worker.n_points for worker in report.workers.values()) == 6
    # The first point went ahead
    (n_kernels,) = {work.n_kernels for work in works}
    assert sum(work.compiled for work in works) == n_kernels > 10
    assert "6 points: 6 computed" in str(report)
    assert all(str(work) in str(report) for work in works)


def test_preferences_and_time_step_of_the_parent_hold(tmp_path):
    prefs.codegen.runtime.numba.random = "fast"
    prefs.codegen.runtime.numba.native_loop = False
    defaultclock.dt = 0.05 * ms
    expected = {"target": "numba", "random": "fast", "loop": False, "dt": 0.05 * ms}
    points = [{}, {}, {}]
    result = brian2numba.sweep(sweep_models.preferences, points, workers=1)
    assert [point.results for point in result.points] == [expected] * 3


# Errors


def test_an_error_costs_its_point_alone(tmp_path):
    parameters = {"a": [1, 2, 3], "folder": str(tmp_path), "bad": "2"}
    result = brian2numba.sweep(noted, parameters, workers=2)
    assert [point.status for point in result.points] == ["ok", "failed", "ok"]
    (error,) = result.errors
    assert error.parameters["a"] == 2
    assert error.message == "ValueError: 2 is bad"
    assert 'raise ValueError(f"{a} is bad")' in error.traceback
    assert list(result.to_dataframe().message)[1] == error.message
    assert "1 failed" in str(result.report)


@pytest.mark.long
def test_an_error_can_be_raised(tmp_path):
    parameters = {"a": [1, 2, 3], "folder": str(tmp_path), "bad": "2"}
    message = "The point a=2, .* of the sweep of 'noted' failed: ValueError: 2 is bad"
    with pytest.raises(SweepError, match=message):
        brian2numba.sweep(noted, parameters, workers=1, errors="raise")


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("{'x': object()}", "TypeError: The result 'x' is <object"),
        ("{'a': 1}", "ValueError: The function returns a result 'a', .* a parameter"),
        ("{'status': 1}", "ValueError: .* 'status', .* what each point has"),
        ("sys.exit(3)", "SystemExit: 3"),
    ],
)
def test_what_a_point_may_not_do(returned, message):
    function = eval(f"lambda a, sys: {returned}".replace("sys.", "__import__('sys')."))
    with pytest.raises(SweepError) as raised:
        brian2numba.sweep(function, {"a": 1, "sys": 0}, workers=1)
    assert re.match(message, raised.value.result.errors[0].message)


@pytest.mark.long
def test_a_point_that_ends_its_process_costs_itself_alone(tmp_path):
    parameters = {"a": range(6), "folder": str(tmp_path)}
    result = brian2numba.sweep(sweep_models.dies, parameters, workers=2)
    assert [point.parameters["a"] for point in result.errors] == [2]
    assert "The process that computed this point died" in result.errors[0].message
    assert [p.results.get("result") for p in result.points] == [0, 2, None, 6, 8, 10]


# Going on


def calls(folder):
    return {path.name: len(path.read_text().split()) for path in folder.iterdir()}


def test_a_second_call_finds_points_and_tries_failed_ones_again(tmp_path):
    notes, folder = tmp_path / "notes", tmp_path / "results"
    notes.mkdir()
    points = [{"a": a, "folder": str(notes)} for a in (1, 2, 3)]
    first = [points[0], {**points[1], "bad": "2"}]
    assert len(brian2numba.sweep(noted, first, folder=folder, workers=1).errors) == 1
    again = brian2numba.sweep(noted, first, folder=folder, workers=1)
    assert (again.report.n_found, again.report.n_failed) == (1, 1)
    assert calls(notes) == {"1": 1, "2": 2}
    more = brian2numba.sweep(noted, points, folder=folder, workers=1)
    assert (more.report.n_found, more.report.n_failed) == (1, 0)
    assert calls(notes) == {"1": 1, "2": 3, "3": 1}
    assert [point.results["double"] for point in more.points] == [2, 4, 6]
    with pytest.raises(ValueError, match="results of another sweep: with the seed 0"):
        brian2numba.sweep(noted, points, folder=folder, workers=1, seed=1)
    with pytest.raises(ValueError, match="of the function 'noted', not 'simulate'"):
        brian2numba.sweep(simulate, GRID, folder=folder, workers=1)


def test_what_is_found_is_what_was_computed(tmp_path):
    computed = brian2numba.sweep(simulate, GRID, workers=1, folder=tmp_path)
    found = brian2numba.sweep(simulate, GRID, workers=1, folder=tmp_path)
    assert found.report.n_found == len(found.points) == 6
    assert_same_results(computed, found)
    assert found.to_dataframe().equals(computed.to_dataframe())


SCRIPT = """
import sys
from brian2 import *
import brian2numba

SCALE = 2*volt  # which only a string names
EQUATIONS = "dv/dt = twice(SCALE - v)/tau + noise*xi*tau**-0.5*volt : volt"

@check_units(x=volt, result=volt)
def twice(x):
    return 2*x


def relax(tau, noise, seed):
    group = NeuronGroup(2, EQUATIONS, method="euler")
    run(1*ms)
    return {"v": group.v_[:], "own": seed % 1000}

def slow(a, notes):
    open(f"{notes}/{a}", "a").write("x ")
    import time
    time.sleep(0.4)
    return a

if __name__ == "__main__":
    prefs.codegen.target = "numba"
    if len(sys.argv) > 1:
        parameters = {"a": range(8), "notes": sys.argv[1]}
        brian2numba.sweep(slow, parameters, folder=sys.argv[2], workers=1)
    else:
        parameters = {"tau": [5, 10]*ms, "noise": [0, 1]}
        result = brian2numba.sweep(relax, parameters, folder="results", workers=1)
        print([float(v) for p in result.points for v in p.results["v"]])
        print(result.report.n_found, len(result.errors))
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    return path


def printed(script, *arguments):
    process = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=script.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert "WARNING" not in process.stderr
    return process.stdout


@pytest.mark.long
def test_a_sweep_that_was_killed_goes_on(script, tmp_path):
    notes, folder = tmp_path / "notes", tmp_path / "results"
    notes.mkdir()
    line = [sys.executable, str(script), str(notes), str(folder)]
    # Its worker survives it for a while, so that nobody must wait for what that prints
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL)
    while n_kept(folder) < 2:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    before = n_kept(folder)
    assert before < 8
    printed(script, script, notes, folder)
    assert n_kept(folder) == 8
    twice = [name for name, n in calls(notes).items() if n > 1]
    # Only what was under way when it was killed
    assert len(twice) <= 2
    assert all(int(name) >= before for name in twice)


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="it sends SIGINT as a terminal does")
@pytest.mark.parametrize("receiver", ["the terminal's processes", "the parent alone"])
def test_ctrl_c_ends_a_sweep_and_its_processes(script, tmp_path, receiver):
    notes, folder = tmp_path / "notes", tmp_path / "results"
    notes.mkdir()
    line = [sys.executable, str(script), str(notes), str(folder)]
    process = subprocess.Popen(line, stderr=subprocess.PIPE, text=True, process_group=0)
    while n_kept(folder) < 2:
        assert process.poll() is None
        time.sleep(0.02)
    if receiver == "the parent alone":
        process.send_signal(signal.SIGINT)
    else:
        os.killpg(process.pid, signal.SIGINT)
    # Its processes are gone as well: they would keep the pipe open
    _, errors = process.communicate(timeout=100)
    assert (errors, process.returncode) == ("", -signal.SIGINT)
    assert 2 <= n_kept(folder) < 8
    printed(script, script, notes, folder)
    assert n_kept(folder) == 8


def n_kept(folder):
    return len(list(folder.glob("*.json"))) - 1


@pytest.mark.long
def test_functions_of_scripts_and_jobs_of_an_array(script):
    for part in ("1/2", "2/2"):
        output = printed(script, "-m", "brian2numba", "sweep", "--part", part, script)
        assert output.startswith(f"Part {part}: ")
        assert "2 computed" in output
        assert "0 failed" in output
    output = printed(script, "-m", "brian2numba", "sweep", "--part", "1/2", script)
    values, counts, last = output.splitlines()
    assert counts == "4 0"
    assert len(set(ast.literal_eval(values))) > 4
    assert last.startswith("Nothing was left to compute")


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("0/3", "There is no part 0 of 3: parts are counted from 1 to 3."),
        ("4/3", "There is no part 4 of 3"),
        ("x", "A part is written as 3/100, not as 'x'."),
    ],
)
def test_parts_that_are_not_there(part, message, capsys):
    arguments = ["sweep", "--part", part, "script.py"]
    assert main(arguments) == 1
    assert message in capsys.readouterr().out


def test_a_part_needs_a_folder_and_tells_failures(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.setattr(sys, "path", list(sys.path))
    path = tmp_path / "fails.py"
    sweep = "import brian2numba\nbrian2numba.sweep(lambda a: 1/a, {'a': [0, 1]}, "
    arguments = ["sweep", "--part", "1/2", str(path)]
    path.write_text(f"{sweep} workers=1)")
    with pytest.raises(ValueError, match="A part of a sweep needs a folder"):
        main(arguments)
    path.write_text(f"{sweep} workers=1, folder={str(tmp_path / 'kept')!r})")
    assert main(arguments) == 1
    assert "1 failed" in capsys.readouterr().out


# A network that is built once


def test_a_network_built_once_is_as_one_built_anew():
    result = brian2numba.sweep(run_built, GRID, build=build, workers=2, seed=4)
    assert not result.errors
    for point in result.points:
        seed(seed_of_build(4))
        network = build()
        seed(point.seed)
        expected = run_built(network, **point.parameters)
        np.testing.assert_array_equal(point.results["v"], expected["v"])
        assert point.results["t"] == expected["t"]
    assert len({float(point.results["v"][0, -1]) for point in result.points}) == 6


def test_a_network_is_built_once_unless_it_changed_or_failed(tmp_path):
    def build_and_note():
        with open(tmp_path / "builds", "a") as file:
            file.write("x")
        return {"network": build(), "number": 5}

    def run_and_change(built, kind):
        network = built["network"]
        if kind == "fails":
            network["group"].v = 1 * brian2.volt
            raise ValueError
        if kind == "adds":
            network.add(NeuronGroup(1, "v : 1"))
        network.run(0.1 * ms)
        return {"v": network["group"].v[:], "number": built["number"]}

    kinds = [{"kind": k} for k in ("runs", "runs", "fails", "runs", "adds", "runs")]
    result = brian2numba.sweep(run_and_change, kinds, build=build_and_note, workers=1)
    assert (tmp_path / "builds").read_text() == "xxx"
    assert [point.status for point in result.points].count("failed") == 1
    assert {point.results["number"] for point in result.points if point.results} == {5}


@pytest.mark.parametrize(
    ("returned", "n_networks"),
    [("5", 0), ("[Network(), Network()]", 2), ("{'a': 1}", 0)],
)
def test_build_has_to_return_a_network(returned, n_networks):
    build_ = eval(f"lambda: {returned}", {"Network": brian2.Network})
    with pytest.raises(SweepError) as raised:
        brian2numba.sweep(run_built, GRID, build=build_, workers=1)
    result = raised.value.result
    assert len(result.errors) == 6
    assert "TypeError: The function for 'build' returned" in result.errors[0].message
    assert f"with {n_networks} networks" in result.errors[0].message


def test_what_build_sets_holds_for_all_points():
    def build_with_preferences():
        prefs.codegen.target = "numpy"
        defaultclock.dt = 0.05 * ms
        return brian2.Network(NeuronGroup(1, "v : 1"))

    def target(network):
        network.run(0.05 * ms)
        return {"target": prefs.codegen.target, "t": network.t}

    result = brian2numba.sweep(
        target, [{}, {}], build=build_with_preferences, workers=1
    )
    expected = {"target": "numpy", "t": 0.05 * ms}
    assert [point.results for point in result.points] == [expected] * 2


def test_progress_is_shown(capsys):
    brian2numba.sweep(lambda a: a, {"a": range(3)}, workers=1, progress=True)
    assert "3/3" in capsys.readouterr().err
