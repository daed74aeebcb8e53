"""The benchmark of published models."""

import json
import sys
from dataclasses import replace

import brian2 as b2
import numpy as np
import pytest

from benchmarks.published import __main__ as command
from benchmarks.published import (
    activity,
    connectome,
    fly_brain,
    microcircuit,
    parameters,
    processes,
    report,
    tables,
    ways,
)
from benchmarks.published.activity import Activity
from benchmarks.published.processes import Found

SMALL = 0.02


def test_the_full_microcircuit_is_the_published_one():
    circuit = parameters.scaled(1)
    assert circuit.sizes.sum() == 77169
    assert circuit.n_synapses.sum() == pytest.approx(299e6, rel=0.002)
    assert circuit.weights[1, 0] == 87.8
    assert circuit.weights[0, 2] == 2 * 87.8
    assert circuit.weights[0, 1] == -4 * 87.8
    assert list(circuit.n_external) == [1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100]
    assert not circuit.current.any()
    of_dc = parameters.scaled(1, "dc")
    assert of_dc.current[0] == pytest.approx(0.5e-3 * 87.8 * 1600 * 8)


@pytest.mark.parametrize("scale", [0.1, 0.5])
def test_scaling_keeps_mean_and_variance_of_the_input(scale):
    def moments(circuit):
        inputs = circuit.n_synapses / circuit.sizes[:, np.newaxis]
        external = circuit.n_external * parameters.EXTERNAL_RATE
        mean = inputs * circuit.weights @ parameters.FULL_RATES
        mean += external * circuit.external_weight
        variance = inputs * circuit.weights**2 @ parameters.FULL_RATES
        variance += external * circuit.external_weight**2
        return parameters.TAU_SYN * 1e-3 * mean + circuit.current, variance

    small, full = moments(parameters.scaled(scale)), moments(parameters.scaled(1))
    assert small[0] == pytest.approx(full[0], rel=0.01, abs=3)
    assert small[1] == pytest.approx(full[1], rel=0.01)


def test_a_microcircuit_has_a_size_and_a_drive():
    with pytest.raises(ValueError, match="above 0 and up to 1, not by 2"):
        parameters.scaled(2)
    with pytest.raises(ValueError, match="'poisson' or 'dc', not 'noise'"):
        parameters.scaled(0.1, "noise")


def test_synapses_are_drawn_as_published():
    circuit = parameters.scaled(0.05)
    drawn = microcircuit.connections(circuit, np.random.default_rng(1), 0.1)
    population = np.repeat(np.arange(8), circuit.sizes)
    pairs = population[drawn.targets] * 8 + population[drawn.sources]
    counts = np.bincount(pairs, minlength=64).reshape(8, 8)
    assert (counts == circuit.n_synapses).all()
    both = drawn.sources.astype(np.int64) * circuit.sizes.sum() + drawn.targets
    assert (np.diff(both) >= 0).all()
    inhibits = population[drawn.sources] % 2 == 1
    assert (drawn.weights[inhibits] < 0).all()
    assert (drawn.weights[~inhibits] > 0).all()
    relative = drawn.weights / circuit.weights.flat[pairs]
    assert relative.mean() == pytest.approx(1, abs=0.001)
    assert relative.std() == pytest.approx(0.1, abs=0.001)
    assert drawn.delays.min() == 0.1
    # Without those below half a step, the mean is a little larger
    assert drawn.delays[~inhibits].mean() == pytest.approx(1.55, abs=0.03)
    assert drawn.delays[inhibits].mean() == pytest.approx(0.79, abs=0.03)


@pytest.mark.parametrize("drive", ["poisson", "dc"])
def test_a_microcircuit_runs(drive):
    b2.prefs.codegen.target = "numba"
    b2.seed(1)
    network = microcircuit.build(SMALL, drive)
    network.run(20 * b2.ms)
    n_inputs = sum(isinstance(o, b2.PoissonInput) for o in network.objects)
    assert n_inputs == (8 if drive == "poisson" else 0)
    if drive == "poisson":
        assert network["spikes"].num_spikes > 0


def test_numbers_of_independent_neurons():
    circuit = parameters.scaled(0.1)
    random = np.random.default_rng(1)
    duration, rates = 20.2, np.linspace(1, 8, 8)
    numbers = [
        random.poisson(rate * duration, size)
        for rate, size in zip(rates, circuit.sizes, strict=True)
    ]
    neurons = np.repeat(np.arange(circuit.sizes.sum()), np.concatenate(numbers))
    times = random.uniform(0, duration, len(neurons))
    order = np.argsort(times)
    found = Activity(
        **activity.measured(times[order], neurons[order], circuit, duration)
    )
    assert found.rates == pytest.approx(rates, rel=0.05)
    assert found.irregularity == pytest.approx([0.95] * 8, abs=0.08)
    assert found.synchrony == pytest.approx([1] * 8, abs=0.1)


