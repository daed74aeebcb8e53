"""The benchmark of what large models are made of."""

import json
from dataclasses import replace

import brian2 as b2
import pytest

from benchmarks.ingredients import __main__ as command
from benchmarks.ingredients import draws, networks, processes, report, sections
from benchmarks.ingredients.sections import DRAWS, SECTIONS, Section
from benchmarks.ingredients.worker import n_events
from benchmarks.published.processes import Found, MeasurementFailedError


@pytest.fixture(autouse=True)
def numpy_target():
    """What networks are does not depend on the target; this one compiles nothing."""
    b2.prefs.codegen.target = "numpy"
    b2.seed(1)


def options(*arguments):
    return command.parse(arguments)


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_networks_run(name):
    sized = networks.NETWORKS[name]
    n_neurons, n_steps = sized.share(0.005)
    assert 20 <= n_neurons <= 200
    network = sized.build(n_neurons)
    assert len(network["neurons"]) == n_neurons
    if not name.startswith("cuba"):  # whose equations take sympy seconds to solve
        network.run(min(n_steps, 50) * networks.STEP * b2.second)


def test_refractory_neurons_fire_at_realistic_rates():
    plain = networks.build_lif(200)
    periods = networks.build_lif(200, "period")
    for network, rate in ((plain, 10), (periods, 9.5)):
        network.run(400 * b2.ms)
        assert network["spikes"].num_spikes == pytest.approx(80 * rate, rel=0.15)
    periods = periods["neurons"].period / b2.ms
    assert (periods.min(), periods.max()) == pytest.approx((4, 6), abs=0.2)


@pytest.mark.parametrize("title", draws.DRAWS)
def test_functions_draw_a_number_for_each_neuron(title):
    network = draws.DRAWS[title](50)
    network.run(0.3 * b2.ms)
    if "v" in network["neurons"].variables:
        assert len(set(network["neurons"].v[:])) > 1


def test_all_functions_are_measured(monkeypatch):
    few = {title: draws.DRAWS[title] for title in list(draws.DRAWS)[:2]}
    monkeypatch.setattr(draws, "DRAWS", few)
    found = draws.measured(50, 0.001)
    assert list(found) == [*few, draws.CONNECT]
    assert all(seconds > 0 for seconds in list(found.values())[:2])


def test_what_is_measured_is_there():
    for name, section in SECTIONS.items():
        for model, way in section.runs:
            assert model == DRAWS or model in networks.NETWORKS
            assert model == DRAWS or model in sections.TITLES
            assert way in sections.WAYS
        for ratio in section.ratios:
            assert {ratio.over, ratio.under} <= set(section.runs), (name, ratio.title)


def test_networks_and_ways_take_turns(monkeypatch, tmp_path):
    calls = []

    def run(model, way, *_):
        calls.append((model, way))
        return {"not_there": ["random"] if way == "fast" else []}

    monkeypatch.setattr(processes, "run", run)
    runs = (("lif", "numba"), ("cuba", "numba"), ("cuba", "fast"), ("cuba", "before"))
    for model, _ in runs:
        (tmp_path / f"{model}-1").mkdir(exist_ok=True)
    asked = options("--repeat", "2")
    found = processes.measured(Section("", "", runs), asked, tmp_path)
    turn = [("lif", "numba"), ("cuba", "numba")]
    assert calls == [*turn, ("cuba", "fast"), *turn, *turn]
    assert found["cuba"].left_out == {
        "fast": "the numba target has no preference random",
        "before": "no folder was given (--before FOLDER)",
    }
    # What the first run compiled is there
    calls.clear()
    processes.measured(Section("", "", runs), asked, tmp_path)
    assert calls == [*turn, *turn]


def test_a_way_that_fails_is_left_out(monkeypatch, tmp_path):
    def run(*_):
        raise MeasurementFailedError("no luck")

    monkeypatch.setattr(processes, "run", run)
    section = Section("", "", (("lif", "numba"),))
    found = processes.measured(section, options(), tmp_path)
    assert found["lif"] == Found({}, {"numba": "no luck"})


def test_the_package_before_is_that_of_a_folder(monkeypatch, tmp_path):
    commands = []

    def finished(line, cache, package):
        commands.append((line, cache, package))
        return 'some text\n{"run_loop": 1}\n'

    monkeypatch.setattr(processes, "finished", finished)
    asked = options("--before", str(tmp_path), "--share", "0.5")
    for way in ("before_fast", "numba"):
        assert processes.run("lif", way, asked, tmp_path) == {"run_loop": 1}
    (before, folder, package), (_, _, own) = commands
    assert (package, own) == (tmp_path.resolve(), processes.ROOT)
    assert folder == tmp_path.resolve() / "lif-0.5" / "before_fast"
    assert before[2:4] == ["lif", "numba"]
    assert before[-4:] == ["--share", "0.5", "--set", 'random="fast"']