def test_numbers_of_a_silent_network():
    none = np.zeros(0)
    found = activity.measured(none, none.astype(int), parameters.scaled(0.1), 1.0)
    assert found["rates"] == [0] * 8
    assert found["irregularity"] == found["synchrony"] == [None] * 8


def test_says_what_is_not_as_published():
    right = Activity(parameters.FULL_RATES.tolist(), [0.9] * 8, [2.0] * 8)
    assert activity.remarks(right, 1.0) == []
    wrong = replace(
        right,
        rates=[0.5, *right.rates[1:]],
        irregularity=[0.9, 0.3, *[None] * 6],
        synchrony=[2.0] * 7 + [9.0],
    )
    assert activity.remarks(wrong, 1.0) == [
        "L2/3i: the irregularity is 0.3, not from 0.7 to 1.2.",
        "L6i: the synchrony is 9, not from 0 to 8.",
        "L2/3e: the rate is 0.5, not from 0.768 to 1.04.",
    ]
    # Smaller networks fire less
    assert len(activity.remarks(wrong, 0.1)) == 2


def test_compares_rates_with_those_of_another_simulator():
    rates = [0.5, 2.0, 4.0, 5.0, 6.0, 8.0, 1.0, 7.0]
    assert activity.differences(rates, [0.7, 2.2, 4.5, 5.5, 6.8, 7.0, 1.2, 7.7]) == []
    assert activity.differences(rates, [0.8, *rates[1:-1], 8.5]) == [
        "L2/3e: the rate is 0.5, but 0.8 with NEST.",
        "L6i: the rate is 7, but 8.5 with NEST.",
    ]


def test_a_connectome_has_the_published_distributions():
    drawn = connectome.synthetic(0.05)
    assert drawn.n_neurons == round(0.05 * connectome.N_NEURONS)
    n_connections = 0.05 * connectome.N_CONNECTIONS
    assert len(drawn.sources) == pytest.approx(n_connections, rel=0.01)
    pairs = drawn.sources.astype(np.int64) * drawn.n_neurons + drawn.targets
    assert (np.diff(pairs) > 0).all()
    sizes = np.abs(drawn.counts)
    assert sizes.min() == 1
    assert sizes.mean() == pytest.approx(3.68, abs=0.1)
    assert (sizes >= 5).mean() == pytest.approx(0.179, abs=0.005)
    assert sizes[sizes >= 5].mean() == pytest.approx(12.8, abs=0.4)
    degrees = np.bincount(drawn.sources, minlength=drawn.n_neurons)
    assert degrees.max() > 10 * degrees.mean()
    assert (drawn.counts[drawn.sources < connectome.N_SENSORY] > 0).all()
    sign = np.zeros(drawn.n_neurons)
    sign[drawn.sources] = np.sign(drawn.counts)
    assert (sign[drawn.sources] == np.sign(drawn.counts)).all()


def test_a_connectome_is_kept_in_a_file(tmp_path):
    drawn = connectome.synthetic(0.01)
    tables.save(drawn, tmp_path / "connectome.npz")
    read = tables.load(tmp_path / "connectome.npz")
    assert read.n_neurons == drawn.n_neurons
    for name in ("sources", "targets", "counts"):
        assert (getattr(read, name) == getattr(drawn, name)).all()


def write_table(file, columns=tables.COLUMNS):
    rows = ["4,0,3", "0,4,-2", "1,2,7"]
    file.write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")


def test_neurons_with_input_become_the_first_ones(tmp_path):
    write_table(tmp_path / "table.csv")
    read = tables.read(tmp_path / "table.csv", [4, 2])
    # Neurons 4, 2, 0, 1, 3 are now 0, 1, 2, 3, 4
    assert read.n_neurons == 5
    assert read.sources.tolist() == [0, 2, 3]
    assert read.targets.tolist() == [2, 0, 1]
    assert read.counts.tolist() == [3, -2, 7]


def test_tables_are_refused_with_a_reason(tmp_path):
    file = tmp_path / "table.csv"
    write_table(file)
    for stimulated in ([5], [1, 1], [-1]):
        with pytest.raises(ValueError, match="different numbers from 0 to 4"):
            tables.read(file, stimulated)
    write_table(file, ("pre", "post", "n"))
    with pytest.raises(ValueError, match=r"no column 'Presynaptic_Index'.*'pre'"):
        tables.read(file, [0])


def test_a_fly_that_tastes_sugar():
    b2.prefs.codegen.target = "numba"
    b2.seed(1)
    network = fly_brain.build(connectome.synthetic(0.01))
    network.run(50 * b2.ms)
    counts = network["spikes"].count[:]
    rate = counts[: connectome.N_SENSORY].mean() / 0.05
    assert rate == pytest.approx(150, rel=0.25)
    assert 0 < np.count_nonzero(counts) < 0.2 * len(counts)


def options(*arguments):
    return command.parse(arguments)


def test_leaves_out_what_is_not_there():
    case = replace(ways.CASES["poisson"], ways=("numba", "before", "nest"))
    names, reasons = processes.available(case, options("--nest", sys.executable))
    assert names == ["numba"]
    assert reasons == {
        "before": "no folder was given (--before FOLDER)",
        "nest": f"{sys.executable} has no NEST",
    }
    names, reasons = processes.available(case, options("--nest", "no_python"))
    assert reasons["nest"] == "no_python has no NEST"
    names, reasons = processes.available(case, options("--ways", "nest"))
    assert (names, reasons) == ([], {"nest": processes.NO_NEST})


def test_leaves_out_preferences_that_are_not_there(monkeypatch, tmp_path):
    def run(case, name, *_):
        return {"not_there": ["sleep"] if name == "sleep" else [], "run_loop": 1.0}

    monkeypatch.setattr(processes, "run", run)
    case = replace(ways.CASES["fly"], ways=("numba", "sleep"))
    found = processes.measured(case, options("--repeat", "2"), tmp_path)
    assert {name: len(runs) for name, runs in found.runs.items()} == {"numba": 2}
    assert found.left_out == {"sleep": "the numba target has no preference sleep"}


def test_a_way_that_fails_is_left_out(monkeypatch, tmp_path):
    def run(case, name, *_):
        if name == "cython":
            raise processes.MeasurementFailedError("no luck")
        return {"run_loop": 1.0}

    monkeypatch.setattr(processes, "run", run)
    monkeypatch.setattr(processes, "what_lacks", lambda target: None)
    case = replace(ways.CASES["fly"], ways=("numba", "cython"))
    found = processes.measured(case, options("--repeat", "1"), tmp_path)
    assert found.left_out == {"cython": "no luck"}
    assert list(found.runs) == ["numba"]


def test_a_connectome_needs_neurons_with_input(capsys):
    with pytest.raises(SystemExit):
        options("--connectome", "file.csv")
    assert "--connectome needs --stimulated" in capsys.readouterr().err


def measurement(seconds, **others):
    sizes = {"neurons": 10, "synapses": 20, "active": 5, "events": 40}
    return {"run_loop": seconds, "spikes": 7, "digest": "a", **sizes, **others}


def cells_of(page):
    """Return the cells of all tables of a page, row by row."""
    rows = [line.split("|")[1:-1] for line in page.splitlines() if "|" in line]
    return [[cell.strip() for cell in row] for row in rows]


def test_the_page_has_ratios_goals_and_whether_spikes_are_the_same():
    runs = {
        "numba": [measurement(s) for s in (1.0, 2.0, 9.0)],
        "before": [measurement(3.0)],
        "cython": [measurement(20.0, digest="b")],
    }
    found = {"fly": Found(runs, {"sleep": "it is not there"})}
    page = "\n".join(report.parts(found, None, options("fly")))
    assert "Medians of 5 processes each" in page
    assert "{" not in page
    assert "fly brain**: 10 neurons, 20 synapses; 5 neurons fired" in page
    rows = cells_of(page)
    assert ["Cython", "20", "10.00", "7", "0.00 million", ""] in rows
    assert ["fly brain: before over now", "1.50 !", "at least 2", "7"] in rows
    assert ["fly brain: Cython over numba", "10.00", "at least 8", "7"] in rows
    assert "- numba, `sleep`: it is not there." in page
    assert "fly brain: NOT the same, neuron by neuron" in page
    assert "Published by others" in page


def test_the_page_has_a_check_of_the_activity_and_profiles():
    checked = {
        "activity": {
            "rates": parameters.FULL_RATES.tolist(),
            "irregularity": [0.9] * 7 + [0.5],
            "synchrony": [2.0] * 8,
        }
    }
    profile = {"poissoninput": 2.0, "poissoninput_3": 1.0, "synapses_pre": 0.5}
    facts = {"neuron_steps": 10**9, "profile": profile}
    found = {"poisson": Found({}, {}, measurement(1.0, facts=facts))}
    page = "\n".join(report.parts(found, checked, options("poisson")))
    assert "L6i: the irregularity is 0.5, not from 0.7 to 1.2." in page
    rows = cells_of(page)
    assert ["poissoninput", "3000.0", "3.000", ""] in rows
    assert ["synapses_pre", "500.0", "0.500", "12500000.00"] in rows


@pytest.mark.long
def test_measures_published_models(tmp_path, capsys):
    arguments = ["fly", "--share", "0.02", "--duration", "0.05", "--repeat", "1"]
    arguments += ["--ways", "numba", "numba_2", "--output", str(tmp_path)]
    assert command.main(arguments) == 0
    assert "fly brain: the same, neuron by neuron" in capsys.readouterr().out
    data = json.loads((tmp_path / "published.json").read_text(encoding="utf-8"))
    assert data["cases"]["fly"]["runs"]["numba"][0]["run_loop"] > 0
    assert data["cases"]["fly"]["profile"]["facts"]["profile"]