def measurement(seconds, digest="a", fired="b", **others):
    facts = {"neuron_steps": 10**6, "digest": digest}
    known = {"run_loop": seconds, "spikes": 7, "fired": fired, "facts": facts}
    return {**known, "peak_memory": 10**8, **others}


def cells_of(page):
    """Return the cells of all tables of a page, row by row."""
    rows = [line.split("|")[1:-1] for line in page.splitlines() if "|" in line]
    return [[cell.strip() for cell in row] for row in rows]


def page_of(found):
    return "\n".join(report.parts(found, options("--repeat", "3")))


def test_the_page_has_times_ratios_and_goals():
    runs = {
        "numba": [measurement(s, events=10**7) for s in (0.1, 0.2, 0.9)],
        "before": [measurement(0.4)],
        "cython": [measurement(2.0, "of other rounding", peak_memory=2 * 10**8)],
    }
    page = page_of(
        {"delays": {"delays": Found(runs, {"standalone": "g++ failed:\nno compiler."})}}
    )
    rows = cells_of(page)
    title = sections.TITLES["delays"]
    assert [title, "numba", "200", "200", "20", "7", "100"] in rows
    assert [title, "Cython", "2000", "2e+03", "", "7", "200"] in rows
    assert [
        "weights and delays: before over now",
        "2.00 !",
        "at least 2.5",
    ] in rows
    memory = "weights and delays: memory, numba over Cython"
    assert [memory, "0.50", "at most 1"] in rows
    assert "- C++ standalone: no compiler." in page
    assert "of the numba target are the same to the last bit" in page
    assert "Spikes are those of Cython" in page


def test_the_page_tells_of_results_that_differ():
    runs = {"numba": [measurement(1.0)], "before": [measurement(1.0, "b")]}
    page = page_of({"refractoriness": {"lif": Found(runs)}})
    title = sections.TITLES["lif"]
    assert f"Results of the numba target are NOT the same: {title}." in page
    assert "Cython" not in page.partition("## Goals")[2]
    runs["cython"] = [measurement(1.0, fired="c")]
    page = page_of({"refractoriness": {"lif": Found(runs)}})
    assert f"Spikes are NOT those of Cython: {title}." in page
    alone = page_of({"refractoriness": {"lif": Found({"numba": runs["numba"]})}})
    assert "last bit" not in alone


def test_the_page_shows_where_fast_numbers_are_slow():
    def numbers(**nanoseconds):
        return [{"numbers": {name: ns * 1e-9 for name, ns in nanoseconds.items()}}]

    runs = {
        "numba": numbers(rand=2, randn=8, connect=10),
        "fast": numbers(rand=3, randn=4, connect=10.1),
        "before": numbers(rand=4, randn=9, connect=10),
    }
    page = page_of({DRAWS: {DRAWS: Found(runs)}})
    rows = cells_of(page)
    assert ["rand", "2", "3 !", "4", ""] in rows
    assert ["randn", "8", "4", "9", ""] in rows
    assert ["connect", "10", "10.1", "10", ""] in rows
    worst = '"fast" over "numpy", where it is largest: rand'
    assert [worst, "1.50 !", "at most 1.02"] in rows


def test_smaller_networks_are_told():
    asked = options("--share", "0.1")
    assert "Networks have 0.1 of the neurons" in report.conditions(asked)
    assert "Networks have" not in report.conditions(options())


def test_counts_events():
    connected = networks.build_connected(20, {}, rate=1000)
    connected.run(10 * b2.ms)
    n_spikes = connected["counts"].num_spikes
    assert n_spikes == pytest.approx(200, rel=0.1)
    assert n_events(connected, 100) == 20 * n_spikes
    assert n_events(networks.build_summed(20), 100) == 400 * 100
    assert n_events(networks.build_lif(20), 100) is None


@pytest.mark.long
def test_measures_what_models_are_made_of(monkeypatch, tmp_path, capsys):
    # The other ways take a while to compile
    runs = (("poisson_input", "numba"),)
    monkeypatch.setitem(SECTIONS, "drive", replace(SECTIONS["drive"], runs=runs))
    arguments = ["--only", "drive", "--share", "0.01", "--repeat", "1"]
    arguments += ["--output", str(tmp_path)]
    assert command.main(arguments) == 0
    assert sections.TITLES["poisson_input"] in capsys.readouterr().out
    data = json.loads((tmp_path / "ingredients.json").read_text(encoding="utf-8"))
    runs = data["sections"]["drive"]["poisson_input"]["runs"]
    assert list(runs) == ["numba"]
    assert runs["numba"][0]["run_loop"] > 0
